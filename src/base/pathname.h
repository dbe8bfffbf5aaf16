/*
 * pathname -- paths as they are written: compared part by part, and no file is looked at. Who wants to know where a path leads
 * has its links resolved first (os/path.h, os/view.h).
 */
#ifndef BRIDLE_BASE_PATHNAME_H
#define BRIDLE_BASE_PATHNAME_H

#include <stdbool.h>
#include <stddef.h>

/* What PATH has behind PLACE: "" when it is PLACE itself, "/" and more when it is below; NULL when it is neither. Slashes at the
 * end of either do not count; below "/" is every path that begins with one. It lasts as long as PATH. */
const char *pathname_rest(const char *path, const char *place);

/* Is PATH the place PLACE, or below it? */
bool pathname_is_below(const char *path, const char *place);

/* Is a part of the first N bytes of PATH ".."? Then where it lies is not said by what it begins with. */
bool pathname_goes_up(const char *path, size_t n);

#endif

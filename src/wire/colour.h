/*
 * colour -- what a line tells a terminal besides its words, taken out of it.
 *
 * Loggers colour the level, and who shows several containers at once colours their names. Copied from a terminal the
 * codes may have lost their first byte, and a log daemon writes that in so many words ("#033[31m", "^[[31m"). Copied from a page, blanks
 * may be hard ones (U+00A0), of which ordinary ones are made. Pure.
 */
#ifndef BRIDLE_WIRE_COLOUR_H
#define BRIDLE_WIRE_COLOUR_H

#include <stdbool.h>
#include <stddef.h>

/* Is anything in LINE of LENGTH bytes to be stripped? Codes that have lost their first byte are known by one at the beginning, written ones
 * by one among the first 64 bytes. */
bool colour_is_in(const char *line, size_t length);

/* Write LINE to OUT without them, which has room for LENGTH bytes and may be LINE itself. How many it was. */
size_t colour_strip(char *out, const char *line, size_t length);

#endif

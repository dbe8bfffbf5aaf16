/*
 * excerpt -- the line of a log that most likely says what went wrong. Pure.
 */
#ifndef BRIDLE_WATCHER_EXCERPT_H
#define BRIDLE_WATCHER_EXCERPT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

/* Among N BYTES, the end of a log: the last line that looks like the end of a traceback ("ImportError: ...") or, without
 * one, the last "[ERROR]" or "Error:" line; made visible, cut to what fits T. False: there is none. Times in front of
 * lines, and JSON around them, are seen through. */
bool excerpt_find(struct text *t, const char *bytes, size_t n);

#endif

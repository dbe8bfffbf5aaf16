/*
 * flatline -- several lines that somebody wrote as one, as the lines that they were.
 *
 * A traceback reaches a log as one line where its newlines are written out: as "\\n", as rsyslog's "#012", or as the end
 * of one string and the beginning of the next in a list. Pure.
 */
#ifndef BRIDLE_WIRE_FLATLINE_H
#define BRIDLE_WIRE_FLATLINE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

/* Append to OUT the lines that LINE of LENGTH bytes stands for, with a newline between two of them; a quotation mark that
 * is escaped is one again. COPIED: by a person, who may have made newlines blanks; nobody else is trusted to mean that.
 * What does not fit into OUT is cut. */
void flatline_read(struct text *out, const char *line, size_t length, bool copied);

/* Where in LINE of LENGTH bytes the next line of a screen begins: what is copied from some terminals has blanks up to the
 * right edge in place of newlines. NULL: nowhere. Whether it begins with a time is for the caller to see. */
const char *flatline_next(const char *line, size_t length);

#endif

/*
 * lastline -- what a service wrote last that is no line of Gunicorn's. Where a process ended, and no exception says why, it is the
 * nearest thing to a reason: sys.exit("words") prints the words, and nothing else.
 *
 * It is shown beside a verdict and is never part of one: whoever writes to the service's output may have written it.
 */
#ifndef BRIDLE_WATCHER_LASTLINE_H
#define BRIDLE_WATCHER_LASTLINE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/msec.h"
#include "wire/recognise.h"

enum { LASTLINE_TEXT = 200 };

/* Zeroed: nothing was written yet. */
struct lastline {
	msec at; /* when it was read; 0: there is none */
	char text[LASTLINE_TEXT];
};

/* N BYTES of its output, which R is about to read; BEGUN: they go on with a line that began before. Of many lines the last few
 * are looked at. Any bytes: what is kept is visible, and cut. */
void lastline_read(struct lastline *l, const struct recogniser *r, bool begun, const char *bytes, size_t n, msec now);

/* The line, where it was read at SINCE or later; else NULL. */
const char *lastline_since(const struct lastline *l, msec since);

#endif

/*
 * lineformat -- what is made of a service's output before it is written: nothing, a time in front of each line, or
 * one JSON object a line. Pure, and nothing is held back: a line that comes in pieces is written in pieces, so no service
 * needs a buffer of its own.
 */
#ifndef BRIDLE_WATCHER_LINEFORMAT_H
#define BRIDLE_WATCHER_LINEFORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/msec.h"
#include "wire/page.h"

enum { LINEFORMAT_STAMP = 25, LINEFORMAT_ROOM = 256 /* least room for output */ };

struct lineformat {
	uint8_t format; /* enum page_log_format */
	bool mid;       /* in the middle of a line */
	uint8_t held;   /* JSON: bytes of a character whose rest has not come yet */
	char bytes[4];
};

/* "2026-11-20T16:57:11.123Z" and a NUL. */
void lineformat_stamp(char stamp[LINEFORMAT_STAMP], msec wall);

/* Turn bytes at *IN (*N of them, both moved on by what was used) into at most ROOM (>= LINEFORMAT_ROOM) bytes at OUT.
 * Returns how many. Uses at least one byte when *N > 0. The same input and state give the same output. */
size_t lineformat_run(struct lineformat *f, const char *service, const char *stamp, const char **in, size_t *n,
	char *out, size_t room);

/* End a line that is under way, as far as the format needs that to be whole (not PLAIN). Returns bytes, <= 16. */
size_t lineformat_end(struct lineformat *f, char *out);

#endif

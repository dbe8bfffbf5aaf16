/*
 * entries -- a log that is one JSON value, or objects over many lines, as one entry a line: what consoles of clouds download,
 * and jq prints. Pure.
 */
#ifndef BRIDLE_WIRE_ENTRIES_H
#define BRIDLE_WIRE_ENTRIES_H

#include <stdbool.h>
#include <stddef.h>

struct entries {
	bool folded; /* it is such a log */
	bool in_string, escaped;
	bool line_begins;
	unsigned base;  /* 1: entries are elements of an array */
	unsigned depth; /* of brackets that are open */
};

/* Decide by the first N BYTES of a log what it is. */
void entries_begin(struct entries *e, const char *bytes, size_t n);

/* Turn the next N BYTES, in their place, into lines of one entry each, if it is such a log: newlines within an entry become
 * blanks, and what separates entries becomes a newline. Where a line shows that it is none after all, the rest stays as it is. */
void entries_unfold(struct entries *e, char *bytes, size_t n);

#endif

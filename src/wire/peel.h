/*
 * peel -- small steps along a line whose layers are peeled off: for logform, shipper and marks only.
 */
#ifndef BRIDLE_WIRE_PEEL_H
#define BRIDLE_WIRE_PEEL_H

#include <string.h>

#include "wire/logform.h"

enum { NAME_MOST = 64 }; /* longer ones are no names of hosts, programs or containers */

static inline bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool
is_name(char c)
{
	/* three comparisons, for this is asked more often than anything else: '-', '.' and '/' stand before the digits */
	return (unsigned char)((c | 0x20) - 'a') < 26 || (unsigned char)(c - '-') <= '9' - '-' || c == '_';
}

static inline bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static inline void
drop(struct logform *f, size_t n)
{
	f->message += n;
	f->length -= n;
}

static inline size_t
count_blanks(const struct logform *f, size_t from)
{
	size_t n = from;

	while (n < f->length && (f->message[n] == ' ' || f->message[n] == '\t'))
		n++;
	return n - from;
}

static inline size_t
count_digits(const struct logform *f, size_t from)
{
	size_t n = from;

	while (n < f->length && is_digit(f->message[n]))
		n++;
	return n - from;
}

static inline size_t
count_name(const struct logform *f, size_t from)
{
	size_t n = from;

	while (n < f->length && n - from < NAME_MOST && is_name(f->message[n]))
		n++;
	return n - from;
}

static inline bool
byte_is(const struct logform *f, size_t at, char c)
{
	return at < f->length && f->message[at] == c;
}

static inline bool
begins(const struct logform *f, size_t at, const char *word)
{
	size_t n = strlen(word);

	return f->length >= at + n && memcmp(f->message + at, word, n) == 0;
}

static inline int32_t
number_at(const struct logform *f, size_t at, size_t digits)
{
	int32_t value = 0;

	for (size_t i = 0; i < digits && i < 9; i++)
		value = value * 10 + (f->message[at + i] - '0');
	return value;
}

/* What a layer is followed by is left of what it separates: one blank belongs to it, more are indentation. */
static inline bool
peel(struct logform *f, size_t n)
{
	drop(f, n + (byte_is(f, n, ' ') ? 1 : 0));
	return true;
}

#endif

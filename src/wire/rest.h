/*
 * rest -- small steps along what is left to read of a time: for stamp only. Each takes what it names and moves on, or leaves
 * everything where it was and says false.
 */
#ifndef BRIDLE_WIRE_REST_H
#define BRIDLE_WIRE_REST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What is left to read. */
struct rest {
	const char *at, *end;
	int32_t ahead; /* of UTC, as stamp_read tells it */
};

static inline bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool
take_number(struct rest *r, unsigned digits, int *out)
{
	int value = 0;

	if ((size_t)(r->end - r->at) < digits)
		return false;
	for (unsigned i = 0; i < digits; i++) {
		if (!is_digit(r->at[i]))
			return false;
		value = value * 10 + (r->at[i] - '0');
	}
	r->at += digits;
	*out = value;
	return true;
}

/* Two digits: nearly all numbers of a time have so many. */
static inline bool
take_pair(struct rest *r, int *out)
{
	if (r->end - r->at < 2 || !is_digit(r->at[0]) || !is_digit(r->at[1]))
		return false;
	*out = (r->at[0] - '0') * 10 + (r->at[1] - '0');
	r->at += 2;
	return true;
}

static inline bool
take_byte(struct rest *r, char byte)
{
	if (r->at == r->end || *r->at != byte)
		return false;
	r->at++;
	return true;
}

static inline bool
take_one_of(struct rest *r, const char *bytes)
{
	for (; r->at < r->end && *bytes != '\0'; bytes++)
		if (*r->at == *bytes) {
			r->at++;
			return true;
		}
	return false;
}

/* One or two digits. */
static inline bool
take_short(struct rest *r, int *out)
{
	if (take_pair(r, out))
		return true;
	if (r->at == r->end || !is_digit(*r->at))
		return false;
	*out = *r->at++ - '0';
	return true;
}

#endif

/*
 * dice -- chance that repeats: the same seed rolls the same for ever, on every machine.
 */
#ifndef BRIDLE_TESTS_DICE_H
#define BRIDLE_TESTS_DICE_H

#include <stdbool.h>
#include <stdint.h>

struct dice {
	uint64_t at;
};

/* splitmix64: one addition and a mix, so neighbouring seeds give unrelated worlds. */
static inline uint64_t
dice_roll(struct dice *d)
{
	uint64_t z = d->at += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

/* 0 .. N-1; N > 0. */
static inline int64_t
dice_below(struct dice *d, int64_t n)
{
	return (int64_t)(dice_roll(d) % (uint64_t)n);
}

static inline bool
dice_percent(struct dice *d, int percent)
{
	return dice_below(d, 100) < percent;
}

#endif

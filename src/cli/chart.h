/*
 * chart -- numbers over time as a line of characters, one a point.
 */
#ifndef BRIDLE_CLI_CHART_H
#define BRIDLE_CLI_CHART_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"

/* Does the terminal have block characters? As the locale says. */
bool chart_has_blocks(void);

/* What is between the lowest and the highest character. */
struct chart_range {
	bool known;          /* false: no value is, and the rest is 0 */
	int64_t least, most; /* of the values */
	int64_t bottom; /* which the lowest character stands for: 0, or `least` where that makes a change visible */
};

/* Of N VALUES, the unknown being < 0. FROM_ZERO: the bottom is 0 in any case. */
struct chart_range chart_range(const int64_t *values, unsigned n, bool from_zero);

/* Append one character for each: blank where it is unknown, the lowest for the bottom, the highest for the most. */
void chart_add(struct text *t, const int64_t *values, unsigned n, struct chart_range range, bool blocks);

#endif

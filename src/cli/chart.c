#include "cli/chart.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { LEVELS = 8, NOTABLE = 10 /* a tenth of the most: less is no change that the whole height should show */ };

bool
chart_has_blocks(void)
{
	static const char *const names[] = { "LC_ALL", "LC_CTYPE",
		"LANG" }; /* the first that is set counts: locale(7) */

	for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++) {
		const char *value = getenv(names[i]), *dot;

		if (value == NULL || *value == '\0')
			continue;
		dot = strchr(value, '.');
		return dot != NULL && (strncasecmp(dot, ".utf-8", 6) == 0 || strncasecmp(dot, ".utf8", 5) == 0);
	}
	return false;
}

struct chart_range
chart_range(const int64_t *values, unsigned n, bool from_zero)
{
	struct chart_range r = { .known = false };

	for (unsigned i = 0; i < n; i++) {
		if (values[i] < 0)
			continue;
		if (!r.known || values[i] < r.least)
			r.least = values[i];
		if (!r.known || values[i] > r.most)
			r.most = values[i];
		r.known = true;
	}
	/* what hardly moves is drawn from zero: stretched to the whole height, noise would look like an event */
	if (!from_zero && r.most - r.least >= r.most / NOTABLE && r.most > r.least)
		r.bottom = r.least;
	return r;
}

/* To the nearest: the highest character is for the most and what nearly is, not for all of the last eighth. */
static unsigned
level(int64_t value, struct chart_range r)
{
	double share = r.most > r.bottom ? (double)(value - r.bottom) / (double)(r.most - r.bottom) : 0;

	return (unsigned)(share * (LEVELS - 1) + 0.5);
}

void
chart_add(struct text *t, const int64_t *values, unsigned n, struct chart_range range, bool blocks)
{
	static const char *const block[LEVELS] = { "\u2581", "\u2582", "\u2583", "\u2584", "\u2585", "\u2586", "\u2587",
		"\u2588" };
	static const char *const ascii[LEVELS] = { "_", ".", ":", "-", "=", "+", "*", "#" };

	for (unsigned i = 0; i < n; i++)
		text_add(t, values[i] < 0 ? " " : (blocks ? block : ascii)[level(values[i], range)]);
}

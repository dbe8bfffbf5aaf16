#include "unit.h"

#include <string.h>

#include "core/flapping.h"

enum { S = 1000, T0 = 7000 };

/* Deaths, in seconds from T0, and at which of them it is found. */
struct story {
	const char *name;
	int deaths[16];   /* 0 after the last */
	int found, again; /* second of the death; 0: none */
};

static const struct story stories[] = {
	{ "now and then", { 1, 200, 400, 600, 800, 1000, 1200 }, 0, 0 },
	{ "four", { 1, 2, 4, 6 }, 0, 0 },
	{ "five", { 1, 3, 5, 7, 9 }, 9, 0 },
	{ "five in just under five minutes", { 1, 75, 150, 225, 301 }, 301, 0 },
	{ "five in just over five minutes", { 1, 75, 150, 225, 302 }, 0, 0 },
	{ "the oldest does not count any more", { 1, 400, 405, 410, 415, 420 }, 420, 0 },
	{ "told of once", { 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25 }, 9, 0 },
	{ "not yet calm", { 1, 3, 5, 7, 9, 308, 310, 312, 314, 316 }, 9, 0 },
	{ "calm, and again", { 1, 3, 5, 7, 9, 309, 311, 313, 315, 317 }, 9, 317 },
};

static void
when_it_is_found(void **state)
{
	(void)state;
	for (unsigned i = 0; i < sizeof stories / sizeof stories[0]; i++) {
		struct flapping f = { 0 };
		int found[2] = { 0, 0 };
		unsigned n = 0;

		for (unsigned k = 0; k < 16 && stories[i].deaths[k] != 0; k++)
			if (flapping_died(&f, T0 + stories[i].deaths[k] * S) && n < 2)
				found[n++] = stories[i].deaths[k];
		if (found[0] != stories[i].found || found[1] != stories[i].again)
			fail_msg("%s: found at %d and %d", stories[i].name, found[0], found[1]);
	}
}

/* One request that no worker survives, one lack of memory: all of them at once are one. */
static void
many_at_once_are_one(void **state)
{
	struct flapping f = { 0 };

	(void)state;
	for (int burst = 0; burst < 4; burst++)
		for (int i = 0; i < 40; i++)
			assert_false(flapping_died(&f, T0 + burst * 10 * S + i * 20));
	assert_true(flapping_died(&f, T0 + 40 * S));
}

/* A loop without a pause is a time each second. */
static void
one_after_the_other(void **state)
{
	struct flapping f = { 0 };
	int at = 0;

	(void)state;
	while (at < 60 * S && !flapping_died(&f, T0 + at))
		at += 50;
	assert_int_equal(at, 4 * S);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(when_it_is_found),
		cmocka_unit_test(many_at_once_are_one),
		cmocka_unit_test(one_after_the_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

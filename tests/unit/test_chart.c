#include "unit.h"

#include <stdlib.h>

#include "cli/chart.h"

static void
what_is_shown(void **state)
{
	/* values, of which the unknown are < 0; whether the bottom is 0; with ASCII, with blocks */
	static const struct {
		int64_t values[9];
		unsigned n;
		bool from_zero;
		const char *ascii, *blocks;
	} cases[] = {
		{ { 0, 1, 2, 3, 4, 5, 6, 7 }, 8, true, "_.:-=+*#", "\u2581\u2582\u2583\u2584\u2585\u2586\u2587\u2588" },
		{ { -1, 4, -1, 0, -1 }, 5, true, " # _ ", " \u2588 \u2581 " },
		{ { 0, 0, 0 }, 3, true, "___", "\u2581\u2581\u2581" },
		{ { 3, 3, 3 }, 3, true, "###", "\u2588\u2588\u2588" },
		{ { -1, -1 }, 2, true, "  ", "  " },
		{ { 100, 150, 200 }, 3, false, "_=#", "\u2581\u2585\u2588" }, /* a change is made visible */
		{ { 100, 104, 108 }, 3, false, "*##", "\u2587\u2588\u2588" }, /* a small one is not blown up */
		{ { 100, 104, 108 }, 3, true, "*##", "\u2587\u2588\u2588" },
		{ { INT64_MAX, 0 }, 2, true, "#_", "\u2588\u2581" },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct chart_range range = chart_range(cases[i].values, cases[i].n, cases[i].from_zero);

		for (unsigned blocks = 0; blocks < 2; blocks++) {
			char words[64];
			struct text t;

			text_init(&t, words, sizeof words);
			chart_add(&t, cases[i].values, cases[i].n, range, blocks == 1);
			assert_string_equal(words, blocks == 1 ? cases[i].blocks : cases[i].ascii);
		}
	}
}

static void
the_range_is_of_what_is_known(void **state)
{
	static const int64_t values[] = { -1, 7, 5, -1, 9 };
	struct chart_range r = chart_range(values, 5, false);

	(void)state;
	assert_true(r.known);
	assert_int_equal(r.least, 5);
	assert_int_equal(r.most, 9);
	assert_int_equal(r.bottom, 5);
	assert_int_equal(chart_range(values, 5, true).bottom, 0);
	assert_false(chart_range(values, 1, true).known);
	assert_false(chart_range(values, 0, true).known);
}

static void
blocks_are_for_utf8(void **state)
{
	/* LC_ALL, LC_CTYPE, LANG */
	static const struct {
		const char *set[3];
		bool blocks;
	} cases[] = {
		{ { NULL, NULL, NULL }, false },
		{ { NULL, NULL, "C.UTF-8" }, true },
		{ { NULL, NULL, "de_DE.utf8@euro" }, true },
		{ { NULL, NULL, "de_DE.ISO-8859-1" }, false },
		{ { "C", NULL, "C.UTF-8" }, false },
		{ { "", "en_US.UTF-8", "C" }, true },
		{ { NULL, "POSIX", "en_US.UTF-8" }, false },
	};
	static const char *const names[] = { "LC_ALL", "LC_CTYPE", "LANG" };

	(void)state;
	for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		for (unsigned k = 0; k < 3; k++) {
			unsetenv(names[k]);
			if (cases[i].set[k] != NULL)
				setenv(names[k], cases[i].set[k], 1);
		}
		if (chart_has_blocks() != cases[i].blocks)
			fail_msg("case %u", i);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_shown),
		cmocka_unit_test(the_range_is_of_what_is_known),
		cmocka_unit_test(blocks_are_for_utf8),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

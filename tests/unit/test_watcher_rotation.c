#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "watcher/rotation.h"

static const struct {
	const char *what, *bytes;
	uint64_t have, max;
	bool mid;
	size_t now;
	bool rotate;
} cuts[] = {
	/* clang-format off */
	{ "all fits",                              "ab\ncd\n", 0, 10, false, 6, false },
	{ "it fits to the byte",                   "ab\ncd\n", 4, 10, false, 6, false },
	{ "a cut falls on the last line's end",    "ab\ncd\n", 5, 10, false, 3, true },
	{ "no room for the next line",             "abcdef\n", 8, 10, false, 0, true },
	{ "a full file begins no line",            "ab\n",    10, 10, false, 0, true },
	{ "a line under way is finished",          "cdef\ng\n", 8, 10, true, 5, true },
	{ "a line under way whose end is to come", "cdefgh",   8, 10, true,  6, false },
	{ "a line longer than a file is split",    "abcdefghijkl", 0, 10, false, 10, true },
	{ "one under way, at twice the size",      "abcdefghijkl", 10, 10, true, 10, true },
	{ "one under way beyond twice the size",   "abc\n",   20, 10, true,  0, true },
	{ "a file grown before its limit sank",    "ab\n",    50, 10, false, 0, true },
	/* clang-format on */
};

static void
cuts_fall_where_they_should(void **state)
{
	(void)state;
	for (unsigned i = 0; i < sizeof cuts / sizeof cuts[0]; i++) {
		struct rotation_cut cut =
			rotation_cut(cuts[i].bytes, strlen(cuts[i].bytes), cuts[i].have, cuts[i].max, cuts[i].mid);

		if (cut.now != cuts[i].now || cut.rotate != cuts[i].rotate)
			fail_msg("%s: %zu bytes, %s", cuts[i].what, cut.now, cut.rotate ? "then the next" : "no more");
	}
}

/* Any bytes, in any pieces: what is written never stands still, and no line that fits into a file is split. */
static void
no_line_is_split(void **state)
{
	enum { N = 20000, MAX = 64 };
	static char bytes[N];
	uint64_t have = 0;
	bool mid = false;
	size_t at = 0, line = 0;

	(void)state;
	srand(1);
	for (size_t i = 0; i < N; i++, line++) {
		bytes[i] = rand() % 20 == 0 || line == MAX - 1 ? '\n' : 'x';
		if (bytes[i] == '\n')
			line = (size_t)-1;
	}
	while (at < N) {
		size_t piece = 1 + (size_t)rand() % 300;

		piece = piece < N - at ? piece : N - at;
		for (size_t left = piece; left > 0;) {
			struct rotation_cut cut = rotation_cut(bytes + at, left, have, MAX, mid);

			assert_true(cut.now > 0 || (cut.rotate && have > 0));
			at += cut.now;
			left -= cut.now;
			have += cut.now;
			mid = cut.now > 0 ? bytes[at - 1] != '\n' : mid;
			assert_true(have < 2 * MAX);
			if (cut.rotate) {
				assert_false(mid);
				have = 0;
			}
		}
	}
}

static void
names_are_times(void **state)
{
	char name[ROTATION_NAME];
	msec wall = 0;

	(void)state;
	rotation_name(name, 1795193831123);
	assert_string_equal(name, "@20261120T165711.123Z");
	assert_true(rotation_time(name, &wall));
	assert_true(wall == 1795193831123);
}

static void
other_names_are_not(void **state)
{
	static const char *const names[] = { "current", "@", "@20261120T165711.123", "@20261120T165711.123Zx",
		"@20261320T165711.123Z", "@2026112 T165711.123Z", "@20261120T165711.+23Z", "x20261120T165711.123Z" };
	msec wall;

	(void)state;
	for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++)
		if (rotation_time(names[i], &wall))
			fail_msg("'%s' was taken for a finished file", names[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cuts_fall_where_they_should),
		cmocka_unit_test(no_line_is_split),
		cmocka_unit_test(names_are_times),
		cmocka_unit_test(other_names_are_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

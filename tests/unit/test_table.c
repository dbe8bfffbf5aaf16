#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/table.h"

static const struct table_column columns[] = {
	{ "NAME", false, 0 },
	{ "N", true, 0 },
	{ "EXTRA", true, 1 },
	{ "LEAST", false, 2 },
};

static void
fill(struct table *t)
{
	table_init(t, columns, 4, "WHY");
	table_row(t);
	table_cell(t, COLOUR_PLAIN, "web");
	table_cell(t, COLOUR_GOOD, "12345");
	table_cell(t, COLOUR_PLAIN, "x");
	table_cell(t, COLOUR_PLAIN, "yes");
	table_row(t);
	table_cell(t, COLOUR_PLAIN, "long-name");
	table_cell(t, COLOUR_PLAIN, "1");
	table_note(t, COLOUR_PLAIN, "one two three four five six seven");
}

/* T printed as P says must be WANTED. */
static void
expect(const struct table *t, struct paint p, unsigned indent, const char *wanted)
{
	char *words = NULL;
	size_t n = 0;
	FILE *out = open_memstream(&words, &n);

	assert_true(table_print(t, out, p, indent));
	fclose(out);
	assert_string_equal(words, wanted);
	free(words);
}

static void
columns_are_as_wide_as_they_must_be(void **state)
{
	struct table t;

	(void)state;
	fill(&t);
	expect(&t, (struct paint){ .width = UINT32_MAX }, 0,
		"NAME           N  EXTRA  LEAST  WHY\n"
		"web        12345      x  yes\n"
		"long-name      1                one two three four five six seven\n");
	table_free(&t);
}

static void
a_note_goes_below_where_it_does_not_fit(void **state)
{
	struct table t;

	(void)state;
	fill(&t);
	expect(&t, (struct paint){ .width = 65 }, 0,
		"NAME           N  EXTRA  LEAST  WHY\n"
		"web        12345      x  yes\n"
		"long-name      1                one two three four five six seven\n");
	expect(&t, (struct paint){ .width = 64 }, 0,
		"NAME           N  EXTRA  LEAST\n"
		"web        12345      x  yes\n"
		"long-name      1\n"
		"  one two three four five six seven\n");
	expect(&t, (struct paint){ .width = 33 }, 1,
		" NAME           N  EXTRA  LEAST\n"
		" web        12345      x  yes\n"
		" long-name      1\n"
		"   one two three four five six\n"
		"   seven\n");
	table_free(&t);
}

static void
what_matters_least_is_left_out(void **state)
{
	struct table t;

	(void)state;
	fill(&t);
	expect(&t, (struct paint){ .width = 29 }, 0,
		"NAME           N  EXTRA\n"
		"web        12345      x\n"
		"long-name      1\n"
		"  one two three four five six\n"
		"  seven\n");
	expect(&t, (struct paint){ .width = 3 }, 0, /* weight 0 stays, whatever happens */
		"NAME           N\n"
		"web        12345\n"
		"long-name      1\n"
		"  one two three four\n"
		"  five six seven\n");
	table_free(&t);
}

static void
colours_take_no_room(void **state)
{
	struct table t;

	(void)state;
	fill(&t);
	expect(&t, (struct paint){ .terminal = true, .colours = true, .width = 16 }, 0,
		"\033[1mNAME\033[0m           \033[1mN\033[0m\n"
		"web        \033[32m12345\033[0m\n"
		"long-name      1\n"
		"  one two three four\n"
		"  five six seven\n");
	table_free(&t);
}

static void
words_of_strangers_are_made_visible(void **state)
{
	static const struct table_column two[] = { { "A", false, 0 }, { "B", false, 0 } };
	struct table t;

	(void)state;
	table_init(&t, two, 2, "WHY");
	table_row(&t);
	table_cell(&t, COLOUR_PLAIN, "\033[2Jx");
	table_cell(&t, COLOUR_PLAIN, "gr\xc3\xbc\xc3\x9f");
	table_note(&t, COLOUR_PLAIN, "a\nb");
	expect(&t, (struct paint){ .width = UINT32_MAX }, 0,
		"A         B     WHY\n"
		"\\x1b[2Jx  gr\xc3\xbc\xc3\x9f  a\\x0ab\n");
	table_free(&t);
}

static void
a_word_longer_than_the_line_is_broken(void **state)
{
	static const struct table_column one[] = { { "A", false, 0 } };
	struct table t;

	(void)state;
	table_init(&t, one, 1, "WHY");
	table_row(&t);
	table_note(&t, COLOUR_PLAIN, "abcdefghijklmnopqrstuvwxyz");
	expect(&t, (struct paint){ .width = 22 }, 0, "A\n\n  abcdefghijklmnopqrst\n  uvwxyz\n");
	table_free(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(columns_are_as_wide_as_they_must_be),
		cmocka_unit_test(a_note_goes_below_where_it_does_not_fit),
		cmocka_unit_test(what_matters_least_is_left_out),
		cmocka_unit_test(colours_take_no_room),
		cmocka_unit_test(words_of_strangers_are_made_visible),
		cmocka_unit_test(a_word_longer_than_the_line_is_broken),
	};

	return cmocka_run_group_tests_name("table", tests, NULL, NULL);
}

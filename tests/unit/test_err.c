#include "unit.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "base/err.h"

static void
an_error_says_what_and_why(void **state)
{
	struct err err;

	(void)state;
	assert_false(err_set(&err, ENOENT, "cannot open '%s'", "x"));
	assert_string_equal(err.text, "cannot open 'x': No such file or directory");
	assert_int_equal(err.code, ENOENT);
	assert_false(err_prefix(&err, "service %s", "web"));
	assert_string_equal(err.text, "service web: cannot open 'x': No such file or directory");
	assert_int_equal(err.code, ENOENT);
	assert_false(err_set(&err, 0, "plain"));
	assert_string_equal(err.text, "plain");
	assert_int_equal(err.code, 0);
}

static void
nobody_has_to_listen(void **state)
{
	(void)state;
	assert_false(err_set(NULL, ENOENT, "%s", "x"));
	assert_false(err_prefix(NULL, "%s", "x"));
}

/* Exactly what fits is whole; one more is marked as cut, whichever part it is in. */
static void
cut_texts_are_marked(void **state)
{
	enum { SIZE = sizeof((struct err *)0)->text };
	char words[2 * SIZE];
	struct err err;

	(void)state;
	memset(words, 'a', sizeof words);
	words[SIZE - 1] = '\0';
	err_set(&err, 0, "%s", words);
	assert_string_equal(err.text, words);
	err_prefix(&err, "p");
	assert_int_equal(strlen(err.text), SIZE - 1);
	assert_memory_equal(err.text, "p: aaa", 6);
	assert_string_equal(err.text + SIZE - 5, "a...");
	err_set(&err, EACCES, "%s", words);
	assert_string_equal(err.text + SIZE - 5, "a...");
	words[SIZE - 5] = '\0';
	err_set(&err, EACCES, "%s", words); /* the reason is what does not fit */
	assert_string_equal(err.text + SIZE - 5, ":...");
	words[SIZE - 5] = 'a';
	words[SIZE - 1] = 'a';
	words[2 * SIZE - 1] = '\0';
	err_set(&err, 0, "%s", words);
	assert_int_equal(strlen(err.text), SIZE - 1);
	assert_string_equal(err.text + SIZE - 5, "a...");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_error_says_what_and_why),
		cmocka_unit_test(nobody_has_to_listen),
		cmocka_unit_test(cut_texts_are_marked),
	};

	return cmocka_run_group_tests_name("err", tests, NULL, NULL);
}

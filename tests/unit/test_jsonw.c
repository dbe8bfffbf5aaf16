#include "unit.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wire/jsonw.h"

enum { MAX = 1 << 16 };

/* What W holds must be EXPECTED, ended by a NUL that counts. */
static void
expect_text(struct jsonw *w, const char *expected)
{
	size_t length = 0;
	char *text = jsonw_take(w, &length);

	assert_non_null(text);
	assert_string_equal(text, expected);
	assert_int_equal(length, strlen(expected) + 1);
	free(text);
}

static void
commas_come_by_themselves(void **state)
{
	struct jsonw w;

	(void)state;
	jsonw_init(&w, MAX);
	jsonw_object_open(&w);
	jsonw_key(&w, "a");
	jsonw_array_open(&w);
	jsonw_integer(&w, 1);
	jsonw_object_open(&w);
	jsonw_object_close(&w);
	jsonw_array_open(&w);
	jsonw_array_close(&w);
	jsonw_bool(&w, true);
	jsonw_array_close(&w);
	jsonw_key_string(&w, "b", "x");
	jsonw_key_null(&w, "c");
	jsonw_key_bool(&w, "d", false);
	jsonw_key_thousandths(&w, "e", 1500);
	jsonw_key_integer(&w, "f", 0);
	jsonw_object_close(&w);
	expect_text(&w, "{\"a\":[1,{},[],true],\"b\":\"x\",\"c\":null,\"d\":false,\"e\":1.500,\"f\":0}");
	/* and it can be used again */
	jsonw_string(&w, "y");
	expect_text(&w, "\"y\"");
}

static void
numbers_are_exact(void **state)
{
	static const struct {
		int64_t value;
		const char *integer, *thousandths;
	} cases[] = {
		{ 0, "0", "0.000" },
		{ 7, "7", "0.007" },
		{ -7, "-7", "-0.007" },
		{ 999, "999", "0.999" },
		{ 1000, "1000", "1.000" },
		{ -12345, "-12345", "-12.345" },
		{ INT64_MAX, "9223372036854775807", "9223372036854775.807" },
		{ INT64_MIN, "-9223372036854775808", "-9223372036854775.808" },
	};
	struct jsonw w;

	(void)state;
	jsonw_init(&w, MAX);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		jsonw_integer(&w, cases[i].value);
		expect_text(&w, cases[i].integer);
		jsonw_thousandths(&w, cases[i].value);
		expect_text(&w, cases[i].thousandths);
	}
}

#define FFFD "\xef\xbf\xbd"

static void
what_is_not_known_is_null(void **state)
{
	struct jsonw w;

	(void)state;
	jsonw_init(&w, MAX);
	jsonw_object_open(&w);
	for (int known = 0; known < 2; known++) {
		jsonw_known_integer(&w, "i", known, 5);
		jsonw_known_thousandths(&w, "t", known, 5);
		jsonw_known_bool(&w, "b", known, false);
	}
	jsonw_object_close(&w);
	expect_text(&w, "{\"i\":null,\"t\":null,\"b\":null,\"i\":5,\"t\":0.005,\"b\":false}");
}

static void
strings_are_escaped(void **state)
{
	static const struct {
		const char *bytes;
		size_t n;
		const char *expected;
	} cases[] = {
#define BYTES(literal) literal, sizeof(literal) - 1
		{ BYTES(""), "\"\"" },
		{ BYTES("plain text/"), "\"plain text/\"" },
		{ BYTES("a\"b\\c"), "\"a\\\"b\\\\c\"" },
		{ BYTES("\"\""), "\"\\\"\\\"\"" },
		{ BYTES("\n\t\x1b[0m\x7f"), "\"\\u000a\\u0009\\u001b[0m\\u007f\"" },
		{ BYTES("\xc2\x80\xc2\x9b\x32J\xc2\xa0"), "\"\\u0080\\u009b2J\xc2\xa0\"" },
		{ BYTES("a\0b"), "\"a\\u0000b\"" },
		{ BYTES("\xc3\xa9\xe2\x82\xac\xf0\x9f\x90\x8e"), "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x90\x8e\"" },
		{ BYTES("a\xffz"), "\"a" FFFD "z\"" },
		{ BYTES("\xc3"), "\"" FFFD "\"" },
		{ BYTES("\xe2\x82"), "\"" FFFD FFFD "\"" },
		{ BYTES("\xc0\xaf"), "\"" FFFD FFFD "\"" },
		{ BYTES("\xe0\x9f\xbf"), "\"" FFFD FFFD FFFD "\"" },
		{ BYTES("\xed\xa0\x80"), "\"" FFFD FFFD FFFD "\"" },
		{ BYTES("\xf0\x8f\xbf\xbf"), "\"" FFFD FFFD FFFD FFFD "\"" },
		{ BYTES("\xf4\x90\x80\x80"), "\"" FFFD FFFD FFFD FFFD "\"" },
		{ BYTES("\xf4\x8f\xbf\xbf"), "\"\xf4\x8f\xbf\xbf\"" },
		{ BYTES("\xc3\xa9\xc3"), "\"\xc3\xa9" FFFD "\"" },
		{ "\xc3\xa9", 1, "\"" FFFD "\"" },
		{ NULL, 0, "null" },
#undef BYTES
	};
	struct jsonw w;

	(void)state;
	jsonw_init(&w, MAX);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		jsonw_stringn(&w, cases[i].bytes, cases[i].n);
		expect_text(&w, cases[i].expected);
	}
}

/* Jansson, which refuses whatever is not JSON and not UTF-8, reads every byte at every place back. */
static void
jansson_reads_every_byte(void **state)
{
	char bytes[4] = "";

	(void)state;
	for (unsigned c = 0; c < 256 * 256; c++) {
		struct jsonw w;
		json_t *read;
		size_t length;
		char *text;

		bytes[0] = (char)(c / 256);
		bytes[1] = (char)(c % 256);
		bytes[2] = 'z';
		jsonw_init(&w, MAX);
		jsonw_stringn(&w, bytes, 3);
		text = jsonw_take(&w, &length);
		assert_non_null(text);
		read = json_loads(text, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
		if (read == NULL)
			fail_msg("%02x %02x: %s", c / 256, c % 256, text);
		if (c / 256 < 0x80 && c % 256 < 0x80)
			assert_memory_equal(json_string_value(read), bytes, 3);
		json_decref(read);
		free(text);
	}
}

/* Write a text of N characters within MAX. */
static char *
write_within(size_t n, size_t max, size_t *length)
{
	struct jsonw w;

	jsonw_init(&w, max);
	for (size_t i = 0; i < n; i++)
		jsonw_array_open(&w);
	for (size_t i = 0; i < n; i++)
		jsonw_array_close(&w);
	return jsonw_take(&w, length);
}

static void
the_bound_holds(void **state)
{
	size_t length;
	char *text;

	(void)state;
	assert_null(write_within(5, 10, &length)); /* the NUL needs an eleventh */
	text = write_within(5, 11, &length);
	assert_non_null(text);
	assert_int_equal(length, 11);
	free(text);
	text = write_within(5000, 10001, &length);
	assert_non_null(text);
	assert_int_equal(strlen(text), 10000);
	free(text);
	assert_null(write_within(5000, 10000, &length));
	assert_null(write_within(0, 10, &length)); /* nothing was written */
}

static void
after_a_failure_nothing_is_written(void **state)
{
	struct jsonw w;
	size_t length;

	(void)state;
	jsonw_init(&w, 20);
	jsonw_array_open(&w);
	jsonw_string(&w, "much longer than twenty bytes");
	jsonw_integer(&w, 1);
	jsonw_array_close(&w);
	assert_true(w.failed);
	assert_null(jsonw_take(&w, &length));
	jsonw_integer(&w, 1);
	expect_text(&w, "1");
	jsonw_free(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(commas_come_by_themselves),
		cmocka_unit_test(numbers_are_exact),
		cmocka_unit_test(what_is_not_known_is_null),
		cmocka_unit_test(strings_are_escaped),
		cmocka_unit_test(jansson_reads_every_byte),
		cmocka_unit_test(the_bound_holds),
		cmocka_unit_test(after_a_failure_nothing_is_written),
	};

	return cmocka_run_group_tests_name("jsonw", tests, NULL, NULL);
}

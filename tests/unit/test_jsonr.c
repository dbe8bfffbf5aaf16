#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "wire/jsonr.h"

static void
what_is_json_and_what_is_not(void **state)
{
	static const struct {
		const char *words;
		bool good;
	} cases[] = {
		{ "{}", true },
		{ " [ ] ", true },
		{ "{\"a\":1,\"b\":[true,false,null,{}],\"c\":\"x\"}", true },
		{ "0", true },
		{ "-0.5e+10", true },
		{ "\"\\u00e9\\ud83d\\ude00\"", true },
		{ "\"\\ud83d\"", true },
		{ "", false },
		{ " ", false },
		{ "{} {}", false },
		{ "1 2", false },
		{ "{", false },
		{ "{\"a\"", false },
		{ "{\"a\":", false },
		{ "{\"a\":1", false },
		{ "{\"a\":1,}", false },
		{ "{\"a\" 1}", false },
		{ "{a:1}", false },
		{ "{1:1}", false },
		{ "{\"\\x\":1}", false },
		{ "{\"a\":1]", false },
		{ "[1}", false },
		{ "[1 2]", false },
		{ "[1;2]", false },
		{ "{\"a\":1;\"b\":2}", false },
		{ "[,1]", false },
		{ "[1,]", false },
		{ "]", false },
		{ "01", false },
		{ "-", false },
		{ "1.", false },
		{ ".5", false },
		{ "1e", false },
		{ "1e+", false },
		{ "+1", false },
		{ "tru", false },
		{ "nulll", false },
		{ "\"", false },
		{ "\"a\nb\"", false },
		{ "\"\\", false },
		{ "\"\\\"", false },
		{ "\"\\q\"", false },
		{ "\"\\u12\"", false },
		{ "\"\\u12g4\"", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct jsonr r;

		jsonr_init(&r, cases[i].words, strlen(cases[i].words));
		jsonr_skip(&r);
		if (jsonr_done(&r) != cases[i].good)
			fail_msg("'%s'", cases[i].words);
	}
}

static void
strings_lose_their_escapes(void **state)
{
	static const struct {
		const char *words, *meaning;
	} cases[] = {
		{ "\"\"", "" },
		{ "\"plain\"", "plain" },
		{ "\"a\\\"b\\\\c\\/d\"", "a\"b\\c/d" },
		{ "\"\\b\\f\\n\\r\\t\"", "\b\f\n\r\t" },
		{ "\"\\u0041\\u00e9\\u20AC\\uD83D\\uDE00\"", "A\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80" },
		{ "\"\\ud83d.\"", "\xef\xbf\xbd." },
		{ "\"\\ude00\\ud83d\\u0041\"",
			"\xef\xbf\xbd\xef\xbf\xbd"
			"A" },
		{ "\"\xc3\xa9\"", "\xc3\xa9" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char buffer[64];
		struct text t;
		struct jsonr r;

		text_init(&t, buffer, sizeof buffer);
		jsonr_init(&r, cases[i].words, strlen(cases[i].words));
		assert_true(jsonr_string(&r, &t));
		assert_string_equal(buffer, cases[i].meaning);
		assert_true(jsonr_done(&r));
	}
}

static void
true_and_false_are_taken(void **state)
{
	static const struct {
		const char *words;
		bool taken, value, good;
	} cases[] = {
		{ "true", true, true, true },
		{ " false ", true, false, true },
		{ "null", false, false, true },
		{ "\"true\"", false, false, true },
		{ "[true]", false, false, true },
		{ "1", false, false, true },
		{ "tru", false, false, false },
		{ "falsehood", true, false, false },
		{ "", false, false, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct jsonr r;
		bool value = false;

		jsonr_init(&r, cases[i].words, strlen(cases[i].words));
		if (jsonr_bool(&r, &value) != cases[i].taken || value != cases[i].value ||
			jsonr_done(&r) != cases[i].good)
			fail_msg("'%s'", cases[i].words);
	}
}

static void
numbers_are_exact_or_nothing(void **state)
{
	static const struct {
		const char *words;
		bool whole;
		int64_t integer;
		bool decimal;
		int64_t thousandths;
	} cases[] = {
		{ "0", true, 0, true, 0 },
		{ "-0", true, 0, true, 0 },
		{ "12", true, 12, true, 12000 },
		{ "-12.3456", false, 0, true, -12345 },
		{ "-0.5", false, 0, true, -500 },
		{ "0.0009", false, 0, true, 0 },
		{ "1e3", false, 0, false, 0 },
		{ "9223372036854775807", true, INT64_MAX, false, 0 },
		{ "-9223372036854775808", true, INT64_MIN, false, 0 },
		{ "9223372036854775808", false, 0, false, 0 },
		{ "-9223372036854775809", false, 0, false, 0 },
		{ "99999999999999999999999999", false, 0, false, 0 },
		{ "1000000000000000.5", false, 0, true, 1000000000000000500 },
		{ "1000000000000001", true, 1000000000000001, false, 0 },
		{ "null", false, 0, false, 0 },
		{ "\"1\"", false, 0, false, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct jsonr whole, decimal;
		int64_t integer = 0, thousandths = 0;

		jsonr_init(&whole, cases[i].words, strlen(cases[i].words));
		decimal = whole;
		if (jsonr_integer(&whole, &integer) != cases[i].whole || integer != cases[i].integer)
			fail_msg("'%s' -> %lld", cases[i].words, (long long)integer);
		if (jsonr_thousandths(&decimal, &thousandths) != cases[i].decimal ||
			thousandths != cases[i].thousandths)
			fail_msg("'%s' -> %lld thousandths", cases[i].words, (long long)thousandths);
		/* another kind is passed over, not an error */
		assert_true(jsonr_done(&whole));
		assert_true(jsonr_done(&decimal));
	}
}

static void
objects_are_read_in_any_order(void **state)
{
	static const char words[] = "{\"other\":[{\"name\":\"no\"}], \"list\" : [1, \"two\", 3], \"name\":\"yes\", "
				    "\"nam\":\"no\", \"n\\u0061me\":1}";
	char buffer[16];
	struct text name;
	struct jsonr r;
	struct jsonr_key key;
	int64_t sum = 0, n;

	(void)state;
	text_init(&name, buffer, sizeof buffer);
	jsonr_init(&r, words, sizeof words - 1);
	assert_true(jsonr_object_open(&r));
	while (jsonr_object_next(&r, &key)) {
		if (jsonr_key_is(key, "name")) {
			assert_true(jsonr_string(&r, &name));
		} else if (jsonr_key_is(key, "list")) {
			assert_true(jsonr_array_open(&r));
			while (jsonr_array_next(&r))
				sum += jsonr_integer(&r, &n) ? n : 100;
		} else {
			assert_false(jsonr_key_is(key, "names"));
			jsonr_skip(&r);
		}
	}
	assert_true(jsonr_done(&r));
	assert_string_equal(buffer, "yes");
	assert_int_equal(sum, 104);
}

static void
depth_is_bounded(void **state)
{
	char words[2 * JSONR_DEPTH + 2];

	(void)state;
	for (unsigned depth = JSONR_DEPTH; depth <= JSONR_DEPTH + 1; depth++) {
		struct jsonr r;

		memset(words, '[', depth);
		memset(words + depth, ']', depth);
		jsonr_init(&r, words, 2 * (size_t)depth);
		jsonr_skip(&r);
		assert_int_equal(jsonr_done(&r), depth == JSONR_DEPTH);
	}
}

static void
a_broken_text_ends_every_loop(void **state)
{
	static const char words[] = "{\"a\":[1,2";

	(void)state;
	for (size_t length = 0; length < sizeof words; length++) {
		struct jsonr r;
		struct jsonr_key key;
		unsigned turns = 0;

		jsonr_init(&r, words, length);
		jsonr_object_open(&r);
		while (jsonr_object_next(&r, &key)) {
			jsonr_array_open(&r);
			while (jsonr_array_next(&r)) {
				jsonr_skip(&r);
				assert_true(++turns < 4);
			}
		}
		assert_false(jsonr_done(&r));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_json_and_what_is_not),
		cmocka_unit_test(strings_lose_their_escapes),
		cmocka_unit_test(true_and_false_are_taken),
		cmocka_unit_test(numbers_are_exact_or_nothing),
		cmocka_unit_test(objects_are_read_in_any_order),
		cmocka_unit_test(depth_is_bounded),
		cmocka_unit_test(a_broken_text_ends_every_loop),
	};

	return cmocka_run_group_tests_name("jsonr", tests, NULL, NULL);
}

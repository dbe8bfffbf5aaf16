#include "unit.h"

#include <string.h>

#include "wire/entries.h"

static void
expect(const char *log, const char *lines)
{
	char bytes[512];
	size_t n = strlen(log);

	for (size_t piece = 1; piece <= n; piece += 6) {
		struct entries e;

		assert_true(n < sizeof bytes);
		memcpy(bytes, log, n + 1);
		entries_begin(&e, bytes, n);
		for (size_t at = 0; at < n; at += piece)
			entries_unfold(&e, bytes + at, n - at < piece ? n - at : piece);
		if (strcmp(bytes, lines) != 0)
			fail_msg("in pieces of %zu: %s\nbecomes  \"%s\"\nexpected \"%s\"", piece, log, bytes, lines);
	}
}

/* Whatever is in an entry: brackets and commas within strings, and escapes, are its own. */
static void
elements_of_an_array_become_lines(void **state)
{
	(void)state;
	expect("[{\"a\":1},{\"a\":[2,{}]}]\n", " {\"a\":1}\n{\"a\":[2,{}]}\n ");
	expect("\n [\"a, ]\",\"\\\"b\"]", "   \"a, ]\"\n\"\\\"b\"\n");
	expect("[\n  {\n    \"a\": \"x\\\\\"\n  },\n  {\n    \"a\": 2\n  }\n]\n",
		"    {     \"a\": \"x\\\\\"   }\n   {     \"a\": 2   } \n ");
}

static void
objects_over_many_lines(void **state)
{
	(void)state;
	expect("{\n  \"a\": [\n    1\n  ]\n}\n{\n  \"a\": 2\n}\n", "{   \"a\": [     1   ] }\n{   \"a\": 2 }\n");
	expect("{\r\n  \"a\": 1\r\n}\r\n", "{    \"a\": 1  }\r\n");
}

/* Other logs stay as they are; from where it shows that one is no such value, that one, too. */
static void
what_is_no_such_value_stays_as_it_is(void **state)
{
	static const char *const logs[] = {
		"[2026-11-20 15:25:49 +0000] [7] [INFO] x\n{\n}\n",
		"[INFO] {\n",
		"{\"log\":\"x\"}\n{\"log\":\"y\"}\n",
		"{ x\n",
		"x [\n{\n",
		"",
		"\n",
		"[",
	};

	(void)state;
	for (unsigned i = 0; i < sizeof logs / sizeof logs[0]; i++)
		expect(logs[i], logs[i]);
	expect("{\n  \"a\":\n[2026] x\ny {\n}\n", "{   \"a\": [2026] x y {\n}\n");
	expect("[{\"a\nb\":1},\nc\n", " {\"a\nb\":1},\nc\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(elements_of_an_array_become_lines),
		cmocka_unit_test(objects_over_many_lines),
		cmocka_unit_test(what_is_no_such_value_stays_as_it_is),
	};

	return cmocka_run_group_tests_name("entries", tests, NULL, NULL);
}

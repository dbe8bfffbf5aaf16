/* Environment files: what systemd would make of the same bytes, case by case. */
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "conf/environment.h"

/* All assignments of TEXT, "|" behind each; what is wrong, when something is. */
static void
read_all(const char *text, char *seen, size_t size)
{
	struct arena *arena = arena_new();
	struct environment env;
	struct err err = { 0 };

	environment_init(&env, arena, NULL);
	seen[0] = '\0';
	if (!environment_read_text(&env, "f", text, strlen(text), &err))
		snprintf(seen, size, "%s", err.text);
	for (uint32_t i = 0; err.text[0] == '\0' && i < env.words.count; i++)
		snprintf(seen + strlen(seen), size - strlen(seen), "%s|", env.words.at[i]);
	arena_free(arena);
}

static const struct {
	const char *text, *wanted;
} cases[] = {
	{ "", "" },
	{ "A=1", "A=1|" },
	{ "A=1\nB=2\n", "A=1|B=2|" },
	{ "A=1\r\nB=2\r\n", "A=1|B=2|" },
	{ "  A = 1 2 \t\n", "A=1 2|" },
	{ "export A=1\n", "A=1|" },
	{ "A=\nB=\"\"\n", "A=|B=|" },
	{ "A=1\nB=2\nA=3\n", "A=3|B=2|" },
	/* comments end with their line, whatever it ends with */
	{ "# A=1\n ; B=2\nC=3 # not one\n", "C=3 # not one|" },
	{ "# A=1\\\nB=2\n", "B=2|" },
	/* a backslash joins lines, and takes the next character as it is */
	{ "A=one\\\ntwo\nB=3\n", "A=onetwo|B=3|" },
	{ "A=one \\\n  two\n", "A=one   two|" },
	{ "A=one\\\r\ntwo\n", "A=onetwo|" },
	{ "A=a\\b\\\\c\n", "A=ab\\c|" },
	{ "A=a\\ \n", "A=a |" },
	{ "A=a\\", "A=a|" },
	{ "A=it\\'s\n", "A=it's|" },
	/* nothing is expanded */
	{ "A=$B ${C} `d` %n\n", "A=$B ${C} `d` %n|" },
	/* quotes within a value are none */
	{ "A=a\"b\"\n", "A=a\"b\"|" },
	/* single quotes: all as it stands, over lines */
	{ "A='x \\n $y \"z\"'\n", "A=x \\n $y \"z\"|" },
	{ "A='one\n# two'\nB=3\n", "A=one\n# two|B=3|" },
	/* double quotes: a backslash before \" \ ` $ and the end of a line, and no other */
	{ "A=\"x \\\" \\\\ \\` \\$ \\n\"  \n", "A=x \" \\ ` $ \\n|" },
	{ "A=\"one\\\ntwo\nthree\"\n", "A=onetwo\nthree|" },
	{ "A= \"x\"\n", "A=x|" },
	/* what is wrong, by the line where it begins */
	{ "A=1\nsecret\n", "f:2: expected NAME=value" },
	{ "=secret\n", "f:1: expected NAME=value" },
	{ "A B=secret\n", "f:1: expected NAME=value" },
	{ "A=1\n\nB='secret\n\n", "f:3: a quote is not closed" },
	{ "A=\"secret\\\"", "f:1: a quote is not closed" },
	{ "A='a\nb'\nB='secret' c\n", "f:3: nothing may follow the closing quote" },
	{ "A=a\\\nb\n1=secret\n", "f:3: expected NAME=value" },
	{ "LISTEN_FDS=3\n", "f:1: LISTEN_FDS is Bridle's own to set" },
};

static void
reads_as_systemd_does(void **state)
{
	char seen[512];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		read_all(cases[i].text, seen, sizeof seen);
		assert_string_equal(seen, cases[i].wanted);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_as_systemd_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

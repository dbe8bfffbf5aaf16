/* briefing: what on_failure may be told, and what no watcher gets into its environment. */
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "wire/briefing.h"

#define CLASS "BRIDLE_CLASS=boot.import-missing"
#define PHASE "BRIDLE_PHASE=boot"

/* clang-format off */
static const struct {
	const char *about, *bytes;
	size_t n;
	bool taken;
} cases[] = {
#define CASE(taken, about, bytes) { about, bytes, sizeof bytes - 1, taken }
	CASE(true,  "what the watcher sends",      CLASS "\0" PHASE "\0BRIDLE_INCIDENT={\"number\":1}\0"),
	CASE(true,  "what is not ASCII",           CLASS "\0" PHASE "\0BRIDLE_INCIDENT={\"did\":\"\xc3\xa9\"}\0"),
	CASE(false, "nothing",                     ""),
	CASE(false, "one too few",                 CLASS "\0" PHASE "\0"),
	CASE(false, "one too many",                CLASS "\0" PHASE "\0BRIDLE_INCIDENT={}\0X=y\0"),
	CASE(false, "an empty one behind",         CLASS "\0" PHASE "\0BRIDLE_INCIDENT={}\0\0"),
	CASE(false, "the last one is not ended",   CLASS "\0" PHASE "\0BRIDLE_INCIDENT={}"),
	CASE(false, "another order",               PHASE "\0" CLASS "\0BRIDLE_INCIDENT={}\0"),
	CASE(false, "another name",                "LD_PRELOAD=x\0" PHASE "\0BRIDLE_INCIDENT={}\0"),
	CASE(false, "a name that begins like one", "BRIDLE_CLASSES=x\0" PHASE "\0BRIDLE_INCIDENT={}\0"),
	CASE(false, "no class",                    "BRIDLE_CLASS=\0" PHASE "\0BRIDLE_INCIDENT={}\0"),
	CASE(false, "words for a shell",           "BRIDLE_CLASS=$(id)\0" PHASE "\0BRIDLE_INCIDENT={}\0"),
	CASE(false, "two words",                   CLASS "\0BRIDLE_PHASE=a b\0BRIDLE_INCIDENT={}\0"),
	CASE(false, "no object",                   CLASS "\0" PHASE "\0BRIDLE_INCIDENT=() { :; }\0"),
	CASE(false, "half an object",              CLASS "\0" PHASE "\0BRIDLE_INCIDENT={\0"),
	CASE(false, "a line's end",                CLASS "\0" PHASE "\0BRIDLE_INCIDENT={\n}\0"),
	CASE(false, "broken UTF-8",                CLASS "\0" PHASE "\0BRIDLE_INCIDENT={\"\xc3\"}\0"),
#undef CASE
};
/* clang-format on */

static void
what_is_taken(void **state)
{
	(void)state;
	for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char *copy = malloc(cases[i].n + 1), *variables[BRIEFING_COUNT];

		assert_non_null(copy);
		memcpy(copy, cases[i].bytes, cases[i].n);
		if (briefing_read(copy, cases[i].n, variables) != cases[i].taken)
			fail_msg("%s", cases[i].about);
		free(copy);
	}
}

static void
what_is_written_is_read(void **state)
{
	const char *const values[BRIEFING_COUNT] = { "runtime.oom-kill", "runtime", "{\"number\":7} and no more" };
	char *bytes = malloc(BRIEFING_MAX), *variables[BRIEFING_COUNT];
	size_t n;

	(void)state;
	assert_non_null(bytes);
	n = briefing_write(values, strlen("{\"number\":7}"), bytes);
	assert_true(n > 0 && briefing_read(bytes, n, variables));
	assert_string_equal(variables[BRIEFING_CLASS], "BRIDLE_CLASS=runtime.oom-kill");
	assert_string_equal(variables[BRIEFING_PHASE], "BRIDLE_PHASE=runtime");
	assert_string_equal(variables[BRIEFING_INCIDENT], "BRIDLE_INCIDENT={\"number\":7}");
	free(bytes);
}

static void
what_is_too_long_is_not_written(void **state)
{
	char *bytes = malloc(BRIEFING_MAX), *object = malloc(BRIEFING_MAX);
	const char *const values[BRIEFING_COUNT] = { "a", "b", object };

	(void)state;
	assert_true(bytes != NULL && object != NULL);
	memset(object, 'x', BRIEFING_MAX);
	object[0] = '{';
	object[BRIEFING_MAX - 101] = object[BRIEFING_MAX - 1] = '}';
	assert_int_equal(briefing_write(values, BRIEFING_MAX, bytes), 0);
	assert_true(briefing_write(values, BRIEFING_MAX - 100, bytes) > 0);
	free(object);
	free(bytes);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_taken),
		cmocka_unit_test(what_is_written_is_read),
		cmocka_unit_test(what_is_too_long_is_not_written),
	};

	return cmocka_run_group_tests_name("briefing", tests, NULL, NULL);
}

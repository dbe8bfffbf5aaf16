#include "unit.h"

#include <jansson.h>

#include "cli/victim.h"

/* pid of the one that stands for an incident of CLASS in which these died; 0 for nobody */
static int64_t
victim(const char *class, const char *deaths)
{
	json_t *incident = json_pack("{s:s, s:o}", "class", class, "deaths", json_loads(deaths, 0, NULL));
	const json_t *one = victim_of(incident);
	int64_t pid = one != NULL ? json_integer_value(json_object_get(one, "pid")) : 0;

	json_decref(incident);
	return pid;
}

static void
the_death_that_the_verdict_is_of(void **state)
{
	static const char several[] = "[{\"pid\": 1, \"status\": null, \"signal\": 11, \"oom\": false},"
				      " {\"pid\": 2, \"status\": 7, \"signal\": null, \"oom\": false},"
				      " {\"pid\": 3, \"status\": null, \"signal\": 9, \"oom\": true},"
				      " {\"pid\": 4, \"status\": null, \"signal\": 9, \"oom\": false},"
				      " {\"pid\": 5, \"status\": null, \"signal\": 15, \"oom\": false}]";

	(void)state;
	assert_int_equal(victim("runtime.crash-signal", several), 1);
	assert_int_equal(victim("boot.crash-signal", several), 1);
	assert_int_equal(victim("runtime.worker-exit", several), 2);
	assert_int_equal(victim("runtime.oom-kill", several), 3);
	assert_int_equal(victim("runtime.killed-9-sent", several), 4);
	/* its neighbours were ended because of it */
	assert_int_equal(victim("boot.import-missing", several), 2);
	/* how a worker of a timeout ends is not said by its class */
	assert_int_equal(victim("runtime.timeout", several), 5);
}

/* What an older or a newer bridled does not say is unknown, and no error. */
static void
none_that_fits(void **state)
{
	(void)state;
	assert_int_equal(victim("runtime.crash-signal", "[{\"pid\": 1, \"signal\": 9}, {\"pid\": 2}]"), 2);
	assert_int_equal(victim("runtime.crash-signal", "[]"), 0);
	assert_int_equal(victim("unknown", "[{\"pid\": 1}]"), 1);
	assert_null(victim_of(NULL));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_death_that_the_verdict_is_of),
		cmocka_unit_test(none_that_fits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* What is told of a story beside its verdict. */
#include "unit.h"

#include <signal.h>

#include "judge/asked.h"
#include "judge/incident.h"

static void
told(struct story *s, enum fact fact, int32_t pid)
{
	const struct story_event e = { .fact = fact, .second = 100, .pid = pid };

	story_tell(s, &e);
}

/* What S comes to, without a line of a log. */
static struct incident
judged(struct story *s)
{
	struct incident_lines none;
	struct incident i;

	incident_lines_clear(&none);
	incident_take(&i, story_close(s, false), &none, s);
	return i;
}

/* One worker crashed, another one was killed, in the second in which both had booted: as a loop has it, but they had loaded the
 * application. */
static void
each_death_is_told(void **state)
{
	struct incident i;
	struct story s;

	(void)state;
	story_init(&s);
	s.watched = true;
	told(&s, FACT_BOOTING, 7);
	told(&s, FACT_BOOTING, 8);
	told(&s, FACT_CRASHED, 7);
	told(&s, FACT_DIED_UP, 7);
	told(&s, FACT_KILLED, 8);
	told(&s, FACT_DIED_UP, 8);
	i = judged(&s);
	assert_int_equal(i.verdict.cause, CAUSE_CRASH);
	/* that both had loaded the application proves the first, and is no less true of the second */
	assert_int_equal(i.also[0], CAUSE_KILLED);
	assert_int_equal(i.also[1], CAUSE_UNKNOWN);
}

/* A boot that fails for one reason: that nobody says why is what the rest alone would say. */
static void
what_is_explained_is_not_unexplained(void **state)
{
	struct incident i;
	struct story s;

	(void)state;
	story_init(&s);
	told(&s, FACT_BOOTING, 7);
	told(&s, FACT_X_ENVIRONMENT, 7);
	told(&s, FACT_AT_BOOT, 7);
	told(&s, FACT_EXITED_3, 7);
	told(&s, FACT_REASON_BOOT, 0);
	i = judged(&s);
	assert_int_equal(i.verdict.cause, CAUSE_ENV_MISSING);
	assert_int_equal(i.also[0], CAUSE_UNKNOWN);
}

/* What is proven by circumstances alone does not prove the next one as well. */
static void
one_death_is_told_once(void **state)
{
	struct incident i;
	struct story s;

	(void)state;
	story_init(&s);
	s.watched = true;
	told(&s, FACT_CRASHED, 7);
	told(&s, FACT_DIED_UP, 7);
	i = judged(&s);
	assert_int_equal(i.verdict.cause, CAUSE_CRASH);
	assert_int_equal(i.also[0], CAUSE_UNKNOWN);
}

/* What was asked for explains what it can have made. */
static void
a_request_explains_what_it_can_have_made(void **state)
{
	static const struct {
		enum link_deed deed;
		int signal;
		enum cause cause;
		enum cause_phase phase;
		bool explains;
	} cases[] = {
		{ DEED_RESTART, 0, CAUSE_IMPORT_MISSING, PHASE_BOOT, true },
		{ DEED_RESTART, 0, CAUSE_REQUESTED, PHASE_SHUTDOWN, true },
		{ DEED_RESTART, 0, CAUSE_CRASH, PHASE_RUNTIME, false },
		{ DEED_RESTART, 0, CAUSE_QUEUE_STANDS, PHASE_RUNTIME, false },
		{ DEED_RELOAD, 0, CAUSE_RELOAD_HUP, PHASE_RELOAD, true },
		{ DEED_RELOAD, 0, CAUSE_MAX_REQUESTS, PHASE_RECYCLE, false },
		{ DEED_STOP, 0, CAUSE_FORCED_KILL, PHASE_SHUTDOWN, true },
		{ DEED_STOP, 0, CAUSE_MASTER_KILLED, PHASE_RUNTIME, false },
		{ DEED_SCALE, 0, CAUSE_QUEUE_STANDS, PHASE_RUNTIME, true },
		{ DEED_SCALE, 0, CAUSE_MAX_REQUESTS, PHASE_RECYCLE, false },
		{ DEED_SIGNAL, SIGKILL, CAUSE_MASTER_KILLED, PHASE_RUNTIME, true },
		{ DEED_SIGNAL, SIGTTIN, CAUSE_MASTER_KILLED, PHASE_RUNTIME, false },
		{ DEED_MORE, 0, CAUSE_IMPORT_MISSING, PHASE_BOOT, false },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const struct cause_verdict v = { .cause = cases[i].cause, .phase = cases[i].phase };

		if (asked_explains(cases[i].deed, cases[i].signal, &v) != cases[i].explains)
			fail_msg("case %u", i);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_request_explains_what_it_can_have_made),
		cmocka_unit_test(each_death_is_told),
		cmocka_unit_test(one_death_is_told_once),
		cmocka_unit_test(what_is_explained_is_not_unexplained),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

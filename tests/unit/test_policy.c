#include "unit.h"

#include "core/policy.h"

enum { S = 1000, T0 = 50000000, OLD = 3600 * S };

/* What is claimed of a service for which SET is set, and what is done about it. */
static const struct {
	const char *name;
	enum policy_cause cause;
	enum policy_deed set;
	enum life_state state;
	msec age;
	bool worker;
	enum policy_deed done;
	bool crowded;
} claims[] = {
	/* clang-format off */
	{ "nothing is set", POLICY_FLAPPING, POLICY_NONE, LIFE_RUNNING, OLD, false, POLICY_NONE },
	{ "flapping is replaced", POLICY_FLAPPING, POLICY_REPLACE, LIFE_RUNNING, OLD, false, POLICY_REPLACE },
	{ "flapping is stopped", POLICY_FLAPPING, POLICY_STOP, LIFE_RUNNING, OLD, false, POLICY_STOP },
	{ "who is stopped had a chance", POLICY_FLAPPING, POLICY_STOP, LIFE_RUNNING, POLICY_LIVED - 1, false, POLICY_NONE },
	{ "and no more than that", POLICY_FLAPPING, POLICY_STOP, LIFE_RUNNING, POLICY_LIVED, false, POLICY_STOP },
	{ "what is replaced is new in a moment", POLICY_FLAPPING, POLICY_REPLACE, LIFE_REPLACING, OLD, false, POLICY_NONE },
	{ "what is being stopped is left alone", POLICY_OOM, POLICY_STOP, LIFE_STOPPING, OLD, false, POLICY_NONE },
	{ "what does not run does not flap", POLICY_FLAPPING, POLICY_STOP, LIFE_STARTING, OLD, false, POLICY_NONE },
	{ "a boot loop is stopped", POLICY_BOOT_LOOP, POLICY_STOP, LIFE_STARTING, OLD, false, POLICY_STOP },
	{ "while it waits, too", POLICY_BOOT_LOOP, POLICY_STOP, LIFE_WAITING, OLD, false, POLICY_STOP },
	{ "what runs has booted", POLICY_BOOT_LOOP, POLICY_STOP, LIFE_RUNNING, OLD, false, POLICY_NONE },
	{ "a boot loop is not replaced", POLICY_BOOT_LOOP, POLICY_REPLACE, LIFE_STARTING, OLD, false, POLICY_NONE },
	{ "a worker that hangs is recycled", POLICY_HANG, POLICY_RECYCLE, LIFE_RUNNING, OLD, true, POLICY_RECYCLE },
	{ "one that has died is not", POLICY_HANG, POLICY_RECYCLE, LIFE_RUNNING, OLD, false, POLICY_NONE },
	{ "one that has hung until it died", POLICY_HANG, POLICY_REPLACE, LIFE_RUNNING, OLD, false, POLICY_REPLACE },
	{ "one that hangs may yet answer", POLICY_HANG, POLICY_REPLACE, LIFE_RUNNING, OLD, true, POLICY_NONE },
	{ "and not with all others", POLICY_HANG, POLICY_REPLACE, LIFE_RUNNING, OLD, false, POLICY_NONE, true },
	{ "what flaps does so by itself", POLICY_FLAPPING, POLICY_REPLACE, LIFE_RUNNING, OLD, false, POLICY_REPLACE, true },
	{ "one worker is no burden", POLICY_HANG, POLICY_RECYCLE, LIFE_RUNNING, OLD, true, POLICY_RECYCLE, true },
	{ "unwell is replaced", POLICY_UNHEALTHY, POLICY_REPLACE, LIFE_RUNNING, OLD, false, POLICY_REPLACE },
	{ "or restarted", POLICY_UNHEALTHY, POLICY_RESTART, LIFE_RUNNING, OLD, false, POLICY_RESTART },
	{ "and not with all others that ask the same peer", POLICY_UNHEALTHY, POLICY_REPLACE, LIFE_RUNNING, OLD, false, POLICY_NONE, true },
	{ "nor restarted with them", POLICY_UNHEALTHY, POLICY_RESTART, LIFE_RUNNING, OLD, false, POLICY_NONE, true },
	{ "while it is replaced others answer", POLICY_UNHEALTHY, POLICY_RESTART, LIFE_REPLACING, OLD, false, POLICY_NONE },
	{ "out of memory", POLICY_OOM, POLICY_REPLACE, LIFE_RUNNING, 0, false, POLICY_REPLACE },
	/* clang-format on */
};

static void
what_is_done(void **state)
{
	(void)state;
	for (unsigned i = 0; i < sizeof claims / sizeof claims[0]; i++) {
		const struct policy_claim claim = { claims[i].cause, claims[i].set, claims[i].state, claims[i].age,
			claims[i].worker, claims[i].crowded };
		struct policy p = { 0 };

		if (policy_judge(&p, &claim, T0) != claims[i].done)
			fail_msg("%s", claims[i].name);
	}
}

/* Claimed every SECOND for LONG ms: how often is something done, and when last. */
static unsigned
count(struct policy *p, const struct policy_claim *claim, msec from, msec until, msec *last)
{
	unsigned n = 0;

	for (msec now = from; now < until; now += S)
		if (policy_judge(p, claim, now) != POLICY_NONE) {
			*last = now;
			n++;
		}
	return n;
}

/* Whoever claims it all the time gets one in ten minutes, one twenty minutes later, and so on. */
static void
what_does_not_help_is_done_less(void **state)
{
	static const msec rests[] = { 10, 20, 40, 80, 160, 240, 240, 240 };
	const struct policy_claim claim = { POLICY_FLAPPING, POLICY_REPLACE, LIFE_RUNNING, OLD, false };
	struct policy p = { 0 };
	msec now = T0, last = 0, before;

	(void)state;
	assert_int_equal(count(&p, &claim, now, now + S, &last), 1);
	for (unsigned i = 0; i < sizeof rests / sizeof rests[0]; i++) {
		before = last;
		now = before + S;
		assert_int_equal(count(&p, &claim, now, before + rests[i] * 60 * S + S, &last), 1);
		assert_int_equal(last - before, rests[i] * 60 * S);
	}
}

static void
what_helped_is_done_again(void **state)
{
	const struct policy_claim claim = { POLICY_OOM, POLICY_REPLACE, LIFE_RUNNING, OLD, false };
	struct policy p = { 0 };
	msec now = T0;

	(void)state;
	for (unsigned i = 0; i < 10; i++, now += 2 * POLICY_REST + S)
		assert_int_equal(policy_judge(&p, &claim, now), POLICY_REPLACE);
	assert_int_equal(p.repeats, 0);
}

static void
one_worker_at_a_time(void **state)
{
	const struct policy_claim claim = { POLICY_HANG, POLICY_RECYCLE, LIFE_RUNNING, OLD, true };
	struct policy p = { 0 };
	msec last = 0;

	(void)state;
	assert_int_equal(count(&p, &claim, T0, T0 + 60 * S, &last), 12);
}

/* A machine that has just been switched on. */
static void
at_the_beginning_of_time(void **state)
{
	const struct policy_claim claim = { POLICY_OOM, POLICY_REPLACE, LIFE_RUNNING, OLD, false };
	struct policy p = { 0 };

	(void)state;
	assert_int_equal(policy_judge(&p, &claim, 0), POLICY_REPLACE);
	assert_int_equal(policy_judge(&p, &claim, S), POLICY_NONE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_done),
		cmocka_unit_test(what_does_not_help_is_done_less),
		cmocka_unit_test(what_helped_is_done_again),
		cmocka_unit_test(one_worker_at_a_time),
		cmocka_unit_test(at_the_beginning_of_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

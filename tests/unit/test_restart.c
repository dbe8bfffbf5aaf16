#include "unit.h"

#include "core/restart.h"

enum { T0 = 100000 };

static const struct restart_limits usual = {
	.policy = RESTART_ALWAYS, .delay = 1000, .delay_max = 10000, .reset = 60000, .limit = 6, .interval = 3600000
};

static const char *const verdicts[] = { "now", "later", "give up", "done" };

static enum restart_verdict
judge(struct restart *r, const struct restart_limits *limits, bool ready, msec age, msec now, msec *wait)
{
	struct death death = { .ready = ready, .age = age };

	return restart_judge(r, limits, &death, 0, now, wait);
}

/* One death of a fresh service under each policy. */
static void
each_policy_judges_a_first_death(void **state)
{
	static const struct {
		enum restart_policy policy;
		struct death death;
		enum restart_verdict verdict;
	} cases[] = {
		{ RESTART_ALWAYS, { .ready = true, .age = 5000 }, RESTART_NOW },
		{ RESTART_ALWAYS, { .ready = true, .clean = true, .age = 5000 }, RESTART_NOW },
		{ RESTART_ALWAYS, { .ready = true, .asked = true, .age = 5000 }, RESTART_DONE },
		{ RESTART_ALWAYS, { .age = 5000 }, RESTART_LATER },
		{ RESTART_ALWAYS, { .clean = true, .age = 5000 }, RESTART_LATER },
		{ RESTART_ALWAYS, { .asked = true, .age = 5000 }, RESTART_DONE },
		{ RESTART_ON_FAILURE, { .ready = true, .age = 5000 }, RESTART_NOW },
		{ RESTART_ON_FAILURE, { .ready = true, .clean = true, .age = 5000 }, RESTART_DONE },
		{ RESTART_ON_FAILURE, { .ready = true, .clean = true }, RESTART_DONE },
		{ RESTART_ON_FAILURE, { .clean = true, .age = 5000 }, RESTART_LATER },
		{ RESTART_NEVER, { .ready = true, .clean = true, .age = 5000 }, RESTART_DONE },
		{ RESTART_NEVER, { .ready = true, .age = 5000 }, RESTART_GIVE_UP },
		{ RESTART_NEVER, { .clean = true, .age = 5000 }, RESTART_GIVE_UP },
		{ RESTART_NEVER, { .age = 5000 }, RESTART_GIVE_UP },
		{ RESTART_NEVER, { .asked = true }, RESTART_DONE },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct restart r = { 0 };
		struct restart_limits limits = usual;
		msec wait;

		limits.policy = cases[i].policy;
		enum restart_verdict v = restart_judge(&r, &limits, &cases[i].death, 0, T0, &wait);

		if (v != cases[i].verdict)
			fail_msg("case %u: %s", i, verdicts[v]);
	}
}

/* Deaths in a row and what each means; -1 ends a row. Jitter 0 gives the shortest wait of each doubling. */
static void
rows_of_deaths(void **state)
{
	enum { B, L, E, H }; /* in boot; late, if only just; early, only just; healthy */
	static const struct {
		const char *name;
		struct {
			int kind;
			enum restart_verdict verdict;
			msec wait;
		} deaths[14];
	} rows[] = {
		{ "boot failures wait and double, then it is given up",
			{ { B, RESTART_LATER, 1000 }, { B, RESTART_LATER, 2000 }, { B, RESTART_LATER, 4000 },
				{ B, RESTART_LATER, 5000 }, { B, RESTART_LATER, 5000 }, { B, RESTART_GIVE_UP, 0 },
				{ -1 } } },
		{ "six late deaths are free",
			{ { L, RESTART_NOW }, { L, RESTART_NOW }, { L, RESTART_NOW }, { L, RESTART_NOW },
				{ L, RESTART_NOW }, { L, RESTART_NOW }, { L, RESTART_LATER, 1000 },
				{ L, RESTART_LATER, 2000 }, { -1 } } },
		{ "early and late ones in turn count alike",
			{ { L, RESTART_NOW }, { E, RESTART_NOW }, { L, RESTART_NOW }, { E, RESTART_NOW },
				{ L, RESTART_NOW }, { E, RESTART_NOW }, { L, RESTART_LATER, 1000 },
				{ E, RESTART_LATER, 2000 }, { -1 } } },
		{ "and one more when killed just after a restart",
			{ { L, RESTART_NOW }, { L, RESTART_NOW }, { L, RESTART_NOW }, { L, RESTART_NOW },
				{ L, RESTART_NOW }, { E, RESTART_NOW }, { E, RESTART_LATER, 1000 },
				{ E, RESTART_LATER, 2000 }, { -1 } } },
		{ "the first early one is forgiven, the second waits",
			{ { E, RESTART_NOW }, { E, RESTART_LATER, 1000 }, { E, RESTART_LATER, 2000 },
				{ L, RESTART_NOW }, { E, RESTART_NOW }, { E, RESTART_LATER, 1000 }, { -1 } } },
		{ "no early one is forgiven after many late ones",
			{ { L, RESTART_NOW }, { L, RESTART_NOW }, { L, RESTART_NOW }, { L, RESTART_NOW },
				{ L, RESTART_NOW }, { L, RESTART_NOW }, { E, RESTART_LATER, 1000 }, { -1 } } },
		{ "nor after a boot failure", { { B, RESTART_LATER, 1000 }, { E, RESTART_LATER, 1000 }, { -1 } } },
		{ "health makes all forgotten",
			{ { B, RESTART_LATER, 1000 }, { B, RESTART_LATER, 2000 }, { B, RESTART_LATER, 4000 },
				{ B, RESTART_LATER, 5000 }, { B, RESTART_LATER, 5000 }, { H, RESTART_NOW },
				{ B, RESTART_LATER, 1000 }, { L, RESTART_NOW }, { -1 } } },
	};
	static const msec ages[] = { [B] = 300, [L] = 1000, [E] = 999, [H] = 60000 };

	(void)state;
	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct restart r = { 0 };
		msec now = T0;

		for (unsigned k = 0; rows[i].deaths[k].kind >= 0; k++) {
			int kind = rows[i].deaths[k].kind;
			msec wait = 0;
			enum restart_verdict v = judge(&r, &usual, kind != B, ages[kind], now, &wait);

			now += ages[kind];
			if (v != rows[i].deaths[k].verdict || (v == RESTART_LATER && wait != rows[i].deaths[k].wait))
				fail_msg("%s, death %u: %s, %lld", rows[i].name, k, verdicts[v], (long long)wait);
		}
	}
}

static void
failures_count_within_the_interval(void **state)
{
	struct restart_limits limits = usual;
	struct restart r = { 0 };
	msec wait, now = T0;

	(void)state;
	limits.limit = 3;
	for (unsigned i = 0; i < 20; i++, now += limits.interval / 2 + 1)
		assert_int_equal(judge(&r, &limits, false, 10, now, &wait), RESTART_LATER);
	assert_int_equal(judge(&r, &limits, false, 10, now, &wait), RESTART_LATER);
	assert_int_equal(judge(&r, &limits, false, 10, now + 1, &wait), RESTART_LATER);
	assert_int_equal(judge(&r, &limits, false, 10, now + 2, &wait), RESTART_GIVE_UP);
	/* exactly as long as the interval is still within it */
	restart_forget(&r);
	assert_int_equal(judge(&r, &limits, false, 10, now, &wait), RESTART_LATER);
	assert_int_equal(judge(&r, &limits, false, 10, now, &wait), RESTART_LATER);
	assert_int_equal(judge(&r, &limits, false, 10, now + limits.interval, &wait), RESTART_GIVE_UP);
	limits.limit = 1;
	restart_forget(&r);
	assert_int_equal(judge(&r, &limits, false, 10, now, &wait), RESTART_GIVE_UP);
	limits.limit = 0;
	for (unsigned i = 0; i < 1000; i++)
		assert_int_equal(judge(&r, &limits, false, 10, now, &wait), RESTART_LATER);
}

static void
waits_stay_within_their_limits(void **state)
{
	/* clang-format off */
	static const struct { msec delay, most; } limits_of[] = {
		{ 1, 1 }, { 1, 2 }, { 1000, 1000 }, { 1000, 1500 }, { 1000, 60000 }, { 3600000, 86400000 }, { 1, INT64_MAX / 4 },
	};
	/* clang-format on */
	static const uint32_t jitters[] = { 0, 1, 77777, UINT32_MAX / 2, UINT32_MAX };

	(void)state;
	for (unsigned i = 0; i < sizeof limits_of / sizeof limits_of[0]; i++)
		for (unsigned j = 0; j < sizeof jitters / sizeof jitters[0]; j++) {
			struct restart_limits limits = usual;
			struct restart r = { 0 };
			msec wait;

			limits.delay = limits_of[i].delay;
			limits.delay_max = limits_of[i].most;
			limits.limit = 0;
			for (unsigned k = 0; k < 200; k++) {
				struct death death = { .age = 10 };

				wait = -1;
				assert_int_equal(restart_judge(&r, &limits, &death, jitters[j], T0, &wait),
					RESTART_LATER);
				if (wait < limits.delay || wait > limits.delay_max)
					fail_msg("limits %u, jitter %u: %lld", i, jitters[j], (long long)wait);
			}
		}
}

static void
jitter_spreads(void **state)
{
	msec low = INT64_MAX, high = 0;

	(void)state;
	for (uint32_t j = 0; j < 10000; j++) {
		struct restart r = { .streak = 1 };
		struct death death = { .age = 10 };
		msec wait = 0;

		restart_judge(&r, &usual, &death, j * 429496, T0, &wait);
		low = wait < low ? wait : low;
		high = wait > high ? wait : high;
	}
	assert_in_range(low, 2000, 2020);
	assert_in_range(high, 3980, 4000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_policy_judges_a_first_death),
		cmocka_unit_test(rows_of_deaths),
		cmocka_unit_test(failures_count_within_the_interval),
		cmocka_unit_test(waits_stay_within_their_limits),
		cmocka_unit_test(jitter_spreads),
	};

	return cmocka_run_group_tests_name("restart", tests, NULL, NULL);
}

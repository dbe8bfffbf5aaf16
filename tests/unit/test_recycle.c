#include "unit.h"

#include "core/recycle.h"

enum { LIMIT = 100, TICK = 1000 };

static int32_t
sample(struct recycle *r, struct recycle_worker *workers, uint32_t n, unsigned times, msec *now)
{
	int32_t pid = 0;

	while (times-- > 0 && pid == 0) {
		*now += TICK;
		pid = recycle_choose(r, workers, n, LIMIT, *now);
	}
	return pid;
}

static void
only_after_three_samples_in_a_row(void **state)
{
	struct recycle r = { 0 };
	struct recycle_worker w[2] = { { .pid = 10, .bytes = 101, .booted = true },
		{ .pid = 11, .bytes = 100, .booted = true } };
	msec now = 0;

	(void)state;
	assert_int_equal(sample(&r, w, 2, 2, &now), 0);
	w[0].bytes = 100; /* at the limit is not over it */
	assert_int_equal(sample(&r, w, 2, 1, &now), 0);
	w[0].bytes = 101;
	assert_int_equal(sample(&r, w, 2, 2, &now), 0);
	assert_int_equal(sample(&r, w, 2, 1, &now), 10);
}

static void
the_heaviest_first_and_one_at_a_time(void **state)
{
	struct recycle r = { 0 };
	struct recycle_worker w[3] = { { .pid = 10, .bytes = 150, .booted = true },
		{ .pid = 11, .bytes = 300, .booted = true }, { .pid = 12, .bytes = 200, .booted = true } };
	msec now = 0;

	(void)state;
	assert_int_equal(sample(&r, w, 3, 3, &now), 11);
	assert_int_equal(sample(&r, w, 3, 10, &now), 0);
	w[1] = (struct recycle_worker){ .pid = 13, .bytes = 20, .booted = false }; /* its successor boots */
	assert_int_equal(sample(&r, w, 3, 10, &now), 0);
	w[1].booted = true;
	assert_int_equal(sample(&r, w, 3, 1, &now), 12);
}

static void
one_that_does_not_go_does_not_block_the_others_for_ever(void **state)
{
	struct recycle r = { 0 };
	struct recycle_worker w[2] = { { .pid = 10, .bytes = 150, .booted = true },
		{ .pid = 11, .bytes = 120, .booted = true } };
	msec now = 0;

	(void)state;
	assert_int_equal(sample(&r, w, 2, 3, &now), 10);
	assert_int_equal(sample(&r, w, 2, RECYCLE_PATIENCE / TICK - 1, &now), 0);
	assert_int_equal(sample(&r, w, 2, 1, &now), 10); /* asked again: it is still the heaviest */
}

static void
no_limit_no_workers(void **state)
{
	struct recycle r = { 0 };
	struct recycle_worker w[1] = { { .pid = 10, .bytes = UINT64_MAX, .over = 7, .booted = true } };

	(void)state;
	for (msec now = 0; now < 10 * TICK; now += TICK)
		assert_int_equal(recycle_choose(&r, w, 1, 0, now), 0);
	assert_int_equal(w[0].over, 0);
	assert_int_equal(recycle_choose(&r, w, 0, LIMIT, 0), 0);
}

static void
together_they_may_be_too_heavy(void **state)
{
	static const struct recycle_worker w[3] = { { .bytes = 50 }, { .bytes = 70 }, { .bytes = 60 } };

	(void)state;
	assert_int_equal(recycle_limit(w, 3, 0, 180), 0); /* at the limit is not over it */
	assert_int_equal(recycle_limit(w, 3, 65, 180), 65);
	assert_int_equal(recycle_limit(w, 3, 0, 179), 69); /* the heaviest alone is over that */
	assert_int_equal(recycle_limit(w, 3, 65, 179), 65);
	assert_int_equal(recycle_limit(w, 3, 100, 179), 69);
	assert_int_equal(recycle_limit(w, 3, 100, 0), 100);
	assert_int_equal(recycle_limit(w, 0, 0, 1), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_after_three_samples_in_a_row),
		cmocka_unit_test(the_heaviest_first_and_one_at_a_time),
		cmocka_unit_test(one_that_does_not_go_does_not_block_the_others_for_ever),
		cmocka_unit_test(no_limit_no_workers),
		cmocka_unit_test(together_they_may_be_too_heavy),
	};

	return cmocka_run_group_tests_name("recycle", tests, NULL, NULL);
}

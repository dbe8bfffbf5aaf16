#include "unit.h"

#include "core/pool.h"

enum { TICK = 1000, T0 = 500000 };

/* Show the pool N samples a second apart; returns what is wanted after the last. */
static uint32_t
samples(struct pool *p, unsigned n, int64_t queue, uint32_t booted, msec *now)
{
	struct pool_seen seen = { .workers = booted, .booted = booted, .queue = queue };
	uint32_t wanted = p->wanted;

	while (n-- > 0) {
		*now += TICK;
		wanted = pool_want(p, &seen, *now);
	}
	return wanted;
}

static enum pool_deed
step(struct pool *p, uint32_t workers, msec now)
{
	return pool_step(p, &(struct pool_seen){ .workers = workers, .booted = workers, .queue = 0 }, now);
}

static void
people_set_what_is_wanted(void **state)
{
	/* clang-format off */
	static const struct { uint32_t min, max, n, wanted; } cases[] = {
		{ 2, 8, 5, 5 }, { 2, 8, 1, 2 }, { 2, 8, 9, 8 }, { 2, 8, 0, 2 }, { 3, 3, 7, 7 }, { 3, 3, 1, 1 }, { 3, 3, 0, 1 },
	};
	/* clang-format on */

	(void)state;
	for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct pool p;

		pool_init(&p, cases[i].min, cases[i].max, cases[i].min);
		if (pool_set(&p, cases[i].n) != cases[i].wanted || p.wanted != cases[i].wanted)
			fail_msg("case %u: %u", i, p.wanted);
	}
}

static void
a_standing_queue_brings_one_more(void **state)
{
	struct pool p;
	msec now = T0;

	(void)state;
	pool_init(&p, 2, 4, 2);
	assert_int_equal(samples(&p, 1, 3, 2, &now), 2);
	assert_int_equal(samples(&p, 1, 0, 2, &now), 2); /* it did not stand */
	assert_int_equal(samples(&p, 1, 3, 2, &now), 2);
	assert_int_equal(samples(&p, 1, 3, 2, &now), 3);
	assert_int_equal(samples(&p, 4, 3, 3, &now), 3); /* a pause after each move */
	assert_int_equal(samples(&p, 1, 3, 3, &now), 4);
	assert_int_equal(samples(&p, 100, 3, 4, &now), 4); /* not above the range */
}

static void
no_more_while_those_that_were_wanted_boot(void **state)
{
	struct pool p;
	msec now = T0;

	(void)state;
	pool_init(&p, 2, 4, 3);
	assert_int_equal(samples(&p, 100, 9, 2, &now), 3);
	assert_int_equal(samples(&p, 1, 9, 3, &now), 4);
}

static void
a_minute_without_queue_brings_one_less(void **state)
{
	struct pool p;
	msec now = T0;

	(void)state;
	pool_init(&p, 2, 4, 4);
	assert_int_equal(samples(&p, POOL_FALL - 1, 0, 4, &now), 4);
	assert_int_equal(samples(&p, 1, 0, 4, &now), 3);
	assert_int_equal(samples(&p, POOL_FALL - 1, 0, 3, &now), 3);
	assert_int_equal(samples(&p, 1, 1, 3, &now), 3); /* somebody waited: counted anew */
	assert_int_equal(samples(&p, POOL_FALL - 1, 0, 3, &now), 3);
	assert_int_equal(samples(&p, 1, 0, 3, &now), 2);
	assert_int_equal(samples(&p, 10 * POOL_FALL, 0, 2, &now), 2); /* not below the range */
}

static void
cooling_down_takes_longer_than_up(void **state)
{
	struct pool p;
	msec now = T0;

	(void)state;
	pool_init(&p, 2, 4, 2);
	assert_int_equal(samples(&p, 2, 3, 2, &now), 3);
	p.fall = POOL_FALL;
	assert_int_equal(samples(&p, POOL_COOL_DOWN / TICK - 1, 0, 3, &now), 3);
	assert_int_equal(samples(&p, 1, 0, 3, &now), 2);
}

static void
nothing_moves_without_range_or_knowledge(void **state)
{
	struct pool p;
	msec now = T0;

	(void)state;
	pool_init(&p, 3, 3, 3);
	assert_int_equal(samples(&p, 100, 9, 3, &now), 3);
	assert_int_equal(samples(&p, 100, 0, 3, &now), 3);
	pool_init(&p, 2, 4, 3);
	assert_int_equal(samples(&p, 200, -1, 3, &now), 3);
	assert_int_equal(samples(&p, 1, 3, 3, &now), 3);
	assert_int_equal(samples(&p, 1, -1, 3, &now), 3); /* an unknown one breaks a row */
	assert_int_equal(samples(&p, 1, 3, 3, &now), 3);
}

static void
one_signal_at_a_time(void **state)
{
	struct pool p;

	(void)state;
	pool_init(&p, 2, 2, 2);
	assert_int_equal(step(&p, 2, T0), POOL_NOTHING);
	pool_set(&p, 5);
	assert_int_equal(step(&p, 2, T0), POOL_ONE_MORE);
	assert_int_equal(step(&p, 2, T0 + 1000), POOL_NOTHING); /* no effect yet */
	assert_int_equal(step(&p, 3, T0 + 1001), POOL_ONE_MORE);
	assert_int_equal(step(&p, 4, T0 + 1002), POOL_NOTHING); /* seen, but too soon: signals would merge */
	assert_int_equal(step(&p, 4, T0 + 1200), POOL_NOTHING);
	assert_int_equal(step(&p, 4, T0 + 1201), POOL_ONE_MORE);
	assert_int_equal(step(&p, 4, T0 + 1200 + POOL_PATIENCE), POOL_NOTHING);
	assert_int_equal(step(&p, 4, T0 + 1201 + POOL_PATIENCE), POOL_ONE_MORE); /* it was lost */
	assert_int_equal(step(&p, 5, T0 + 20000), POOL_NOTHING);
	pool_set(&p, 4);
	assert_int_equal(step(&p, 5, T0 + 30000), POOL_ONE_LESS);
	assert_int_equal(step(&p, 4, T0 + 31000), POOL_NOTHING);
}

static void
the_master_mends_its_pool_itself(void **state)
{
	struct pool p;

	(void)state;
	pool_init(&p, 4, 4, 4);
	/* booting: one after the other */
	assert_int_equal(step(&p, 1, T0), POOL_NOTHING);
	assert_int_equal(step(&p, 2, T0 + 2000), POOL_NOTHING);
	assert_int_equal(step(&p, 3, T0 + 4000), POOL_NOTHING);
	assert_int_equal(step(&p, 4, T0 + 6000), POOL_NOTHING);
	/* one dies and is replaced */
	assert_int_equal(step(&p, 3, T0 + 7000), POOL_NOTHING);
	assert_int_equal(step(&p, 4, T0 + 8000), POOL_NOTHING);
	/* HUP set it back to what the configuration says: that stays */
	assert_int_equal(step(&p, 2, T0 + 9000), POOL_NOTHING);
	assert_int_equal(step(&p, 2, T0 + 9000 + POOL_SETTLE - 1), POOL_NOTHING);
	assert_int_equal(step(&p, 2, T0 + 9000 + POOL_SETTLE), POOL_ONE_MORE);
	assert_int_equal(step(&p, 3, T0 + 9000 + POOL_SETTLE + POOL_SPACING), POOL_ONE_MORE);
}

static enum pool_deed
step_of(uint32_t generation, struct pool *p, uint32_t workers, msec now)
{
	return pool_step(p, &(struct pool_seen){ .workers = workers, .booted = workers, .generation = generation },
		now);
}

/* What is wanted was changed while nobody ran: the next one is started with that, and has not forked all of them yet. */
static void
another_generation_begins_with_what_is_wanted(void **state)
{
	struct pool p;

	(void)state;
	pool_init(&p, 2, 2, 2);
	assert_int_equal(step_of(1, &p, 2, T0), POOL_NOTHING);
	pool_set(&p, 5);
	assert_int_equal(step_of(2, &p, 2, T0 + 60000), POOL_NOTHING);
	assert_int_equal(step_of(2, &p, 4, T0 + 60300), POOL_NOTHING);
	assert_int_equal(step_of(2, &p, 5, T0 + 60400), POOL_NOTHING);
	/* one that was started before it was changed has less */
	pool_set(&p, 6);
	assert_int_equal(step_of(3, &p, 5, T0 + 90000), POOL_NOTHING);
	assert_int_equal(step_of(3, &p, 5, T0 + 90000 + POOL_SETTLE), POOL_ONE_MORE);
	/* the signal went to one that is gone */
	assert_int_equal(step_of(4, &p, 5, T0 + 93000), POOL_NOTHING);
	assert_int_equal(step_of(4, &p, 5, T0 + 93000 + POOL_SETTLE), POOL_ONE_MORE);
	/* the same generation: at once */
	assert_int_equal(step_of(4, &p, 6, T0 + 97000), POOL_NOTHING);
	pool_set(&p, 7);
	assert_int_equal(step_of(4, &p, 6, T0 + 98000), POOL_ONE_MORE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(people_set_what_is_wanted),
		cmocka_unit_test(a_standing_queue_brings_one_more),
		cmocka_unit_test(no_more_while_those_that_were_wanted_boot),
		cmocka_unit_test(a_minute_without_queue_brings_one_less),
		cmocka_unit_test(cooling_down_takes_longer_than_up),
		cmocka_unit_test(nothing_moves_without_range_or_knowledge),
		cmocka_unit_test(one_signal_at_a_time),
		cmocka_unit_test(the_master_mends_its_pool_itself),
		cmocka_unit_test(another_generation_begins_with_what_is_wanted),
	};

	return cmocka_run_group_tests_name("pool", tests, NULL, NULL);
}

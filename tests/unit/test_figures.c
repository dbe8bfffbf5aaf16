#include "unit.h"

#include <string.h>

#include "core/figures.h"

enum { T0 = 1000000 };

static struct figures
fresh(void)
{
	return (struct figures){ .since = T0, .began = T0 };
}

static void
a_minute_is_two_halves(void **state)
{
	/* so many requests at, asked at, so many in a thousand seconds */
	/* clang-format off */
	static const struct { int64_t count; msec at, asked; int64_t rate; } cases[] = {
		{ 10, 0, 0, 10000 },        /* less than a second counts as one */
		{ 10, 0, 10000, 1000 },
		{ 60, 29000, 30000, 2000 }, /* the span before is whole */
		{ 60, 29000, 45000, 1333 },
		{ 60, 29000, 59999, 1000 },
		{ 60, 29000, 60000, 0 },    /* and forgotten */
		{ 60, 0, 600000, 0 },
	};
	/* clang-format on */

	(void)state;
	for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct figures f = fresh();

		figures_requests(&f, cases[i].count, T0 + cases[i].at);
		assert_int_equal(figures_look(&f, T0 + cases[i].asked).rate, cases[i].rate);
		assert_int_equal(f.requests, cases[i].count);
	}
}

static void
assert_near(int64_t value, int64_t wanted, int64_t percent)
{
	if (value < wanted - wanted * percent / 100 || value > wanted + wanted * percent / 100)
		fail_msg("%lld is not near %lld", (long long)value, (long long)wanted);
}

static void
durations_are_estimated(void **state)
{
	struct figures f = fresh();
	struct figures_view v = figures_look(&f, T0);

	(void)state;
	assert_int_equal(v.mean, -1);
	assert_int_equal(v.median, -1);
	assert_int_equal(v.worst, -1);
	for (int64_t i = 1; i <= 1000; i++)
		figures_duration(&f, i * 1000, T0 + (i < 500 ? 0 : 31000)); /* over both spans */
	v = figures_look(&f, T0 + 31000);
	assert_int_equal(v.mean, 500500);
	assert_int_equal(f.timed, 1000);
	assert_int_equal(f.us, 500500000);
	assert_int_equal(f.longest, 1000000);
	assert_near(v.median, 500000, 5);
	assert_near(v.worst, 950000, 5);
}

/* One slow request among few is the 95th; nothing is said to have taken longer than the longest did. */
static void
quantiles_of_little(void **state)
{
	struct figures f = fresh();
	struct figures_view v;

	(void)state;
	figures_duration(&f, 0, T0);
	v = figures_look(&f, T0);
	assert_int_equal(v.median, 0);
	assert_int_equal(v.worst, 0);
	figures_duration(&f, 90000000, T0);
	v = figures_look(&f, T0);
	assert_true(v.median <= 500);
	assert_int_equal(v.worst, 90000000);
	f = fresh();
	figures_duration(&f, 2100, T0);
	assert_int_equal(figures_look(&f, T0).worst, 2100);
}

static void
answers_and_lines_are_counted(void **state)
{
	struct figures f = fresh();
	struct figures_view v;

	(void)state;
	figures_status(&f, 200, 2, T0);
	figures_status(&f, 599, 1, T0);
	figures_status(&f, 600, 1, T0);
	figures_status(&f, 101, 1, T0 + FIGURES_SPAN);
	figures_logged(&f, 3, 2);
	v = figures_look(&f, T0 + FIGURES_SPAN);
	assert_int_equal(v.status[0], 1);
	assert_int_equal(v.status[1], 2);
	assert_int_equal(v.status[4], 1);
	assert_int_equal(f.logged[3], 2);
	assert_int_equal(f.status[1], 2);
}

/* Whoever lies to us does not make a counter begin anew. */
static void
counters_stay_at_their_end(void **state)
{
	struct figures f = fresh();

	(void)state;
	for (int i = 0; i < 5; i++) {
		figures_requests(&f, 999999999999, T0);
		figures_status(&f, 500, 999999999999, T0);
		figures_duration(&f, INT64_MAX / 2, T0);
	}
	assert_int_equal(f.now.requests, UINT32_MAX);
	assert_int_equal(figures_look(&f, T0).status[4], UINT32_MAX);
	assert_true(figures_look(&f, T0).mean > 0);
}

/* What a watcher before us has left may be anything. */
static void
only_what_can_be_is_believed(void **state)
{
	struct figures good = { .since = T0, .began = T0 }, f;
	struct {
		int64_t *field;
		int64_t value;
	} wrongs[] = {
		{ &f.since, 0 },
		{ &f.since, T0 + 1 },
		{ &f.began, T0 - 1 },
		{ &f.began, INT64_MAX },
		{ &f.us, -1 },
		{ &f.longest, INT64_MIN },
		{ &f.now.us, INT64_MAX },
		{ &f.before.longest, 1 },
		{ (int64_t *)&f.requests, -1 },
		{ (int64_t *)&f.timed, -1 },
		{ (int64_t *)&f.status[4], INT64_MAX },
		{ (int64_t *)&f.logged[0], -1 },
	};

	(void)state;
	figures_requests(&good, 3, T0);
	figures_duration(&good, 5000, T0);
	assert_true(figures_are_sound(&good, T0));
	assert_true(figures_are_sound(&good, T0 + 1000000));
	assert_false(figures_are_sound(&good, T0 - 1));
	for (unsigned i = 0; i < sizeof wrongs / sizeof wrongs[0]; i++) {
		f = good;
		*wrongs[i].field = wrongs[i].value;
		if (figures_are_sound(&f, T0 + 1000000))
			fail_msg("number %u", i);
	}
}

/* Who waits has those in front of him, at the rate at which they are served. */
static void
how_long_a_queue_lasts(void **state)
{
	struct figures f = { .since = T0, .began = T0 };

	(void)state;
	assert_int_equal(figures_wait(&f, 5, T0 + 10000), -1); /* nobody is served: not 0, and not for ever */
	figures_requests(&f, 40, T0 + 5000);
	assert_int_equal(figures_wait(&f, 8, T0 + 10000), 2000); /* four a second */
	assert_int_equal(figures_wait(&f, 0, T0 + 10000), 0);
	assert_int_equal(figures_wait(&f, -1, T0 + 10000), -1);
	assert_int_equal(figures_wait(&f, 8, T0 + 200000), -1); /* that was long ago */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(how_long_a_queue_lasts),
		cmocka_unit_test(a_minute_is_two_halves),
		cmocka_unit_test(durations_are_estimated),
		cmocka_unit_test(quantiles_of_little),
		cmocka_unit_test(answers_and_lines_are_counted),
		cmocka_unit_test(counters_stay_at_their_end),
		cmocka_unit_test(only_what_can_be_is_believed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "unit.h"

#include "core/tally.h"
#include "core/trend.h"

enum { SECOND = 1000, MINUTE = 60000, T0 = 3600000 /* the beginning of a point of each scale */, EVERY = 5 * SECOND };

static const struct trend_seen calm = { .workers = 3, .bytes = 90 << 20, .queue = 0, .requests = 0 };

static struct trend
fresh(msec now)
{
	struct trend t = { 0 };

	trend_init(&t, now);
	return t;
}

static unsigned
last(unsigned scale)
{
	return trend_scales[scale].points - 1;
}

static void
expect(const struct trend *t, unsigned scale, unsigned i, msec now, struct trend_seen wanted)
{
	struct trend_seen p = trend_point(t, scale, i, now);

	if (p.workers != wanted.workers || p.bytes != wanted.bytes || p.queue != wanted.queue ||
		p.requests != wanted.requests)
		fail_msg("scale %u, point %u: %lld workers, %lld bytes, queue %lld, %lld requests", scale, i,
			(long long)p.workers, (long long)p.bytes, (long long)p.queue, (long long)p.requests);
}

static const struct trend_seen nothing = { -1, -1, -1, -1 };

static void
nothing_is_known_before_the_first_look(void **state)
{
	struct trend t = fresh(T0);

	(void)state;
	for (unsigned scale = 0; scale < TREND_SCALES; scale++)
		for (unsigned i = 0; i <= last(scale); i++)
			expect(&t, scale, i, T0, nothing);
}

/* The fewest workers, the most memory, the longest queue, all requests. */
static void
a_point_keeps_what_mattered(void **state)
{
	/* clang-format off */
	static const struct trend_seen looks[] = {
		{ 3, 50 << 20, 0, 10 },
		{ 1, 80 << 20, 7, 25 },
		{ 4, 60 << 20, 2, 40 },
		{ -1, -1, -1, -1 }, /* what is not seen says nothing */
	};
	/* clang-format on */
	struct trend t = fresh(T0);

	(void)state;
	for (unsigned i = 0; i < 4; i++)
		trend_look(&t, &looks[i], T0 + i * SECOND);
	for (unsigned scale = 0; scale < TREND_SCALES; scale++)
		expect(&t, scale, last(scale), T0 + 9 * SECOND, (struct trend_seen){ 1, 80 << 20, 7, 40 });
}

static void
points_move_back_and_out(void **state)
{
	struct trend t = fresh(T0);
	struct trend_seen seen = calm;

	(void)state;
	trend_look(&t, &seen, T0 + 3 * SECOND);
	seen.workers = 5;
	trend_look(&t, &seen, T0 + 13 * SECOND);
	expect(&t, 0, last(0), T0 + 15 * SECOND, (struct trend_seen){ 5, 90 << 20, 0, 0 });
	expect(&t, 0, last(0) - 1, T0 + 15 * SECOND, calm);
	expect(&t, 0, last(0), T0 + 25 * SECOND, nothing); /* nobody has looked since */
	expect(&t, 0, last(0) - 2, T0 + 25 * SECOND, calm);
	expect(&t, 0, 0, T0 + 590 * SECOND, calm);
	expect(&t, 0, 0, T0 + 600 * SECOND, (struct trend_seen){ 5, 90 << 20, 0, 0 });
	expect(&t, 1, last(1) - 5, T0 + 600 * SECOND, calm); /* and a coarser scale remembers: the fewest */
}

static void
a_gap_is_unknown(void **state)
{
	static const msec gaps[] = { 30 * SECOND, 10 * MINUTE, 3 * 60 * MINUTE, 40LL * 24 * 60 * MINUTE };
	struct trend_seen seen = calm;

	(void)state;
	for (unsigned i = 0; i < sizeof gaps / sizeof gaps[0]; i++) {
		struct trend t = fresh(T0);
		msec now = T0 + gaps[i];

		trend_look(&t, &calm, T0);
		trend_look(&t, &seen, now);
		expect(&t, 0, last(0), now, calm);
		for (unsigned k = 1; k < 3; k++)
			expect(&t, 0, last(0) - k, now, nothing);
	}
}

static void
requests_are_differences(void **state)
{
	/* counted so far, at look after look 10 s apart; in that point */
	/* clang-format off */
	static const struct { int64_t all, point; } looks[] = {
		{ -1, -1 }, { 4, 4 }, { 4, 0 }, { 10, 6 }, { -1, -1 }, { 15, 5 }, { 2, 2 } /* counted anew */, { 3, 1 },
	};
	/* clang-format on */
	struct trend t = fresh(T0);

	(void)state;
	for (unsigned i = 0; i < sizeof looks / sizeof looks[0]; i++) {
		struct trend_seen seen = calm;
		msec now = T0 + (msec)i * 10 * SECOND;

		seen.requests = looks[i].all;
		trend_look(&t, &seen, now);
		assert_int_equal(trend_point(&t, 0, last(0), now).requests, looks[i].point);
	}
	assert_int_equal(trend_point(&t, 2, last(2), T0 + 80 * SECOND).requests, 4 + 6 + 5 + 2 + 1);
}

static void
what_is_too_much_is_not_unknown(void **state)
{
	static const struct trend_seen huge = { INT64_MAX, INT64_MAX, INT64_MAX, INT64_MAX };
	struct trend t = fresh(T0);

	(void)state;
	trend_look(&t, &huge, T0);
	expect(&t, 0, last(0), T0,
		(struct trend_seen){ UINT16_MAX - 1, (UINT32_MAX - 1LL) * 1024, UINT16_MAX - 1, UINT32_MAX - 1 });
}

/* A day of looks: every point of every scale is there, and the requests of a scale are those of its time. */
static void
a_day_fills_all_of_it(void **state)
{
	struct trend t = fresh(T0);
	struct trend_seen seen = calm;
	msec now = T0;

	(void)state;
	for (; now < T0 + 25LL * 60 * MINUTE; now += EVERY) {
		seen.requests += 10;
		trend_look(&t, &seen, now);
	}
	now -= EVERY;
	for (unsigned scale = 0; scale < TREND_SCALES; scale++)
		for (unsigned i = 0; i <= last(scale); i++)
			expect(&t, scale, i, now,
				(struct trend_seen){ 3, 90 << 20, 0, 10 * trend_scales[scale].step / EVERY });
}

/* What a watcher before us has left may be anything. */
static void
only_what_can_be_is_believed(void **state)
{
	struct trend good = fresh(T0), t;
	struct tally sums = { .since = T0, .looked = T0, .watched = EVERY, .looks = 2, .standing = 1 }, s;

	(void)state;
	assert_true(trend_is_sound(&good, T0) && trend_is_sound(&good, T0 + MINUTE) && tally_is_sound(&sums, T0));
	assert_false(trend_is_sound(&good, T0 - MINUTE));
	for (unsigned i = 0; i < TREND_SCALES; i++) {
		t = good;
		t.at[i] = -1;
		assert_false(trend_is_sound(&t, T0));
	}
	assert_false(tally_is_sound(&sums, T0 - 1));
	s = sums;
	s.since = T0 + 1;
	assert_false(tally_is_sound(&s, T0 + 2));
	s.since = 0;
	assert_false(tally_is_sound(&s, T0));
	s = sums;
	s.standing = 3;
	assert_false(tally_is_sound(&s, T0));
	s.standing = 1;
	s.starved = 2;
	assert_false(tally_is_sound(&s, T0));
	s = sums;
	s.cpu_us = -1;
	assert_false(tally_is_sound(&s, T0));
	s = sums;
	s.watched = T0 + 1;
	assert_false(tally_is_sound(&s, T0));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_known_before_the_first_look),
		cmocka_unit_test(a_point_keeps_what_mattered),
		cmocka_unit_test(points_move_back_and_out),
		cmocka_unit_test(a_gap_is_unknown),
		cmocka_unit_test(requests_are_differences),
		cmocka_unit_test(what_is_too_much_is_not_unknown),
		cmocka_unit_test(a_day_fills_all_of_it),
		cmocka_unit_test(only_what_can_be_is_believed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

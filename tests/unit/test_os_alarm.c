#include "unit.h"

#include <ev.h>
#include <stdbool.h>

#include "base/clock.h"
#include "os/alarm.h"

static void
on_time(struct ev_loop *loop, ev_timer *timer, int revents)
{
	unsigned *fired = timer->data;

	(void)loop;
	(void)revents;
	++*fired;
}

struct bench {
	struct ev_loop *loop;
	ev_timer timer;
	unsigned fired;
};

static void
set_up(struct bench *b)
{
	*b = (struct bench){ .loop = ev_loop_new(EVFLAG_AUTO) };
	assert_non_null(b->loop);
	ev_init(&b->timer, on_time);
	b->timer.data = &b->fired;
}

static void
tear_down(struct bench *b)
{
	ev_timer_stop(b->loop, &b->timer);
	ev_loop_destroy(b->loop);
}

static void
what_is_past_fires_in_this_round_and_once(void **state)
{
	struct bench b;

	(void)state;
	set_up(&b);
	alarm_at(b.loop, &b.timer, clock_now() - 1000);
	ev_run(b.loop, EVRUN_ONCE);
	assert_int_equal(b.fired, 1);
	assert_false(ev_is_active(&b.timer));
	tear_down(&b);
}

static void
one_that_runs_is_moved(void **state)
{
	struct bench b;

	(void)state;
	set_up(&b);
	alarm_in(b.loop, &b.timer, 3600000);
	assert_true(ev_timer_remaining(b.loop, &b.timer) > 3599);
	alarm_at(b.loop, &b.timer, clock_now() + 7200000);
	assert_true(ev_timer_remaining(b.loop, &b.timer) > 7100);
	alarm_in(b.loop, &b.timer, 0);
	ev_run(b.loop, EVRUN_ONCE);
	assert_int_equal(b.fired, 1);
	tear_down(&b);
}

static void
never_is_not_at_all(void **state)
{
	struct bench b;

	(void)state;
	set_up(&b);
	alarm_in(b.loop, &b.timer, 1);
	alarm_at(b.loop, &b.timer, MSEC_NEVER);
	assert_false(ev_is_active(&b.timer));
	alarm_in(b.loop, &b.timer, 1);
	alarm_in(b.loop, &b.timer, MSEC_NEVER);
	assert_false(ev_is_active(&b.timer));
	tear_down(&b);
}

/* A round that lasts is not taken off the wait. */
static void
waits_begin_now_and_not_with_the_round(void **state)
{
	struct bench b;
	double began;

	(void)state;
	set_up(&b);
	began = ev_now(b.loop);
	for (msec now = clock_now(); clock_now() < now + 20;)
		;
	alarm_in(b.loop, &b.timer, 1000);
	assert_true(ev_now(b.loop) - began > 0.01);
	tear_down(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_past_fires_in_this_round_and_once),
		cmocka_unit_test(one_that_runs_is_moved),
		cmocka_unit_test(never_is_not_at_all),
		cmocka_unit_test(waits_begin_now_and_not_with_the_round),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

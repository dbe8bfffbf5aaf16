#include "os/alarm.h"

#include "base/clock.h"

void
alarm_in(struct ev_loop *loop, ev_timer *timer, msec wait)
{
	/* stopped in any case: one that runs would not be moved by ev_timer_set (ev(3)) */
	ev_timer_stop(loop, timer);
	if (wait == MSEC_NEVER)
		return;
	ev_now_update(loop);
	ev_timer_set(timer, (double)wait / 1000, 0.);
	ev_timer_start(loop, timer);
}

void
alarm_at(struct ev_loop *loop, ev_timer *timer, msec due)
{
	msec now = clock_now();

	if (due != MSEC_NEVER)
		due = due > now ? due - now : 0;
	alarm_in(loop, timer, due);
}

/*
 * alarm -- timers of libev, in our time. Libev counts from when its round of events began, which may be long ago where a round
 * had much to do (ev(3), ev_now_update): what is set here counts from now.
 */
#ifndef BRIDLE_OS_ALARM_H
#define BRIDLE_OS_ALARM_H

#include <ev.h>

#include "base/msec.h"

/* Have TIMER, which was initialised, fire once at DUE (clock.h) instead of when it was due until now: in the next
 * round, without waiting, if that is past, and not at all if it is MSEC_NEVER. */
void alarm_at(struct ev_loop *loop, ev_timer *timer, msec due);

/* The same after WAIT (>= 0, or MSEC_NEVER). */
void alarm_in(struct ev_loop *loop, ev_timer *timer, msec wait);

#endif

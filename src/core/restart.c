/*
 * restart.c -- two counters and a window. `streak` makes waits longer, `recent` bounds how many starts come at once, and
 * `failures` within `window` end in giving up.
 */
#include "core/restart.h"

/* The wait after the N-th (1, 2, 3 ...) reason to wait in a row. Doubled W is spread over its upper half, so
 * that services which fell together (a database went away) do not come back together; never below `delay`. */
static msec
wait_after(const struct restart_limits *limits, uint32_t n, uint32_t jitter)
{
	msec w = limits->delay, low;

	for (; n > 0 && w <= limits->delay_max / 2; n--)
		w *= 2;
	if (n > 0) /* the doubling ended before N: it would have passed the limit */
		w = limits->delay_max;
	low = w / 2 > limits->delay ? w / 2 : limits->delay;
	return low + (msec)jitter % (w - low + 1);
}

/* Count a failure that has to wait. The window begins with a failure and ends after `interval`: a service that
 * fails rarely is never given up, however old it gets. */
static enum restart_verdict
later(struct restart *r, const struct restart_limits *limits, uint32_t n, uint32_t jitter, msec now, msec *wait)
{
	if (r->failures == 0 || now - r->window > limits->interval) {
		r->failures = 0;
		r->window = now;
	}
	r->failures++;
	if (limits->limit > 0 && r->failures >= limits->limit)
		return RESTART_GIVE_UP;
	*wait = wait_after(limits, n, jitter);
	return RESTART_LATER;
}

static enum restart_verdict
judge_ready(struct restart *r, const struct restart_limits *limits, const struct death *death, uint32_t jitter,
	msec now, msec *wait)
{
	bool early = death->age < limits->delay;
	uint32_t n;

	if (!early && death->age >= limits->reset)
		restart_forget(r);
	r->streak = early ? r->streak + 1 : 0;
	r->recent++;
	/* One early death is forgiven: somebody killed what had just been restarted. It counts among the recent ones all
	 * the same, or deaths just before and just after `delay` in turn would never have to wait. */
	if (r->streak <= 1 && r->recent <= RESTART_FREE)
		return RESTART_NOW;
	n = r->recent > RESTART_FREE ? r->recent - RESTART_FREE : 0;
	/* the longer of two waits: that of the streak, but for its first, and that of the many */
	return later(r, limits, r->streak > n + 1 ? r->streak - 1 : n, jitter, now, wait);
}

enum restart_verdict
restart_judge(struct restart *r, const struct restart_limits *limits, const struct death *death, uint32_t jitter,
	msec now, msec *wait)
{
	if (death->asked)
		return RESTART_DONE;
	/* only of one that was ready: status 0 before that is a boot that failed */
	if (death->ready && death->clean && limits->policy != RESTART_ALWAYS)
		return RESTART_DONE;
	/* FAILED, not stopped: nobody asked for this end, and somebody has to see it */
	if (limits->policy == RESTART_NEVER)
		return RESTART_GIVE_UP;
	if (death->ready)
		return judge_ready(r, limits, death, jitter, now, wait);
	r->streak++;
	return later(r, limits, r->streak, jitter, now, wait);
}

void
restart_forget(struct restart *r)
{
	*r = (struct restart){ 0 };
}

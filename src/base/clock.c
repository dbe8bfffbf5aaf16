/*
 * clock.c -- the system's two clocks. clock_gettime(2) goes through the vDSO for both (vdso(7)): asking costs no system
 * call, so shells ask as often as they like.
 */
#include "base/clock.h"

#include <time.h>

static msec
read_clock(clockid_t id)
{
	struct timespec t;

	/* fails for clocks only that do not exist (clock_gettime(2), EINVAL): these two always do */
	clock_gettime(id, &t);
	return (msec)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Linux: it stands still while the machine is suspended (clock_getres(2)), as do the deadlines of services. */
msec
clock_now(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

msec
clock_wall(void)
{
	return read_clock(CLOCK_REALTIME);
}

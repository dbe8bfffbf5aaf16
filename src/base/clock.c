#include "base/clock.h"

#include <time.h>

static msec
read_clock(clockid_t id)
{
	struct timespec t;

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

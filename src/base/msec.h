/*
 * msec -- time as a number of milliseconds. A point in time is CLOCK_MONOTONIC since boot, a duration a
 * difference of two. Plain arithmetic; the only clock is in clock.h.
 */
#ifndef BRIDLE_BASE_MSEC_H
#define BRIDLE_BASE_MSEC_H

#include <stdint.h>

typedef int64_t msec;

#define MSEC_NEVER INT64_MAX /* a deadline that does not come */

#endif

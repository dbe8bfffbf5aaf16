/*
 * clock -- what time it is. Rooms that think (core, wire) never ask; they are told.
 */
#ifndef BRIDLE_BASE_CLOCK_H
#define BRIDLE_BASE_CLOCK_H

#include "base/msec.h"

/* Milliseconds of CLOCK_MONOTONIC; never goes back, does not count suspension (clock_gettime(2)). */
msec clock_now(void);

/* Milliseconds since 1970 by CLOCK_REALTIME: for people and files, never for deadlines. */
msec clock_wall(void);

#endif

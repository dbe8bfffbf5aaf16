/*
 * intake -- when to read which FIFO.
 *
 * A service that says something now and then is waited for with epoll. One whose lines come fast is not: it is read once
 * a millisecond, by the clock, as long as it has something to say. Then its write(2) finds nobody to wake, which would
 * cost it and us more than the line itself (pipe_write() of Linux 5.5 and later calls whoever polls a pipe at every
 * write, fs/pipe.c: poll_usage). All FIFOs are in an epoll set of their own, so that the loop keeps nothing for each.
 */
#ifndef BRIDLE_WATCHER_INTAKE_H
#define BRIDLE_WATCHER_INTAKE_H

#include <ev.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/msec.h"

struct watcher;
struct service;

/* Of one service. */
struct intake_state {
	bool polled;   /* in the epoll set */
	bool fast;     /* in the list of those read by the clock */
	uint8_t empty; /* ticks in a row without a byte */
	uint32_t next; /* slot of the next in that list */
	msec last;     /* when something was read */
};

struct intake {
	int epoll, clock; /* clock: timerfd */
	uint32_t fast;    /* first slot of the list, INTAKE_NONE: nobody */
	ev_io readable, tick;
};
#define INTAKE_NONE UINT32_MAX

bool intake_open(struct watcher *w, struct err *err);

/* Begin to read the FIFO of S, if it has one; stop it. */
void intake_add(struct watcher *w, struct service *s);
void intake_remove(struct watcher *w, struct service *s);

#endif

/*
 * intake -- when to read which FIFO.
 *
 * A service that says something now and then is waited for: a bell rings when it has written (bell.h). One whose lines come
 * fast is not: it is read once a millisecond, by the clock, as long as it has something to say. Then its write(2) finds
 * nobody to wake and nobody to tell, which would cost it and us more than the line itself.
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
	uint8_t bell;     /* enum bell */
	bool fast;        /* in the list of those read by the clock */
	uint8_t patience; /* ticks without a byte until it is waited for */
	uint32_t next;    /* slot of the next in that list */
	msec last;        /* when something was read */
};

struct intake {
	int clock;     /* timerfd */
	uint32_t fast; /* first slot of the list, INTAKE_NONE: nobody */
	ev_io tick;
};
#define INTAKE_NONE UINT32_MAX

/* Nobody is read yet. False with ERR: there is no clock to read by. */
bool intake_open(struct watcher *w, struct err *err);

/* Begin to read the FIFO of S, if it has one; stop it. */
void intake_add(struct watcher *w, struct service *s);
void intake_remove(struct watcher *w, struct service *s);

/* Its bell rang. */
void intake_heard(struct watcher *w, struct service *s);

#endif

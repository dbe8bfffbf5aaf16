/*
 * bell -- being told that there may be something to read in a FIFO.
 *
 * By inotify, for a pipe that is polled remembers it for good: it wakes the queue of its readers at every write(2), whether
 * anybody is in it or not (poll_usage in fs/pipe.c, since Linux 5.5), a sixth of what a line costs the service. A watch
 * costs nothing once it is gone. Where none can be had, that FIFO is polled, in an epoll set of ours, so that the loop keeps
 * nothing for each.
 *
 * A bell rings for what is written while it hangs: what was there before is for whoever hangs it up, and whoever heard it
 * reads until there is nothing more. It does not ring when the last writer goes (logs_follow finds that out).
 */
#ifndef BRIDLE_WATCHER_BELL_H
#define BRIDLE_WATCHER_BELL_H

#include <ev.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct watcher;
struct service;

enum bell { BELL_NONE, BELL_WATCH, BELL_POLL };

struct bells {
	int inotify; /* -1: cannot be had */
	int epoll;
	int *watches;  /* by slot: its watch; 0: none */
	uint32_t room; /* slots in watches */
	bool told;     /* that some are polled */
	ev_io written, readable;
};

/* None hangs anywhere yet. False with ERR when there is not even a descriptor to poll with. */
bool bells_open(struct watcher *w, struct err *err);
void bells_release(struct watcher *w);

/* Hang one up for the FIFO of S, which has none: intake_heard(W, S) from now on. False: neither can be had, and it was
 * said. */
bool bell_hang(struct watcher *w, struct service *s);

/* Take it down, if there is one. */
void bell_take(struct watcher *w, struct service *s);

/* Of the ROOM WATCHES, the slot that has WATCH (> 0), or ROOM. */
uint32_t bell_slot(const int *watches, uint32_t room, int watch);

#endif

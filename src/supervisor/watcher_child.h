/*
 * watcher_child -- the watcher as the supervisor sees it: a child that is started again whenever it ends. What is said to it and
 * by it goes over the link (watcher_link.h).
 */
#ifndef BRIDLE_SUPERVISOR_WATCHER_CHILD_H
#define BRIDLE_SUPERVISOR_WATCHER_CHILD_H

#include <ev.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/msec.h"
#include "supervisor/watcher_link.h"

struct bridled;

struct watcher_child {
	pid_t pid; /* 0: none */
	struct watcher_link link;
	ev_timer again; /* runs while the next start is delayed */
	msec started;
	uint64_t start;         /* the same in clock ticks since boot: with its pid, who it is */
	bool dismissed;         /* it was asked to end, to be followed by another */
	uint32_t starts, early; /* early: ends in a row soon after the start */
};

/* Take what it needs: false with ERR, no memory. Start it, and say everything to it: one that cannot be started is tried again, at
 * once and then later and later; services go on. */
bool watcher_child_init(struct bridled *b, struct err *err);
void watcher_child_start(struct bridled *b, msec now);

/* PID is the watcher of whoever was here before us in this process: its link is closed, so it ends, and is followed by
 * another. GUARDS: it would stay for somebody after us (os/deposit.h). False: it was reaped, and there is none. */
bool watcher_child_dismiss(struct bridled *b, pid_t pid, uint64_t start, bool guards);

/* Have the watcher, if there is one, followed by another that inherits what there is by now. */
void watcher_child_replace(struct bridled *b);

/* It ended, or was stopped by a signal (then it is killed after WATCHER_PATIENCE unless it answers). */
void watcher_child_ended(struct bridled *b, int status, msec now);
void watcher_child_stopped(struct bridled *b);

/* The end of everything: close the link, so that it writes what is left and ends. */
void watcher_child_release(struct bridled *b);

#endif

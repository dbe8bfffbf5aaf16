/*
 * stuck -- the services whose log files take no writes: tried again ten times a second; their pipes are emptied when they
 * are nearly full. What is kept and counted meanwhile: backlog.h.
 */
#ifndef BRIDLE_WATCHER_STUCK_H
#define BRIDLE_WATCHER_STUCK_H

#include <ev.h>
#include <stdint.h>

#include "base/err.h"
#include "watcher/batch.h"

struct watcher;
struct service;
struct spool_note;

struct stuck {
	uint32_t count; /* services with a backlog */
	uint64_t taken; /* areas of the spool in which one is: bit 0 stands for area 1 */
	uint64_t left;  /* those that a predecessor left, and nobody has asked for yet */
	ev_timer retry; /* runs while there is one */
};

/* Needs the spool: what a predecessor left in its areas waits from now on for its services (stuck_resume). */
void stuck_open(struct watcher *w);

/* The file of S does not take B, because of ERR. It is not read from now on. */
void stuck_begin(struct watcher *w, struct service *s, const struct batch *b, const struct err *err);

/* What a predecessor kept of S, if anything, goes on; NOTE is what it had in hand, NULL when that is nothing of S. It is
 * written at once, where that is possible. */
void stuck_resume(struct watcher *w, struct service *s, const struct spool_note *note);

/* All services that there are were resumed: what is left is nobody's. */
void stuck_resumed(struct watcher *w);

/* Try again now, if S is stuck. */
void stuck_try(struct watcher *w, struct service *s);

/* S is gone: so is what was kept. */
void stuck_forget(struct watcher *w, struct service *s);

#endif

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

struct stuck {
	uint32_t count; /* services with a backlog */
	ev_timer retry; /* runs while there is one */
};

void stuck_open(struct watcher *w);

/* The file of S does not take B, because of ERR. It is not read from now on. */
void stuck_begin(struct watcher *w, struct service *s, const struct batch *b, const struct err *err);

/* Try again now, if S is stuck. */
void stuck_try(struct watcher *w, struct service *s);

/* S is gone: so is what was kept. */
void stuck_forget(struct watcher *w, struct service *s);

#endif

/*
 * history -- the answer to org.bridle.History: from the chronicle, and from what is remembered of the looks at a service.
 */
#ifndef BRIDLE_WATCHER_HISTORY_H
#define BRIDLE_WATCHER_HISTORY_H

#include <stddef.h>
#include <stdint.h>

#include "base/msec.h"

struct service;
struct watcher;

enum { HISTORY_DEFAULT = 20, HISTORY_MOST = 1000 /* happenings in an answer */ };

/* A reply frame (free() it; NULL: no memory) about S: its latest LAST happenings (1 to HISTORY_MOST), none of them before SINCE
 * (milliseconds since 1970). */
char *history_frame(struct watcher *w, struct service *s, unsigned last, msec since, size_t *length);

#endif

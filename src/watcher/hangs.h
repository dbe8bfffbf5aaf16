/*
 * hangs -- a worker that does not beat any more is looked at before its master ends it: that is the one moment in which what it
 * hangs on can still be seen. Taken once a hang, when the heartbeat is older than 60 % of `timeout`; kept with the worker, and
 * thrown away when it beats again.
 */
#ifndef BRIDLE_WATCHER_HANGS_H
#define BRIDLE_WATCHER_HANGS_H

#include "base/msec.h"
#include "wire/page.h"

struct link_record;
struct sampler;
struct service;
struct watcher;

/* After a look at the workers of S. */
void hangs_judge(struct watcher *w, struct service *s, const struct page_service *record, msec now);

/* R, a LINK_STACK, brought FD (-1: it did not), which is ours to close: it goes with the hang that it was asked for. */
void hangs_stack(struct watcher *w, const struct link_record *r, int fd);

/* When the first heartbeat could be so old; MSEC_NEVER: that needs no look of its own. */
msec hangs_due(const struct sampler *sampler, const struct page_service *record, msec now);

#endif

/*
 * measures -- what is remembered of the looks at a service: how it has fared (core/trend.h), and what that adds up to
 * (core/tally.h). 2 KiB, taken with the first look at a Gunicorn service that runs; programs and services that never run
 * have none.
 */
#ifndef BRIDLE_WATCHER_MEASURES_H
#define BRIDLE_WATCHER_MEASURES_H

#include "core/advise.h"
#include "core/tally.h"
#include "core/trend.h"
#include "wire/page.h"

struct service;
struct watcher;

struct measures {
	struct trend trend;
	struct tally tally;
	msec timeout, timeout_since; /* as it was at the last look, and was at all of them since then */
};

/* S, which runs, was looked at just now. */
void measures_look(struct watcher *w, struct service *s, const struct page_service *record);

/* All that advice about S is made of, as it is now. */
void measures_take(struct watcher *w, struct service *s, const struct page_service *record, struct advise_measures *m);

#endif

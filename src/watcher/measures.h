/*
 * measures -- what is remembered of the looks at a service: how it has fared (core/trend.h). Taken with the first look at a
 * Gunicorn service that runs; programs and services that never run have none.
 */
#ifndef BRIDLE_WATCHER_MEASURES_H
#define BRIDLE_WATCHER_MEASURES_H

#include "core/trend.h"
#include "wire/page.h"

struct service;
struct watcher;

struct measures {
	struct trend trend;
};

/* S, which runs, was looked at just now. */
void measures_look(struct watcher *w, struct service *s, const struct page_service *record);

#endif

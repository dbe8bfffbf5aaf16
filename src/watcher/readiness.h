/*
 * readiness -- is the generation that is starting proven ready? Gunicorn's own READY=1 proves nothing (gunicorn-facts
 * 5.1); workers that have heart-beaten do.
 */
#ifndef BRIDLE_WATCHER_READINESS_H
#define BRIDLE_WATCHER_READINESS_H

#include "wire/page.h"

struct watcher;
struct service;

/* After a look at S, which is starting, replacing or reloading: tell the supervisor if it is ready now. */
void readiness_judge(struct watcher *w, struct service *s, const struct page_service *record);

#endif

/*
 * ooms -- a service some process of which the kernel ended for want of memory is restarted or stopped, where its oom_policy
 * says so. Seen in the counter of its control group (memory.events of v2, memory.oom_control of v1).
 */
#ifndef BRIDLE_WATCHER_OOMS_H
#define BRIDLE_WATCHER_OOMS_H

#include "wire/page.h"

struct watcher;
struct service;

/* After a look at S, which is running. */
void ooms_judge(struct watcher *w, struct service *s, const struct page_service *record);

#endif

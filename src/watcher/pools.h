/*
 * pools -- the number of workers of each running Gunicorn service is brought to what is wanted, and a worker that
 * outgrew its limit is exchanged. The thinking is in core/pool.h and core/recycle.h; the supervisor does the deeds.
 */
#ifndef BRIDLE_WATCHER_POOLS_H
#define BRIDLE_WATCHER_POOLS_H

#include <stdbool.h>

#include "base/msec.h"
#include "wire/page.h"

struct watcher;
struct service;
struct sampler;

/* After a look at S, which is running. */
void pools_judge(struct watcher *w, struct service *s, const struct page_service *record);

/* Is the number of workers on its way? Then looks are worth while. */
bool pools_moving(const struct sampler *sampler, const struct page_service *record);

/* What counts of S now: workers of the current generation, without those that were told to go. */
struct workers_count pools_seen(const struct sampler *sampler, const struct page_service *record, msec now);

#endif

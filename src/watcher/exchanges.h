/*
 * exchanges -- a generation that was started with one worker takes over from the current one worker by worker. The thinking
 * is in core/exchange.h; the supervisor signals.
 */
#ifndef BRIDLE_WATCHER_EXCHANGES_H
#define BRIDLE_WATCHER_EXCHANGES_H

#include <stdbool.h>

#include "base/msec.h"
#include "wire/page.h"

struct watcher;
struct service;
struct sampler;

/* After a look at S, which is being replaced by NEXT, singly: asks for the next step, when it is time for it. True when NEXT
 * has all the workers that are wanted. */
bool exchanges_judge(struct watcher *w, struct service *s, const struct page_service *record,
	const struct page_generation *next, msec now);

#endif

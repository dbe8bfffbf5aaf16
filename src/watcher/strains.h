/*
 * strains -- whether a service keeps up (core/saturation.h), judged from its samples, and told to its inquiry.
 */
#ifndef BRIDLE_WATCHER_STRAINS_H
#define BRIDLE_WATCHER_STRAINS_H

#include "wire/page.h"

struct record_death;
struct service;
struct watcher;

/* S was looked at while it runs. */
void strains_judge(struct watcher *w, struct service *s, const struct page_service *record);

/* Worker D of S died, of which its inquiry was told; HUNG: that is why its master ended it. */
void strains_died(struct watcher *w, struct service *s, const struct page_service *record, const struct record_death *d,
	bool hung);

#endif

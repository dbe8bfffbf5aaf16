/*
 * advice -- what can be done about a cause, with the settings of this service and what was seen of its workers.
 */
#ifndef BRIDLE_WATCHER_ADVICE_H
#define BRIDLE_WATCHER_ADVICE_H

#include "core/cause.h"
#include "judge/record.h"

struct service;
struct watcher;

enum { ADVICE_WORDS = 480 };

/* Into WORDS: one or two sentences for service S. DEATHS: COUNT of those that belong to the incident. */
void advice_give(struct watcher *w, const struct service *s, enum cause cause, const struct record_death *deaths,
	unsigned count, char words[ADVICE_WORDS]);

#endif

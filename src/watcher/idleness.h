/*
 * idleness -- has nothing come to a running service for as long as its idle_stop says?
 *
 * Nothing came: no connection arrived (the supervisor counts them; our own probes do not), none waits to be accepted, and
 * none that was accepted is open. All three are looked at, and what cannot be seen is no idleness: such a service is not
 * stopped, and the log says so once.
 */
#ifndef BRIDLE_WATCHER_IDLENESS_H
#define BRIDLE_WATCHER_IDLENESS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/msec.h"
#include "wire/page.h"

struct watcher;
struct service;

struct idleness {
	msec since;             /* nothing has come since then; 0: never looked */
	msec asked;             /* when arrivals were last asked to be counted */
	uint32_t generation;    /* that this is about */
	uint32_t arrivals, own; /* counted at the last look, and how many of our own there had been */
	bool told;
};

/* It runs: look, and ask the supervisor to count, or to let it rest. */
void idleness_look(struct watcher *w, struct service *s, const struct page_service *record);

/* When it will have been idle for long enough; MSEC_NEVER. */
msec idleness_due(const struct idleness *i, const struct page_service *record, msec now);

#endif

/*
 * probes -- when a service is asked over its own socket, and what follows: before it counts as ready (probe), and while it
 * runs (probe_interval), where too many failures are answered as on_unhealthy says.
 *
 * What a probe proves: that whoever answers is well. Before it counts as ready that is the generation itself: at a first start
 * nobody else listens, and where somebody may, in a replacement say, it has a door of its own (supervisor/door.h), which is what
 * the page then names. After HUP old workers and new ones of one master listen, and it may be either.
 */
#ifndef BRIDLE_WATCHER_PROBES_H
#define BRIDLE_WATCHER_PROBES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/msec.h"
#include "core/health.h"
#include "watcher/probe.h"

struct watcher;
struct service;

struct probes {
	struct watcher *w;
	uint32_t slot;
	struct probe probe;
	struct health health;
	uint32_t number;    /* generation that was asked before it counted as ready, */
	msec since;         /* in the state that began then */
	bool passed;        /* and answered */
	bool for_readiness; /* the one under way */
	bool unasked_told;
	msec due; /* of the next while running */
};

/* For S, which may move in memory: its slot is what is kept. Stopping forgets a question that is on its way. */
void probes_init(struct probes *p, struct watcher *w, const struct service *s);
void probes_stop(struct probes *p);

/* Whether nothing but its heartbeats is missing: no probe is set, or generation NUMBER has passed it. Else it is asked. */
bool probes_passed(struct probes *p, const struct page_service *record, uint32_t number);

/* When the next one is due while it runs; MSEC_NEVER. */
msec probes_due(const struct page_service *record, msec now);

/* It runs: ask, if it is time. */
void probes_look(struct probes *p, const struct page_service *record);

#endif

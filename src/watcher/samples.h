/*
 * samples -- when to look at the workers of which service, and what is done with what was seen.
 *
 * A service that is becoming ready is looked at every 20 ms, slowing down to 200; one whose number of workers is moving,
 * a few times a second; one with a range or a memory limit, once a second; any other running one, every five. Looks
 * fall together, so that a hundred services wake us as often as one. Programs are not looked at.
 */
#ifndef BRIDLE_WATCHER_SAMPLES_H
#define BRIDLE_WATCHER_SAMPLES_H

#include <ev.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/msec.h"
#include "core/exchange.h"
#include "core/flapping.h"
#include "core/pool.h"
#include "core/provision.h"
#include "core/recycle.h"
#include "core/saturation.h"
#include "watcher/burden.h"
#include "watcher/idleness.h"
#include "watcher/lastline.h"
#include "watcher/probes.h"
#include "watcher/speakers.h"
#include "watcher/workers.h"
#include "wire/page.h"

struct figures;
struct measures;
struct watcher;
struct service;

/* What is kept of one Gunicorn service. */
struct sampler {
	struct workers workers;
	struct pool pool;
	struct recycle recycle;
	struct probes probes;
	struct idleness idleness;
	msec due, interval;           /* when to look next; MSEC_NEVER */
	msec looked;                  /* last time; 0 never */
	msec hup;                     /* workers forked before were told to go by a reload; 0: no reload */
	int64_t queue;                /* connections waiting in all listeners; -1 unknown */
	int64_t dropped;              /* that found no room there; -1 unknown */
	struct burden burden;         /* when it kept up last */
	int64_t master_bytes;         /* memory of the current master: PSS, where it cannot be seen RSS; -1 unknown */
	uint32_t ready_number;        /* generation that was said to be ready, */
	msec ready_since, ready_said; /* in the state that began then; when it was said */
	struct exchange exchange;
	uint32_t exchanging; /* generation that takes over worker by worker; 0: none */
	int64_t size_told;   /* bytes, as the supervisor knows it; 0: not yet */
	int64_t master_pss;  /* of this one, when its workers were weighed (workers.h); -1 unknown */
	int32_t weighed_master;
	msec weighed;
	uint32_t asked; /* workers that a range asked for and the page does not show yet; 0: none */
	msec asked_at;
	struct saturation saturation;
	struct provisions provisions;
	struct flapping flapping, boots; /* of workers while it runs, and before */
	struct figures *figures;         /* what it told of itself (kept.h); NULL: nothing yet */
	struct measures *measures;       /* of the looks so far (kept.h); NULL: it has not run yet */
	int64_t told_workers;            /* how many workers its master said it has; -1: it did not */
	msec greeted;                    /* when a worker was last heard to boot; 0: never */
	struct lastline lastline;        /* of its output */
	struct speakers speakers;        /* in it */
	uint32_t statsd_address;         /* where that goes on to (wire/page.h) */
	uint16_t statsd_port;
	bool blind_told;
	bool ooms_known;
	uint32_t ooms; /* processes of it that the kernel has ended for want of memory, when last looked at */
};

struct samples {
	ev_timer timer;
	msec due;     /* when it fires; MSEC_NEVER */
	int sockdiag; /* -1: not open (yet) */
	bool sockdiag_told;
};

/* Nobody is looked at yet. */
void samples_open(struct watcher *w);

/* Begin with S, or take its new settings. */
void samples_follow(struct watcher *w, struct service *s, const struct page_service *record);
void samples_forget(struct watcher *w, struct service *s);

/* S moved, or something was done to it: look soon. */
void samples_moved(struct watcher *w, struct service *s);

/* A master of S forked: look soon who that is, and until it has loaded the application. */
void samples_forked(struct watcher *w, struct service *s);

/* Any of them may have moved. */
void samples_look_soon(struct watcher *w);

/* Look now, for somebody who asks. */
void samples_look(struct watcher *w, struct service *s, const struct page_service *record, enum workers_depth depth);

/* Requests that WORKER has answered: known of one that was alone for all of its life, for the figures that Gunicorn gives (statsd)
 * are sent by all workers through one socket, and name none of them. -1: not known. */
int64_t samples_requests(const struct sampler *sampler, const struct worker *worker);

/* About how long it takes until the last one who waits now is accepted, ms; 0: nobody waits; -1: not known (core/figures.h). */
msec samples_wait(const struct sampler *sampler);

/* Bytes of master and workers of all generations in the last sample (PSS where known); -1: no sample. */
int64_t samples_memory(const struct sampler *sampler);

#endif

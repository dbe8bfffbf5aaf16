/*
 * workers -- the workers of one Gunicorn service as they were last seen: children of a master that hold a heartbeat
 * file (gunicorn-facts 6.2, 6.3). Other children (helpers of the application, a dirty arbiter) are not workers.
 */
#ifndef BRIDLE_WATCHER_WORKERS_H
#define BRIDLE_WATCHER_WORKERS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/msec.h"
#include "os/process.h"
#include "wire/page.h"

struct record_hang;

enum { WORKERS_MAX = 1024, WORKERS_GONE = 8 };

struct worker {
	int32_t pid;
	uint32_t generation;
	uint64_t start; /* clock ticks since boot: with pid, who it is */
	msec started;
	msec looked; /* when cpu_ns was read */
	uint64_t cpu_ns;
	float cpu;                /* per cent of one CPU between the last two looks; < 0 unknown */
	int32_t threads, fds;     /* descriptors: when it was weighed; -1 unknown */
	int64_t fds_most;         /* that it may have; -1 unknown */
	int64_t rss, pss;         /* bytes; -1 unknown */
	msec weighed;             /* when pss was read */
	msec beat;                /* age of the heartbeat when looked at */
	msec up;                  /* when it was first seen booted; 0: not yet */
	msec leaving;             /* when it was told to go by us (TTOU takes the oldest); 0: not */
	msec recycled;            /* when we asked it to go, because of its memory; 0: not */
	int64_t first_rss;        /* when its figures were first looked at, */
	msec first_look;          /* and when that was; 0: not yet */
	msec spinning;            /* since when it keeps a processor busy; 0: it does not (core/saturation.h) */
	uint32_t over;            /* samples in a row over its limit */
	int64_t requests;         /* of its service, when it was seen first; -1: it was not yet */
	bool shares;              /* it was seen beside another one: whose requests are whose is not known */
	int heartbeat_fd;         /* where its file is; see process_heartbeat */
	struct record_hang *hang; /* what it does while it does not beat (hangs.h); NULL: it beats */
	int held;                 /* that file, kept open: it tells when the worker cannot any more; -1 */
	int pidfd;                /* tells how it ended (deaths.h); -1: it is not held */
	uint8_t heartbeat;        /* enum heartbeat */
	char state;
	char where[PROCESS_WHERE]; /* in the kernel it waited, when its state was seen; "" */
	bool seen;
	bool farewell;  /* it said that it leaves */
	bool told;      /* how it ended */
	bool unheard;   /* its end may be among what the kernel threw away (deaths.h) */
	bool timed_out; /* its master says so */
	bool spin_told;
	bool fds_told;
};

struct workers {
	struct worker *at;
	uint32_t count, size;
	bool unsure; /* some could not be looked at for want of descriptors or memory: nobody is missing because of that */
	bool blind;          /* some heartbeat could not be seen (no permission) */
	struct worker *gone; /* WORKERS_GONE of those that were not there any more, the latest; NULL: nobody yet */
	uint32_t gone_next;
	msec buried;         /* the last of them */
	msec weighed;        /* when all were (PSS), the master too (samples.h); 0: not yet */
	uint32_t weighed_up; /* how many of them had booted then */
};

/* How much to look at: heartbeats only (a generation is starting), the cheap things, everything (PSS, descriptors). */
enum workers_depth { WORKERS_HEARTBEATS, WORKERS_FIGURES, WORKERS_ALL };

/* Look at the workers of all living masters in RECORD. Those that are gone are forgotten. */
void workers_look(struct workers *w, const struct page_service *record, enum workers_depth depth, msec now);

/* Forget all of them, and close what is held of them. */
void workers_free(struct workers *w);

/* The worker of that pid, were it gone; NULL: none was seen. */
struct worker *workers_find(struct workers *w, int32_t pid);

/* It has died: it is not to be counted any more. Returns it where it is kept from now on (NULL: no memory). */
struct worker *workers_bury(struct workers *w, int32_t pid);

/* Is there one that is not proven up yet, and young enough for that to come? */
bool workers_unsettled(const struct workers *w, msec now);

/* Is it proven to be up? Where heartbeats cannot be seen, one that has lived WORKERS_BLIND ms is taken for it. */
enum { WORKERS_BLIND = 3000 };
bool worker_booted(const struct worker *worker, msec now);

/* Workers of GENERATION forked at SINCE or later: how many, and how many of them are booted. Those told to leave
 * do not count. */
struct workers_count {
	uint32_t all, booted;
};
struct workers_count workers_count(const struct workers *w, uint32_t generation, msec since, msec now);

/* Workers of GENERATION that were first seen booted HOLD ms ago or earlier. */
uint32_t workers_up_for(const struct workers *w, uint32_t generation, msec hold, msec now);

/* The next to go when the master of GENERATION is sent TTOU: its oldest; NULL when there is none. */
struct worker *workers_oldest(struct workers *w, uint32_t generation);

#endif

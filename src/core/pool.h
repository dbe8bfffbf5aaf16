/*
 * pool -- how many workers a service should have, and the next small step towards it.
 *
 * Two thoughts. `pool_want` moves the wanted number within MIN..MAX by the length of the accept queue (not
 * by request duration, which leaves the wait out), with hysteresis and a pause after each move. `pool_step`
 * brings what is seen to what is wanted, one TTIN or TTOU at a time: equal signals merge in the kernel and in
 * CPython (gunicorn-facts 3.1), so the next one goes out only when the last one's effect was seen, or
 * POOL_PATIENCE passed, and never sooner than POOL_SPACING. Pure; the caller looks and signals.
 */
#ifndef BRIDLE_CORE_POOL_H
#define BRIDLE_CORE_POOL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/msec.h"

enum {
	POOL_SPACING = 200,    /* ms between signals; 150 is what was measured to be enough */
	POOL_PATIENCE = 10000, /* ms until a signal without effect is sent again */
	POOL_SETTLE = 2500,    /* ms that a difference nobody asked for has to last: the master looks for
	                        * missing workers once a second, and pauses up to 0.1 s after each fork
	                        * (gunicorn-facts 2.1) */
	POOL_RISE = 2,         /* samples in a row with a standing queue until one more is wanted */
	POOL_FALL = 60,        /* samples in a row without any queue until one less is wanted */
	POOL_COOL_UP = 5000,   /* ms after a move until the next one up */
	POOL_COOL_DOWN = 30000 /* ms after a move until the next one down */
};

struct pool {
	uint32_t min, max;   /* 1 <= min <= max; equal: no range, only people move it */
	uint32_t wanted;     /* within [min, max] when there is a range, else >= 1 */
	uint32_t rise, fall; /* samples in a row so far */
	msec moved;          /* when wanted last moved by itself; 0 before the first */
	bool moving;         /* on the way to a newly wanted number; else the master mends its pool itself */
	bool waiting;        /* a signal went out, and its effect was not seen yet */
	msec sent;           /* when a signal last went out; 0 before the first */
	uint32_t last;       /* how many workers were seen last, */
	msec since;          /* and since when it has been as many */
	uint32_t generation; /* whose they are */
};

struct pool_seen {
	uint32_t workers; /* living children of the master that are workers */
	uint32_t booted;  /* of these, those that have heart-beaten */
	int64_t queue;    /* connections waiting in accept queues; -1 unknown */
	uint32_t generation;
};

enum pool_deed { POOL_NOTHING, POOL_ONE_MORE, POOL_ONE_LESS };

/* Begin with WANTED workers, range MIN..MAX (equal when there is none). */
void pool_init(struct pool *p, uint32_t min, uint32_t max, uint32_t wanted);

/* A person wants N (>= 1; brought into the range when there is one). Returns what is wanted now. */
uint32_t pool_set(struct pool *p, uint32_t n);

/* A sample of a ready service: returns what is wanted now. Unknown queue: no move. Never up while workers
 * that were wanted have not booted yet (more processes would not help). */
uint32_t pool_want(struct pool *p, const struct pool_seen *seen, msec now);

/* The next signal towards `wanted`; to be called with every sample. Remembers that it was given. A number that
 * differs although nobody moved it (a worker died, HUP reset it) gets POOL_SETTLE to mend itself first, and so does that of
 * another generation than before: its master was started with what is wanted, and forks one after the other. */
enum pool_deed pool_step(struct pool *p, const struct pool_seen *seen, msec now);

#endif

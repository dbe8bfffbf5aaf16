/*
 * world -- a service in virtual time: core/life above, a fake kernel below, an operator beside, chance everywhere.
 *
 * The same seed gives the same world. After every step the promises are checked (promise.h); the first one that
 * is broken ends the world.
 */
#ifndef BRIDLE_TESTS_WORLD_H
#define BRIDLE_TESTS_WORLD_H

#include "base/text.h"
#include "core/life.h"
#include "kernel.h"
#include "promise.h"
#include "reaction.h"

struct world {
	struct dice dice;
	struct nature nature;
	struct life life;
	struct crew crews[CREWS];
	struct promises promises;
	msec now;
	msec request_at;    /* when the operator wants something next */
	msec pause;         /* longest between two requests; 0: only the first start */
	int habit;          /* what he wants mostly (enum request); REQUESTS: this and that */
	msec late;          /* how late the next tick comes */
	msec ticked;        /* when the clock last had its turn, */
	unsigned ticks;     /* and how often in that moment */
	int strays;         /* percent of requests that are reports about nothing instead */
	int rebirths;       /* percent of steps after which the supervisor becomes another program (rebirth.h) */
	struct text *story; /* what happened, a line a step; NULL: nobody reads it */
	char broken[160];   /* the promise that was broken; empty: none */
};

_Static_assert((int)CREWS == (int)LIFE_SLOTS, "a crew for each slot");

/* Live through the world of SEED. False when a promise was broken. STORY may be NULL. */
bool world_live(struct world *w, uint64_t seed, struct text *story);

/* For stories told by hand: a world in which nothing happens by chance. A crew is immortal, has no workers, is ready
 * at once and ends at once when told, until `nature` says otherwise. */
void world_begin(struct world *w, const struct life_limits *limits, struct text *story);

/* The operator asks now. */
void world_ask(struct world *w, enum request request);

/* Somebody kills the master of the current generation now. */
void world_kill_master(struct world *w);

/* Let everything happen that happens by UNTIL; it is UNTIL then. */
void world_run(struct world *w, msec until);

/* For those who judge: WHAT was broken, unless it HOLDS; the first one is kept. */
void world_must(struct world *w, bool holds, const char *what);

bool world_has_free_slot(const struct world *w);

#endif

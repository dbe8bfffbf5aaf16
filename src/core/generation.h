/*
 * generation -- one spawned master and its descendants, in one of the few slots that a service has. Pure.
 *
 * A slot is taken when its master is to be spawned and free again when nobody of it is left; in between it may
 * be on its way down a ladder (stop.h). What to send is returned and is for the caller to order.
 */
#ifndef BRIDLE_CORE_GENERATION_H
#define BRIDLE_CORE_GENERATION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/msec.h"
#include "core/stop.h"

enum generation_state {
	GENERATION_FREE,    /* nobody */
	GENERATION_BOOTING, /* spawned, not ready */
	GENERATION_READY,   /* proven ready */
	GENERATION_ENDING,  /* its ladder runs; see stop.h */
};

struct generation {
	enum generation_state state;
	bool master;     /* its master lives */
	bool beside;     /* on a held listener a successor may start although somebody of it lives */
	uint32_t number; /* 1, 2, 3 ... over the life of the service; BRIDLE_GENERATION */
	msec since;      /* spawned at */
	struct stop stop;
};

/* Take G, which must be free, for a master that is being spawned at NOW as generation NUMBER. */
void generation_begin(struct generation *g, uint32_t number, msec now);

/* Nobody of it is left. */
void generation_free(struct generation *g);

/* Bring it to its end: the ladder begins, unless it runs already or G is free. DRAIN: nobody serves in its place, so that
 * one that is ready first gets the time that its limits give it for that. */
enum stop_deed generation_end(struct generation *g, const struct stop_limits *limits, bool drain, msec now);

/* Its master was reaped: the ladder begins, or goes on, with whoever is left. */
enum stop_deed generation_orphaned(struct generation *g, const struct stop_limits *limits, msec now);

/* Everybody of it was gone, and a command that cleans up after it was started as its master: a ladder of its own begins
 * after `total`, the time that commands have. Only for one that is ending. */
enum stop_deed generation_resume(struct generation *g, const struct stop_limits *limits, msec now);

/* Straight to KILL, whatever rung its ladder is on. Only for one that is ending. */
enum stop_deed generation_kill(struct generation *g, const struct stop_limits *limits, msec now);

/* Of the N SLOTS: the index of a free one, or N. */
uint8_t generation_find_free(const struct generation *slots, uint8_t n);

/* Of the N SLOTS: the index of the one that should make room: one that is being killed already, else the one that
 * has been ending for longest; N when none is ending. */
uint8_t generation_find_oldest(const struct generation *slots, uint8_t n);

/* Whether all N SLOTS are free. */
bool generation_none_left(const struct generation *slots, uint8_t n);

/* Whether nobody in the N SLOTS is in the way of a successor. HELD: on a listener of ours. */
bool generation_none_in_way(const struct generation *slots, uint8_t n, bool held);

#endif

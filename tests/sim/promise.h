/*
 * promise -- what must hold in every world: DESIGN 8, promises 1 to 3, and what life.h says.
 *
 * Judged by what can be seen from outside (orders, the state, who lives in the fake kernel) and by notes of
 * what went before, not by what core/life keeps for itself. A broken promise is written to world.broken.
 */
#ifndef BRIDLE_TESTS_PROMISE_H
#define BRIDLE_TESTS_PROMISE_H

#include "core/life.h"

struct world;

/* What is known of the crew in a slot. */
struct crew_notes {
	bool told;    /* was ordered to end, or lost its master */
	bool beside;  /* was replaced, or failed to replace: a successor may start beside its master */
	bool ready;   /* was proven ready */
	msec drain;   /* one that serves goes down: no TERM before that, unless somebody is impatient; 0: not so */
	msec told_by; /* and then it is told */
	msec grace;   /* told: no KILL before that, unless somebody is impatient */
	msec over_by; /* told: nobody of it may live then */
};

struct promises {
	enum life_state state; /* by the moves that were told */
	uint32_t number;       /* of the last spawn */
	bool wanted;           /* up, as far as the operator is concerned */
	bool prevented;        /* how the one that died ended wants no restart */
	bool done;             /* it ended by itself and its policy wants no restart */
	bool apart;            /* a stop or restart was asked for: nobody may be left when it starts again */
	bool hup, replaces;    /* a HUP, a spawn or room for it is to be ordered in this step */
	bool listens;          /* and that the listeners are opened */
	bool spawned, killed;  /* that was ordered in this step */
	bool limits_changed;   /* failures cannot be counted any more */
	unsigned at_once;      /* starts in a row without waiting */
	unsigned waits;        /* since failures were forgotten */
	unsigned signals;      /* ordered so far */
	msec not_before;       /* no start before its wait is over */
	msec patience;         /* whatever boots has time until then */
	msec leave_by;         /* when this state has to be over */
	struct crew_notes crews[LIFE_SLOTS];
};

void promise_begin(struct world *w);

/* An order was taken, and is not carried out yet. */
void promise_order(struct world *w, const struct life_order *order);

/* Everything was carried out: what must hold between steps. */
void promise_step(struct world *w);

/* The clock jumped ahead by JUMP: nobody could have acted. */
void promise_jump(struct world *w, msec jump);

/* Another program goes on from here: who has to be proven ready has LIFE_PROOF at least. */
void promise_rebirth(struct world *w);

#endif

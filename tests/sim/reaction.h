/*
 * reaction -- what a request, a report or a deadline must lead to, by the state in which it came. Notes for the
 * promises (promise.h) are taken here, too. Orders are not taken yet when these are called.
 */
#ifndef BRIDLE_TESTS_REACTION_H
#define BRIDLE_TESTS_REACTION_H

#include "core/life.h"

struct world;

/* What somebody asks for; two of them are what a client and the watcher do, and two what its settings want. */
enum request {
	ASK_START,
	ASK_STOP,
	ASK_RESTART,
	ASK_REPLACE,
	ASK_HUP,
	ASK_HURRY,
	ASK_LISTEN,
	ASK_CONNECT,
	ASK_IDLE,
	ASK_QUEUE,
	ASK_REFUSE,
	ASK_MEND,
	ASK_HALT,
	REQUESTS
};

/* The operator asked for REQUEST in state BEFORE. */
void reaction_request(struct world *w, enum request request, bool accepted, enum life_state before);

/* The limits were changed. */
void reaction_limits(struct world *w);

/* The death of the master in SLOT was reported; the restart rules, which have tests of their own, say VERDICT. */
void reaction_death(struct world *w, uint8_t slot, const struct life *before, enum restart_verdict verdict);

/* The master in SLOT, the current one, could be FOLLOWED by one of its own, or not. */
void reaction_heir(struct world *w, uint8_t slot, bool followed, const struct life *before);

/* It was reported that generation NUMBER is ready. */
void reaction_ready(struct world *w, uint32_t number, const struct life *before);

/* It was reported that generation NUMBER took over one worker more. */
void reaction_step(struct world *w, uint32_t number, const struct life *before);

/* It was reported that a command after the start of generation NUMBER failed. */
void reaction_unfit(struct world *w, uint32_t number, const struct life *before);

/* It was reported that the one in SLOT is not to be started. */
void reaction_skip(struct world *w, uint8_t slot, const struct life *before);

/* It was reported that a command cleans up after the one in SLOT. */
void reaction_resumed(struct world *w, uint8_t slot);

/* The clock had its turn. */
void reaction_tick(struct world *w, const struct life *before);

#endif

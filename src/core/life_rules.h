/*
 * life_rules -- the table of a service's life: for each state and event, where it goes, what is done, and until when. Of life
 * alone, which is the one place that reads it.
 */
#ifndef BRIDLE_CORE_LIFE_RULES_H
#define BRIDLE_CORE_LIFE_RULES_H

#include "core/life_acts.h"

/* When the state is over at the latest. Where it is NEVER, nothing is awaited, or ladders have deadlines. */
enum life_due { DUE_NEVER, DUE_KEEP, DUE_AFTER_START, DUE_AFTER_WAIT, LIFE_DUE_COUNT };

struct life_rule {
	enum life_state next;
	enum life_act act; /* ACT_NO_RULE: in this state, that event changes nothing */
	enum life_due due;
};

#ifndef LIFE_TABLE /* tests/sim/mutants.c breaks one rule after the other to see that it is missed */
#define LIFE_TABLE const
#endif
extern LIFE_TABLE struct life_rule life_rules[LIFE_STATE_COUNT][LIFE_EVENT_COUNT];

#endif

/*
 * life_acts -- what a move of a service does: the acts that the table of rules names, and their orders. Pure, and of life
 * alone: everybody else tells it events (life.h).
 */
#ifndef BRIDLE_CORE_LIFE_ACTS_H
#define BRIDLE_CORE_LIFE_ACTS_H

#include "core/life.h"

enum life_act {
	ACT_NO_RULE, /* an empty cell of the table: nothing is to be done */
	ACT_JUST_MOVE,
	ACT_SPAWN,      /* the current generation; RESTARTING instead while something is in its way */
	ACT_SPAWN_NEXT, /* the one to replace it, as soon as a slot is free */
	ACT_PROMOTE,    /* the next one is the current one; the old one, if its master lives, begins its ladder */
	ACT_SEND_HUP,
	ACT_END_CURRENT, /* these begin their ladders */
	ACT_END_NEXT,
	ACT_END_ALL, /* and nothing starts beside what is left of them */
	ACT_LISTEN,
	ACT_REST, /* END_CURRENT, beside which the next connection may start another; and LISTEN */
	LIFE_ACT_COUNT
};

/* Do WHAT: slots and roles of L change, and orders are queued. L is in the state that it moved to; SPAWN and PROMOTE may
 * change that to RESTARTING. */
void life_act(struct life *l, enum life_act what, msec now);

#endif

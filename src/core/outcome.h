/*
 * outcome -- when somebody waits for a deed: is it done, has it failed, or go on waiting? Pure.
 *
 * The watcher keeps those who wait and shows each of them every move of the service after its deed was
 * accepted. Whoever waits for a service to come up is told of the first boot that fails: that the service goes
 * on trying (`waiting`) is no answer to somebody at a terminal.
 */
#ifndef BRIDLE_CORE_OUTCOME_H
#define BRIDLE_CORE_OUTCOME_H

#include "core/life.h"

enum outcome { OUTCOME_WAIT, OUTCOME_DONE, OUTCOME_FAILED };

enum outcome_goal {
	GOAL_UP,       /* start: running; of one that is there to run to its end: that it did, or need not */
	GOAL_DOWN,     /* stop: stopped */
	GOAL_UP_AGAIN, /* restart, replace, reload: running with a generation newer than the one before, or,
	                * after HUP, with the same one proven ready anew */
};

/* A service that was in generation BEFORE when the deed was asked for moved to STATE by EVENT and now
 * serves with generation NOW (0: none). */
enum outcome outcome_judge(enum outcome_goal goal, uint32_t before, enum life_state state, enum life_event event,
	uint32_t now);

#endif

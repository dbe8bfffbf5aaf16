/*
 * outcome.c -- the table of life read from the other end: not what follows, but
 * whether somebody at a terminal has his answer.
 */
#include "core/outcome.h"

/* Serving, as far as anybody outside can tell: who listens answers whoever comes. */
static bool
is_up(enum life_state state)
{
	return state == LIFE_RUNNING || state == LIFE_RELOADING || state == LIFE_REPLACING || state == LIFE_LISTENING ||
		state == LIFE_DONE;
}

static enum outcome
judge_down(enum life_state state)
{
	if (state == LIFE_STOPPED)
		return OUTCOME_DONE;
	return state == LIFE_STOPPING ? OUTCOME_WAIT : OUTCOME_FAILED; /* somebody wants it up again */
}

enum outcome
outcome_judge(enum outcome_goal goal, uint32_t before, enum life_state state, enum life_event event, uint32_t now)
{
	if (goal == GOAL_DOWN)
		return judge_down(state);
	if (is_up(state) && goal == GOAL_UP) /* by whatever generation: start asks for no new one */
		return OUTCOME_DONE;
	if (event == ON_DIED_DONE && (state == LIFE_STOPPING || state == LIFE_STOPPED))
		return OUTCOME_DONE; /* a oneshot ran, or a condition said no: it went as it should */
	switch (state) {
	case LIFE_RUNNING: /* by NEXT_DIED or TIMEOUT: on the old generation, the replacement failed */
		return now > before || event == ON_READY || event == ON_ASSUMED ? OUTCOME_DONE : OUTCOME_FAILED;
	case LIFE_DONE: return event == ON_FINISHED ? OUTCOME_DONE : OUTCOME_WAIT;
	case LIFE_STARTING:
	case LIFE_RELOADING:
	case LIFE_REPLACING:
	case LIFE_QUEUED:
	case LIFE_RESTARTING: return OUTCOME_WAIT;
	case LIFE_STOPPED:
	case LIFE_STOPPING:
	case LIFE_RETRYING:
	case LIFE_WAITING:
	case LIFE_FAILED:
	case LIFE_LISTENING: /* nothing was renewed */
	case LIFE_STATE_COUNT: break;
	}
	return OUTCOME_FAILED;
}

/*
 * around_deeds.c -- what the hooks decide is done. A deed that fails, or is over at once, is an answer: the hooks are told,
 * and decide again.
 */
#include "supervisor/around_deeds.h"

#include "supervisor/around.h"
#include "supervisor/around_command.h"
#include "supervisor/belongings.h"
#include "supervisor/bridled.h"
#include "supervisor/rest.h"
#include "supervisor/service.h"

/* A plan that came meanwhile may have no commands any more: then there is nothing more to run. */
const struct hook_plan *
around_commands(const struct service *s)
{
	static const struct hook_plan none;

	return s->plan != NULL && s->plan->hooks != NULL ? &s->plan->hooks->order : &none;
}

struct around_generation *
around_at(const struct service *s, uint8_t slot)
{
	return s->around == NULL || slot >= LIFE_SLOTS ? NULL : &s->around->at[slot];
}

bool
around_is_ending(const struct service *s, uint8_t slot)
{
	return s->life.slots[slot].state == GENERATION_ENDING;
}

/* There was no master, or none that lasts: what is told of the last one must not be taken for this one's end. */
static void
fail(struct service *s, uint8_t slot, msec now)
{
	s->last_generation = s->life.slots[slot].number;
	s->last_pid = s->last_status = 0;
	s->last_age = 0;
	s->last_ended = now;
	life_died(&s->life, slot, false, bridled_random(s->home), now);
}

/* As if it had never been begun: no failure, and nothing to be cleaned up. */
static void
skip(struct service *s, uint8_t slot, msec now)
{
	service_clear_away(s, slot);
	s->last_generation = s->life.slots[slot].number;
	s->last_pid = s->last_status = 0;
	s->last_ended = now;
	life_skipped(&s->life, slot, now);
}

void
around_say_ready(struct service *s, uint32_t number, bool assumed, msec now)
{
	if (assumed)
		life_assumed(&s->life, number, now);
	else
		life_ready(&s->life, number, now);
}

static void
ready(struct service *s, uint8_t slot, msec now)
{
	uint32_t number = s->life.slots[slot].number;

	service_tell_why(s, "");
	around_say_ready(s, number, around_at(s, slot)->assumed, now);
}

/* Started: in the master's place, or beside it. */
static void
note_running(struct service *s, uint8_t slot, pid_t pid, msec now)
{
	struct around_generation *g = around_at(s, slot);

	if (!hooks_lead(&g->hooks)) {
		g->beside = pid;
		s->home->besides++;
		return;
	}
	service_lead(s, slot, pid);
	if (g->hooks.stage == HOOKS_AFTER)
		life_resumed(&s->life, slot, now);
}

/* A command that could not be started has failed. */
static void
run_or_fail(struct service *s, uint8_t slot, msec now)
{
	struct around_generation *g = around_at(s, slot);
	pid_t pid = around_run(s, slot);

	if (pid > 0) {
		note_running(s, slot, pid, now);
		return;
	}
	/* the master's own end tells more, where there was one */
	g->result = g->ended ? g->result : AROUND_RESOURCES;
	around_perform(s, slot, hooks_ended(&g->hooks, around_commands(s), HOOK_BROKE, around_is_ending(s, slot), now),
		now);
	if (g->hooks.stage == HOOKS_AFTER) /* nothing was started that could end */
		around_perform(s, slot, hooks_empty(&g->hooks, around_commands(s)), now);
}

/* Whether anybody is left is seen at the next look (rest.c), which then calls around_cleared(). */
static void
kill_rest(struct service *s, uint8_t slot)
{
	rest_clear(s, slot);
	s->home->look = true;
}

/* Only a master that lives is asked whether it is ready. */
static void
start_master(struct service *s, uint8_t slot, msec now)
{
	if (service_start_master(s, slot, now) && around_commands(s)->count[HOOK_READY] > 0)
		around_perform(s, slot, hooks_ask(&around_at(s, slot)->hooks), now);
}

void
around_perform(struct service *s, uint8_t slot, enum hook_deed deed, msec now)
{
	switch (deed) {
	case HOOK_DO_NOTHING: break;
	case HOOK_DO_RUN: run_or_fail(s, slot, now); break;
	case HOOK_DO_KILL: kill_rest(s, slot); break;
	case HOOK_DO_SPAWN: start_master(s, slot, now); break;
	case HOOK_DO_READY: ready(s, slot, now); break;
	case HOOK_DO_UNFIT:
		/* noted first: how its master ends then is not why (service_reaped) */
		s->around->unfit = s->life.slots[slot].number;
		life_unfit(&s->life, s->around->unfit, now);
		break;
	case HOOK_DO_SKIP: skip(s, slot, now); break;
	case HOOK_DO_FAIL: fail(s, slot, now); break;
	case HOOK_DO_FINISH: life_died(&s->life, slot, true, bridled_random(s->home), now); break;
	case HOOK_DO_GONE: service_forget(s, slot, now); break;
	}
}

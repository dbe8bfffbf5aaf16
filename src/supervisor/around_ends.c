/*
 * around_ends.c -- who was reaped: a command in the master's place, the master itself, a command beside it. How it ended is kept
 * for those that clean up (SERVICE_RESULT), and the hooks are told.
 */
#include <sys/wait.h>

#include "base/log.h"
#include "supervisor/around.h"
#include "supervisor/around_command.h"
#include "supervisor/around_deeds.h"
#include "supervisor/bridled.h"
#include "supervisor/service.h"

static enum hook_end
end_of(int status)
{
	/* systemd.service(5), ExecCondition=: 1 to 254 says no, 255 and a signal are failures */
	if (!WIFEXITED(status) || WEXITSTATUS(status) == 255)
		return HOOK_BROKE;
	return WEXITSTATUS(status) == 0 ? HOOK_SUCCEEDED : HOOK_SAID_NO;
}

/* The words of systemd.exec(5), $SERVICE_RESULT: commands that were written for a unit find what they look for. */
static uint8_t
result_of(int status)
{
	if (WIFEXITED(status))
		return WEXITSTATUS(status) == 0 ? AROUND_SUCCESS : AROUND_EXIT_CODE;
	return WCOREDUMP(status) ? AROUND_CORE_DUMP : AROUND_SIGNAL;
}

/* What it found out says more than how it ended. */
static enum hook_end
take_answers(struct service *s, struct around_generation *g, bool ending)
{
	struct err err;

	/* who was told to stop says nothing, and another may be asking by now */
	if (ending && s->life.state != LIFE_RETRYING)
		return HOOK_BROKE;
	if (names_answered(s, &err))
		return HOOK_SUCCEEDED;
	around_tell(s, &g->hooks, err.text);
	g->result = AROUND_RESOURCES;
	return HOOK_SAID_NO;
}

/* A failure is told where it matters, and of a condition its no. */
static void
note_end(struct service *s, struct around_generation *g, int status)
{
	enum hook_end end = end_of(status);

	/* ready_command is asked again and again: a no is no failure */
	if (end == HOOK_SUCCEEDED || g->hooks.list == HOOK_READY)
		return;
	if (hooks_ignored(&g->hooks, around_commands(s))) {
		log_info("%s: %s failed, which does not matter", s->name, hook_list_name(g->hooks.list));
		return;
	}
	around_tell_status(s, &g->hooks, status);
	if (g->hooks.stage == HOOKS_BEFORE && !g->ended) {
		g->ended = true;
		g->status = status;
		g->result = result_of(status);
	}
}

bool
around_reaped(struct service *s, uint8_t slot, int status, msec now)
{
	struct around_generation *g = around_at(s, slot);
	pid_t pid = *service_pid_at(s, slot);
	bool after;
	enum hook_end end = end_of(status);
	enum hook_deed deed;

	if (g == NULL || !hooks_lead(&g->hooks))
		return false;
	/* it was in the master's place: nobody is now */
	*service_pid_at(s, slot) = 0;
	if (g->hooks.list == HOOK_LOOK_UP && !around_is_ending(s, slot) && names_lost(s, pid)) {
		around_perform(s, slot, HOOK_DO_RUN, now);
		return true;
	}
	if (g->hooks.list == HOOK_LOOK_UP)
		end = take_answers(s, g, around_is_ending(s, slot));
	else
		note_end(s, g, status);
	/* RETRYING: start_timeout was over, which is why it was ended */
	if (around_is_ending(s, slot) && !g->ended && s->life.state == LIFE_RETRYING)
		g->result = AROUND_TIMEOUT;
	after = g->hooks.stage == HOOKS_AFTER;
	deed = hooks_ended(&g->hooks, around_commands(s), end, around_is_ending(s, slot), now);
	if (after) /* who is left of it is ended as what is left of a master */
		life_died(&s->life, slot, true, bridled_random(s->home), now);
	around_perform(s, slot, deed, now);
	return true;
}

bool
around_master_ended(struct service *s, uint8_t slot, int status, bool clean, msec now)
{
	struct around_generation *g = around_at(s, slot);

	if (g == NULL || g->hooks.stage == HOOKS_IDLE)
		return true;
	g->ended = true;
	g->status = status;
	if (around_is_ending(s, slot) && s->life.state == LIFE_RETRYING &&
		s->around->unfit != s->life.slots[slot].number)
		g->result = AROUND_TIMEOUT;
	else if (clean || (around_is_ending(s, slot) && WIFSIGNALED(status) && !WCOREDUMP(status)))
		g->result = AROUND_SUCCESS; /* it ended as it was asked to */
	else
		g->result = result_of(status);
	if (around_is_ending(s, slot) || !clean || !s->life.limits.oneshot)
		return true;
	if (around_commands(s)->count[HOOK_START_POST] == 0)
		return true;
	around_perform(s, slot, hooks_finished(&g->hooks, around_commands(s), now), now);
	return false;
}

static bool
reaped_beside(struct service *s, pid_t pid, int status, msec now)
{
	for (uint8_t i = 0; i < LIFE_SLOTS; i++) {
		struct around_generation *g = around_at(s, i);

		if (g->beside != pid)
			continue;
		g->beside = 0;
		s->home->besides--;
		/* what is ended with its generation has failed at nothing */
		if (!around_is_ending(s, i))
			note_end(s, g, status);
		around_perform(s, i,
			hooks_ended(&g->hooks, around_commands(s), end_of(status), around_is_ending(s, i), now), now);
		return true;
	}
	return false;
}

bool
around_reaped_other(struct bridled *b, pid_t pid, int status, msec now)
{
	/* mostly it is an orphan, and there are none of these */
	for (uint32_t i = 0; b->besides > 0 && i < b->capacity; i++) {
		struct service *s = b->services[i];

		if (s == NULL || s->around == NULL ||
			(!around_failure_reaped(s, pid, status) && !reaped_beside(s, pid, status, now)))
			continue;
		service_act(s, now);
		return true;
	}
	return false;
}

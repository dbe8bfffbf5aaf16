/*
 * around.c -- between core/hooks and the rest of this room: `perform` does what the hooks decide, and everything that
 * happens to a command comes in by one of the functions below, tells the hooks, and performs their answer. A command in the
 * master's place is in the life's eyes the master (service_lead), so that its deadlines and ladders hold.
 */
#include "supervisor/around.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "base/log.h"
#include "supervisor/around_command.h"
#include "supervisor/belongings.h"
#include "supervisor/bridled.h"
#include "supervisor/rest.h"
#include "supervisor/service.h"

/* A plan that came meanwhile may have no commands any more: then there is nothing more to run. */
static const struct hook_plan *
plan_of(const struct service *s)
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
around_init(struct service *s, struct err *err)
{
	if (s->around != NULL || s->plan == NULL || s->plan->hooks == NULL)
		return true;
	s->around = calloc(1, sizeof *s->around);
	return s->around != NULL || err_set(err, errno, "cannot keep the commands of %s", s->name);
}

void
around_free(struct service *s)
{
	free(s->around);
	s->around = NULL;
}

/* Whoever is being ended starts nothing new. */
static bool
is_ending(const struct service *s, uint8_t slot)
{
	return s->life.slots[slot].state == GENERATION_ENDING;
}

/* ---- what comes of it ---- */

static enum hook_end
end_of(int status)
{
	/* systemd.service(5), ExecCondition=: 1 to 254 says no, 255 and a signal are failures */
	if (!WIFEXITED(status) || WEXITSTATUS(status) == 255)
		return HOOK_BROKE;
	return WEXITSTATUS(status) == 0 ? HOOK_SUCCEEDED : HOOK_SAID_NO;
}

static uint8_t
result_of(int status)
{
	if (WIFEXITED(status))
		return WEXITSTATUS(status) == 0 ? AROUND_SUCCESS : AROUND_EXIT_CODE;
	return WCOREDUMP(status) ? AROUND_CORE_DUMP : AROUND_SIGNAL;
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

static void
say_ready(struct service *s, uint32_t number, bool assumed, msec now)
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
	say_ready(s, number, around_at(s, slot)->assumed, now);
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

static void perform(struct service *s, uint8_t slot, enum hook_deed deed, msec now);

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
	perform(s, slot, hooks_ended(&g->hooks, plan_of(s), HOOK_BROKE, is_ending(s, slot), now), now);
	if (g->hooks.stage == HOOKS_AFTER) /* nothing was started that could end */
		perform(s, slot, hooks_empty(&g->hooks, plan_of(s)), now);
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
	if (service_start_master(s, slot, now) && plan_of(s)->count[HOOK_READY] > 0)
		perform(s, slot, hooks_ask(&around_at(s, slot)->hooks), now);
}

static void
perform(struct service *s, uint8_t slot, enum hook_deed deed, msec now)
{
	switch (deed) {
	case HOOK_DO_NOTHING: break;
	case HOOK_DO_RUN: run_or_fail(s, slot, now); break;
	case HOOK_DO_KILL: kill_rest(s, slot); break;
	case HOOK_DO_SPAWN: start_master(s, slot, now); break;
	case HOOK_DO_READY: ready(s, slot, now); break;
	case HOOK_DO_UNFIT:
		s->around->unfit = s->life.slots[slot].number;
		life_unfit(&s->life, s->around->unfit, now);
		break;
	case HOOK_DO_SKIP: skip(s, slot, now); break;
	case HOOK_DO_FAIL: fail(s, slot, now); break;
	case HOOK_DO_FINISH: life_died(&s->life, slot, true, bridled_random(s->home), now); break;
	case HOOK_DO_GONE: service_forget(s, slot, now); break;
	}
}

void
around_begin(struct service *s, const struct life_order *o, msec now)
{
	struct around_generation *g = around_at(s, o->slot);
	enum hook_deed deed;

	if (g == NULL) {
		service_start_master(s, o->slot, now);
		return;
	}
	*g = (struct around_generation){ .result = AROUND_SUCCESS };
	deed = hooks_begin(&g->hooks, plan_of(s));
	/* the master comes later: group and start time are those of the whole generation */
	if (deed == HOOK_DO_RUN) {
		service_tell_why(s, "");
		service_make_cgroup(s, o->slot);
		life_spawned(&s->life, o->slot, true, 0, now);
	}
	perform(s, o->slot, deed, now);
}

bool
around_failed(struct service *s, uint8_t slot, msec now)
{
	struct around_generation *g = around_at(s, slot);

	/* no command has run, so none cleans up: the life is told by the caller, as of any other start */
	if (g == NULL || g->hooks.stage == HOOKS_IDLE)
		return false;
	g->result = AROUND_RESOURCES;
	life_died(&s->life, slot, false, bridled_random(s->home), now);
	return true;
}

/* LIFE_SLOTS, of which nothing is kept, where no slot has it. */
static uint8_t
slot_of(const struct service *s, uint32_t number)
{
	uint8_t slot = 0;

	while (slot < LIFE_SLOTS && s->life.slots[slot].number != number)
		slot++;
	return slot;
}

void
around_ready(struct service *s, uint32_t number, bool assumed, msec now)
{
	uint8_t slot = slot_of(s, number);
	struct around_generation *g = around_at(s, slot);

	if (s->life.limits.oneshot)
		return; /* it is never ready: it ends */
	/* one that was started before there were commands has none */
	if (g == NULL || g->hooks.stage == HOOKS_IDLE) {
		say_ready(s, number, assumed, now);
	} else if (!is_ending(s, slot)) {
		g->assumed = assumed;
		perform(s, slot, hooks_ready(&g->hooks, plan_of(s)), now);
	}
}

/* A failure is told where it matters, and of a condition its no. */
static void
note_end(struct service *s, struct around_generation *g, int status)
{
	enum hook_end end = end_of(status);
	bool ignored = plan_of(s)->ignored[g->hooks.list] & UINT32_C(1) << g->hooks.index;

	/* ready_command is asked again and again: a no is no failure */
	if (end == HOOK_SUCCEEDED || g->hooks.list == HOOK_READY)
		return;
	if (ignored) {
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
	bool after;
	enum hook_deed deed;

	if (g == NULL || !hooks_lead(&g->hooks))
		return false;
	/* it was in the master's place: nobody is now */
	*service_pid_at(s, slot) = 0;
	note_end(s, g, status);
	/* RETRYING: start_timeout was over, which is why it was ended */
	if (is_ending(s, slot) && !g->ended && s->life.state == LIFE_RETRYING)
		g->result = AROUND_TIMEOUT;
	after = g->hooks.stage == HOOKS_AFTER;
	deed = hooks_ended(&g->hooks, plan_of(s), end_of(status), is_ending(s, slot), now);
	if (after) /* who is left of it is ended as what is left of a master */
		life_died(&s->life, slot, true, bridled_random(s->home), now);
	perform(s, slot, deed, now);
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
	if (is_ending(s, slot) && s->life.state == LIFE_RETRYING && s->around->unfit != s->life.slots[slot].number)
		g->result = AROUND_TIMEOUT;
	else if (clean || (is_ending(s, slot) && WIFSIGNALED(status) && !WCOREDUMP(status)))
		g->result = AROUND_SUCCESS; /* it ended as it was asked to */
	else
		g->result = result_of(status);
	if (is_ending(s, slot) || !clean || !s->life.limits.oneshot)
		return true;
	if (plan_of(s)->count[HOOK_START_POST] == 0)
		return true;
	perform(s, slot, hooks_finished(&g->hooks, plan_of(s), now), now);
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
		if (!is_ending(s, i))
			note_end(s, g, status);
		perform(s, i, hooks_ended(&g->hooks, plan_of(s), end_of(status), is_ending(s, i), now), now);
		return true;
	}
	return false;
}

void
around_reaped_other(struct bridled *b, pid_t pid, int status, msec now)
{
	/* mostly it is an orphan, and there are none of these */
	for (uint32_t i = 0; b->besides > 0 && i < b->capacity; i++) {
		struct service *s = b->services[i];

		if (s == NULL || s->around == NULL ||
			(!around_failure_reaped(s, pid, status) && !reaped_beside(s, pid, status, now)))
			continue;
		service_act(s, now);
		return;
	}
}

bool
around_is_clearing(const struct service *s, uint8_t slot)
{
	return s->around != NULL && s->around->at[slot].hooks.stage == HOOKS_CLEARING;
}

void
around_cleared(struct service *s, uint8_t slot, msec now)
{
	perform(s, slot, hooks_cleared(&around_at(s, slot)->hooks, plan_of(s), is_ending(s, slot)), now);
}

/* False at the end, too: the hooks say GONE then, and perform() has it forgotten. */
bool
around_empty(struct service *s, uint8_t slot, msec now)
{
	struct around_generation *g = around_at(s, slot);

	if (g == NULL)
		return true;
	perform(s, slot, hooks_empty(&g->hooks, plan_of(s)), now);
	return false;
}

bool
around_leads(const struct service *s, uint8_t slot)
{
	return s->around != NULL && hooks_lead(&s->around->at[slot].hooks);
}

/* ---- over our own end ---- */

struct hooks *
around_hooks(struct service *s, uint8_t slot)
{
	static struct hooks nobodys; /* written to and never read: for services without commands */

	if (s->around != NULL)
		return &s->around->at[slot].hooks;
	nobodys = (struct hooks){ 0 };
	return &nobodys;
}

void
around_resume(struct service *s, msec now)
{
	for (uint8_t i = 0; s->around != NULL && i < LIFE_SLOTS; i++) {
		struct hooks *h = &s->around->at[i].hooks;

		/* what ran beside is an orphan of nobody's now; it is run once more */
		if (h->stage == HOOKS_BESIDE)
			h->stage = HOOKS_MASTER;
		h->due = h->stage == HOOKS_CLEARING || (h->stage == HOOKS_MASTER && h->list == HOOK_READY) ? now :
													     MSEC_NEVER;
	}
	if (s->around != NULL)
		around_failure_resume(s, now);
}

/* ---- time ---- */

msec
around_due(const struct service *s)
{
	msec due = MSEC_NEVER;

	if (s->around == NULL)
		return due;
	for (uint8_t i = 0; i < LIFE_SLOTS; i++)
		if (hooks_due(&s->around->at[i].hooks) < due)
			due = hooks_due(&s->around->at[i].hooks);
	return around_failure_due(s) < due ? around_failure_due(s) : due;
}

/* Each by its own deadline: several generations may have commands at once. */
void
around_tick(struct service *s, msec now)
{
	if (s->around == NULL)
		return;
	for (uint8_t i = 0; i < LIFE_SLOTS; i++)
		if (hooks_due(&s->around->at[i].hooks) <= now)
			perform(s, i, hooks_tick(&s->around->at[i].hooks, is_ending(s, i), now), now);
	around_failure_tick(s, now);
}

/*
 * around.c -- between core/hooks and the rest of this room: what happens to a generation comes in by one of the functions
 * below, or of around_ends.c, tells the hooks, and has their answer performed (around_deeds.h). A command in the
 * master's place is in the life's eyes the master (service_lead), so that its deadlines and ladders hold.
 */
#include "supervisor/around.h"

#include <errno.h>
#include <stdlib.h>

#include "base/log.h"
#include "supervisor/around_command.h"
#include "supervisor/around_deeds.h"
#include "supervisor/belongings.h"
#include "supervisor/bridled.h"
#include "supervisor/service.h"

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
	deed = hooks_begin(&g->hooks, around_commands(s), names_due(s));
	/* the master comes later: group and start time are those of the whole generation */
	if (deed == HOOK_DO_RUN) {
		service_tell_why(s, "");
		service_make_cgroup(s, o->slot);
		life_spawned(&s->life, o->slot, true, 0, now);
	}
	around_perform(s, o->slot, deed, now);
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
		around_say_ready(s, number, assumed, now);
	} else if (!around_is_ending(s, slot)) {
		g->assumed = assumed;
		around_perform(s, slot, hooks_ready(&g->hooks, around_commands(s)), now);
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
	around_perform(s, slot,
		hooks_cleared(&around_at(s, slot)->hooks, around_commands(s), around_is_ending(s, slot)), now);
}

/* False at the end, too: the hooks say GONE then, and around_perform() has it forgotten. */
bool
around_empty(struct service *s, uint8_t slot, msec now)
{
	struct around_generation *g = around_at(s, slot);

	if (g == NULL)
		return true;
	around_perform(s, slot, hooks_empty(&g->hooks, around_commands(s)), now);
	return false;
}

bool
around_leads(const struct service *s, uint8_t slot)
{
	return s->around != NULL && hooks_lead(&s->around->at[slot].hooks);
}

/* ---- over our own end ---- */

struct around_generation *
around_kept(struct service *s, uint8_t slot)
{
	static struct around_generation nobodys; /* written to and never read: for services without commands */

	if (s->around != NULL)
		return &s->around->at[slot];
	nobodys = (struct around_generation){ 0 };
	return &nobodys;
}

uint32_t *
around_unfit(struct service *s)
{
	static uint32_t nobodys; /* as above */

	nobodys = 0;
	return s->around != NULL ? &s->around->unfit : &nobodys;
}

void
around_resume(struct service *s, msec now)
{
	if (s->around == NULL)
		return;
	for (uint8_t i = 0; i < LIFE_SLOTS; i++)
		if (!hooks_restore(&s->around->at[i].hooks, now))
			log_warning("%s: what is remembered of the commands of generation %u makes no sense", s->name,
				s->life.slots[i].number);
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
			around_perform(s, i, hooks_tick(&s->around->at[i].hooks, around_is_ending(s, i), now), now);
	around_failure_tick(s, now);
}

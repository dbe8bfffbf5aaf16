/* life_restore: what must hold of a life that comes from a record. It is checked although we wrote it ourselves: to act on
 * a broken one would end what serves. */
#include <signal.h>

#include "core/life.h"

static bool
is_stage(enum stop_stage stage)
{
	return stage == STOP_NOT || stage == STOP_DRAIN || stage == STOP_TERM || stage == STOP_QUIT ||
		stage == STOP_KILL;
}

/* A ladder has a deadline as long as it runs, and one whose master is gone must be on its way down. */
static bool
is_generation(const struct generation *g, uint32_t last_number)
{
	switch (g->state) {
	case GENERATION_FREE: return !g->master && g->number == 0;
	case GENERATION_BOOTING:
	case GENERATION_READY: return g->master && g->number > 0 && g->number <= last_number;
	case GENERATION_ENDING:
		return g->number > 0 && g->number <= last_number && is_stage(g->stop.stage) &&
			g->stop.stage != STOP_NOT && g->stop.due != MSEC_NEVER && g->stop.pause >= 0;
	}
	return false;
}

static bool
are_slots(const struct life *l)
{
	for (uint8_t i = 0; i < LIFE_SLOTS; i++) {
		if (!is_generation(&l->slots[i], l->last_number))
			return false;
		for (uint8_t k = 0; k < i; k++) /* two of one number could not be told apart */
			if (l->slots[i].number != 0 && l->slots[i].number == l->slots[k].number)
				return false;
	}
	return true;
}

/* A slot that has a role has a master, and a master that is not being ended has a role. */
static bool
are_roles(const struct life *l)
{
	if ((l->current != LIFE_NONE && l->current >= LIFE_SLOTS) || (l->next != LIFE_NONE && l->next >= LIFE_SLOTS))
		return false;
	if (l->next != LIFE_NONE && (l->next == l->current || l->state != LIFE_REPLACING))
		return false;
	for (uint8_t i = 0; i < LIFE_SLOTS; i++) {
		bool has_role = i == l->current || i == l->next;

		if (has_role && !l->slots[i].master)
			return false;
		if (!has_role && l->slots[i].state != GENERATION_FREE && l->slots[i].state != GENERATION_ENDING)
			return false;
	}
	return true;
}

/* What the rules leave behind in each state (life_rules.c): whether somebody serves, and whether a deadline is set. */
static bool
is_state(const struct life *l)
{
	switch (l->state) {
	case LIFE_STARTING:
	case LIFE_RELOADING:
	case LIFE_REPLACING: return l->current != LIFE_NONE && l->due != MSEC_NEVER;
	case LIFE_RUNNING: return l->current != LIFE_NONE;
	case LIFE_WAITING: return l->current == LIFE_NONE && l->due != MSEC_NEVER;
	case LIFE_LISTENING:
	case LIFE_QUEUED:
	case LIFE_DONE:
	case LIFE_FAILED: return l->current == LIFE_NONE;
	case LIFE_STOPPED: return generation_none_left(l->slots, LIFE_SLOTS);
	case LIFE_STOPPING:
	case LIFE_RESTARTING:
	case LIFE_RETRYING: return !generation_none_left(l->slots, LIFE_SLOTS);
	case LIFE_STATE_COUNT: break;
	}
	return false;
}

/* They bound every deadline that follows. A pause of 0 would be a hot restart loop. */
static bool
are_limits(const struct life_limits *limits)
{
	const struct restart_limits *r = &limits->restart;
	const struct stop_limits *s = &limits->stop;

	return (r->policy == RESTART_ALWAYS || r->policy == RESTART_ON_FAILURE || r->policy == RESTART_NEVER) &&
		r->delay > 0 && r->delay <= r->delay_max && limits->start_timeout > 0 && s->drain >= 0 &&
		s->graceful >= 0 && s->total >= 0;
}

/* As what died would have said it. Whoever has no master any more never gets QUIT (stop.c): TERM is all that its
 * workers heed between requests. */
static void
tell_again(struct life *l, uint8_t slot)
{
	const struct generation *g = &l->slots[slot];

	switch (g->stop.stage) {
	case STOP_NOT:
	case STOP_DRAIN: break;
	case STOP_TERM:
		orders_push_signal(&l->orders, g->master ? ORDER_SIGNAL : ORDER_SIGNAL_ALL, slot, SIGTERM);
		break;
	case STOP_QUIT:
		orders_push_signal(&l->orders, g->master ? ORDER_SIGNAL : ORDER_SIGNAL_ALL, slot,
			g->master ? SIGQUIT : SIGTERM);
		break;
	case STOP_KILL: orders_push_signal(&l->orders, ORDER_SIGNAL_ALL, slot, SIGKILL); break;
	}
}

bool
life_restore(struct life *l, bool retell, msec now)
{
	l->orders = (struct orders){ 0 };
	if (!are_slots(l) || !are_roles(l) || !is_state(l) || !are_limits(&l->limits) || l->since > now)
		return false;
	if ((l->state == LIFE_STARTING || l->state == LIFE_RELOADING || l->state == LIFE_REPLACING) &&
		l->due < now + LIFE_PROOF)
		l->due = now + LIFE_PROOF;
	if (l->state == LIFE_LISTENING) /* nobody holds or polls them yet */
		orders_push(&l->orders, &(struct life_order){ .kind = ORDER_LISTEN });
	for (uint8_t i = 0; retell && i < LIFE_SLOTS; i++)
		if (l->slots[i].state == GENERATION_ENDING)
			tell_again(l, i);
	return true;
}

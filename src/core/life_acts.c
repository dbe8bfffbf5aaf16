#include "core/life_acts.h"

#include <signal.h>

/* A role that nobody has is no slot; whoever is free, or on a ladder already, is left alone by generation_end(). */
static void
end_slot(struct life *l, uint8_t slot, bool drain, msec now)
{
	if (slot != LIFE_NONE)
		orders_push_deed(&l->orders, slot, generation_end(&l->slots[slot], &l->limits.stop, drain, now));
}

static void
end_all(struct life *l, msec now)
{
	for (uint8_t i = 0; i < LIFE_SLOTS; i++) {
		end_slot(l, i, true, now);
		l->slots[i].beside = false; /* nothing may start beside them any more */
	}
	l->next = LIFE_NONE;
}

/* No drain: nobody was sent to it yet. And it is in nobody's way: it was started beside another, on the same listener. */
static void
end_next(struct life *l, msec now)
{
	if (l->next != LIFE_NONE)
		l->slots[l->next].beside = true;
	end_slot(l, l->next, false, now);
	l->next = LIFE_NONE;
}

/* Spawn in a free slot and keep its number in *ROLE. False when there is none: then all but the current
 * generation are ending, and the one that had the most time makes room. */
static bool
spawn(struct life *l, uint8_t *role, msec now)
{
	uint8_t slot = generation_find_free(l->slots, LIFE_SLOTS);

	if (slot == LIFE_SLOTS) {
		slot = generation_find_oldest(l->slots, LIFE_SLOTS);
		orders_push_deed(&l->orders, slot, generation_kill(&l->slots[slot], &l->limits.stop, now));
		return false;
	}
	generation_begin(&l->slots[slot], ++l->last_number, now);
	*role = slot;
	orders_push(&l->orders, &(struct life_order){ .kind = ORDER_SPAWN, .slot = slot, .number = l->last_number });
	return true;
}

static void
spawn_current(struct life *l, msec now)
{
	if (generation_none_in_way(l->slots, LIFE_SLOTS, l->limits.held) && spawn(l, &l->current, now))
		return;
	l->state = LIFE_RESTARTING; /* instead of what the rule says: until the way is clear */
	l->due = MSEC_NEVER;
}

static void
promote(struct life *l, msec now)
{
	uint8_t old = l->current;

	l->current = l->next;
	l->next = LIFE_NONE;
	if (l->current == LIFE_NONE) { /* it still waited for a slot when the old one died */
		spawn_current(l, now);
	} else if (old != LIFE_NONE) {
		/* no drain (stop.h): whoever comes meanwhile is served by the new one */
		l->slots[old].beside = true;
		end_slot(l, old, false, now);
	}
}

static void
listen(struct life *l)
{
	orders_push(&l->orders, &(struct life_order){ .kind = ORDER_LISTEN });
}

/* The listeners stay open throughout: who comes while it is being ended starts the next one. */
static void
rest(struct life *l, msec now)
{
	uint8_t old = l->current;

	l->current = LIFE_NONE;
	if (old != LIFE_NONE)
		l->slots[old].beside = true;
	end_slot(l, old, false, now);
	listen(l);
}

void
life_act(struct life *l, enum life_act what, msec now)
{
	switch (what) {
	case ACT_NO_RULE:
	case ACT_JUST_MOVE: break;
	case ACT_SPAWN: spawn_current(l, now); break;
	case ACT_SPAWN_NEXT: spawn(l, &l->next, now); break;
	case ACT_PROMOTE: promote(l, now); break;
	case ACT_SEND_HUP: orders_push_signal(&l->orders, ORDER_SIGNAL, l->current, SIGHUP); break;
	case ACT_END_CURRENT: end_slot(l, l->current, false, now); break;
	case ACT_END_NEXT: end_next(l, now); break;
	case ACT_END_ALL: end_all(l, now); break;
	case ACT_LISTEN: listen(l); break;
	case ACT_REST: rest(l, now); break;
	case LIFE_ACT_COUNT: break;
	}
}

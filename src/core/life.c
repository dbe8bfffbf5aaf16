#include "core/life.h"

#include <signal.h>

/* What to do on a move. */
enum act {
	NO_RULE,     /* an empty cell: in this state, that event changes nothing */
	JUST_MOVE,
	SPAWN,       /* the current generation; RESTARTING instead while something is in its way */
	SPAWN_NEXT,  /* the one to replace it, as soon as a slot is free */
	PROMOTE,     /* the next one is the current one; the old one, if its master lives, begins its ladder */
	SEND_HUP,
	END_CURRENT, /* these begin their ladders */
	END_NEXT,
	END_ALL,     /* and nothing starts beside what is left of them */
	LISTEN,
	REST,        /* END_CURRENT, beside which the next connection may start another; and LISTEN */
};

/* When the state is over at the latest. Where it is NEVER, nothing is awaited, or ladders have deadlines. */
enum due { NEVER, KEEP, AFTER_START, AFTER_WAIT };

struct rule {
	enum life_state next;
	enum act act;
	enum due due;
};

/*
 * A service that is wanted is STARTING until its workers are proven ready, then RUNNING. If its master dies
 * before that, it is WAITING for the next try, or FAILED when that was one try too many; if it does not get
 * ready in time, it is first brought to its end (RETRYING). A master that dies later is followed at once, until
 * that repeats. Three ways lead to new code: RESTARTING (down, then up), REPLACING (up beside, then down:
 * whatever happens to the new one, the old one serves, and if the old one dies, the new one is all there is),
 * and RELOADING (HUP, where all depends on the new workers, so that it is a start once more). STOPPING ends it
 * from anywhere; who changes his mind meanwhile has it RESTARTING. One that comes after others is QUEUED until its turn.
 * One that is there to run to its end is DONE then, or stops.
 *
 * One that is wanted only when somebody comes is LISTENING: no process of it is needed, the kernel queues connections, and
 * the first one starts it. It comes back there when nothing came for long enough; whoever connects while it is being
 * ended waits in the same queue, and starts it again.
 *
 * Leftovers of dead and replaced generations go down their ladders beside all this and do not move the
 * service, except that STOPPING waits until they are gone (EMPTY) and RESTARTING until they are not in the way
 * (CLEAR).
 */
#ifndef LIFE_TABLE /* tests/sim/mutants.c breaks one rule after the other to see that it is missed */
#define LIFE_TABLE static const
#endif
#define TO(state, act, due) { LIFE_##state, act, due }
/* clang-format off */
LIFE_TABLE struct rule rules[LIFE_STATE_COUNT][LIFE_EVENT_COUNT] = {
[LIFE_STOPPED] = {
	[ON_START]      = TO(STARTING, SPAWN, AFTER_START),        [ON_RESTART]      = TO(STARTING, SPAWN, AFTER_START),
	[ON_REPLACE]    = TO(STARTING, SPAWN, AFTER_START),        [ON_LISTEN]       = TO(LISTENING, LISTEN, NEVER),
	[ON_QUEUE]      = TO(QUEUED, JUST_MOVE, NEVER) },
[LIFE_STARTING] = {
	[ON_READY]      = TO(RUNNING, JUST_MOVE, NEVER),           [ON_ASSUMED]      = TO(RUNNING, JUST_MOVE, NEVER),
	[ON_DIED_LATER] = TO(WAITING, JUST_MOVE, AFTER_WAIT),      [ON_DIED_GIVE_UP] = TO(FAILED, JUST_MOVE, NEVER),
	[ON_DIED_DONE]  = TO(STOPPING, END_ALL, NEVER),            [ON_FINISHED]     = TO(DONE, JUST_MOVE, NEVER),
	[ON_UNFIT]      = TO(RETRYING, END_CURRENT, NEVER),
	[ON_RESTART]    = TO(RESTARTING, END_ALL, NEVER),          [ON_REPLACE]      = TO(RESTARTING, END_ALL, NEVER),
	[ON_TIMEOUT]    = TO(RETRYING, END_CURRENT, NEVER),        [ON_STOP]         = TO(STOPPING, END_ALL, NEVER),
	[ON_HEIR]       = TO(STARTING, JUST_MOVE, AFTER_START) },
[LIFE_RUNNING] = {
	[ON_DIED_NOW]   = TO(STARTING, SPAWN, AFTER_START),        [ON_DIED_DONE]    = TO(STOPPING, END_ALL, NEVER),
	[ON_DIED_LATER] = TO(WAITING, JUST_MOVE, AFTER_WAIT),      [ON_DIED_GIVE_UP] = TO(FAILED, JUST_MOVE, NEVER),
	[ON_RESTART]    = TO(RESTARTING, END_ALL, NEVER),          [ON_REPLACE]      = TO(REPLACING, SPAWN_NEXT, AFTER_START),
	[ON_STOP]       = TO(STOPPING, END_ALL, NEVER),            [ON_HUP]          = TO(RELOADING, SEND_HUP, AFTER_START),
	[ON_IDLE]       = TO(LISTENING, REST, NEVER),
	[ON_HEIR]       = TO(STARTING, JUST_MOVE, AFTER_START) },
[LIFE_RELOADING] = {
	[ON_READY]      = TO(RUNNING, JUST_MOVE, NEVER),           [ON_ASSUMED]      = TO(RUNNING, JUST_MOVE, NEVER),
	[ON_DIED_LATER] = TO(WAITING, JUST_MOVE, AFTER_WAIT),      [ON_DIED_GIVE_UP] = TO(FAILED, JUST_MOVE, NEVER),
	[ON_RESTART]    = TO(RESTARTING, END_ALL, NEVER),          [ON_REPLACE]      = TO(REPLACING, SPAWN_NEXT, AFTER_START),
	[ON_TIMEOUT]    = TO(RETRYING, END_CURRENT, NEVER),        [ON_STOP]         = TO(STOPPING, END_ALL, NEVER),
	[ON_HEIR]       = TO(STARTING, JUST_MOVE, AFTER_START) },
[LIFE_REPLACING] = {
	[ON_NEXT_READY] = TO(RUNNING, PROMOTE, NEVER),             [ON_NEXT_ASSUMED] = TO(RUNNING, PROMOTE, NEVER),
	[ON_NEXT_DIED]  = TO(RUNNING, JUST_MOVE, NEVER),
	[ON_TIMEOUT]    = TO(RUNNING, END_NEXT, NEVER),            [ON_CLEAR]        = TO(REPLACING, SPAWN_NEXT, AFTER_START),
	[ON_DIED_NOW]   = TO(STARTING, PROMOTE, KEEP),             [ON_DIED_LATER]   = TO(STARTING, PROMOTE, KEEP),
	[ON_DIED_DONE]  = TO(STARTING, PROMOTE, KEEP),             [ON_DIED_GIVE_UP] = TO(STARTING, PROMOTE, KEEP),
	[ON_UNFIT]      = TO(RUNNING, END_NEXT, NEVER),
	[ON_STOP]       = TO(STOPPING, END_ALL, NEVER),            [ON_RESTART]      = TO(RESTARTING, END_ALL, NEVER),
	[ON_STEP]       = TO(REPLACING, JUST_MOVE, AFTER_START) },
[LIFE_STOPPING] = {
	[ON_START]      = TO(RESTARTING, JUST_MOVE, NEVER),        [ON_RESTART]      = TO(RESTARTING, JUST_MOVE, NEVER),
	[ON_REPLACE]    = TO(RESTARTING, JUST_MOVE, NEVER),        [ON_EMPTY]        = TO(STOPPED, JUST_MOVE, NEVER) },
[LIFE_RESTARTING] = {
	[ON_CLEAR]      = TO(STARTING, SPAWN, AFTER_START),        [ON_STOP]         = TO(STOPPING, END_ALL, NEVER) },
[LIFE_RETRYING] = {
	[ON_DIED_LATER] = TO(WAITING, JUST_MOVE, AFTER_WAIT),      [ON_DIED_GIVE_UP] = TO(FAILED, JUST_MOVE, NEVER),
	[ON_START]      = TO(RESTARTING, END_ALL, NEVER),          [ON_RESTART]      = TO(RESTARTING, END_ALL, NEVER),
	[ON_REPLACE]    = TO(RESTARTING, END_ALL, NEVER),          [ON_STOP]         = TO(STOPPING, END_ALL, NEVER) },
[LIFE_WAITING] = {
	[ON_TIMEOUT]    = TO(STARTING, SPAWN, AFTER_START),        [ON_START]        = TO(STARTING, SPAWN, AFTER_START),
	[ON_RESTART]    = TO(RESTARTING, END_ALL, NEVER),          [ON_REPLACE]      = TO(STARTING, SPAWN, AFTER_START),
	[ON_STOP]       = TO(STOPPING, END_ALL, NEVER) },
[LIFE_FAILED] = {
	[ON_START]      = TO(STARTING, SPAWN, AFTER_START),        [ON_RESTART]      = TO(RESTARTING, END_ALL, NEVER),
	[ON_REPLACE]    = TO(STARTING, SPAWN, AFTER_START),        [ON_STOP]         = TO(STOPPING, END_ALL, NEVER),
	[ON_QUEUE]      = TO(QUEUED, JUST_MOVE, NEVER) },
[LIFE_LISTENING] = {
	[ON_CONNECT]    = TO(STARTING, SPAWN, AFTER_START),        [ON_START]        = TO(STARTING, SPAWN, AFTER_START),
	[ON_RESTART]    = TO(RESTARTING, END_ALL, NEVER),          [ON_REPLACE]      = TO(STARTING, SPAWN, AFTER_START),
	[ON_DIED_LATER] = TO(WAITING, JUST_MOVE, AFTER_WAIT),      [ON_DIED_GIVE_UP] = TO(FAILED, JUST_MOVE, NEVER),
	[ON_LISTEN]     = TO(LISTENING, LISTEN, NEVER),            [ON_STOP]         = TO(STOPPING, END_ALL, NEVER) },
[LIFE_QUEUED] = {
	[ON_START]      = TO(STARTING, SPAWN, AFTER_START),        [ON_REFUSED]      = TO(FAILED, JUST_MOVE, NEVER),
	[ON_STOP]       = TO(STOPPING, END_ALL, NEVER) },
[LIFE_DONE] = {
	[ON_RESTART]    = TO(RESTARTING, END_ALL, NEVER),          [ON_REPLACE]      = TO(RESTARTING, END_ALL, NEVER),
	[ON_STOP]       = TO(STOPPING, END_ALL, NEVER) },
};
/* clang-format on */
#undef TO

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
		l->slots[i].beside = false;
	}
	l->next = LIFE_NONE;
}

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
	orders_push(&l->orders,
		&(struct life_order){ .kind = ORDER_SPAWN, .slot = slot, .number = l->last_number });
	return true;
}

static void
spawn_current(struct life *l, msec now)
{
	if (generation_none_in_way(l->slots, LIFE_SLOTS, l->limits.held) && spawn(l, &l->current, now))
		return;
	l->state = LIFE_RESTARTING;
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
		l->slots[old].beside = true;
		end_slot(l, old, false, now);
	}
}

static void
listen(struct life *l)
{
	orders_push(&l->orders, &(struct life_order){ .kind = ORDER_LISTEN });
}

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

static void
act(struct life *l, enum act what, msec now)
{
	switch (what) {
	case NO_RULE:
	case JUST_MOVE: break;
	case SPAWN: spawn_current(l, now); break;
	case SPAWN_NEXT: spawn(l, &l->next, now); break;
	case PROMOTE: promote(l, now); break;
	case SEND_HUP: orders_push_signal(&l->orders, ORDER_SIGNAL, l->current, SIGHUP); break;
	case END_CURRENT: end_slot(l, l->current, false, now); break;
	case END_NEXT: end_next(l, now); break;
	case END_ALL: end_all(l, now); break;
	case LISTEN: listen(l); break;
	case REST: rest(l, now); break;
	}
}

static msec
due_at(const struct life *l, enum due due, msec wait, msec now)
{
	switch (due) {
	case NEVER: return MSEC_NEVER;
	case KEEP: return l->due;
	case AFTER_START: return now + l->limits.start_timeout;
	case AFTER_WAIT: return now + wait;
	}
	return MSEC_NEVER;
}

/* The one place where a service moves. The deeds are queued before the news: a successor should not wait until
 * a line of log is written. Returns whether there was a rule. */
static bool
feed(struct life *l, enum life_event event, msec wait, msec now)
{
	const struct rule *rule = &rules[l->state][event];
	enum life_state from = l->state;

	if (rule->act == NO_RULE)
		return false;
	l->state = rule->next;
	l->due = due_at(l, rule->due, wait, now);
	act(l, rule->act, now);
	if (l->state == from)
		return true;
	l->since = now;
	orders_push(&l->orders,
		&(struct life_order){ .kind = ORDER_MOVED, .from = (uint8_t)from, .to = (uint8_t)l->state,
			.event = (uint8_t)event, .wait = l->state == LIFE_WAITING ? (uint32_t)wait : 0 });
	return true;
}

/* Somebody may be gone: does anything wait for that? */
static void
settle(struct life *l, msec now)
{
	if (generation_none_left(l->slots, LIFE_SLOTS))
		feed(l, ON_EMPTY, 0, now);
	if (generation_find_free(l->slots, LIFE_SLOTS) == LIFE_SLOTS)
		return;
	if (l->state == LIFE_REPLACING ? l->next == LIFE_NONE && l->limits.held :
		generation_none_in_way(l->slots, LIFE_SLOTS, l->limits.held))
		feed(l, ON_CLEAR, 0, now);
}

void
life_init(struct life *l, const struct life_limits *limits)
{
	*l = (struct life){ .state = LIFE_STOPPED, .current = LIFE_NONE, .next = LIFE_NONE, .due = MSEC_NEVER,
		.limits = *limits };
}

void
life_set_limits(struct life *l, const struct life_limits *limits)
{
	l->limits = *limits;
}

static bool
ask(struct life *l, enum life_event event, msec now)
{
	if (!feed(l, event, 0, now))
		return false;
	settle(l, now);
	return true;
}

static bool
ask_up(struct life *l, enum life_event event, msec now)
{
	if (!ask(l, event, now))
		return false;
	restart_forget(&l->restart);
	return true;
}

bool
life_start(struct life *l, msec now)
{
	return ask_up(l, ON_START, now);
}

bool
life_stop(struct life *l, msec now)
{
	return ask(l, ON_STOP, now);
}

bool
life_restart(struct life *l, msec now)
{
	return ask_up(l, ON_RESTART, now);
}

bool
life_replace(struct life *l, msec now)
{
	return ask_up(l, l->limits.held ? ON_REPLACE : ON_RESTART, now);
}

bool
life_hup(struct life *l, msec now)
{
	return ask(l, ON_HUP, now);
}

bool
life_listen(struct life *l, msec now)
{
	return l->limits.held && ask_up(l, ON_LISTEN, now);
}

void
life_hurry(struct life *l, msec now)
{
	for (uint8_t i = 0; i < LIFE_SLOTS; i++)
		if (l->slots[i].state == GENERATION_ENDING)
			orders_push_deed(&l->orders, i, stop_hurry(&l->slots[i].stop, &l->limits.stop, now));
}

bool
life_queue(struct life *l, msec now)
{
	return ask_up(l, ON_QUEUE, now);
}

bool
life_refuse(struct life *l, msec now)
{
	return ask(l, ON_REFUSED, now);
}

static bool
is_asked_to_end(const struct life *l)
{
	return l->state == LIFE_STOPPING || l->state == LIFE_RESTARTING;
}

static enum life_event
judge(struct life *l, const struct generation *g, bool clean, uint32_t jitter, msec now, msec *wait)
{
	const struct death death = {
		.ready = l->state == LIFE_RUNNING || l->state == LIFE_REPLACING,
		.asked = is_asked_to_end(l),
		.clean = clean,
		.age = now - g->since,
	};

	if (l->limits.oneshot && clean && l->state == LIFE_STARTING)
		return l->limits.remains ? ON_FINISHED : ON_DIED_DONE;
	switch (restart_judge(&l->restart, &l->limits.restart, &death, jitter, now, wait)) {
	case RESTART_NOW: return ON_DIED_NOW;
	case RESTART_LATER: return ON_DIED_LATER;
	case RESTART_GIVE_UP: return ON_DIED_GIVE_UP;
	case RESTART_DONE: return ON_DIED_DONE;
	}
	return ON_DIED_DONE;
}

/* SLOT has no master any more, which for the current one is EVENT. An old one's end means nothing to the service. */
static void
lose(struct life *l, uint8_t slot, enum life_event event, msec wait, msec now)
{
	if (slot == l->next) {
		l->next = LIFE_NONE;
		l->slots[slot].beside = true;
		feed(l, ON_NEXT_DIED, 0, now);
	} else if (slot == l->current) {
		l->current = LIFE_NONE;
		l->slots[slot].beside = !is_asked_to_end(l);
		feed(l, event, wait, now);
	}
}

static void
lose_master(struct life *l, uint8_t slot, bool clean, uint32_t jitter, msec now)
{
	enum life_event event = ON_DIED_DONE;
	msec wait = 0;

	if (slot == l->current)
		event = judge(l, &l->slots[slot], clean, jitter, now, &wait);
	lose(l, slot, event, wait, now);
}

void
life_spawned(struct life *l, uint8_t slot, bool ok, uint32_t jitter, msec now)
{
	struct generation *g = &l->slots[slot];

	if (!g->master)
		return;
	if (ok) {
		g->since = now;
		return;
	}
	g->master = false;
	lose_master(l, slot, false, jitter, now);
	generation_free(g);
	settle(l, now);
}

/* The slot of generation NUMBER, unless that is being ended, or gone; LIFE_NONE. */
static uint8_t
find_up(const struct life *l, uint32_t number)
{
	for (uint8_t i = 0; i < LIFE_SLOTS; i++)
		if (l->slots[i].number == number)
			return l->slots[i].state != GENERATION_ENDING && l->slots[i].master ? i : LIFE_NONE;
	return LIFE_NONE;
}

/* What is reported of generation NUMBER: as CURRENT when it is that one, as NEXT when it replaces it. */
static void
report(struct life *l, uint32_t number, enum life_event current, enum life_event next, msec now)
{
	uint8_t slot = find_up(l, number);

	if (slot == LIFE_NONE)
		return;
	l->slots[slot].state = GENERATION_READY;
	feed(l, slot == l->next ? next : current, 0, now);
}

void
life_ready(struct life *l, uint32_t number, msec now)
{
	report(l, number, ON_READY, ON_NEXT_READY, now);
}

void
life_assumed(struct life *l, uint32_t number, msec now)
{
	report(l, number, ON_ASSUMED, ON_NEXT_ASSUMED, now);
}

void
life_listened(struct life *l, bool ok, uint32_t jitter, msec now)
{
	const struct generation nobody = { .since = now };
	msec wait = 0;
	enum life_event event;

	if (ok || l->state != LIFE_LISTENING)
		return;
	event = judge(l, &nobody, false, jitter, now, &wait);
	feed(l, event, wait, now);
}

void
life_connect(struct life *l, msec now)
{
	ask(l, ON_CONNECT, now);
}

bool
life_idle(struct life *l, uint32_t number, msec now)
{
	if (!l->limits.held || l->current == LIFE_NONE || l->slots[l->current].number != number)
		return false;
	return ask(l, ON_IDLE, now);
}

void
life_stepped(struct life *l, uint32_t number, msec now)
{
	if (l->next != LIFE_NONE && l->slots[l->next].number == number)
		feed(l, ON_STEP, 0, now);
}

bool
life_followed(struct life *l, uint8_t slot, msec now)
{
	struct generation *g = &l->slots[slot];

	if (slot != l->current || l->limits.held || !feed(l, ON_HEIR, 0, now))
		return false;
	g->state = GENERATION_BOOTING;
	g->number = ++l->last_number;
	g->since = now;
	return true;
}

void
life_unfit(struct life *l, uint32_t number, msec now)
{
	uint8_t slot = find_up(l, number);

	if (slot == LIFE_NONE || l->slots[slot].state != GENERATION_BOOTING)
		return;
	if (slot == l->next || l->state != LIFE_REPLACING)
		feed(l, ON_UNFIT, 0, now);
}

void
life_skipped(struct life *l, uint8_t slot, msec now)
{
	struct generation *g = &l->slots[slot];

	if (!g->master || g->state != GENERATION_BOOTING)
		return;
	generation_free(g);
	lose(l, slot, ON_DIED_DONE, 0, now);
	settle(l, now);
}

void
life_resumed(struct life *l, uint8_t slot, msec now)
{
	struct generation *g = &l->slots[slot];

	if (g->state == GENERATION_ENDING && !g->master)
		orders_push_deed(&l->orders, slot, generation_resume(g, &l->limits.stop, now));
}

void
life_died(struct life *l, uint8_t slot, bool clean, uint32_t jitter, msec now)
{
	struct generation *g = &l->slots[slot];
	enum stop_deed deed;

	if (!g->master)
		return;
	deed = generation_orphaned(g, &l->limits.stop, now);
	lose_master(l, slot, clean, jitter, now);
	/* The successor went first: it is what users wait for. If these had to make room for it, they got KILL. */
	if (g->stop.stage != STOP_KILL)
		orders_push_deed(&l->orders, slot, deed);
}

void
life_gone(struct life *l, uint8_t slot, msec now)
{
	struct generation *g = &l->slots[slot];

	if (g->state != GENERATION_ENDING || g->master)
		return;
	generation_free(g);
	settle(l, now);
}

msec
life_due(const struct life *l)
{
	msec due = l->due;

	for (uint8_t i = 0; i < LIFE_SLOTS; i++)
		if (l->slots[i].state == GENERATION_ENDING && l->slots[i].stop.due < due)
			due = l->slots[i].stop.due;
	return due;
}

void
life_tick(struct life *l, msec now)
{
	for (uint8_t i = 0; i < LIFE_SLOTS; i++)
		if (l->slots[i].state == GENERATION_ENDING)
			orders_push_deed(&l->orders, i, stop_step(&l->slots[i].stop, &l->limits.stop, now));
	if (now >= l->due)
		feed(l, ON_TIMEOUT, 0, now);
}

/*
 * There is always room for orders. One call queues at most one for each slot (a rung of its ladder, or its
 * spawn), one more KILL to make room, one HUP or LISTEN, and two moves (stopping, then stopped): eight, and ten fit.
 * Carrying one out, which has left the queue by then, brings at most a spawn and two moves.
 */
bool
life_order(struct life *l, struct life_order *order)
{
	return orders_take(&l->orders, order);
}

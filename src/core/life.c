/*
 * life.c -- what is asked of a service, what is reported of those who live, and time: each becomes an event of the table
 * (life_feed.h). What the watcher says of a generation names its number, so that what comes too late changes nothing. Ends
 * are in life_deaths.c.
 */
#include "core/life.h"

#include "core/life_feed.h"

void
life_init(struct life *l, const struct life_limits *limits)
{
	*l = (struct life){ .state = LIFE_STOPPED,
		.current = LIFE_NONE,
		.next = LIFE_NONE,
		.due = MSEC_NEVER,
		.limits = *limits };
}

/* Deadlines that run stay: who was promised 30 s to finish gets them, whatever the new configuration says. */
void
life_set_limits(struct life *l, const struct life_limits *limits)
{
	l->limits = *limits;
}

/* One that has nothing to end is down at once: stop of a WAITING service is stopping, then stopped, in one call. */
static bool
ask(struct life *l, enum life_event event, msec now)
{
	if (!life_feed(l, event, 0, now))
		return false;
	life_settle(l, now);
	return true;
}

/* Somebody wants it up and may have mended what was wrong: it gets all its tries again. Not if that meant nothing here. */
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

/* Two masters on one port is what a replacement would be without a listener of ours: the second could not bind. */
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

bool
life_mend(struct life *l, msec now)
{
	return l->limits.held && ask(l, ON_MEND, now);
}

bool
life_halt(struct life *l, msec now)
{
	return ask(l, ON_HALT, now);
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
	/* kept even where the service does not move by it: one that serves is drained before it is ended */
	l->slots[slot].state = GENERATION_READY;
	life_feed(l, slot == l->next ? next : current, 0, now);
}

/* Who had said READY before, and was HUPped since, says so once more: RELOADING is over with it. */
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

/* Failures are not forgotten for it, as they are by life_start(): whoever connects is no person who has looked. */
void
life_connect(struct life *l, msec now)
{
	ask(l, ON_CONNECT, now);
}

/* Generation NUMBER is what was looked at. Who has been replaced meanwhile is new, and not idle. */
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
		life_feed(l, ON_STEP, 0, now);
}

bool
life_followed(struct life *l, uint8_t slot, msec now)
{
	struct generation *g = &l->slots[slot];

	/* on listeners that it was handed a master cannot start another (gunicorn-facts 5.2): one that is there is none */
	if (slot != l->current || l->limits.held || !life_feed(l, ON_HEIR, 0, now))
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
	/* while REPLACING, the rule ends the next one: it must be that one that is unfit */
	if (slot == l->next || l->state != LIFE_REPLACING)
		life_feed(l, ON_UNFIT, 0, now);
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
		life_feed(l, ON_TIMEOUT, 0, now);
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

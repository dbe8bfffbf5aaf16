/*
 * life.c -- events come in here. Each is judged (what does this death mean?), fed to the table of life_rules, and followed
 * by a look at whether somebody's end was what the service waited for (settle). What the watcher says of a generation names
 * its number, so that what comes too late changes nothing.
 */
#include "core/life.h"

#include "core/life_rules.h"

/* Nothing is too far away to be added: limits are a day at most (conf/keys.def), and NOW is the time since boot. */
static msec
due_at(const struct life *l, enum life_due due, msec wait, msec now)
{
	switch (due) {
	case DUE_NEVER: return MSEC_NEVER;
	case DUE_KEEP: return l->due;
	case DUE_AFTER_START: return now + l->limits.start_timeout;
	case DUE_AFTER_WAIT: return now + wait;
	case LIFE_DUE_COUNT: break;
	}
	return MSEC_NEVER;
}

/* The one place where a service moves. The deeds are queued before the news: a successor should not wait until
 * a line of log is written. Returns whether there was a rule. */
static bool
feed(struct life *l, enum life_event event, msec wait, msec now)
{
	const struct life_rule *rule = &life_rules[l->state][event];
	enum life_state from = l->state;

	/* no rule: that event means nothing in this state, and whoever asked is told so */
	if (rule->act == ACT_NO_RULE)
		return false;
	l->state = rule->next;
	l->due = due_at(l, rule->due, wait, now);
	life_act(l, rule->act, now);
	/* not rule->next: the act may have made it RESTARTING. Who did not move has nothing to tell */
	if (l->state == from)
		return true;
	l->since = now;
	orders_push(&l->orders,
		&(struct life_order){ .kind = ORDER_MOVED,
			.from = (uint8_t)from,
			.to = (uint8_t)l->state,
			.event = (uint8_t)event,
			/* a day in ms fits */
			.wait = l->state == LIFE_WAITING ? (uint32_t)wait : 0 });
	return true;
}

/* Somebody may be gone: does anything wait for that? */
static void
settle(struct life *l, msec now)
{
	if (generation_none_left(l->slots, LIFE_SLOTS))
		feed(l, ON_EMPTY, 0, now);
	/* a successor needs one: CLEAR comes when it is free */
	if (generation_find_free(l->slots, LIFE_SLOTS) == LIFE_SLOTS)
		return;
	if (l->state == LIFE_REPLACING ? l->next == LIFE_NONE && l->limits.held :
					 generation_none_in_way(l->slots, LIFE_SLOTS, l->limits.held))
		feed(l, ON_CLEAR, 0, now);
}

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
	if (!feed(l, event, 0, now))
		return false;
	settle(l, now);
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

static bool
is_asked_to_end(const struct life *l)
{
	return l->state == LIFE_STOPPING || l->state == LIFE_RESTARTING;
}

static enum life_event
judge(struct life *l, const struct generation *g, bool clean, enum restart_policy policy, uint32_t jitter, msec now,
	msec *wait)
{
	struct restart_limits limits = l->limits.restart;
	const struct death death = {
		/* RELOADING is none: its old workers are told to go already, so that all depends
		 * on a boot (gunicorn-facts 3.3) */
		.ready = l->state == LIFE_RUNNING || l->state == LIFE_REPLACING,
		.asked = is_asked_to_end(l),
		.clean = clean,
		.age = now - g->since,
	};

	/* for it to end well is what others call ready; whoever is being ended has not run to its end */
	if (l->limits.oneshot && clean && l->state == LIFE_STARTING)
		return l->limits.remains ? ON_FINISHED : ON_DIED_DONE;
	/* how it ended may ask for another than the one that is set (life_died_under) */
	limits.policy = policy;
	switch (restart_judge(&l->restart, &limits, &death, jitter, now, wait)) {
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
		/* a boot that failed is in nobody's way: the old one serves on beside what is left of it */
		l->slots[slot].beside = true;
		feed(l, ON_NEXT_DIED, 0, now);
	} else if (slot == l->current) {
		l->current = LIFE_NONE;
		/* what is being stopped or restarted waits until everybody is gone, whoever dies first */
		l->slots[slot].beside = !is_asked_to_end(l);
		feed(l, event, wait, now);
	}
}

/* Only the death of the current one is judged: a next one that fails costs a try of whoever asked,
 * and no failure of the service. */
static void
lose_master(struct life *l, uint8_t slot, bool clean, enum restart_policy policy, uint32_t jitter, msec now)
{
	enum life_event event = ON_DIED_DONE;
	msec wait = 0;

	if (slot == l->current)
		event = judge(l, &l->slots[slot], clean, policy, jitter, now, &wait);
	lose(l, slot, event, wait, now);
}

void
life_spawned(struct life *l, uint8_t slot, bool ok, uint32_t jitter, msec now)
{
	struct generation *g = &l->slots[slot];

	if (!g->master)
		return;
	/* it may have waited for commands before it (hooks.h): its age is the master's, from the moment when that existed */
	if (ok) {
		g->since = now;
		return;
	}
	/* nobody was made, so nobody is left: no ladder */
	g->master = false;
	lose_master(l, slot, false, l->limits.restart.policy, jitter, now);
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
	/* kept even where the service does not move by it: one that serves is drained before it is ended */
	l->slots[slot].state = GENERATION_READY;
	feed(l, slot == l->next ? next : current, 0, now);
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

void
life_listened(struct life *l, bool ok, uint32_t jitter, msec now)
{
	const struct generation nobody = { .since = now };
	msec wait = 0;
	enum life_event event;

	/* it may be stopped by now, or somebody started it in the meantime: then its start fails by itself */
	if (ok || l->state != LIFE_LISTENING)
		return;
	/* as a boot that failed at once: the address may be free again later */
	event = judge(l, &nobody, false, l->limits.restart.policy, jitter, now, &wait);
	feed(l, event, wait, now);
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
		feed(l, ON_STEP, 0, now);
}

bool
life_followed(struct life *l, uint8_t slot, msec now)
{
	struct generation *g = &l->slots[slot];

	/* on listeners that it was handed a master cannot start another (gunicorn-facts 5.2): one that is there is none */
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
	/* while REPLACING, the rule ends the next one: it must be that one that is unfit */
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
	life_died_under(l, slot, clean, l->limits.restart.policy, jitter, now);
}

void
life_died_under(struct life *l, uint8_t slot, bool clean, enum restart_policy policy, uint32_t jitter, msec now)
{
	struct generation *g = &l->slots[slot];
	enum stop_deed deed;

	if (!g->master)
		return;
	/* first, so that the slot counts as ending when a successor looks for room */
	deed = generation_orphaned(g, &l->limits.stop, now);
	lose_master(l, slot, clean, policy, jitter, now);
	/* The successor went first: it is what users wait for. If these had to make room for it, they got KILL. */
	if (g->stop.stage != STOP_KILL)
		orders_push_deed(&l->orders, slot, deed);
}

/* Before its master was reaped, "nobody is left" is a look into /proc that came too early. */
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

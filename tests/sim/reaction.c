#include "reaction.h"

#include "world.h"

static bool
is_nobody_left(const struct world *w)
{
	for (uint8_t i = 0; i < CREWS; i++)
		if (w->crews[i].used)
			return false;
	return true;
}

/* Nothing is in the way of a start from a state in which no master should live. */
static bool
may_start(const struct world *w)
{
	return world_has_free_slot(w) && (w->life.limits.held || is_nobody_left(w));
}

/* A master is there, or one is on its way. */
static bool
is_up(enum life_state state)
{
	return state == LIFE_STARTING || state == LIFE_RUNNING || state == LIFE_RELOADING || state == LIFE_REPLACING ||
		state == LIFE_RESTARTING || state == LIFE_DONE;
}

static bool
begins(enum life_state state)
{
	return state == LIFE_STARTING || state == LIFE_RESTARTING;
}

static bool
rests(enum life_state state)
{
	return state == LIFE_STOPPED || state == LIFE_WAITING || state == LIFE_FAILED || state == LIFE_LISTENING ||
		state == LIFE_QUEUED;
}

static bool
serves(enum life_state state)
{
	return state == LIFE_RUNNING || state == LIFE_RELOADING;
}

static void
check_start(struct world *w, bool accepted, enum life_state before)
{
	enum life_state now = w->life.state;

	world_must(w, accepted == !is_up(before), "start is refused, or accepted twice");
	world_must(w, !accepted || begins(now), "start does not start");
	world_must(w, !rests(before) || now == LIFE_STARTING || !may_start(w), "start waits for nothing");
}

static void
check_stop(struct world *w, bool accepted, enum life_state before)
{
	enum life_state now = w->life.state;

	world_must(w, accepted == (before != LIFE_STOPPED && before != LIFE_STOPPING),
		"stop is refused, or accepted twice");
	world_must(w, now == LIFE_STOPPING || now == LIFE_STOPPED, "stop does not stop");
	w->promises.wanted = false;
}

static void
check_replace(struct world *w, bool accepted, enum life_state before)
{
	enum life_state now = w->life.state;

	world_must(w, accepted == (before != LIFE_RESTARTING && before != LIFE_REPLACING && before != LIFE_QUEUED),
		"replace is refused, or accepted twice");
	if (accepted)
		world_must(w, serves(before) ? now == LIFE_REPLACING : begins(now), "replace does not replace");
	w->promises.replaces = accepted && serves(before);
}

static void
check_hup(struct world *w, bool accepted, enum life_state before)
{
	world_must(w, accepted == (before == LIFE_RUNNING), "hup is refused, or accepted out of place");
	world_must(w, !accepted || w->life.state == LIFE_RELOADING, "hup does not reload");
	w->promises.hup = accepted;
}

static void
check_listen(struct world *w, bool accepted, enum life_state before)
{
	bool may = w->life.limits.held && (before == LIFE_STOPPED || before == LIFE_LISTENING);

	world_must(w, accepted == may, "listening is refused, or accepted out of place");
	world_must(w, !accepted || w->life.state == LIFE_LISTENING, "listen does not listen");
	w->promises.listens = accepted;
}

static void
check_connect(struct world *w, bool accepted, enum life_state before)
{
	enum life_state now = w->life.state;

	world_must(w, accepted == (before == LIFE_LISTENING), "a connection is not answered, or starts a second one");
	world_must(w, !accepted || now == LIFE_STARTING || (now == LIFE_RESTARTING && !may_start(w)),
		"a connection waits for nothing");
}

static void
check_idle(struct world *w, bool accepted, enum life_state before)
{
	world_must(w, accepted == (w->life.limits.held && before == LIFE_RUNNING),
		"idle is refused, or accepted out of place");
	world_must(w, !accepted || w->life.state == LIFE_LISTENING, "idle, and not listening");
	w->promises.listens = accepted;
}

static void
check_queue(struct world *w, bool accepted, enum life_state before)
{
	world_must(w, accepted == (before == LIFE_STOPPED || before == LIFE_FAILED || before == LIFE_LISTENING),
		"queued out of place, or not at all");
	world_must(w, !accepted || w->life.state == LIFE_QUEUED, "queued, and does not wait");
}

static void
check_refuse(struct world *w, bool accepted, enum life_state before)
{
	world_must(w, accepted == (before == LIFE_QUEUED), "refused out of place, or not at all");
	world_must(w, !accepted || w->life.state == LIFE_FAILED, "refused, and not failed");
}

/* Only what serves is mended, beside what serves; and only who runs, or tries to, is halted. */
static void
check_mend(struct world *w, bool accepted, enum life_state before)
{
	world_must(w, accepted == (w->life.limits.held && before == LIFE_RUNNING),
		"mended out of place, or not at all");
	world_must(w, !accepted || w->life.state == LIFE_REPLACING, "mend does not replace");
	w->promises.replaces = accepted;
}

static void
check_halt(struct world *w, bool accepted, enum life_state before)
{
	enum life_state now = w->life.state;
	bool may =
		before == LIFE_STARTING || before == LIFE_RUNNING || before == LIFE_RETRYING || before == LIFE_WAITING;

	world_must(w, accepted == may, "halted out of place, or not at all");
	world_must(w, !accepted || now == LIFE_STOPPING || now == LIFE_STOPPED, "halt does not stop");
	if (accepted)
		w->promises.wanted = false;
}

/* From now on nothing starts beside what is left. */
static void
note_down(struct world *w)
{
	struct promises *p = &w->promises;
	msec drain = w->life.limits.stop.drain;

	p->apart = true;
	for (uint8_t i = 0; i < CREWS; i++) {
		struct crew_notes *notes = &p->crews[i];

		notes->beside = false;
		if (drain == 0 || !w->crews[i].used || !notes->ready || notes->told || notes->drain > 0)
			continue;
		notes->drain = w->now + drain;
		notes->told_by = notes->drain + 500; /* a tick comes a little late */
	}
}

static void
note_up(struct promises *p)
{
	p->wanted = true;
	p->done = p->limits_changed = false;
	p->at_once = p->waits = 0;
	p->not_before = 0;
}

static void
note_impatience(struct world *w)
{
	for (uint8_t i = 0; i < CREWS; i++) {
		struct crew_notes *notes = &w->promises.crews[i];

		notes->grace = w->now;
		if (notes->drain > w->now)
			notes->drain = w->now;
	}
}

void
reaction_request(struct world *w, enum request request, bool accepted, enum life_state before)
{
	enum life_state now = w->life.state;

	world_must(w, accepted || now == before, "a refused request changed something");
	if (request == ASK_REPLACE && !w->life.limits.held)
		request = ASK_RESTART;
	switch (request) {
	case ASK_START: check_start(w, accepted, before); break;
	case ASK_STOP: check_stop(w, accepted, before); break;
	case ASK_RESTART:
		world_must(w, accepted == (before != LIFE_RESTARTING && before != LIFE_QUEUED),
			"restart is refused, or accepted twice");
		world_must(w, !accepted || begins(now), "restart does not restart");
		break;
	case ASK_QUEUE: check_queue(w, accepted, before); break;
	case ASK_REFUSE: check_refuse(w, accepted, before); break;
	case ASK_REPLACE: check_replace(w, accepted, before); break;
	case ASK_HUP: check_hup(w, accepted, before); break;
	case ASK_HURRY: note_impatience(w); break;
	case ASK_LISTEN: check_listen(w, accepted, before); break;
	case ASK_CONNECT: check_connect(w, accepted, before); break;
	case ASK_IDLE: check_idle(w, accepted, before); break;
	case ASK_MEND: check_mend(w, accepted, before); break;
	case ASK_HALT: check_halt(w, accepted, before); break;
	case REQUESTS: break;
	}
	if (!accepted)
		return;
	if (request == ASK_STOP || request == ASK_HALT || request == ASK_RESTART ||
		(now == LIFE_RESTARTING && !rests(before)))
		note_down(w);
	if (request == ASK_START || request == ASK_RESTART || request == ASK_REPLACE || request == ASK_LISTEN ||
		request == ASK_QUEUE)
		note_up(&w->promises);
}

void
reaction_limits(struct world *w)
{
	w->promises.limits_changed = true;
	note_impatience(w); /* a shorter grace counts for who loses his master from now on */
}

/* The current master died and neither stop nor restart is on its way. */
static bool
is_right_after(const struct world *w, const struct life *before, enum restart_verdict verdict)
{
	enum life_state now = w->life.state;
	bool may = w->life.limits.held && world_has_free_slot(w);

	if (before->state == LIFE_REPLACING && before->next != LIFE_NONE)
		return now == LIFE_STARTING && w->life.current == before->next;
	if (before->state == LIFE_REPLACING) /* the next one still waited for a slot */
		return now == (may ? LIFE_STARTING : LIFE_RESTARTING);
	if (before->limits.oneshot && before->state == LIFE_STARTING && w->crews[before->current].clean)
		return now == (before->limits.remains ? LIFE_DONE : LIFE_STOPPING);
	switch (verdict) {
	case RESTART_NOW: return now == (may ? LIFE_STARTING : LIFE_RESTARTING);
	case RESTART_LATER: return now == LIFE_WAITING;
	case RESTART_GIVE_UP: return now == LIFE_FAILED;
	case RESTART_DONE: return now == LIFE_STOPPING;
	}
	return false;
}

static bool
was_healthy(const struct world *w, const struct life *before)
{
	const struct restart_limits *limits = &before->limits.restart;
	msec age = w->now - before->slots[before->current].since;

	if (before->state != LIFE_RUNNING && before->state != LIFE_REPLACING)
		return false;
	return age >= limits->reset && age >= limits->delay; /* an early death is none of a healthy one */
}

void
reaction_death(struct world *w, uint8_t slot, const struct life *before, enum restart_verdict verdict)
{
	enum life_state state = before->state;
	bool asked = state == LIFE_STOPPING || state == LIFE_RESTARTING;

	if (slot == before->current && was_healthy(w, before))
		w->promises.at_once = w->promises.waits = 0;
	if (slot == before->next && state == LIFE_REPLACING)
		world_must(w, w->life.state == LIFE_RUNNING, "a replacement that died changed more than itself");
	else if (slot == before->current && !asked)
		world_must(w, is_right_after(w, before, verdict), "a death is taken for something else");
	else
		world_must(w, w->life.state == state, "the death of an old master moved the service");
}

/* A generation of its own, and as new as one that was spawned. */
void
reaction_heir(struct world *w, uint8_t slot, bool followed, const struct life *before)
{
	struct promises *p = &w->promises;

	bool may = !before->limits.held && (before->state == LIFE_STARTING || serves(before->state));

	world_must(w, followed == may, "not followed, or on a listener of ours, or although it was to end");
	if (!followed)
		return;
	world_must(w, w->life.state == LIFE_STARTING && w->life.current == slot,
		"who follows is not taken for the master");
	world_must(w, w->life.slots[slot].number == p->number + 1, "generations are not counted");
	p->number = w->life.slots[slot].number;
	p->crews[slot] = (struct crew_notes){ .over_by = MSEC_NEVER };
	p->patience = w->now + w->life.limits.start_timeout;
	p->leave_by = p->patience + 500; /* a tick comes a little late */
}

void
reaction_ready(struct world *w, uint32_t number, const struct life *before)
{
	enum life_state now = w->life.state;
	uint8_t slot = 0;
	bool counts;

	while (slot < CREWS && !(w->crews[slot].used && w->crews[slot].number == number))
		slot++;
	counts = slot < CREWS && !w->promises.crews[slot].told && !w->crews[slot].reaped;
	if (counts)
		w->promises.crews[slot].ready = true;
	if (counts && before->state == LIFE_REPLACING && slot == before->next)
		world_must(w, now == LIFE_RUNNING && w->life.current == slot, "a ready replacement does not take over");
	else if (counts && (before->state == LIFE_STARTING || before->state == LIFE_RELOADING))
		world_must(w, now == LIFE_RUNNING, "ready, and not running");
	else
		world_must(w, now == before->state, "a report that means nothing moved the service");
}

/* A step has the time of a start, whoever takes longer over all of them. */
void
reaction_step(struct world *w, uint32_t number, const struct life *before)
{
	uint8_t next = before->next;

	world_must(w, w->life.state == before->state, "a step of an exchange moved the service");
	if (before->state != LIFE_REPLACING || next == LIFE_NONE || w->crews[next].number != number)
		return;
	w->promises.patience = w->now + w->life.limits.start_timeout;
	w->promises.leave_by = w->promises.patience + 500; /* a tick comes a little late */
}

void
reaction_unfit(struct world *w, uint32_t number, const struct life *before)
{
	enum life_state now = w->life.state;
	uint8_t current = before->current, next = before->next;

	if (before->state == LIFE_STARTING && current < CREWS && before->slots[current].number == number &&
		!w->crews[current].reaped)
		world_must(w, now == LIFE_RETRYING, "unfit, and not ended");
	else if (before->state == LIFE_REPLACING && next < CREWS && before->slots[next].number == number &&
		!w->crews[next].reaped)
		world_must(w, now == LIFE_RUNNING && w->life.current == current, "an unfit replacement takes over");
	else
		world_must(w, now == before->state, "a command that means nothing moved the service");
}

void
reaction_skip(struct world *w, uint8_t slot, const struct life *before)
{
	enum life_state now = w->life.state;

	if (before->state == LIFE_STARTING && slot == before->current)
		world_must(w, now == LIFE_STOPPING || now == LIFE_STOPPED, "it need not start, and does not stop");
	else if (before->state == LIFE_REPLACING && slot == before->next)
		world_must(w, now == LIFE_RUNNING && w->life.current == before->current,
			"it need not be replaced, and is");
	else if (before->state == LIFE_REPLACING)
		world_must(w, now == LIFE_STARTING && w->life.current == before->next, "the next one is forgotten");
	w->promises.crews[slot] = (struct crew_notes){ .over_by = MSEC_NEVER };
}

void
reaction_resumed(struct world *w, uint8_t slot)
{
	const struct stop_limits *stop = &w->life.limits.stop;
	struct crew_notes *notes = &w->promises.crews[slot];

	notes->grace = w->now + stop->total;
	notes->over_by += 2 * stop->total + stop->graceful + 1000 + STUCK_MOST;
	if (w->promises.leave_by != MSEC_NEVER)
		w->promises.leave_by += 2 * stop->total + stop->graceful + 1000 + STUCK_MOST;
}

void
reaction_tick(struct world *w, const struct life *before)
{
	enum life_state now = w->life.state;

	if (w->now < before->due)
		world_must(w, now == before->state, "a deadline before its time");
	else if (before->state == LIFE_STARTING || before->state == LIFE_RELOADING)
		world_must(w, now == LIFE_RETRYING, "a start that takes too long goes on");
	else if (before->state == LIFE_REPLACING)
		world_must(w, now == LIFE_RUNNING && w->life.current == before->current,
			"a slow replacement is not given up");
	else if (before->state == LIFE_WAITING)
		world_must(w, now == LIFE_STARTING || (now == LIFE_RESTARTING && !may_start(w)),
			"a wait is over and nothing starts");
}

#include "promise.h"

#include <signal.h>

#include "world.h"

/* Reports and ticks come a little late in every world. */
enum { SLACK = 500 };

/* The longest that a ladder can take in this kernel: all its rungs, then a KILL for each that was forked away
 * from the one before, and all of them stuck. */
static msec
ladder_bound(const struct life_limits *limits)
{
	return limits->stop.drain + limits->stop.total + limits->stop.graceful +
		(CREW_FORKS + 1) * (STUCK_MOST + 1000) + SLACK;
}

static bool
is_ending(enum life_state state)
{
	return state == LIFE_STOPPING || state == LIFE_RESTARTING || state == LIFE_RETRYING;
}

static bool
has_current(enum life_state state)
{
	return state == LIFE_STARTING || state == LIFE_RUNNING || state == LIFE_RELOADING || state == LIFE_REPLACING;
}

static unsigned
all_alive(const struct world *w)
{
	unsigned n = 0;

	for (uint8_t i = 0; i < CREWS; i++)
		n += kernel_alive(&w->crews[i]);
	return n;
}

void
promise_begin(struct world *w)
{
	w->promises = (struct promises){ .state = LIFE_STOPPED, .leave_by = MSEC_NEVER };
}

/* Promise 1, and the port of one's own. */
static void
check_company(struct world *w, uint8_t slot)
{
	const struct promises *p = &w->promises;

	for (uint8_t i = 0; i < CREWS; i++) {
		const struct crew *c = &w->crews[i];

		if (i == slot || kernel_alive(c) == 0)
			continue;
		world_must(w, w->life.limits.held, "a start beside somebody on a port of its own");
		world_must(w, !p->apart, "a start beside somebody after stop or restart");
		if (!kernel_master_lives(c) || c->resumed)
			continue;
		if (p->crews[i].told)
			world_must(w, p->crews[i].beside, "a start beside a master that ends, but was not replaced");
		else
			world_must(w, w->life.state == LIFE_REPLACING && w->life.current == i, "two masters");
	}
}

static void
check_spawn(struct world *w, const struct life_order *order)
{
	struct promises *p = &w->promises;

	world_must(w, order->slot < CREWS && !w->crews[order->slot].used, "a start in a slot that is taken");
	world_must(w, order->number == p->number + 1, "generations are not counted");
	world_must(w, p->wanted && !p->done, "a start of what is to be down");
	world_must(w, w->now >= p->not_before, "a hot loop: a start before its wait was over");
	check_company(w, order->slot);
	p->number = order->number;
	p->apart = false;
	p->spawned = true;
	p->patience = w->now + w->life.limits.start_timeout;
	if (w->life.state == LIFE_REPLACING)
		p->leave_by = p->patience + SLACK;
	if (order->slot < CREWS)
		p->crews[order->slot] = (struct crew_notes){ .over_by = MSEC_NEVER };
}

/* Whether another one is there that serves in place of that in SLOT. */
static bool
is_replaced(const struct world *w, uint8_t slot)
{
	uint8_t current = w->life.current;

	return current < CREWS && current != slot && w->promises.crews[current].ready;
}

static void
check_signal(struct world *w, const struct life_order *order)
{
	struct promises *p = &w->promises;
	const struct stop_limits *stop = &w->life.limits.stop;
	struct crew_notes *notes = &p->crews[order->slot];
	enum life_state state = w->life.state;
	bool reaped = w->crews[order->slot].reaped;

	p->signals++;
	p->killed = p->killed || order->signal == SIGKILL;
	if (order->signal == SIGHUP) {
		world_must(w, p->hup && order->kind == ORDER_SIGNAL && order->slot == w->life.current,
			"a HUP out of place");
		p->hup = false;
		return;
	}
	world_must(w, order->kind == ORDER_SIGNAL_ALL || order->signal != SIGKILL, "KILL to the master alone");
	world_must(w, order->kind == ORDER_SIGNAL || order->signal != SIGQUIT, "QUIT to workers: requests are cut");
	world_must(w, order->kind == ORDER_SIGNAL_ALL || !reaped,
		"a signal to a reaped master: that pid is somebody else's");
	world_must(w, order->kind == ORDER_SIGNAL || order->signal == SIGKILL || reaped,
		"TERM to workers past their master");
	if (notes->told) {
		if (order->signal == SIGKILL && world_has_free_slot(w))
			world_must(w, w->now >= notes->grace, "KILL before its time: requests are cut");
		if (order->signal == SIGKILL)
			notes->grace = w->now;
		return;
	}
	if (notes->ready && !reaped)
		world_must(w,
			is_ending(state) || state == LIFE_STOPPED || state == LIFE_LISTENING ||
				is_replaced(w, order->slot),
			"one that serves is ended");
	if (notes->ready && !reaped && (state == LIFE_STOPPING || state == LIFE_RESTARTING) && stop->drain > 0)
		world_must(w, notes->drain > 0 && w->now >= notes->drain, "TERM before those who send requests know");
	world_must(w, order->signal != SIGKILL || !world_has_free_slot(w), "KILL before anything kinder");
	notes->told = true;
	notes->beside = !is_ending(state);
	notes->grace = w->now;
	if (order->signal != SIGKILL)
		notes->grace += stop->graceful < stop->total ? stop->graceful : stop->total;
	notes->over_by = w->now + ladder_bound(&w->life.limits);
}

static msec
bound_of(const struct world *w, enum life_state state, msec wait)
{
	const struct life_limits *limits = &w->life.limits;

	switch (state) {
	case LIFE_STARTING:
	case LIFE_RELOADING:
	case LIFE_REPLACING: return limits->start_timeout + SLACK;
	case LIFE_STOPPING:
	case LIFE_RESTARTING:
	case LIFE_RETRYING: return ladder_bound(limits);
	case LIFE_WAITING: return wait + SLACK;
	case LIFE_STOPPED:
	case LIFE_RUNNING:
	case LIFE_FAILED:
	case LIFE_LISTENING:
	case LIFE_QUEUED:
	case LIFE_DONE:
	case LIFE_STATE_COUNT: break;
	}
	return MSEC_NEVER - w->now;
}

/* Promise 3. */
static void
check_failures(struct world *w, const struct life_order *order)
{
	const struct restart_limits *limits = &w->life.limits.restart;
	struct promises *p = &w->promises;

	if (order->from == LIFE_RUNNING && order->event == ON_DIED_NOW)
		world_must(w, ++p->at_once <= RESTART_FREE, "a hot loop: too many starts at once");
	if (order->to == LIFE_WAITING) {
		world_must(w, order->wait >= limits->delay && order->wait <= limits->delay_max,
			"a wait out of its limits");
		p->not_before = w->now + order->wait;
		p->waits++;
	}
	/* mending forgets no failures: who dies while it is mended has failed, though the next one need not wait */
	if (order->from == LIFE_REPLACING && (order->event == ON_DIED_LATER || order->event == ON_DIED_GIVE_UP))
		p->waits++;
	if (order->event == ON_DIED_GIVE_UP && order->from != LIFE_REPLACING) /* there, the next one is all there is */
		world_must(w, order->to == LIFE_FAILED, "given up, and not failed");
	if (order->to != LIFE_FAILED || order->event == ON_REFUSED)
		return;
	world_must(w, order->event == ON_DIED_GIVE_UP, "given up without a reason");
	if (!p->limits_changed && limits->policy != RESTART_NEVER && !p->prevented)
		world_must(w, limits->limit > 0 && p->waits + 1 >= limits->limit, "given up too early");
}

static void
check_move(struct world *w, const struct life_order *order)
{
	struct promises *p = &w->promises;

	world_must(w, order->from == p->state && order->to != order->from, "a move that was not told");
	world_must(w, order->event < LIFE_EVENT_COUNT && order->to < LIFE_STATE_COUNT, "a move without a name");
	if (order->to == LIFE_LISTENING)
		world_must(w, order->event == ON_LISTEN || order->event == ON_IDLE, "listening out of place");
	p->state = (enum life_state)order->to;
	if (order->from != LIFE_REPLACING || order->to != LIFE_STARTING) /* that one boots since it was spawned */
		p->leave_by = w->now + bound_of(w, p->state, order->wait);
	if (order->event == ON_TIMEOUT && order->from != LIFE_WAITING)
		world_must(w, w->now >= p->patience, "no time to get ready");
	if (order->to == LIFE_RELOADING || (order->to == LIFE_REPLACING && !p->spawned))
		p->patience = w->now + w->life.limits.start_timeout;
	if (order->event == ON_DIED_DONE && order->to == LIFE_STOPPING)
		p->done = true;
	check_failures(w, order);
}

void
promise_order(struct world *w, const struct life_order *order)
{
	switch ((enum life_order_kind)order->kind) {
	case ORDER_SPAWN: check_spawn(w, order); break;
	case ORDER_SIGNAL:
	case ORDER_SIGNAL_ALL:
		world_must(w, order->slot < CREWS && w->crews[order->slot].used, "a signal to nobody");
		if (w->broken[0] == '\0')
			check_signal(w, order);
		break;
	case ORDER_LISTEN:
		world_must(w, w->promises.listens, "listeners are opened out of place");
		w->promises.listens = false;
		break;
	case ORDER_MOVED: check_move(w, order); break;
	}
}

/* Between steps: who is there is who should be there. */
static void
check_crews(struct world *w)
{
	enum life_state state = w->life.state;
	unsigned untold = 0;

	for (uint8_t i = 0; i < CREWS; i++) {
		const struct crew *c = &w->crews[i];
		const struct crew_notes *notes = &w->promises.crews[i];

		if (!c->used)
			continue;
		if (!notes->told) {
			world_must(w, !c->reaped, "orphans are forgotten");
			world_must(w, i == w->life.current || i == w->life.next, "a master is forgotten");
			untold += notes->told_by == 0 || w->now > notes->told_by;
		} else if (kernel_alive(c) > 0) {
			world_must(w, w->now <= notes->over_by, "somebody lingers");
		}
	}
	if (has_current(state)) {
		bool next = state == LIFE_REPLACING && w->life.next != LIFE_NONE;

		world_must(w, w->life.current < CREWS && w->crews[w->life.current].used, "nobody is there");
		world_must(w, untold == (next ? 2 : 1), "more or fewer masters than there should be");
	} else {
		world_must(w, untold == 0, "a master lives that should have been told to end");
	}
}

static bool
is_at_rest(enum life_state state)
{
	return state == LIFE_STOPPED || state == LIFE_RUNNING || state == LIFE_FAILED || state == LIFE_LISTENING ||
		state == LIFE_QUEUED || state == LIFE_DONE;
}

static void
check_deadline(struct world *w)
{
	enum life_state state = w->life.state;
	bool ladders = false;
	msec due = life_due(&w->life);

	for (uint8_t i = 0; i < CREWS; i++)
		ladders = ladders || (w->crews[i].used && w->promises.crews[i].told);
	if (ladders || !is_at_rest(state))
		world_must(w, due != MSEC_NEVER, "something is awaited without a deadline");
	else
		world_must(w, due == MSEC_NEVER, "a deadline of nothing: it wakes up for nothing");
	world_must(w, w->now <= w->promises.leave_by, "a state that does not end");
}

void
promise_step(struct world *w)
{
	struct promises *p = &w->promises;

	world_must(w, p->state == w->life.state, "a move that was not told");
	world_must(w, !p->hup, "HUP was accepted and not sent");
	world_must(w, !p->listens, "listening, and nothing was opened");
	world_must(w, !p->replaces || p->spawned || p->killed, "replace neither spawns nor makes room");
	if (p->state == LIFE_STOPPED) {
		world_must(w, all_alive(w) == 0, "somebody of a stopped service lives");
		world_must(w, !p->wanted || p->done, "stopped, and should be up");
	}
	world_must(w, p->wanted || p->state == LIFE_STOPPED || p->state == LIFE_STOPPING, "up, and should be down");
	check_crews(w);
	check_deadline(w);
	p->replaces = p->spawned = p->killed = false;
}

void
promise_jump(struct world *w, msec jump)
{
	struct promises *p = &w->promises;

	if (p->leave_by != MSEC_NEVER)
		p->leave_by += jump;
	for (uint8_t i = 0; i < CREWS; i++) {
		if (w->crews[i].used && p->crews[i].over_by != MSEC_NEVER)
			p->crews[i].over_by += jump;
		if (p->crews[i].told_by > 0)
			p->crews[i].told_by += jump;
	}
}

void
promise_rebirth(struct world *w)
{
	struct promises *p = &w->promises;

	p->listens = p->state == LIFE_LISTENING;
	if ((p->state == LIFE_STARTING || p->state == LIFE_RELOADING || p->state == LIFE_REPLACING) &&
		p->leave_by < w->now + LIFE_PROOF + SLACK)
		p->leave_by = w->now + LIFE_PROOF + SLACK;
}

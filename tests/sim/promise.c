#include "promise.h"

#include <signal.h>
#include <stdio.h>

#include "world.h"

/* Reports and ticks come a little late in every world. */
enum { SLACK = 500 };

static void
broken(struct world *w, const char *what)
{
	if (w->broken[0] == '\0')
		snprintf(w->broken, sizeof w->broken, "%s", what);
}

static void
must(struct world *w, bool holds, const char *what)
{
	if (!holds)
		broken(w, what);
}

/* The longest that a ladder can take in this kernel: all its rungs, then a KILL for each that was forked away
 * from the one before, and all of them stuck. */
static msec
ladder_bound(const struct life_limits *limits)
{
	return limits->stop.total + limits->stop.graceful + (CREW_FORKS + 1) * (STUCK_MOST + 1000) + SLACK;
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

static bool
is_nobody_left(const struct world *w)
{
	for (uint8_t i = 0; i < CREWS; i++)
		if (w->crews[i].used)
			return false;
	return true;
}

static bool
is_slot_free(const struct world *w)
{
	for (uint8_t i = 0; i < CREWS; i++)
		if (!w->crews[i].used)
			return true;
	return false;
}

/* Nothing is in the way of a start from a state in which no master should live. */
static bool
may_start(const struct world *w)
{
	return is_slot_free(w) && (w->life.limits.held || is_nobody_left(w));
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
		must(w, w->life.limits.held, "a start beside somebody on a port of its own");
		must(w, !p->apart, "a start beside somebody after stop or restart");
		if (!kernel_master_lives(c))
			continue;
		if (p->crews[i].told)
			must(w, p->crews[i].beside, "a start beside a master that ends, but was not replaced");
		else
			must(w, w->life.state == LIFE_REPLACING && w->life.current == i, "two masters");
	}
}

static void
check_spawn(struct world *w, const struct life_order *order)
{
	struct promises *p = &w->promises;

	must(w, order->slot < CREWS && !w->crews[order->slot].used, "a start in a slot that is taken");
	must(w, order->number == p->number + 1, "generations are not counted");
	must(w, p->wanted && !p->done, "a start of what is to be down");
	must(w, w->now >= p->not_before, "a hot loop: a start before its wait was over");
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
		must(w, p->hup && order->kind == ORDER_SIGNAL && order->slot == w->life.current, "a HUP out of place");
		p->hup = false;
		return;
	}
	must(w, order->kind == ORDER_SIGNAL_ALL || order->signal != SIGKILL, "KILL to the master alone");
	must(w, order->kind == ORDER_SIGNAL || order->signal != SIGQUIT, "QUIT to workers: requests are cut");
	must(w, order->kind == ORDER_SIGNAL_ALL || !reaped, "a signal to a reaped master: that pid is somebody else's");
	must(w, order->kind == ORDER_SIGNAL || order->signal == SIGKILL || reaped, "TERM to workers past their master");
	if (notes->told) {
		if (order->signal == SIGKILL && is_slot_free(w))
			must(w, w->now >= notes->grace, "KILL before its time: requests are cut");
		if (order->signal == SIGKILL)
			notes->grace = w->now;
		return;
	}
	if (notes->ready && !reaped)
		must(w, is_ending(state) || state == LIFE_STOPPED || is_replaced(w, order->slot), "one that serves is ended");
	notes->told = true;
	notes->beside = !is_ending(state);
	notes->grace = w->now + (stop->graceful < stop->total ? stop->graceful : stop->total);
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
		must(w, ++p->at_once <= 2 * RESTART_FREE + 1, "a hot loop: too many starts at once");
	if (order->to == LIFE_WAITING) {
		must(w, order->wait >= limits->delay && order->wait <= limits->delay_max, "a wait out of its limits");
		p->not_before = w->now + order->wait;
		p->waits++;
	}
	if (order->to != LIFE_FAILED)
		return;
	must(w, order->event == ON_DIED_GIVE_UP, "given up without a reason");
	if (!p->limits_changed && limits->policy != RESTART_NEVER)
		must(w, limits->limit > 0 && p->waits + 1 >= limits->limit, "given up too early");
}

static void
check_move(struct world *w, const struct life_order *order)
{
	struct promises *p = &w->promises;

	must(w, order->from == p->state && order->to != order->from, "a move that was not told");
	must(w, order->event < LIFE_EVENT_COUNT && order->to < LIFE_STATE_COUNT, "a move without a name");
	p->state = (enum life_state)order->to;
	if (order->from != LIFE_REPLACING || order->to != LIFE_STARTING) /* that one boots since it was spawned */
		p->leave_by = w->now + bound_of(w, p->state, order->wait);
	if (order->event == ON_TIMEOUT && order->from != LIFE_WAITING)
		must(w, w->now >= p->patience, "no time to get ready");
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
		must(w, order->slot < CREWS && w->crews[order->slot].used, "a signal to nobody");
		if (w->broken[0] == '\0')
			check_signal(w, order);
		break;
	case ORDER_MOVED: check_move(w, order); break;
	}
}

static void
note_down(struct promises *p)
{
	p->apart = true;
	for (uint8_t i = 0; i < CREWS; i++)
		p->crews[i].beside = false;
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
	for (uint8_t i = 0; i < CREWS; i++)
		w->promises.crews[i].grace = w->now;
}

void
promise_limits(struct world *w)
{
	w->promises.limits_changed = true;
	note_impatience(w); /* a shorter grace counts for who loses his master from now on */
}

void
promise_request(struct world *w, int request, bool accepted, enum life_state before)
{
	enum life_state now = w->life.state;
	struct promises *p = &w->promises;
	bool was_at_rest = before == LIFE_STOPPED || before == LIFE_WAITING || before == LIFE_FAILED;
	bool begins = now == LIFE_STARTING || now == LIFE_RESTARTING;
	bool served = before == LIFE_RUNNING || before == LIFE_RELOADING;

	bool up = served || before == LIFE_STARTING || before == LIFE_RESTARTING || before == LIFE_REPLACING;

	if (request == ASK_REPLACE && !w->life.limits.held)
		request = ASK_RESTART;
	if (!accepted)
		must(w, now == before, "a refused request changed something");
	switch ((enum request)request) {
	case ASK_START:
		must(w, accepted == !up && (up || begins), "start does not start");
		must(w, !was_at_rest || now == LIFE_STARTING || !may_start(w), "start waits for nothing");
		break;
	case ASK_STOP:
		must(w, accepted == (before != LIFE_STOPPED && before != LIFE_STOPPING), "stop");
		must(w, now == LIFE_STOPPING || now == LIFE_STOPPED, "stop does not stop");
		p->wanted = false;
		break;
	case ASK_RESTART:
		must(w, accepted == (before != LIFE_RESTARTING) && begins, "restart does not restart");
		break;
	case ASK_REPLACE:
		must(w, accepted == (before != LIFE_RESTARTING && before != LIFE_REPLACING), "replace");
		must(w, !accepted || (served ? now == LIFE_REPLACING : begins), "replace does not replace");
		p->replaces = accepted && served;
		break;
	case ASK_HUP:
		must(w, accepted == (before == LIFE_RUNNING), "hup");
		must(w, !accepted || now == LIFE_RELOADING, "hup does not reload");
		p->hup = accepted;
		break;
	case ASK_HURRY: note_impatience(w); break;
	case REQUESTS: break;
	}
	if (accepted && (request == ASK_STOP || request == ASK_RESTART || (now == LIFE_RESTARTING && !was_at_rest)))
		note_down(p);
	if (accepted && (request == ASK_START || request == ASK_RESTART || request == ASK_REPLACE))
		note_up(p);
}

/* The current master died and neither stop nor restart is on its way: what that must lead to. */
static bool
is_right_after(const struct world *w, const struct life *before, enum restart_verdict verdict)
{
	enum life_state now = w->life.state;

	if (before->state == LIFE_REPLACING && before->next != LIFE_NONE)
		return now == LIFE_STARTING && w->life.current == before->next;
	if (before->state == LIFE_REPLACING)
		return now == LIFE_RESTARTING;
	switch (verdict) {
	case RESTART_NOW: return now == (w->life.limits.held && is_slot_free(w) ? LIFE_STARTING : LIFE_RESTARTING);
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
promise_death(struct world *w, uint8_t slot, const struct life *before, enum restart_verdict verdict)
{
	enum life_state state = before->state;

	if (slot == before->current && was_healthy(w, before))
		w->promises.at_once = w->promises.waits = 0;
	if (slot == before->next && state == LIFE_REPLACING)
		must(w, w->life.state == LIFE_RUNNING, "a replacement that died changed more than itself");
	else if (slot == before->current && (has_current(state) || state == LIFE_RETRYING))
		must(w, is_right_after(w, before, verdict), "a death is taken for something else");
	else
		must(w, w->life.state == state, "the death of an old master moved the service");
}

void
promise_ready(struct world *w, uint32_t number, const struct life *before)
{
	uint8_t slot = 0;
	bool counts;

	while (slot < CREWS && !(w->crews[slot].used && w->crews[slot].number == number))
		slot++;
	counts = slot < CREWS && !w->promises.crews[slot].told && !w->crews[slot].reaped;
	if (counts)
		w->promises.crews[slot].ready = true;
	if (counts && before->state == LIFE_REPLACING && slot == before->next)
		must(w, w->life.state == LIFE_RUNNING && w->life.current == slot, "a ready replacement does not take over");
	else if (counts && slot == before->current && (before->state == LIFE_STARTING || before->state == LIFE_RELOADING))
		must(w, w->life.state == LIFE_RUNNING, "ready, and not running");
	else
		must(w, w->life.state == before->state, "a report that means nothing moved the service");
}

void
promise_tick(struct world *w, const struct life *before)
{
	enum life_state now = w->life.state;
	if (w->now < before->due)
		must(w, now == before->state, "a deadline before its time");
	else if (before->state == LIFE_STARTING || before->state == LIFE_RELOADING)
		must(w, now == LIFE_RETRYING, "a start that takes too long goes on");
	else if (before->state == LIFE_REPLACING)
		must(w, now == LIFE_RUNNING && w->life.current == before->current, "a slow replacement is not given up");
	else if (before->state == LIFE_WAITING)
		must(w, now == LIFE_STARTING || (now == LIFE_RESTARTING && !may_start(w)), "a wait is over and nothing starts");
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
			must(w, !c->reaped, "orphans are forgotten");
			must(w, i == w->life.current || i == w->life.next, "a master is forgotten");
			untold++;
		} else if (kernel_alive(c) > 0) {
			must(w, w->now <= notes->over_by, "somebody lingers");
		}
	}
	if (has_current(state)) {
		bool next = state == LIFE_REPLACING && w->life.next != LIFE_NONE;

		must(w, w->life.current < CREWS && w->crews[w->life.current].used, "nobody is there");
		must(w, untold == (next ? 2 : 1), "more or fewer masters than there should be");
	} else {
		must(w, untold == 0, "a master lives that should have been told to end");
	}
}

static void
check_deadline(struct world *w)
{
	enum life_state state = w->life.state;
	bool ladders = false;
	msec due = life_due(&w->life);

	for (uint8_t i = 0; i < CREWS; i++)
		ladders = ladders || (w->crews[i].used && w->promises.crews[i].told);
	if (ladders || !(state == LIFE_STOPPED || state == LIFE_RUNNING || state == LIFE_FAILED))
		must(w, due != MSEC_NEVER, "something is awaited without a deadline");
	else
		must(w, due == MSEC_NEVER, "a deadline of nothing: it wakes up for nothing");
	must(w, w->now <= w->promises.leave_by, "a state that does not end");
}

void
promise_step(struct world *w)
{
	struct promises *p = &w->promises;

	must(w, p->state == w->life.state, "a move that was not told");
	must(w, !p->hup, "HUP was accepted and not sent");
	must(w, !p->replaces || p->spawned || p->killed, "replace neither spawns nor makes room");
	if (p->state == LIFE_STOPPED) {
		must(w, all_alive(w) == 0, "somebody of a stopped service lives");
		must(w, !p->wanted || p->done, "stopped, and should be up");
	}
	must(w, p->wanted || p->state == LIFE_STOPPED || p->state == LIFE_STOPPING, "up, and should be down");
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
	for (uint8_t i = 0; i < CREWS; i++)
		if (w->crews[i].used && p->crews[i].over_by != MSEC_NEVER)
			p->crews[i].over_by += jump;
}

#include "supervisor/ordering.h"

#include "base/text.h"
#include "supervisor/bridled.h"
#include "supervisor/demand.h"
#include "supervisor/service.h"

/* ---- wishes ---- */

static struct order_node *
node(const struct service *s)
{
	return &s->home->order.nodes[s->slot];
}

/* core/order.c sees no service: where each stands is written down for it. */
static void
look(struct bridled *b)
{
	for (uint32_t i = 0; i < b->capacity; i++) {
		const struct service *s = b->services[i];

		b->order.nodes[i].used = s != NULL;
		if (s != NULL)
			b->order.nodes[i].state = (uint8_t)s->life.state;
	}
}

/* Nothing of it is up, or on its way. */
static bool
may_queue(const struct service *s)
{
	return s->life.state == LIFE_STOPPED || s->life.state == LIFE_FAILED || s->life.state == LIFE_LISTENING;
}

/* Nothing has moved yet, but somebody wishes something. What stays as it is moves nowhere, and who waits for its stop must
 * hear of it all the same. */
static void
give_turns(struct bridled *b, msec now)
{
	b->reorder = true;
	ordering_turns(b, now);
	for (uint32_t i = 0; i < b->capacity; i++) {
		if (b->order.nodes[i].kept && b->services[i] != NULL)
			notices_stays(b, b->services[i]);
		b->order.nodes[i].kept = false;
	}
}

/* Up, or on its way already: start means nothing. */
static bool
is_coming(const struct service *s)
{
	switch (s->life.state) {
	case LIFE_STARTING:
	case LIFE_RUNNING:
	case LIFE_RELOADING:
	case LIFE_REPLACING:
	case LIFE_RESTARTING:
	case LIFE_QUEUED:
	case LIFE_DONE: return true;
	case LIFE_STOPPED:
	case LIFE_STOPPING:
	case LIFE_RETRYING:
	case LIFE_WAITING:
	case LIFE_FAILED:
	case LIFE_LISTENING:
	case LIFE_STATE_COUNT: break;
	}
	return false;
}

bool
ordering_stop(struct service *s, msec now)
{
	struct bridled *b = s->home;

	/* nobody says anything of anybody: no looking, no waiting */
	if (b->order.edge_count == 0)
		return life_stop(&s->life, now);
	if (s->life.state == LIFE_STOPPED || s->life.state == LIFE_STOPPING)
		return false;
	look(b);
	order_wish_stop(&b->order, s->slot);
	give_turns(b, now);
	/* whose turn has not come does not show it, but must not forget it */
	for (uint32_t i = 0; i < b->capacity; i++)
		if (b->order.nodes[i].wish == WISH_STOP && b->services[i] != NULL)
			memory_later(b->services[i]);
	return true;
}

void
ordering_wish(struct service *s)
{
	node(s)->wish = WISH_START;
}

void
ordering_resume(struct service *s)
{
	if (s->life.state == LIFE_QUEUED)
		node(s)->wish = WISH_START;
	else if (node(s)->wish != WISH_STOP)
		node(s)->wish = WISH_NOTHING; /* it was about to be looked at: its state says what came of it */
}

/* Down, and started by those who connect. */
static bool
is_lazy(const struct service *s)
{
	return (s->life.state == LIFE_STOPPED || s->life.state == LIFE_FAILED) && demand_allowed(s) &&
		s->plan->on_demand;
}

/* Nothing comes before that, and nobody is needed for it. */
static void
listen_at_once(struct service *s, msec now)
{
	node(s)->wish = WISH_NOTHING;
	demand_begin(s, now);
	service_act(s, now);
	node(s)->state = (uint8_t)s->life.state;
}

void
ordering_begin(struct bridled *b, msec now)
{
	/* beside what an earlier run has left nobody is started (leftovers.c, which comes here when that is gone) */
	if (b->clear_until != 0)
		return;
	look(b);
	for (uint32_t i = 0; i < b->capacity; i++) {
		if (b->order.nodes[i].wish != WISH_START)
			continue;
		if (is_lazy(b->services[i]))
			listen_at_once(b->services[i], now);
		else
			order_wish_start(&b->order, i);
	}
	give_turns(b, now);
}

/* No spreading: everybody has the wish already. */
void
ordering_stop_all(struct bridled *b, msec now)
{
	look(b);
	for (uint32_t i = 0; i < b->capacity; i++)
		if (b->services[i] != NULL)
			b->order.nodes[i].wish = WISH_STOP;
	give_turns(b, now);
}

void
ordering_forget(struct service *s)
{
	*node(s) = (struct order_node){ .used = false };
}

void
ordering_moved(struct service *s, const struct life_order *order)
{
	s->home->reorder = true;
	if (order->to == LIFE_STARTING)
		node(s)->skipped = false;
	/* a condition said no, or a oneshot ran to its end: who requires it may start (order.h) */
	else if (order->event == ON_DIED_DONE && order->from == LIFE_STARTING)
		node(s)->skipped = true;
}

/* ---- turns ---- */

static void
tell_why(struct service *s, const struct service *whom, const char *rest)
{
	char buffer[160];
	struct text t;

	text_init(&t, buffer, sizeof buffer);
	text_addf(&t, "%s%s", whom->name, rest);
	service_tell_why(s, buffer);
}

static void
start(struct service *s, msec now)
{
	service_tell_why(s, "");
	/* only then may it listen first: who waited for its turn was asked for, or somebody has come */
	if (s->life.state == LIFE_STOPPED)
		demand_begin(s, now);
	else
		life_start(&s->life, now);
}

/* Asked for and not begun is a state of its own; whoever is being ended, or backs off, shows that he is. */
static void
wait_for(struct service *s, const struct service *whom, msec now)
{
	/* one that is to be stopped shows what it is until its turn comes */
	if (!may_queue(s) || node(s)->wish != WISH_START)
		return;
	tell_why(s, whom, " comes first");
	life_queue(&s->life, now);
}

/* Queued first: that is the state from which a start can be refused (life_rules.c). */
static void
refuse(struct service *s, const struct service *whom, msec now)
{
	if (may_queue(s))
		life_queue(&s->life, now);
	tell_why(s, whom, ", which it requires, is not up");
	life_refuse(&s->life, now);
}

/* Returns whether it moved. */
static bool
turn(struct bridled *b, struct service *s, msec now)
{
	enum life_state before = s->life.state;
	bool stops = node(s)->wish == WISH_STOP; /* now: order_turn() forgets a wish whose turn has come */
	uint32_t whom = s->slot;

	switch (order_turn(&b->order, s->slot, &whom)) {
	case TURN_NONE: return false;
	case TURN_WAIT: wait_for(s, b->services[whom], now); break;
	case TURN_REFUSE: refuse(s, b->services[whom], now); break;
	case TURN_GO:
		if (stops)
			life_stop(&s->life, now);
		else
			start(s, now);
		break;
	}
	if (s->life.state == before)
		return false;
	service_act(s, now);
	return true;
}

/* Until a whole round moves nobody. That comes: a turn that is taken costs its wish, and who waits is queued once. */
void
ordering_turns(struct bridled *b, msec now)
{
	while (b->reorder) {
		b->reorder = false;
		look(b);
		for (uint32_t i = 0; i < b->capacity; i++) {
			if (b->order.nodes[i].wish == WISH_NOTHING || b->services[i] == NULL ||
				!turn(b, b->services[i], now))
				continue;
			b->order.nodes[i].state = (uint8_t)b->services[i]->life.state;
			b->reorder = true;
		}
	}
}

/* ---- one that is asked for ---- */

/* It listens, or would, and now it is to run, because that was ASKED for or somebody connects: in its turn, which may have
 * come. Among the others it is one that waits already. */
static void
begin_lazy(struct service *s, bool asked, msec now)
{
	struct bridled *b = s->home;
	uint32_t whom = s->slot;

	look(b);
	node(s)->state = LIFE_QUEUED;
	order_wish_start(&b->order, s->slot);
	switch (order_turn(&b->order, s->slot, &whom)) {
	case TURN_NONE:
	case TURN_GO:
		if (asked)
			life_start(&s->life, now);
		else
			life_connect(&s->life, now);
		break;
	case TURN_WAIT: wait_for(s, b->services[whom], now); break;
	case TURN_REFUSE: refuse(s, b->services[whom], now); break;
	}
	give_turns(b, now);
}

bool
ordering_start(struct service *s, msec now)
{
	struct bridled *b = s->home;

	if (b->order.edge_count == 0)
		return life_start(&s->life, now);
	/* unless it is to be stopped: the wish for that, whose turn has not come, is taken back below */
	if (is_coming(s) && node(s)->wish != WISH_STOP)
		return false;
	if (s->life.state == LIFE_LISTENING || is_lazy(s)) {
		begin_lazy(s, true, now);
		return true;
	}
	look(b);
	if (!is_coming(s)) {
		order_wish_start(&b->order, s->slot);
	} else { /* it was to be stopped, and its turn had not come */
		node(s)->wish = WISH_NOTHING;
		node(s)->kept = true;
	}
	give_turns(b, now);
	return true;
}

void
ordering_connect(struct service *s, msec now)
{
	if (s->home->order.edge_count == 0)
		life_connect(&s->life, now);
	else
		begin_lazy(s, false, now);
}

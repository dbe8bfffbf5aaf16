/*
 * order.c -- wishes spread along edges at once, and are then granted one by one as their turn comes. Whoever waits has
 * nothing but a wish in its node: no queue, no list, nothing to be undone when somebody changes his mind.
 */
#include "core/order.h"

#include <stddef.h>

enum standing {
	IS_DOWN,   /* and not about to come up */
	IS_COMING, /* it was started, or will be, and is not up yet */
	IS_UP,
	IS_ENDING,
	HAS_FAILED,
};

static enum standing
standing(const struct order_node *n)
{
	switch ((enum life_state)n->state) {
	case LIFE_STOPPED: return n->wish == WISH_START ? IS_COMING : IS_DOWN;
	case LIFE_FAILED: return n->wish == WISH_START ? IS_COMING : HAS_FAILED;
	case LIFE_QUEUED:
	case LIFE_STARTING:
	case LIFE_RESTARTING:
	case LIFE_RETRYING:
	case LIFE_WAITING: return IS_COMING;
	case LIFE_RUNNING:
	case LIFE_RELOADING:
	case LIFE_REPLACING:
	case LIFE_LISTENING: /* whoever comes is answered */
	case LIFE_DONE: return IS_UP;
	case LIFE_STOPPING: return n->wish == WISH_START ? IS_COMING : IS_ENDING;
	case LIFE_STATE_COUNT: break;
	}
	return IS_DOWN;
}

static bool
is_down(const struct order_node *n)
{
	return n->state == LIFE_STOPPED || n->state == LIFE_FAILED;
}

/* Up, and about to be stopped, is not up for one that is to be started after it. */
static bool
is_up_to_stay(const struct order_node *n)
{
	return standing(n) == IS_UP && n->wish != WISH_STOP;
}

/* Give WISH to everybody whom an edge of one of KINDS joins to one that has it, until nothing changes. From `of` to `on`,
 * or, BACK, the other way. Who is where the wish leads already neither has it nor hands it on. */
static void
spread(struct order *o, enum order_wish wish, unsigned kinds, bool back)
{
	bool changed = true;

	/* ends: a wish is given once to a node, and never taken back here */
	while (changed) {
		changed = false;
		for (uint32_t e = 0; e < o->edge_count; e++) {
			const struct order_edge *edge = &o->edges[e];
			const struct order_node *from = &o->nodes[back ? edge->on : edge->of];
			struct order_node *to = &o->nodes[back ? edge->of : edge->on];

			if (!(edge->kinds & kinds) || from->wish != wish || to->wish == wish || !to->used)
				continue;
			if (wish == WISH_START ? is_up_to_stay(to) || standing(to) == IS_COMING : is_down(to))
				continue;
			to->kept = to->kept || (wish == WISH_START && standing(to) == IS_UP);
			to->wish = (uint8_t)wish;
			changed = true;
		}
	}
}

void
order_wish_start(struct order *o, uint32_t i)
{
	o->nodes[i].wish = WISH_START;
	spread(o, WISH_START, ORDER_REQUIRES | ORDER_WANTS, false);
}

/* Not along WANTS: who only wanted it goes on without. */
void
order_wish_stop(struct order *o, uint32_t i)
{
	o->nodes[i].wish = WISH_STOP;
	spread(o, WISH_STOP, ORDER_REQUIRES, true);
}

/* What one that I comes after means for its start. */
static enum order_turn
start_beside(const struct order_node *on, bool required)
{
	switch (standing(on)) {
	case IS_COMING: return TURN_WAIT;
	case HAS_FAILED: return required ? TURN_REFUSE : TURN_GO;
	/* required, and asked to end: when it is down, this is refused, or it was started again */
	case IS_ENDING: return required ? TURN_WAIT : TURN_GO;
	/* one whose condition said no counts as having been (systemd.unit(5), Requires=) */
	case IS_DOWN: return required && !on->skipped ? TURN_REFUSE : TURN_GO;
	case IS_UP: break;
	}
	return TURN_GO;
}

/* A failure of one outweighs all that others may still become. */
static enum order_turn
turn_to_start(const struct order *o, uint32_t i, uint32_t *whom)
{
	enum order_turn turn = TURN_GO;

	for (uint32_t e = 0; e < o->edge_count && turn != TURN_REFUSE; e++) {
		const struct order_edge *edge = &o->edges[e];
		enum order_turn this;

		if (edge->of != i || !(edge->kinds & (ORDER_AFTER | ORDER_REQUIRES)) || !o->nodes[edge->on].used)
			continue;
		this = start_beside(&o->nodes[edge->on], edge->kinds & ORDER_REQUIRES);
		if (this == TURN_GO)
			continue;
		turn = this;
		*whom = edge->on;
	}
	return turn;
}

/* Who comes after it and is to be stopped, too, or is on its way down, goes first. */
static enum order_turn
turn_to_stop(const struct order *o, uint32_t i, uint32_t *whom)
{
	for (uint32_t e = 0; e < o->edge_count; e++) {
		const struct order_edge *edge = &o->edges[e];
		const struct order_node *n = &o->nodes[edge->of];

		if (edge->on != i || !(edge->kinds & (ORDER_AFTER | ORDER_REQUIRES)) || !n->used)
			continue;
		if (n->state != LIFE_STOPPING && (n->wish != WISH_STOP || is_down(n)))
			continue;
		*whom = edge->of;
		return TURN_WAIT;
	}
	return TURN_GO;
}

enum order_turn
order_turn(struct order *o, uint32_t i, uint32_t *whom)
{
	struct order_node *n = &o->nodes[i];
	enum order_turn turn = TURN_NONE;

	if (n->wish == WISH_START && standing(n) != IS_UP)
		turn = turn_to_start(o, i, whom);
	else if (n->wish == WISH_STOP && n->state != LIFE_STOPPED && n->state != LIFE_STOPPING)
		turn = turn_to_stop(o, i, whom);
	if (turn != TURN_WAIT) /* a refusal, too, ends it */
		n->wish = WISH_NOTHING;
	return turn;
}

/*
 * orders.c -- a ring, so that taking the oldest moves nothing; and what the rungs of a ladder are in signals. That is
 * all that core knows of signals: numbers.
 */
#include "core/orders.h"

#include <assert.h>
#include <signal.h>

void
orders_push(struct orders *o, const struct life_order *order)
{
	/* too many is a mistake of ours, not the world's: a deed that got lost would be a
	 * service that nobody ends or starts */
	assert(o->count < ORDERS_MOST);
	o->at[(o->first + o->count) % ORDERS_MOST] = *order;
	o->count++;
}

void
orders_push_signal(struct orders *o, enum life_order_kind kind, uint8_t slot, int signal)
{
	orders_push(o, &(struct life_order){ .kind = (uint8_t)kind, .slot = slot, .signal = (uint8_t)signal });
}

void
orders_push_deed(struct orders *o, uint8_t slot, enum stop_deed deed)
{
	switch (deed) {
	case STOP_NOTHING: break;
	case STOP_TERM_MASTER: orders_push_signal(o, ORDER_SIGNAL, slot, SIGTERM); break;
	case STOP_QUIT_MASTER: orders_push_signal(o, ORDER_SIGNAL, slot, SIGQUIT); break;
	case STOP_TERM_REST: orders_push_signal(o, ORDER_SIGNAL_ALL, slot, SIGTERM); break;
	case STOP_KILL_ALL: orders_push_signal(o, ORDER_SIGNAL_ALL, slot, SIGKILL); break;
	}
}

bool
orders_take(struct orders *o, struct life_order *order)
{
	if (o->count == 0)
		return false;
	*order = o->at[o->first];
	o->first = (uint8_t)((o->first + 1) % ORDERS_MOST);
	o->count--;
	return true;
}

/*
 * orders -- what a service wants done, in the order in which it wants it done. Pure; a small ring.
 */
#ifndef BRIDLE_CORE_ORDERS_H
#define BRIDLE_CORE_ORDERS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/msec.h"
#include "core/stop.h"

enum { ORDERS_MOST = 10 };

enum life_order_kind {
	ORDER_SPAWN,      /* start a master in `slot`, generation `number`; report life_spawned */
	ORDER_SIGNAL,     /* `signal` to the master of `slot` */
	ORDER_SIGNAL_ALL, /* `signal` to every process of `slot` that lives, the master included; then, and
	                    * whenever something of it ended after life_died, look who is left: life_gone
	                    * when nobody is */
	ORDER_LISTEN,     /* open the listeners and hold them; report life_listened, and, while it is listening,
	                    * life_connect when somebody waits */
	ORDER_MOVED,      /* nothing to do but to tell: from, to, event */
};

struct life_order {
	uint8_t kind, slot;
	uint8_t from, to, event; /* MOVED: enum life_state twice, enum life_event */
	uint8_t signal;          /* SIGTERM ... by the numbers of signal(7) for Linux */
	uint32_t number;         /* SPAWN: of the generation */
	uint32_t wait;           /* MOVED to LIFE_WAITING: how long, ms; of a day at most (restart_delay_max) */
};

/* Zeroed: empty. */
struct orders {
	uint8_t count, first;
	struct life_order at[ORDERS_MOST];
};

/* Append. There must be room: life_order says why there is. */
void orders_push(struct orders *o, const struct life_order *order);

/* Append SIGNAL to the master of SLOT, or to all of it. */
void orders_push_signal(struct orders *o, enum life_order_kind kind, uint8_t slot, int signal);

/* Append what a rung of the ladder of SLOT wants; nothing for STOP_NOTHING. */
void orders_push_deed(struct orders *o, uint8_t slot, enum stop_deed deed);

/* Take the oldest. False when there is none. */
bool orders_take(struct orders *o, struct life_order *order);

#endif

/*
 * order -- who among the services comes before whom: what a start or a stop of one means for others, and whose turn it
 * is. Pure; the caller owns the arrays and says where each service stands.
 *
 * An edge says something of service `of` and service `on`, by their places in the array of nodes:
 *
 *	after      `of` starts when `on` is up, if that is being started, too; it is stopped before `on` is
 *	requires   after, and a start of `of` starts `on`; a stop of `on` that was asked for stops `of`; when `on` fails
 *	           instead of coming up, `of` is not started
 *	wants      a start of `of` starts `on`, and nothing more
 *
 * There must be no circle of after and requires (conf/relations.c sees to that): its services would wait for each other.
 * What is in no relation to others goes at once: starts and stops run side by side as far as the order allows.
 */
#ifndef BRIDLE_CORE_ORDER_H
#define BRIDLE_CORE_ORDER_H

#include <stdbool.h>
#include <stdint.h>

#include "core/life.h"

enum { ORDER_AFTER = 1, ORDER_REQUIRES = 2, ORDER_WANTS = 4 };

struct order_edge {
	uint32_t of, on;
	uint8_t kinds; /* the three above, together */
};

enum order_wish {
	WISH_NOTHING,
	WISH_START, /* as soon as its turn has come */
	WISH_STOP,
};

struct order_node {
	bool used;
	uint8_t wish;  /* enum order_wish */
	uint8_t state; /* enum life_state; the caller's to keep up to date */
	bool skipped;  /* its last start ended before it was up, and that is no failure */
	bool kept;     /* it was to be stopped, and a start has taken that back: it stays up. The caller's to tell, and to clear */
};

struct order {
	struct order_node *nodes;
	uint32_t node_count;
	const struct order_edge *edges;
	uint32_t edge_count;
};

enum order_turn {
	TURN_NONE,   /* it wishes nothing, or what it wishes is so already: its wish is forgotten */
	TURN_WAIT,   /* others come first; *WHOM is one of them */
	TURN_GO,     /* start it, or stop it; its wish is forgotten */
	TURN_REFUSE, /* it is not to be started: *WHOM, which it requires, failed. Its wish is forgotten */
};

/* I is to be started, and with it whatever it requires and wants, and they. What is up already stays as it is. */
void order_wish_start(struct order *o, uint32_t i);

/* I is to be stopped, and before it whatever requires it, and they. */
void order_wish_stop(struct order *o, uint32_t i);

/* Whose turn is it? Asked of each service after anything moved, until nobody is told TURN_GO or TURN_REFUSE any more. */
enum order_turn order_turn(struct order *o, uint32_t i, uint32_t *whom);

#endif

/*
 * turns -- core/order in random worlds: services with random relations and no circle, somebody who wants things, and lives
 * that come up, fail, or end by chance. What must hold is judged from outside, by the relations alone.
 *
 *	turns [--worlds N] [--seed S]
 *
 * Then the same worlds with one fault after the other between what is and what core/order is told: each must be noticed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "core/order.h"
#include "dice.h"

enum { MOST = 7, EDGES = 16, STEPS = 120, ROUNDS = 4 * MOST };

#define FAULTS(X) \
	X(NONE, "none") \
	X(NO_AFTER, "nobody comes after anybody") \
	X(NO_REQUIRES, "nothing is required") \
	X(REQUIRES_IS_AFTER, "what is required only comes first") \
	X(NO_WANTS, "nothing is wanted") \
	X(WANTS_IS_AFTER, "what is wanted comes first") \
	X(BACKWARDS, "relations are read from their other end") \
	X(COMING_IS_UP, "who is starting is taken for up") \
	X(FAILED_IS_UP, "who failed is taken for up") \
	X(DONE_IS_DOWN, "who ran to its end is taken for down") \
	X(ENDING_IS_DOWN, "who is being ended is taken for down") \
	X(SKIP_IS_FAILURE, "who need not run is taken for missing") \
	X(STOPS_ARE_FORGOTTEN, "a wish to stop is lost at every other turn")

enum fault {
#define X(name, text) FAULT_##name,
	FAULTS(X)
#undef X
		FAULT_COUNT
};

static const char *const fault_texts[FAULT_COUNT] = {
#define X(name, text) text,
	FAULTS(X)
#undef X
};

struct world {
	struct dice dice;
	enum fault fault;
	struct order_node nodes[MOST]; /* as order keeps them */
	enum life_state state[MOST];   /* as they are */
	bool skipped[MOST];
	struct order_edge said[EDGES], told[EDGES];
	struct order order;
	uint32_t count;
	char broken[120];
};

static void
must(struct world *w, bool holds, const char *what, uint32_t i)
{
	if (!holds && w->broken[0] == '\0')
		snprintf(w->broken, sizeof w->broken, "%s: %c", what, 'a' + (char)i);
}

static bool
is_up(enum life_state s)
{
	return s == LIFE_RUNNING || s == LIFE_DONE;
}

static bool
is_down(enum life_state s)
{
	return s == LIFE_STOPPED || s == LIFE_FAILED;
}

static bool
is_coming(const struct world *w, uint32_t i)
{
	enum life_state s = w->state[i];

	return s == LIFE_QUEUED || s == LIFE_STARTING || s == LIFE_RESTARTING || s == LIFE_WAITING ||
		(w->nodes[i].wish == WISH_START && (is_down(s) || s == LIFE_STOPPING));
}

/* ---- what must hold at a turn ---- */

static void
check_start(struct world *w, uint32_t i)
{
	for (uint32_t e = 0; e < w->count; e++) {
		const struct order_edge *edge = &w->said[e];
		bool required = edge->kinds & ORDER_REQUIRES;

		if (edge->of != i || !(edge->kinds & (ORDER_AFTER | ORDER_REQUIRES)))
			continue;
		must(w, !is_coming(w, edge->on), "started before its turn", i);
		must(w, !required || is_up(w->state[edge->on]) || w->skipped[edge->on],
			"started without what it requires", i);
	}
}

static void
check_stop(struct world *w, uint32_t i)
{
	for (uint32_t e = 0; e < w->count; e++) {
		const struct order_edge *edge = &w->said[e];
		const uint32_t other = edge->of;

		if (edge->on != i || !(edge->kinds & (ORDER_AFTER | ORDER_REQUIRES)))
			continue;
		must(w, w->state[other] != LIFE_STOPPING, "stopped under one that is still ending", i);
		must(w, w->nodes[other].wish != WISH_STOP || is_down(w->state[other]),
			"stopped before one that comes after it", i);
	}
}

/* It waits for WHOM: is that a reason? */
static void
check_wait(struct world *w, uint32_t i, uint32_t whom)
{
	bool starts = w->nodes[i].wish == WISH_START, related = false;

	for (uint32_t e = 0; e < w->count; e++)
		if (w->said[e].kinds & (ORDER_AFTER | ORDER_REQUIRES))
			related = related ||
				(starts ? w->said[e].of == i && w->said[e].on == whom :
					  w->said[e].on == i && w->said[e].of == whom);
	must(w, related, "waits for a stranger", i);
	if (starts)
		must(w, is_coming(w, whom) || w->state[whom] == LIFE_STOPPING, "waits for nothing", i);
	else
		must(w, !is_down(w->state[whom]), "waits for nobody", i);
}

static void
check_refuse(struct world *w, uint32_t i, uint32_t whom)
{
	bool required = false;

	for (uint32_t e = 0; e < w->count; e++)
		required =
			required || (w->said[e].of == i && w->said[e].on == whom && w->said[e].kinds & ORDER_REQUIRES);
	must(w, required && (w->state[whom] == LIFE_FAILED || (w->state[whom] == LIFE_STOPPED && !w->skipped[whom])),
		"refused without a reason", i);
}

/* ---- what order is told ---- */

static uint8_t
shown(const struct world *w, uint32_t i)
{
	enum life_state s = w->state[i];

	if (w->fault == FAULT_COMING_IS_UP && (s == LIFE_STARTING || s == LIFE_WAITING || s == LIFE_RESTARTING))
		return LIFE_RUNNING;
	if (w->fault == FAULT_FAILED_IS_UP && s == LIFE_FAILED)
		return LIFE_RUNNING;
	if (w->fault == FAULT_DONE_IS_DOWN && s == LIFE_DONE)
		return LIFE_STOPPED;
	if (w->fault == FAULT_ENDING_IS_DOWN && s == LIFE_STOPPING)
		return LIFE_STOPPED;
	return (uint8_t)s;
}

static void
look(struct world *w)
{
	for (uint32_t i = 0; i < MOST; i++) {
		w->nodes[i].used = true;
		w->nodes[i].state = shown(w, i);
		w->nodes[i].skipped = w->skipped[i] && w->fault != FAULT_SKIP_IS_FAILURE;
	}
}

static struct order_edge
told(const struct world *w, struct order_edge e)
{
	enum fault f = w->fault;

	if (f == FAULT_NO_AFTER)
		e.kinds &= (uint8_t)~ORDER_AFTER;
	else if (f == FAULT_NO_REQUIRES)
		e.kinds &= (uint8_t)~ORDER_REQUIRES;
	else if (f == FAULT_NO_WANTS)
		e.kinds &= (uint8_t)~ORDER_WANTS;
	else if (f == FAULT_BACKWARDS)
		e = (struct order_edge){ e.on, e.of, e.kinds };
	else if (f == FAULT_REQUIRES_IS_AFTER && e.kinds & ORDER_REQUIRES)
		e.kinds = (uint8_t)((e.kinds & ~ORDER_REQUIRES) | ORDER_AFTER);
	else if (f == FAULT_WANTS_IS_AFTER && e.kinds & ORDER_WANTS)
		e.kinds |= ORDER_AFTER;
	return e;
}

/* ---- turns ---- */

static void
carry_out(struct world *w, uint32_t i, bool starts)
{
	enum life_state s = w->state[i];

	if (starts)
		w->state[i] = s == LIFE_STOPPING ? LIFE_RESTARTING : LIFE_STARTING;
	else
		w->state[i] = is_down(s) || s == LIFE_QUEUED ? LIFE_STOPPED : LIFE_STOPPING;
	w->skipped[i] = false;
}

static bool
turn(struct world *w, uint32_t i)
{
	bool starts = w->nodes[i].wish == WISH_START;
	enum life_state before = w->state[i];
	uint32_t whom = i;

	switch (order_turn(&w->order, i, &whom)) {
	case TURN_NONE: return false;
	case TURN_WAIT:
		check_wait(w, i, whom);
		if (starts && is_down(before))
			w->state[i] = LIFE_QUEUED;
		return w->state[i] != before;
	case TURN_REFUSE:
		check_refuse(w, i, whom);
		w->state[i] = LIFE_FAILED;
		return true;
	case TURN_GO: break;
	}
	if (starts)
		check_start(w, i);
	else
		check_stop(w, i);
	carry_out(w, i, starts);
	return true;
}

static void
turns(struct world *w)
{
	bool moved = true;

	for (unsigned round = 0; moved && w->broken[0] == '\0'; round++) {
		moved = false;
		must(w, round < ROUNDS, "turns without end", 0);
		for (uint32_t i = 0; i < MOST; i++) {
			look(w);
			if (w->fault == FAULT_STOPS_ARE_FORGOTTEN && w->nodes[i].wish == WISH_STOP &&
				dice_percent(&w->dice, 50))
				w->nodes[i].wish = WISH_NOTHING;
			moved = (w->nodes[i].wish != WISH_NOTHING && turn(w, i)) || moved;
		}
	}
}

/* ---- the world ---- */

/* Everybody has a rank, and comes after those of a lower one only: so there is no circle. Wants may go anywhere. */
static void
make(struct world *w)
{
	uint32_t ranked[MOST];

	for (uint32_t i = 0; i < MOST; i++) {
		uint32_t at = (uint32_t)dice_below(&w->dice, i + 1);

		ranked[i] = ranked[at];
		ranked[at] = i;
	}
	w->count = (uint32_t)dice_below(&w->dice, EDGES + 1);
	for (uint32_t e = 0; e < w->count; e++) {
		uint32_t of = 1 + (uint32_t)dice_below(&w->dice, MOST - 1), on = (uint32_t)dice_below(&w->dice, of);

		w->said[e] = (struct order_edge){ of, on, (uint8_t)(1 + dice_below(&w->dice, 7)) };
		if (w->said[e].kinds == ORDER_WANTS && dice_percent(&w->dice, 50))
			w->said[e] = (struct order_edge){ on, of, ORDER_WANTS };
		w->said[e].of = ranked[w->said[e].of];
		w->said[e].on = ranked[w->said[e].on];
		w->told[e] = told(w, w->said[e]);
	}
	for (uint32_t i = 0; i < MOST; i++)
		w->state[i] = LIFE_STOPPED;
	w->order = (struct order){ .nodes = w->nodes, .node_count = MOST, .edges = w->told, .edge_count = w->count };
}

/* Something of I happens by itself. False: nothing of it does. */
static bool
happen(struct world *w, uint32_t i)
{
	static const enum life_state ends[] = { LIFE_RUNNING, LIFE_RUNNING, LIFE_RUNNING, LIFE_DONE, LIFE_FAILED,
		LIFE_WAITING, LIFE_STOPPED };

	enum life_state before = w->state[i];

	if (before == LIFE_STARTING)
		w->state[i] = ends[dice_below(&w->dice, sizeof ends / sizeof ends[0])];
	else if (before == LIFE_WAITING || before == LIFE_RESTARTING)
		w->state[i] = LIFE_STARTING;
	else if (before == LIFE_STOPPING)
		w->state[i] = LIFE_STOPPED;
	w->skipped[i] = w->skipped[i] || (before == LIFE_STARTING && w->state[i] == LIFE_STOPPED);
	return w->state[i] != before;
}

/* What was asked for came: those that I requires and wants are up, coming, or were tried; those that require it go. */
static void
check_wish(struct world *w, uint32_t i, bool starts)
{
	for (uint32_t e = 0; e < w->count; e++) {
		const struct order_edge *edge = &w->said[e];

		if (starts && edge->of == i && edge->kinds & (ORDER_REQUIRES | ORDER_WANTS))
			must(w, is_coming(w, edge->on) || is_up(w->state[edge->on]), "what it needs is not started", i);
		if (!starts && edge->on == i && edge->kinds & ORDER_REQUIRES)
			must(w,
				w->nodes[edge->of].wish == WISH_STOP || is_down(w->state[edge->of]) ||
					w->state[edge->of] == LIFE_STOPPING,
				"who requires it is not stopped", i);
	}
}

static void
ask(struct world *w)
{
	uint32_t i = (uint32_t)dice_below(&w->dice, MOST);
	bool starts = dice_percent(&w->dice, 60);

	look(w);
	if (starts && !is_up(w->state[i]) && !is_coming(w, i)) {
		order_wish_start(&w->order, i);
		check_wish(w, i, true);
	} else if (!starts && w->state[i] != LIFE_STOPPED && w->state[i] != LIFE_STOPPING) {
		order_wish_stop(&w->order, i);
		check_wish(w, i, false);
	}
}

/* Nothing moves by itself any more: then nobody may still wait. */
static void
come_to_rest(struct world *w)
{
	bool moved = true;

	for (unsigned n = 0; moved && n < 40 * MOST && w->broken[0] == '\0'; n++) {
		moved = false;
		for (uint32_t i = 0; i < MOST; i++)
			moved = happen(w, i) || moved;
		turns(w);
	}
	for (uint32_t i = 0; i < MOST; i++) {
		must(w, w->nodes[i].wish == WISH_NOTHING, "a wish that is never granted", i);
		must(w, w->state[i] != LIFE_QUEUED, "queued for ever", i);
	}
}

static bool
live(struct world *w, uint64_t seed, enum fault fault)
{
	*w = (struct world){ .dice = { seed }, .fault = fault };
	make(w);
	for (unsigned n = 0; n < STEPS && w->broken[0] == '\0'; n++) {
		if (dice_percent(&w->dice, 30))
			ask(w);
		else
			happen(w, (uint32_t)dice_below(&w->dice, MOST));
		turns(w);
	}
	come_to_rest(w);
	return w->broken[0] == '\0';
}

static bool
is_noticed(struct world *w, enum fault fault, int64_t worlds)
{
	for (int64_t seed = 1; seed <= worlds; seed++)
		if (!live(w, (uint64_t)seed, fault))
			return true;
	return false;
}

int
main(int argc, char **argv)
{
	static struct world w;
	int64_t worlds = 20000, seed = 1;
	unsigned survived = 0;

	for (int i = 1; i + 1 < argc; i += 2)
		text_parse_int(argv[i + 1], 0, INT64_MAX / 2, strcmp(argv[i], "--seed") == 0 ? &seed : &worlds);
	for (int64_t i = 0; i < worlds; i++) {
		if (live(&w, (uint64_t)(seed + i), FAULT_NONE))
			continue;
		printf("broken: %s\nagain with: turns --worlds 1 --seed %lld\n", w.broken, (long long)(seed + i));
		return 1;
	}
	for (unsigned f = FAULT_NONE + 1; f < FAULT_COUNT; f++) {
		if (is_noticed(&w, (enum fault)f, worlds))
			continue;
		printf("survived: %s\n", fault_texts[f]);
		survived++;
	}
	printf("%lld worlds; %u faults, %u survived\n", (long long)worlds, FAULT_COUNT - 1, survived);
	return survived > 0;
}

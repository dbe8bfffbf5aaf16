/*
 * generation.c -- what happens to one slot. A master that has lived passes through ENDING, where its ladder has a deadline:
 * no slot stays taken because somebody was forgotten.
 */
#include "core/generation.h"

#include <assert.h>

void
generation_begin(struct generation *g, uint32_t number, msec now)
{
	assert(g->state == GENERATION_FREE);
	*g = (struct generation){ .state = GENERATION_BOOTING, .master = true, .number = number, .since = now };
}

void
generation_free(struct generation *g)
{
	*g = (struct generation){ .state = GENERATION_FREE };
}

enum stop_deed
generation_end(struct generation *g, const struct stop_limits *limits, bool drain, msec now)
{
	struct stop_limits mine = *limits;

	/* whoever is on a ladder stays on its rung: asking twice shortens nobody's time */
	if (g->state == GENERATION_FREE || g->state == GENERATION_ENDING)
		return STOP_NOTHING;
	if (!drain || g->state != GENERATION_READY) /* who does not serve yet has nothing to drain */
		mine.drain = 0;
	g->state = GENERATION_ENDING;
	return stop_begin(&g->stop, &mine, g->master, now);
}

/* No drain: it ends because its master is gone, and a front end that is told now would
 * learn nothing that it does not see. */
enum stop_deed
generation_orphaned(struct generation *g, const struct stop_limits *limits, msec now)
{
	g->master = false;
	if (g->state == GENERATION_ENDING)
		return stop_master_gone(&g->stop, limits, now);
	return generation_end(g, limits, false, now);
}

enum stop_deed
generation_resume(struct generation *g, const struct stop_limits *limits, msec now)
{
	struct stop_limits mine = *limits;

	assert(g->state == GENERATION_ENDING && !g->master);
	mine.drain = limits->total; /* drain is what stop.h calls the time before TERM: here the command's own */
	g->master = true;
	return stop_begin(&g->stop, &mine, true, now);
}

enum stop_deed
generation_kill(struct generation *g, const struct stop_limits *limits, msec now)
{
	enum stop_deed deed;

	assert(g->state == GENERATION_ENDING);
	do
		deed = stop_hurry(&g->stop, limits, now);
	while (g->stop.stage != STOP_KILL); /* three rungs at most */
	return deed;
}

/* N where there is none: the index behind the last. */
uint8_t
generation_find_free(const struct generation *slots, uint8_t n)
{
	uint8_t i = 0;

	while (i < n && slots[i].state != GENERATION_FREE)
		i++;
	return i;
}

/* One that is being killed is gone soonest, however short its time on the ladder was. */
static bool
is_older(const struct stop *a, const struct stop *b)
{
	if ((a->stage == STOP_KILL) != (b->stage == STOP_KILL))
		return a->stage == STOP_KILL;
	return a->since < b->since;
}

uint8_t
generation_find_oldest(const struct generation *slots, uint8_t n)
{
	uint8_t oldest = n;

	for (uint8_t i = 0; i < n; i++)
		if (slots[i].state == GENERATION_ENDING &&
			(oldest == n || is_older(&slots[i].stop, &slots[oldest].stop)))
			oldest = i;
	return oldest;
}

bool
generation_none_left(const struct generation *slots, uint8_t n)
{
	for (uint8_t i = 0; i < n; i++)
		if (slots[i].state != GENERATION_FREE)
			return false;
	return true;
}

bool
generation_none_in_way(const struct generation *slots, uint8_t n, bool held)
{
	for (uint8_t i = 0; i < n; i++)
		/* without a listener of ours it has the port, or whatever else two of it cannot share */
		if (slots[i].state != GENERATION_FREE && !(held && slots[i].beside))
			return false;
	return true;
}

/*
 * exchange.c -- one step at most for each look, and none while anything moves. Most of what is here waits: for the effect
 * of the last step, for a worker that boots, for a number that is other than it should be.
 */
#include "core/exchange.h"

#include "core/pool.h"

/* Half of what there was between the last step and the end of everybody's patience. */
static bool
is_late(const struct exchange *e, msec due, msec now)
{
	return now - e->sent >= (due - e->sent) / 2;
}

/* Another number than expected: somebody died, and his master, who looks once a second, replaces him; or something that was
 * sent by who looked before us is on its way. When it has lasted, it is as it is. */
static bool
is_unexpected(struct exchange *e, const struct exchange_seen *seen, msec now)
{
	if (seen->staying != e->staying || seen->fresh != e->fresh) {
		e->staying = seen->staying;
		e->fresh = seen->fresh;
		e->since = now;
	}
	return seen->staying + seen->fresh != e->expected && now - e->since < POOL_SETTLE;
}

/* Is something still on its way that the next step has to wait for? */
static bool
is_moving(struct exchange *e, const struct exchange_seen *seen, msec due, msec now)
{
	/* whoever of the next generation is there must serve before another is asked for */
	if (is_unexpected(e, seen, now) || seen->up < seen->fresh || seen->fresh == 0)
		return true;
	if (e->sent != 0 && now - e->sent < POOL_SPACING) /* equal signals merge (gunicorn-facts 3.1) */
		return true;
	if (e->growing && seen->fresh > e->before)
		e->growing = false;
	return (seen->leaving > 0 || e->growing) && !is_late(e, due, now);
}

/* What the step is to bring about: the next one is asked for when that was seen, since of two equal signals in one moment
 * one is lost (signal(7)). */
static enum exchange_deed
take(struct exchange *e, const struct exchange_seen *seen, enum exchange_deed deed, msec now)
{
	e->sent = now;
	e->growing = deed == EXCHANGE_ONE_MORE;
	e->before = seen->fresh;
	e->expected = seen->staying + seen->fresh;
	if (deed == EXCHANGE_ONE_MORE)
		e->expected++;
	else
		e->expected--;
	return deed;
}

enum exchange_deed
exchange_step(struct exchange *e, const struct exchange_seen *seen, msec due, msec now)
{
	if (seen->fresh >= seen->wanted && seen->up >= seen->wanted)
		return EXCHANGE_DONE;
	if (is_moving(e, seen, due, now))
		return EXCHANGE_NOTHING;
	if (seen->staying + seen->up > seen->wanted) /* then the old one has more than one: UP is less than wanted */
		return take(e, seen, EXCHANGE_ONE_LESS, now);
	return take(e, seen, EXCHANGE_ONE_MORE, now);
}

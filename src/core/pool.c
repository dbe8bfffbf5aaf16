/*
 * pool.c -- what is wanted, and what is seen. The two meet in pool_step only: a signal is never more than a
 * wish, and the next look says what came of it.
 */
#include "core/pool.h"

void
pool_init(struct pool *p, uint32_t min, uint32_t max, uint32_t wanted)
{
	*p = (struct pool){ .min = min, .max = max };
	p->wanted = pool_set(p, wanted);
	p->moving = false; /* the master was started with that many */
}

static void
move_to(struct pool *p, uint32_t n)
{
	p->moving = p->moving || n != p->wanted;
	p->wanted = n;
	/* what was seen with the old number says nothing about the new one */
	p->rise = p->fall = 0;
}

uint32_t
pool_set(struct pool *p, uint32_t n)
{
	/* a range is a limit for people, too; a single number is only where it begins */
	if (p->min < p->max && n < p->min)
		n = p->min;
	if (p->min < p->max && n > p->max)
		n = p->max;
	move_to(p, n > 0 ? n : 1);
	return p->wanted;
}

/* More workers take effect by and by, and a queue that was long a moment ago is still being served: another step now
 * would answer the same queue twice. */
static bool
is_cool(const struct pool *p, msec pause, msec now)
{
	return p->moved == 0 || now - p->moved >= pause;
}

uint32_t
pool_want(struct pool *p, const struct pool_seen *seen, msec now)
{
	uint32_t n = p->wanted;

	/* a row of samples is broken by one that says nothing */
	p->rise = seen->queue > 0 ? p->rise + 1 : 0;
	p->fall = seen->queue == 0 ? p->fall + 1 : 0;
	if (p->min >= p->max)
		return n;
	/* one that boots will take of the queue: nobody else is called for meanwhile */
	if (p->rise >= POOL_RISE && n < p->max && seen->booted >= n && is_cool(p, POOL_COOL_UP, now))
		n++;
	else if (p->fall >= POOL_FALL && n > p->min && is_cool(p, POOL_COOL_DOWN, now))
		n--;
	if (n != p->wanted) {
		move_to(p, n);
		p->moved = now;
	}
	return n;
}

/* Whether it is time for a signal, the number of workers not being the one that is wanted. */
static bool
may_signal(const struct pool *p, msec now)
{
	if (p->sent != 0 && now - p->sent < (p->waiting ? POOL_PATIENCE : POOL_SPACING))
		return false;
	return p->moving || now - p->since >= POOL_SETTLE;
}

enum pool_deed
pool_step(struct pool *p, const struct pool_seen *seen, msec now)
{
	if (seen->generation != p->generation) {
		p->generation = seen->generation;
		p->moving = p->waiting = false;
		p->since = now;
	}
	if (seen->workers != p->last) {
		p->last = seen->workers;
		p->since = now;
		p->waiting = false;
	}
	if (seen->workers == p->wanted) { /* whatever was sent has arrived, or was not needed */
		p->moving = false;
		return POOL_NOTHING;
	}
	if (!may_signal(p, now))
		return POOL_NOTHING;
	p->moving = p->waiting = true;
	p->sent = now;
	return seen->workers < p->wanted ? POOL_ONE_MORE : POOL_ONE_LESS;
}

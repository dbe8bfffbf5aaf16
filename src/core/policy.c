/*
 * policy.c -- the brake between what somebody claims and what is done. Stamps are whole seconds in 32 bits, for they are
 * kept over a restart of bridled (wire/state.def), one of each for every service.
 */
#include "core/policy.h"

/* Seconds, and one: 0 is never. */
static uint32_t
stamp(msec now)
{
	return (uint32_t)(now / 1000 + 1);
}

/* Unsigned: a stamp ahead of NOW, from a record of another boot, is immensely long ago, and so not soon. */
static bool
is_soon(uint32_t last, msec rest, msec now)
{
	return last != 0 && (msec)(stamp(now) - last) * 1000 < rest;
}

/* Twice as long each time that it did not help. */
static msec
rest_of(const struct policy *p)
{
	msec rest = POLICY_REST;

	for (unsigned i = 0; i < p->repeats && rest < POLICY_REST_MOST; i++)
		rest *= 2;
	return rest < POLICY_REST_MOST ? rest : POLICY_REST_MOST;
}

/* Soon after the time when it may be again, it is the same trouble still. */
static bool
may_replace(struct policy *p, msec now)
{
	msec rest = rest_of(p);

	if (is_soon(p->replaced, rest, now))
		return false;
	if (!is_soon(p->replaced, 2 * rest, now))
		p->repeats = 0;
	else if (p->repeats < UINT8_MAX)
		p->repeats++;
	p->replaced = stamp(now);
	return true;
}

/* One worker after the other, however many are claimed at once: the next is asked when its successor had time to come. */
static bool
may_recycle(struct policy *p, msec now)
{
	if (is_soon(p->recycled, POLICY_RECYCLE_REST, now))
		return false;
	p->recycled = stamp(now);
	return true;
}

/* What loops while it boots has no generation that serves; everything else is about one. */
static bool
fits(const struct policy_claim *claim)
{
	if (claim->cause == POLICY_BOOT_LOOP)
		return claim->set == POLICY_STOP && claim->state != LIFE_RUNNING;
	/* Services that hang, or are unwell, at once wait for the same, and another generation of each would wait, too; all of them twice are
	 * more than there may be memory for. Who still hangs is claimed again. */
	if ((claim->cause == POLICY_HANG || claim->cause == POLICY_UNHEALTHY) &&
		(claim->set == POLICY_REPLACE || claim->set == POLICY_RESTART) && claim->crowded)
		return false;
	return claim->state == LIFE_RUNNING && claim->worker == (claim->set == POLICY_RECYCLE);
}

bool
policy_has_replaced(const struct policy *p, msec now)
{
	return is_soon(p->replaced, POLICY_CROWD, now);
}

enum policy_deed
policy_judge(struct policy *p, const struct policy_claim *claim, msec now)
{
	bool may = false;

	if (!fits(claim))
		return POLICY_NONE;
	switch (claim->set) {
	case POLICY_NONE: break;
	case POLICY_RECYCLE: may = may_recycle(p, now); break;
	case POLICY_REPLACE:
	case POLICY_RESTART: may = may_replace(p, now); break;
	/* one that has just begun may be blamed for what its predecessor wrote */
	case POLICY_STOP: may = claim->age >= POLICY_LIVED; break;
	}
	return may ? claim->set : POLICY_NONE;
}

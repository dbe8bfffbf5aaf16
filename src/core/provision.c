#include "core/provision.h"

static bool
fits(const struct provision_seen *seen)
{
	if (seen->worker < 0 || seen->master < 0 || seen->have < 0)
		return true; /* as far as is known */
	/* divided, not multiplied: no product of two numbers from outside can overflow */
	return seen->worker <= (seen->have - seen->master) / (seen->workers > 0 ? seen->workers : 1);
}

bool
provisions_due(const struct provisions *p, msec now)
{
	return p->looked == 0 || now - p->looked >= PROVISION_EVERY;
}

unsigned
provisions_judge(struct provisions *p, const struct provision_seen *seen, msec now)
{
	unsigned found = 0;

	p->looked = now;
	if (p->generation != seen->generation) /* another generation may have other settings */
		p->told = 0;
	p->generation = seen->generation;
	if (seen->workers == 1 && seen->requests >= PROVISION_USED)
		found |= 1U << PROVISION_SINGLE;
	if (!fits(seen))
		found |= 1U << PROVISION_MEMORY;
	found &= ~p->told;
	p->told |= found;
	return found;
}

#include "core/saturation.h"

const msec saturation_hold[STRAINS] = {
	[STRAIN_QUEUE] = 20000,
	[STRAIN_MISSING] = 30000,
	[STRAIN_SURPLUS] = 30000,
	/* what was refused is gone: it cannot last */
	[STRAIN_DROPS] = 0,
	[STRAIN_SPIN] = 60000,
};

/* True when STRAIN, which is SEEN or not, has lasted long enough now, and was not told of. */
static bool
lasts(struct saturation *s, enum strain strain, bool seen, msec now)
{
	msec *since = &s->at[strain].since, *gone = &s->at[strain].gone;
	bool *told = &s->at[strain].told;

	if (!seen) {
		*since = 0;
		if (*gone == 0)
			*gone = now;
		/* gone for a moment and back is the same strain still */
		*told = *told && now - *gone < SATURATION_RELEASE;
		return false;
	}
	*gone = 0;
	if (*since == 0)
		*since = now;
	if (*told || now - *since < saturation_hold[strain])
		return false;
	*told = true;
	return true;
}

/* Counted since the socket listens: how many it was before the first look says nothing. */
static bool
drops(struct saturation *s, int64_t dropped, bool first)
{
	bool more = !first && s->dropped >= 0 && dropped > s->dropped;

	s->dropped = dropped;
	return more;
}

unsigned
saturation_judge(struct saturation *s, const struct saturation_seen *seen, msec now)
{
	/* nobody looked for a while: what was seen before it and what is seen now need not be one strain */
	const bool first = s->looked == 0 || now - s->looked > SATURATION_GAP;
	bool strains[STRAINS] = {
		/* as many wait as there are workers to come; a single one may just be on its way to one */
		[STRAIN_QUEUE] = seen->workers > 0 && seen->queue > 1 && seen->queue >= seen->workers,
		[STRAIN_MISSING] = seen->settled && seen->booted >= 0 && seen->booted < seen->wanted,
		[STRAIN_SURPLUS] = seen->settled && seen->workers + seen->lingering > seen->wanted,
	};
	unsigned found = 0;

	if (first)
		*s = (struct saturation){ 0 };
	/* after the reset, which would forget what it keeps */
	strains[STRAIN_DROPS] = drops(s, seen->dropped, first);
	s->looked = now;
	for (int i = 0; i < STRAIN_SPIN; i++)
		if (lasts(s, (enum strain)i, strains[i], now))
			found |= 1U << i;
	return found;
}

bool
saturation_scarce(bool *told, int64_t fds, int64_t most)
{
	if (*told || fds < 0 || most <= 0 || fds < most - most / 10)
		return false;
	*told = true;
	return true;
}

bool
saturation_spins(msec *since, bool *told, float cpu, float others, msec now)
{
	if (cpu < (float)SATURATION_BUSY || others >= (float)SATURATION_LITTLE) {
		*since = 0;
		return false;
	}
	if (*since == 0)
		*since = now;
	if (*told || now - *since < saturation_hold[STRAIN_SPIN])
		return false;
	*told = true;
	return true;
}

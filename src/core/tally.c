#include "core/tally.h"

void
tally_look(struct tally *t, const struct tally_seen *seen, msec now)
{
	msec since = t->looked > 0 ? now - t->looked : 0;

	if (t->looked == 0)
		t->since = now;
	t->looked = now;
	if (since > 0 && since <= TALLY_GAP) { /* else it did not run all the time in between */
		t->watched += since;
		if (seen->cpu > 0)
			t->cpu_us += seen->cpu * since;
	}
	if (t->looks < UINT32_MAX) {
		t->looks++;
		t->standing += seen->workers > 0 && seen->queue >= seen->workers;
	}
	if (seen->rate > t->busiest)
		t->busiest = seen->rate;
	if (seen->largest > t->largest)
		t->largest = seen->largest;
}

bool
tally_is_sound(const struct tally *t, msec now)
{
	return t->since > 0 && t->since <= t->looked && t->looked <= now && t->watched >= 0 && t->watched <= now &&
		t->cpu_us >= 0 && t->cpu_us <= INT64_MAX / 2 && t->standing <= t->looks && t->busiest >= 0 &&
		t->largest >= 0;
}

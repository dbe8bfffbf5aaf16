#include "core/tally.h"

bool
tally_stands(const struct tally_seen *seen)
{
	return seen->workers > 0 && seen->queue >= seen->workers;
}

/* How a queue stood before fewer or more workers were asked for says nothing of them. */
static void
count(struct tally *t, const struct tally_seen *seen)
{
	if (t->wanted != seen->wanted) {
		t->wanted = seen->wanted;
		t->looks = t->standing = t->starved = 0;
	}
	/* full: counted anew, the three would not belong together any more */
	if (t->looks == UINT32_MAX)
		return;
	t->looks++;
	t->standing += tally_stands(seen);
	t->starved += tally_stands(seen) && seen->starved;
}

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
	count(t, seen);
	if (seen->rate > t->busiest)
		t->busiest = seen->rate;
	if (seen->largest > t->largest)
		t->largest = seen->largest;
}

bool
tally_is_sound(const struct tally *t, msec now)
{
	return t->since > 0 && t->since <= t->looked && t->looked <= now && t->watched >= 0 && t->watched <= now &&
		t->cpu_us >= 0 && t->cpu_us <= INT64_MAX / 2 && t->standing <= t->looks && t->starved <= t->standing &&
		t->busiest >= 0 && t->largest >= 0;
}

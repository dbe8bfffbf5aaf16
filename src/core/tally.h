/*
 * tally -- what the looks at a service add up to, for advice about it (advise.h): how long it was watched, what its workers
 * took, how full it was at the worst. Pure.
 */
#ifndef BRIDLE_CORE_TALLY_H
#define BRIDLE_CORE_TALLY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/msec.h"

enum { TALLY_GAP = 20000 /* ms between looks: what was in a longer time nobody saw */ };

/* Zeroed: nothing was seen. */
struct tally {
	msec since, looked;       /* first and last time; 0: never */
	msec watched;             /* of the time between looks */
	int64_t cpu_us;           /* that workers have run meanwhile, microseconds */
	uint32_t looks, standing; /* standing: as many connections waited as there were workers, or more; */
	uint32_t starved;         /* and somebody waited for a processor most of the time. All three: */
	int64_t wanted;           /* since so many workers are wanted */
	int64_t busiest;          /* requests in a thousand seconds, at most */
	int64_t largest;          /* bytes of a worker, at most */
};

/* What one look saw; -1: unknown. */
struct tally_seen {
	int64_t cpu; /* of all workers, in thousandths of one processor */
	int64_t queue, workers;
	int64_t wanted;  /* workers */
	bool starved;    /* somebody waits for a processor most of the time; of interest where a queue stands */
	int64_t rate;    /* requests in a thousand seconds, over half a minute or more */
	int64_t largest; /* bytes of the largest worker */
};

/* Do as many connections wait at this look as there are workers, or more? */
bool tally_stands(const struct tally_seen *seen);

/* One more look. */
void tally_look(struct tally *t, const struct tally_seen *seen, msec now);

/* Can T, which others have left, be what looks before NOW add up to? Then nothing overflows with it. */
bool tally_is_sound(const struct tally *t, msec now);

#endif

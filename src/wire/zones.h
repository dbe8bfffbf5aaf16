/*
 * zones -- times of one log, some of which say how far they are ahead of UTC, on one clock. Pure.
 *
 * Gunicorn says it (glogging.py, datefmt), formats of Python's logging and supervisord do not. Those are of the zone that
 * Gunicorn says, or of UTC: in a container, and where a worker has left the master's zone (Django sets TZ).
 */
#ifndef BRIDLE_WIRE_ZONES_H
#define BRIDLE_WIRE_ZONES_H

#include <stdbool.h>
#include <stdint.h>

struct zones {
	int64_t second; /* of the last time; -1 before the first */
	int32_t ahead;  /* of UTC, as the last one with an offset said it; of use once one did */
	int32_t shift;  /* what those without an offset were ahead, where they came first: the clock is theirs */
	bool said;      /* one said its offset */
};

/* Before the first line. */
void zones_init(struct zones *z);

/* SECOND and AHEAD of a time, as wire/stamp.h has them: on the clock of all others, in seconds since 1970. A time without an
 * offset is put where it lies nearer to the one before, one without a day into the day that does so. */
int64_t zones_second(struct zones *z, int64_t second, int32_t ahead);

#endif

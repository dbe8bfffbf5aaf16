/*
 * figures -- what a service does, counted: requests, how long they took, how they were answered. Pure, and of one size however
 * much there is of it.
 *
 * Beside what was counted since the beginning there are two spans of half a minute, the one that is being filled and the one
 * before it, so that what is said of "now" is never more than a minute old.
 */
#ifndef BRIDLE_CORE_FIGURES_H
#define BRIDLE_CORE_FIGURES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/msec.h"

enum { FIGURES_SPAN = 30000 /* ms */, FIGURES_BOUNDS = 24, FIGURES_CLASSES = 5 /* 1xx to 5xx */, FIGURES_LEVELS = 4 };

struct figures_span {
	uint32_t requests;
	uint32_t timed;                      /* requests whose duration is known, */
	int64_t us, longest;                 /* how long all of them and the longest took, microseconds */
	uint32_t faster[FIGURES_BOUNDS + 1]; /* so many below each bound, and not below the one before */
	uint32_t status[FIGURES_CLASSES];
};

/* Zero it, and set since and began to the time. */
struct figures {
	msec since, began; /* the first was heard; the span that is filled began */
	uint64_t requests;
	uint64_t status[FIGURES_CLASSES];
	uint64_t logged[FIGURES_LEVELS]; /* lines of the four levels that are counted */
	struct figures_span now, before;
	uint64_t timed;      /* requests whose duration is known, since the beginning, */
	int64_t us, longest; /* how long all of them and the longest took, microseconds */
};

/* COUNT (>= 0) requests; one took US microseconds (>= 0); COUNT were answered with STATUS (100 to 999: what is no class counts
 * for nothing); COUNT lines of LEVEL (< FIGURES_LEVELS) were logged. */
void figures_requests(struct figures *f, int64_t count, msec now);
void figures_duration(struct figures *f, int64_t us, msec now);
void figures_status(struct figures *f, int status, int64_t count, msec now);
void figures_logged(struct figures *f, unsigned level, int64_t count);

/* The last half to whole minute. */
struct figures_view {
	int64_t rate; /* requests in a thousand seconds */
	int64_t mean, median,
		worst; /* microseconds: of all; what half, and 95 of 100, are not above; -1: none was timed */
	uint64_t status[FIGURES_CLASSES];
};
struct figures_view figures_look(struct figures *f, msec now);

/* How long the last of QUEUE connections (-1: unknown) waits for its turn at that rate, ms; -1: not known, also where nobody was
 * served of late. By Little's law, and as if each brought one request: a connection that is kept alive brings more, and who waits
 * behind such waits longer than that. */
msec figures_wait(struct figures *f, int64_t queue, msec now);

/* Can F, which others have left, be what these functions made of it before NOW? Whether it is true nobody can tell; none of
 * them overflows with it. */
bool figures_are_sound(const struct figures *f, msec now);

#endif

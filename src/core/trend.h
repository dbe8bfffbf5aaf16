/*
 * trend -- how a service has fared: workers, memory, queue and requests, in points that are coarser the further back they are.
 * Pure, and of one size however long it runs: 2 KiB, which only a Gunicorn service that runs takes.
 *
 * Ten minutes are kept in points of 10 s, two hours in points of 2 min, a day in points of half an hour. All three are
 * filled by the same looks; a point keeps what mattered most in its time: the fewest workers, the most memory, the longest
 * queue, and all requests. Points without a look are unknown, and so is what could not be seen.
 */
#ifndef BRIDLE_CORE_TREND_H
#define BRIDLE_CORE_TREND_H

#include <stdbool.h>
#include <stdint.h>

#include "base/msec.h"

enum { TREND_SCALES = 3, TREND_POINTS = 60 + 60 + 48 };

struct trend_scale {
	msec step;       /* of a point */
	unsigned points; /* kept of it, */
	unsigned first;  /* in `points` from here on */
};
extern const struct trend_scale trend_scales[TREND_SCALES];

struct trend_point {
	uint16_t workers, queue; /* UINT16_MAX: unknown; what is more is taken for UINT16_MAX - 1 */
	uint32_t kib, requests;  /* memory in KiB, requests in the point's time; UINT32_MAX and one less, likewise */
};

/* Zero it, then trend_init. */
struct trend {
	int64_t at[TREND_SCALES]; /* number of the newest point of each: its time is that, times its step */
	uint64_t counted;         /* requests, at the last look at which they were known */
	struct trend_point points[TREND_POINTS];
};

/* What one look saw; -1: unknown. */
struct trend_seen {
	int64_t workers, bytes, queue;
	int64_t requests; /* since they are counted, which may begin anew */
};

/* Nothing is known before NOW. */
void trend_init(struct trend *t, msec now);

/* One more look. Times never go back; a look that is older than the newest point counts for that. */
void trend_look(struct trend *t, const struct trend_seen *seen, msec now);

/* Point I of SCALE as of NOW, 0 being the oldest of them and the last one that which NOW is in. -1: unknown. */
struct trend_seen trend_point(const struct trend *t, unsigned scale, unsigned i, msec now);

/* Can T, which others have left, be what looks before NOW made of it? */
bool trend_is_sound(const struct trend *t, msec now);

#endif

/*
 * trend.c -- three rings in one array. A point is found by its number (time divided by step), not by a cursor, so that a
 * look after a pause finds its place by itself and what lies between is made unknown.
 */
#include "core/trend.h"

enum { SECOND = 1000, MINUTE = 60000 };

const struct trend_scale trend_scales[TREND_SCALES] = {
	{ 10 * SECOND, 60, 0 },
	{ 2 * MINUTE, 60, 60 },
	{ 30 * MINUTE, 48, 120 },
};

static const struct trend_point unknown = { UINT16_MAX, UINT16_MAX, UINT32_MAX, UINT32_MAX };

/* Two bytes for workers and queue: neither is ever near 65534, and every service has 168 points. */
static uint16_t
narrow16(int64_t n)
{
	return n < 0 ? UINT16_MAX : n >= UINT16_MAX ? UINT16_MAX - 1 : (uint16_t)n;
}

static uint32_t
narrow32(int64_t n)
{
	return n < 0 ? UINT32_MAX : n >= UINT32_MAX ? UINT32_MAX - 1 : (uint32_t)n;
}

static struct trend_point *
slot_of(struct trend *t, const struct trend_scale *scale, int64_t number)
{
	return &t->points[scale->first + (unsigned)(number % scale->points)];
}

/* The newest point of each scale is the one that NOW is in: all that is older is unknown, not empty. */
void
trend_init(struct trend *t, msec now)
{
	t->counted = 0;
	for (unsigned i = 0; i < TREND_SCALES; i++)
		t->at[i] = now / trend_scales[i].step;
	for (unsigned i = 0; i < TREND_POINTS; i++)
		t->points[i] = unknown;
}

/* The point that NOW is in; those that were passed over without a look are unknown. */
static struct trend_point *
newest(struct trend *t, unsigned i, msec now)
{
	const struct trend_scale *scale = &trend_scales[i];
	int64_t number = now / scale->step;

	if (number - t->at[i] > scale->points) /* all of them are passed over: no more steps than there are points */
		t->at[i] = number - scale->points;
	while (t->at[i] < number)
		*slot_of(t, scale, ++t->at[i]) = unknown;
	return slot_of(t, scale, t->at[i]);
}

/* Unknown is the largest number: the fewest need no other rule. */
static void
keep_fewest(uint16_t *kept, uint16_t n)
{
	if (n < *kept)
		*kept = n;
}

static void
keep_most16(uint16_t *kept, uint16_t n)
{
	if (n != UINT16_MAX && (*kept == UINT16_MAX || n > *kept))
		*kept = n;
}

static void
keep_most32(uint32_t *kept, uint32_t n)
{
	if (n != UINT32_MAX && (*kept == UINT32_MAX || n > *kept))
		*kept = n;
}

static void
add(uint32_t *kept, int64_t n)
{
	if (n >= 0)
		*kept = narrow32((*kept == UINT32_MAX ? 0 : (int64_t)*kept) + (n < UINT32_MAX ? n : UINT32_MAX));
}

/* How many came since they were known last; fewer than then: they are counted anew. -1: not known now. */
static int64_t
fresh_requests(struct trend *t, int64_t all)
{
	int64_t fresh;

	if (all < 0)
		return -1;
	fresh = (uint64_t)all >= t->counted ? all - (int64_t)t->counted : all;
	t->counted = (uint64_t)all;
	return fresh;
}

void
trend_look(struct trend *t, const struct trend_seen *seen, msec now)
{
	int64_t requests = fresh_requests(t, seen->requests);

	for (unsigned i = 0; i < TREND_SCALES; i++) {
		struct trend_point *p = newest(t, i, now);

		keep_fewest(&p->workers, narrow16(seen->workers));
		keep_most16(&p->queue, narrow16(seen->queue));
		keep_most32(&p->kib, narrow32(seen->bytes < 0 ? -1 : seen->bytes / 1024));
		add(&p->requests, requests);
	}
}

struct trend_seen
trend_point(const struct trend *t, unsigned scale, unsigned i, msec now)
{
	const struct trend_scale *s = &trend_scales[scale];
	int64_t number = now / s->step - (int64_t)s->points + 1 + i;
	const struct trend_point *p = &unknown;

	/* since the last look time may have gone on: what is newer than it is unknown, and its place
	 * in the ring has something older */
	if (number >= 0 && number <= t->at[scale] && number > t->at[scale] - (int64_t)s->points)
		p = &t->points[s->first + (unsigned)(number % s->points)];
	return (struct trend_seen){
		.workers = p->workers == UINT16_MAX ? -1 : p->workers,
		.bytes = p->kib == UINT32_MAX ? -1 : (int64_t)p->kib * 1024,
		.queue = p->queue == UINT16_MAX ? -1 : p->queue,
		.requests = p->requests == UINT32_MAX ? -1 : (int64_t)p->requests,
	};
}

/* A newest point in the future would take every look until then, and one before 0 has no place in a ring. Points may be
 * anything: they are only shown. */
bool
trend_is_sound(const struct trend *t, msec now)
{
	for (unsigned i = 0; i < TREND_SCALES; i++)
		if (t->at[i] < 0 || t->at[i] > now / trend_scales[i].step)
			return false;
	return t->counted <= INT64_MAX;
}

#include "watcher/history.h"

#include <stdlib.h>

#include "base/clock.h"
#include "watcher/chronicle.h"
#include "watcher/measures.h"
#include "watcher/watch.h"
#include "wire/jsonw.h"
#include "wire/varlink.h"

/* ---- the latest happenings ---- */

struct latest {
	struct happening *ring;
	unsigned size, count; /* count: of all that were taken */
	msec since;
};

static void
take(void *context, const struct happening *h)
{
	struct latest *l = context;

	if (h->time >= l->since)
		/* read from the oldest on, so that those which stay are the latest */
		l->ring[l->count++ % l->size] = *h;
}

/* A line is written when a thing is known, which may be after the next one has happened: by time, and else as they came. Returns
 * how many there are. */
static unsigned
sort(const struct latest *l, const struct happening **sorted)
{
	unsigned n = l->count < l->size ? l->count : l->size;

	for (unsigned i = 0; i < n; i++) {
		/* from the oldest on: in a ring that is full, the next to be written over */
		const struct happening *h = &l->ring[(l->count - n + i) % l->size];
		unsigned to = i;

		for (; to > 0 && sorted[to - 1]->time > h->time; to--)
			sorted[to] = sorted[to - 1];
		sorted[to] = h;
	}
	return n;
}

static void
write_happenings(struct jsonw *j, const struct latest *l, const struct happening **sorted)
{
	unsigned n = sort(l, sorted);

	jsonw_key(j, "happenings");
	jsonw_array_open(j);
	for (unsigned i = 0; i < n; i++) {
		jsonw_object_open(j);
		happening_write_members(j, sorted[i]);
		jsonw_object_close(j);
	}
	jsonw_array_close(j);
}

/* ---- how it has fared ---- */

/* What is unknown is null, and never 0: no requests, and nobody counted, are two things. */
static void
write_known(struct jsonw *j, const char *key, int64_t value)
{
	jsonw_known_integer(j, key, value >= 0, value);
}

static void
write_trend(struct jsonw *j, const struct trend *t, unsigned scale, msec now, msec wall)
{
	const struct trend_scale *s = &trend_scales[scale];

	jsonw_object_open(j);
	jsonw_key_thousandths(j, "step", s->step);
	/* points begin at multiples of their step on the monotonic clock: the newest is still being filled */
	jsonw_key_thousandths(j, "end", wall + s->step - now % s->step);
	jsonw_key(j, "points");
	jsonw_array_open(j);
	for (unsigned i = 0; i < s->points; i++) {
		struct trend_seen p = trend_point(t, scale, i, now);

		jsonw_object_open(j);
		write_known(j, "workers", p.workers);
		write_known(j, "memory", p.bytes);
		write_known(j, "queue", p.queue);
		write_known(j, "requests", p.requests);
		jsonw_object_close(j);
	}
	jsonw_array_close(j);
	jsonw_object_close(j);
}

static void
write_trends(struct jsonw *j, const struct service *s)
{
	const struct measures *m = s->sampler != NULL ? s->sampler->measures : NULL;
	msec now = clock_now(), wall = clock_wall();

	jsonw_key(j, "trends");
	jsonw_array_open(j);
	for (unsigned i = 0; m != NULL && i < TREND_SCALES; i++)
		write_trend(j, &m->trend, i, now, wall);
	jsonw_array_close(j);
}

char *
history_frame(struct watcher *w, struct service *s, unsigned last, msec since, size_t *length)
{
	struct latest l = { .ring = calloc(last, sizeof *l.ring), .size = last, .since = since };
	const struct happening **sorted = calloc(last, sizeof(const struct happening *));
	struct jsonw j;

	if (l.ring == NULL || sorted == NULL) {
		free(l.ring);
		free(sorted);
		return NULL;
	}
	inquiry_look(w, s); /* what is being told is judged now */
	chronicle_read(w, s, take, &l);
	varlink_reply_open(&j);
	write_happenings(&j, &l, sorted);
	write_trends(&j, s);
	free(sorted);
	free(l.ring);
	return varlink_reply_take(&j, length);
}

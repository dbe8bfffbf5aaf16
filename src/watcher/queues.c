#include "watcher/queues.h"

#include <unistd.h>

#include "base/log.h"
#include "core/life.h"
#include "watcher/watch.h"

enum { AT_ONCE = 256 }; /* listeners of an exchange: each answer is looked for among so many */

/* The socket is opened with the first question. */
static bool
exchange(struct watcher *w, struct sockdiag_query *queries, unsigned n)
{
	struct samples *samples = &w->samples;
	struct err err;

	if (samples->sockdiag < 0) /* tried again at each question: what forbids it may change */
		samples->sockdiag = sockdiag_open(&err);
	if (samples->sockdiag >= 0 && sockdiag_ask(samples->sockdiag, queries, n, &err)) {
		samples->sockdiag_told = false;
		return true;
	}
	if (!samples->sockdiag_told)
		log_warning("accept queues cannot be seen: %s", err.text);
	samples->sockdiag_told = true;
	return false;
}

int
queues_socket(struct watcher *w)
{
	if (w->samples.sockdiag < 0)
		w->samples.sockdiag = sockdiag_open(NULL);
	return w->samples.sockdiag;
}

static unsigned
add_queries(const struct page_service *record, struct sockdiag_query *queries)
{
	unsigned n = record->listeners < PAGE_LISTENERS ? record->listeners : PAGE_LISTENERS;

	for (unsigned i = 0; i < n; i++)
		/* by inode, as the supervisor's own descriptors have it: addresses may be shared (SO_REUSEPORT) */
		queries[i] = (struct sockdiag_query){ .inode = record->listener[i].inode,
			.family = record->listener[i].family,
			.port = record->listener[i].port,
			.queue = -1,
			.dropped = -1 };
	return n;
}

/* Unknown when any of them is. */
static int64_t
sum(const struct sockdiag_query *answers, unsigned n)
{
	int64_t all = n == 0 ? -1 : 0;

	for (unsigned i = 0; i < n && all >= 0; i++)
		all = answers[i].queue < 0 ? -1 : all + answers[i].queue;
	return all;
}

/* Of those listeners that tell; unknown when none does. */
static int64_t
sum_dropped(const struct sockdiag_query *answers, unsigned n)
{
	int64_t all = -1;

	for (unsigned i = 0; i < n; i++)
		if (answers[i].dropped >= 0)
			all = (all > 0 ? all : 0) + answers[i].dropped;
	return all;
}

/* Both of one answer, so that who waits and who found no room are of one moment. */
static void
take(struct sampler *sampler, const struct sockdiag_query *answers, unsigned n)
{
	sampler->queue = sum(answers, n);
	sampler->dropped = sum_dropped(answers, n);
}

void
queues_of(struct watcher *w, const struct page_service *record, struct sockdiag_query *answers)
{
	unsigned n = add_queries(record, answers);

	if (n > 0)
		exchange(w, answers, n);
}

int64_t
queues_open(struct watcher *w, const struct page_service *record)
{
	struct sockdiag_query listeners[PAGE_LISTENERS];
	unsigned n = add_queries(record, listeners);

	/* more are held than are told of: what comes there cannot be seen */
	return n == 0 || n == PAGE_LISTENERS || w->samples.sockdiag < 0 ?
		-1 :
		sockdiag_open_connections(w->samples.sockdiag, listeners, n);
}

void
queues_ask(struct watcher *w, struct service *s, const struct page_service *record)
{
	struct sockdiag_query answers[PAGE_LISTENERS];

	queues_of(w, record, answers);
	take(s->sampler, answers, record->listeners < PAGE_LISTENERS ? record->listeners : PAGE_LISTENERS);
}

/* One exchange for the N listeners of so many SERVICES: those of slots[i] are the next counts[i] of QUERIES. What cannot be had
 * stays unknown (add_queries), and every strain that needs it is no strain. */
static void
ask_some(struct watcher *w, const uint32_t *slots, const uint8_t *counts, unsigned services,
	struct sockdiag_query *queries, unsigned n)
{
	unsigned at = 0;

	/* what the kernel is not asked costs nothing: a program may have no listener of ours */
	if (n > 0)
		exchange(w, queries, n);
	for (unsigned i = 0; i < services; i++) {
		take(w->services.at[slots[i]].sampler, queries + at, counts[i]);
		at += counts[i];
	}
}

void
queues_ask_due(struct watcher *w, msec now)
{
	struct sockdiag_query queries[AT_ONCE + PAGE_LISTENERS];
	uint32_t slots[AT_ONCE];
	uint8_t counts[AT_ONCE];
	unsigned services = 0, n = 0;

	for (uint32_t i = 0; i < w->services.count; i++) {
		const struct sampler *sampler = w->services.at[i].sampler;
		struct page_service record;

		if (sampler == NULL || sampler->due > now || !services_read(&w->services, i, &record) ||
			record.state != LIFE_RUNNING)
			continue;
		counts[services] = (uint8_t)add_queries(&record, queries + n);
		slots[services] = i;
		n += counts[services++];
		/* there is room for the listeners of one service more than that */
		if (n >= AT_ONCE || services == AT_ONCE) {
			ask_some(w, slots, counts, services, queries, n);
			services = n = 0;
		}
	}
	ask_some(w, slots, counts, services, queries, n);
}

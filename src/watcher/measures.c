#include "watcher/measures.h"

#include <stdlib.h>

#include "base/clock.h"
#include "core/figures.h"
#include "watcher/pools.h"
#include "watcher/watch.h"

/* NULL for want of memory. */
static struct measures *
measures_of(struct sampler *sampler, msec now)
{
	if (sampler->measures == NULL && (sampler->measures = calloc(1, sizeof *sampler->measures)) != NULL)
		trend_init(&sampler->measures->trend, now);
	return sampler->measures;
}

void
measures_look(struct watcher *w, struct service *s, const struct page_service *record)
{
	struct sampler *sampler = s->sampler;
	msec now = clock_now();
	struct measures *m = measures_of(sampler, now);
	const struct workers_count count = pools_seen(sampler, record, now);
	const struct trend_seen seen = {
		.workers = sampler->workers.blind ? count.all : count.booted,
		.bytes = samples_memory(sampler),
		.queue = sampler->queue,
		.requests = sampler->figures != NULL ? (int64_t)sampler->figures->requests : -1,
	};

	(void)w;
	if (m != NULL)
		trend_look(&m->trend, &seen, now);
}

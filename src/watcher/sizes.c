#include "watcher/sizes.h"

#include "base/clock.h"
#include "os/process.h"
#include "watcher/watch.h"

enum {
	NOTABLE = 16,        /* a sixteenth more or less */
	WEIGH_EVERY = 30000, /* ms between looks at the master's PSS: the kernel walks all page tables for it */
};

/* Of a master that is another one its PSS is asked at once: it has nothing to do with the last. */
static int64_t
master_pss(struct sampler *sampler, int32_t master, msec now)
{
	if (sampler->weighed == 0 || now - sampler->weighed >= WEIGH_EVERY || sampler->weighed_master != master) {
		sampler->master_pss = process_pss(master);
		sampler->weighed_master = master;
		sampler->weighed = now;
	}
	return sampler->master_pss;
}

/* Of the current generation; -1: a part of it could not be weighed, and the rest says nothing. */
static int64_t
size_of(struct sampler *sampler, const struct page_service *record)
{
	const struct page_generation *g = services_generation(record, record->generation);
	int64_t sum = g != NULL && g->master != 0 ? master_pss(sampler, g->master, clock_now()) : -1;

	for (uint32_t i = 0; sum >= 0 && i < sampler->workers.count; i++) {
		const struct worker *worker = &sampler->workers.at[i];

		if (worker->generation == record->generation)
			sum = worker->pss >= 0 ? sum + worker->pss : -1;
	}
	return sum;
}

void
sizes_tell(struct watcher *w, struct service *s, const struct page_service *record)
{
	struct link_record r = link_make(LINK_SIZE);
	struct sampler *sampler = s->sampler;
	int64_t size = size_of(sampler, record), told = sampler->size_told;

	/* the supervisor asks whether two of them fit (core/manner.h): a few MiB decide nothing */
	if (size <= 0 || (told > 0 && size < told + told / NOTABLE && size > told - told / NOTABLE))
		return;
	r.service = s->slot;
	r.incarnation = record->incarnation;
	r.generation = record->generation;
	r.arg = size;
	/* what was dropped on a full link is told with the next look */
	if (uplink_send(w, &r))
		sampler->size_told = size;
}

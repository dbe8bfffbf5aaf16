#include "watcher/sizes.h"

#include "watcher/watch.h"

enum { NOTABLE = 16 /* a sixteenth more or less */ };

/* Of the current generation; -1: a part of it could not be weighed, and the rest says nothing. */
static int64_t
size_of(const struct sampler *sampler, const struct page_service *record)
{
	int64_t sum = sampler->master_pss;

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

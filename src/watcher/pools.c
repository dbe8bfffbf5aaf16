#include "watcher/pools.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "os/process.h"
#include "watcher/watch.h"

enum {
	TICK = 10,          /* ms: times of birth are known to a clock tick (proc(5)) */
	ASK_PATIENCE = 2000 /* ms until the page has to show what was asked for */
};

/* After HUP the old workers finish their requests beside the new ones: they are not too many, they are leaving. */
struct workers_count
pools_seen(const struct sampler *sampler, const struct page_service *record, msec now)
{
	return workers_count(&sampler->workers, record->generation, sampler->hup > 0 ? sampler->hup - TICK : 0, now);
}

bool
pools_moving(const struct sampler *sampler, const struct page_service *record)
{
	return !record->half_way &&
		(sampler->pool.moving || sampler->pool.wanted != record->wanted ||
			sampler->pool.last != sampler->pool.wanted);
}

/* A person's wish reaches us through the page; a wish of our own is there once the supervisor has taken it. */
static void
follow_wanted(struct sampler *sampler, const struct page_service *record, msec now)
{
	if (sampler->asked != 0 && (record->wanted == sampler->asked || now - sampler->asked_at > ASK_PATIENCE))
		sampler->asked = 0;
	if (sampler->asked == 0 && record->wanted > 0 && record->wanted != sampler->pool.wanted)
		pool_set(&sampler->pool, record->wanted);
}

static void
want(struct watcher *w, struct service *s, const struct page_service *record, const struct pool_seen *seen, msec now)
{
	struct sampler *sampler = s->sampler;
	uint32_t wanted = pool_want(&sampler->pool, seen, now);
	struct link_record scale = uplink_request(DEED_SCALE, s->slot, record);
	char words[64];

	/* what was asked for is in the page only when the supervisor has had its turn */
	if (wanted == record->wanted || sampler->asked == wanted)
		return;
	scale.arg = wanted;
	if (!uplink_send(w, &scale))
		return;
	log_info("%s: %lld connections waited: %u workers wanted instead of %u", s->name, (long long)seen->queue,
		wanted, record->wanted);
	snprintf(words, sizeof words, "%lld connections waited", (long long)seen->queue);
	chronicle_scaled(w, s, record->wanted, wanted, words);
	sampler->asked = wanted;
	sampler->asked_at = now;
}

/* TTOU takes the oldest (arbiter.py manage_workers): it no longer counts while it finishes its requests, or each look would
 * ask for one less. */
static void
step(struct watcher *w, struct service *s, const struct page_service *record, const struct pool_seen *seen, msec now)
{
	struct sampler *sampler = s->sampler;
	const struct link_record more = uplink_request(DEED_MORE, s->slot, record);
	const struct link_record less = uplink_request(DEED_LESS, s->slot, record);
	struct worker *oldest;

	switch (pool_step(&sampler->pool, seen, now)) {
	case POOL_NOTHING: break;
	case POOL_ONE_MORE: uplink_send(w, &more); break;
	case POOL_ONE_LESS:
		oldest = workers_oldest(&sampler->workers, record->generation);
		if (uplink_send(w, &less) && oldest != NULL)
			oldest->leaving = now;
		break;
	}
}

/* PSS is dear: only who is over by RSS, which is never less, is weighed. */
static uint64_t
weight(const struct worker *worker, uint64_t limit)
{
	uint64_t rss = worker->rss > 0 ? (uint64_t)worker->rss : 0;
	int64_t exact = rss > limit ? process_pss(worker->pid) : -1;

	return exact >= 0 ? (uint64_t)exact : rss;
}

/* RSS of the current generation, which is never less than what it really takes. */
static uint64_t
weight_together(const struct workers *workers, uint32_t generation)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < workers->count; i++)
		if (workers->at[i].generation == generation && workers->at[i].rss > 0)
			sum += (uint64_t)workers->at[i].rss;
	return sum;
}

static void
recycle(struct watcher *w, struct service *s, const struct page_service *record, msec now)
{
	struct workers *workers = &s->sampler->workers;
	uint64_t each = record->settings.memory_max_worker, together = record->settings.memory_max, limit;
	struct recycle_worker *list = each > 0 || together > 0 ? calloc(workers->count + 1, sizeof *list) : NULL;
	struct link_record deed = uplink_request(DEED_RECYCLE, s->slot, record);

	if (list == NULL)
		return;
	/* a death is known at once, the one who takes its place later: until then nobody else goes */
	if (pools_seen(s->sampler, record, now).all < record->wanted) {
		free(list);
		return;
	}
	/* by 1 byte everybody is over, and so is weighed; where all together are light enough nobody need be */
	limit = together > 0 && weight_together(workers, record->generation) > together ? 1 : each;
	for (uint32_t i = 0; i < workers->count; i++) {
		const struct worker *worker = &workers->at[i];

		/* those of a generation that is being ended go anyway */
		list[i] = (struct recycle_worker){ .pid = worker->pid, .over = worker->over, .booted = true };
		if (worker->generation != record->generation)
			continue;
		list[i].bytes = weight(worker, limit > 0 ? limit : UINT64_MAX);
		list[i].booted = worker_booted(worker, now);
	}
	/* what each may have, or less where all together are over: then it is the heaviest's turn */
	limit = recycle_limit(list, workers->count, each, together);
	deed.pid = recycle_choose(&s->sampler->recycle, list, workers->count, limit, now);
	for (uint32_t i = 0; i < workers->count; i++)
		workers->at[i].over = list[i].over;
	free(list);
	/* one that was not asked, since the link is full, is chosen again after its patience (recycle.h) */
	if (deed.pid == 0 || !uplink_send(w, &deed))
		return;
	workers_find(workers, deed.pid)->recycled = now;
	log_info("%s: worker %d is over %s: it is being recycled", s->name, (int)deed.pid,
		limit == each ? "memory_max_worker" : "memory_max with the others");
}

void
pools_judge(struct watcher *w, struct service *s, const struct page_service *record)
{
	msec now = clock_now();
	struct sampler *sampler = s->sampler;
	struct workers_count count = pools_seen(sampler, record, now);
	struct pool_seen seen = { count.all, count.booted, sampler->queue, record->generation };

	if (sampler->workers.unsure)
		return; /* who is not seen is not missing */
	follow_wanted(sampler, record, now);
	if (!record->half_way) { /* one more would load what has just failed */
		want(w, s, record, &seen, now);
		step(w, s, record, &seen, now);
	}
	recycle(w, s, record, now);
}

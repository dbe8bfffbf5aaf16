#include "watcher/readiness.h"

#include "base/clock.h"
#include "core/generation.h"
#include "core/life.h"
#include "watcher/exchanges.h"
#include "watcher/watch.h"

enum {
	AGAIN = 1000, /* ms until it is said again, should the supervisor not have moved */
	TICK = 10     /* ms: times of birth are known to a clock tick (proc(5)) */
};

static uint32_t
needed(const struct page_service *record, const struct page_generation *g)
{
	uint32_t n = record->settings.ready_workers;

	if (g->singly) /* that it should take over from has died: the rest of its workers come when it runs */
		return 1;
	if (record->wanted > 0 && n > record->wanted)
		n = record->wanted;
	return n > 0 ? n : 1;
}

/* As a claim: whether this generation is awaited, the supervisor knows. Repeated, since it may have been dropped on a
 * full link. */
static void
say_ready(struct watcher *w, struct service *s, const struct page_service *record, uint32_t number)
{
	struct sampler *sampler = s->sampler;
	struct link_record ready = link_make(LINK_READY);
	msec now = clock_now();

	if (sampler->ready_number == number && sampler->ready_since == record->since &&
		now - sampler->ready_said < AGAIN)
		return;
	ready.service = s->slot;
	ready.incarnation = record->incarnation;
	ready.generation = number;
	ready.arg = sampler->workers.blind ? LINK_ASSUMED : LINK_PROVEN;
	if (!uplink_send(w, &ready))
		return;
	sampler->ready_number = number;
	sampler->ready_since = record->since;
	sampler->ready_said = now;
}

/* While replacing, one heartbeat is not enough: what crashes soon after it would have cost the generation that serves well.
 * At any other time nothing better is there to wait with. */
static uint32_t
count_proven(const struct workers *workers, const struct page_service *record, uint32_t number, msec since, msec now)
{
	if (record->state == LIFE_REPLACING)
		return workers_up_for(workers, number, record->settings.min_ready, now);
	return workers_count(workers, number, since, now).booted;
}

static bool
is_proven(struct watcher *w, struct service *s, const struct page_service *record, const struct page_generation *g,
	msec now)
{
	bool reloading = record->state == LIFE_RELOADING && g->number == record->generation;
	/* after HUP only workers that were forked since count: the others have loaded the old code */
	msec since = reloading ? record->since - TICK : 0;

	if (count_proven(&s->sampler->workers, record, g->number, since, now) < needed(record, g) ||
		!probes_passed(&s->sampler->probes, record, g->number))
		return false;
	/* not before: nothing is given up for one that does not answer as it should */
	return record->state != LIFE_REPLACING || !g->singly || exchanges_judge(w, s, record, g, now);
}

void
readiness_judge(struct watcher *w, struct service *s, const struct page_service *record)
{
	msec now = clock_now();

	for (unsigned i = 0; i < PAGE_GENERATIONS; i++) {
		const struct page_generation *g = &record->generations[i];
		/* after HUP the same generation has to prove itself once more */
		bool reloading = record->state == LIFE_RELOADING && g->number == record->generation;

		if (g->number == 0 || g->master == 0 || (g->state != GENERATION_BOOTING && !reloading))
			continue;
		if (is_proven(w, s, record, g, now))
			say_ready(w, s, record, g->number);
	}
}

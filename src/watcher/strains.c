#include "watcher/strains.h"

#include "base/clock.h"
#include "core/life.h"
#include "judge/ended.h"
#include "watcher/pools.h"
#include "watcher/troubles.h"
#include "watcher/watch.h"

static const enum fact facts_of[STRAINS] = {
	[STRAIN_QUEUE] = FACT_QUEUE_STANDS,
	[STRAIN_MISSING] = FACT_WORKERS_MISSING,
	[STRAIN_SURPLUS] = FACT_WORKERS_SURPLUS,
	[STRAIN_SPIN] = FACT_WORKER_SPINS,
};

/* Mean CPU of the workers of GENERATION but for ME; < 0: there are none, or one is not known. */
static float
cpu_of_others(const struct workers *workers, uint32_t generation, const struct worker *me)
{
	float sum = 0;
	unsigned n = 0;

	for (uint32_t i = 0; i < workers->count; i++) {
		const struct worker *other = &workers->at[i];

		if (other == me || other->generation != generation)
			continue;
		if (other->cpu < 0)
			return -1;
		sum += other->cpu;
		n++;
	}
	return n > 0 ? sum / (float)n : -1;
}

static void
judge_workers(struct watcher *w, struct service *s, const struct page_service *record, msec now)
{
	struct workers *workers = &s->sampler->workers;

	for (uint32_t i = 0; i < workers->count; i++) {
		struct worker *worker = &workers->at[i];

		if (worker->generation == record->generation &&
			saturation_spins(&worker->spinning, &worker->spin_told, worker->cpu,
				cpu_of_others(workers, record->generation, worker), now))
			inquiry_stands(w, s, facts_of[STRAIN_SPIN], worker->pid);
	}
}

void
strains_judge(struct watcher *w, struct service *s, const struct page_service *record)
{
	struct sampler *sampler = s->sampler;
	msec now = clock_now();
	struct workers_count count = pools_seen(sampler, record, now);
	const struct saturation_seen seen = {
		.queue = sampler->queue,
		.workers = count.all,
		.booted = sampler->workers.blind ? -1 : (int64_t)count.booted,
		.wanted = record->wanted,
		.settled = !record->half_way && !sampler->pool.moving && sampler->pool.wanted == record->wanted,
	};
	unsigned found = saturation_judge(&sampler->saturation, &seen, now);

	for (unsigned i = 0; i < STRAINS; i++)
		if ((found & 1U << i) != 0)
			inquiry_stands(w, s, facts_of[i], 0);
	judge_workers(w, s, record, now);
}

/* Who leaves by itself, or goes when TERM comes before it can listen to it, is no victim: recycling, scaling and reloads do that. A
 * worker that was ended because it hung may have left with status 0 (gunicorn-facts 6.1). */
static bool
is_victim(const struct record_death *d, bool hung)
{
	enum fact fact = ended_worker(d->status);

	return d->asked == DEATH_UNASKED && (hung || (fact != FACT_EXITING && fact != FACT_TERMED));
}

/* Those that may have a policy, each by itself. */
static void
judge_troubles(struct watcher *w, struct service *s, const struct page_service *record, const struct record_death *d,
	bool hung)
{
	bool runs = record->state == LIFE_RUNNING && d->generation == record->generation;
	msec now = clock_now();

	if (d->oom)
		troubles_judged(w, s, d->generation, LINK_OOM, 0);
	else if (hung)
		troubles_judged(w, s, d->generation, LINK_HANG, 0);
	if (runs && flapping_died(&s->sampler->flapping, now)) {
		inquiry_stands(w, s, FACT_WORKERS_FLAP, 0);
		troubles_judged(w, s, d->generation, LINK_FLAPPING, 0);
	} else if (!runs && d->booted == DEATH_NOT_BOOTED && flapping_died(&s->sampler->boots, now)) {
		troubles_judged(w, s, d->generation, LINK_BOOT_LOOP, 0);
	}
}

void
strains_died(struct watcher *w, struct service *s, const struct page_service *record, const struct record_death *d,
	bool hung)
{
	if (is_victim(d, hung))
		judge_troubles(w, s, record, d, hung);
}

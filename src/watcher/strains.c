#include "watcher/strains.h"

#include "base/clock.h"
#include "core/figures.h"
#include "core/life.h"
#include "judge/ended.h"
#include "os/memory.h"
#include "watcher/pools.h"
#include "watcher/troubles.h"
#include "watcher/watch.h"

static const enum fact facts_of[STRAINS] = {
	[STRAIN_QUEUE] = FACT_QUEUE_STANDS,
	[STRAIN_MISSING] = FACT_WORKERS_MISSING,
	[STRAIN_SURPLUS] = FACT_WORKERS_SURPLUS,
	[STRAIN_DROPS] = FACT_QUEUE_OVERFLOWS,
	[STRAIN_SPIN] = FACT_WORKER_SPINS,
};

/* Mean CPU of the workers of GENERATION but for ME; < 0: there are none, or one is not known. Under load all are busy: only who
 * is busy alone spins. */
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

/* Each worker is told of once (spin_told, fds_told), and again only when it was well in between. */
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
		if (saturation_scarce(&worker->fds_told, worker->fds, worker->fds_most))
			inquiry_stands(w, s, FACT_FDS_SCARCE, worker->pid);
	}
}

/* Those of the current generation that were told to go (TTOU), and are there for longer than Gunicorn lets a request last. */
static uint32_t
lingering(const struct workers *workers, const struct page_service *record, msec now)
{
	enum { DEFAULT = 30000 /* ms: Gunicorn's timeout, where the configuration does not name one */ };
	msec timeout = record->settings.timeout > 0 ? record->settings.timeout : DEFAULT;
	msec most = record->settings.graceful_timeout > timeout ? record->settings.graceful_timeout : timeout;
	uint32_t n = 0;

	for (uint32_t i = 0; i < workers->count; i++) {
		const struct worker *worker = &workers->at[i];

		/* those that we told: whoever is asked by a person, by kill(1), is not known here */
		n += worker->generation == record->generation && worker->leaving != 0 && now - worker->leaving > most;
	}
	return n;
}

/* Bytes of the largest worker of the current generation; -1: one was not weighed. RSS counts what is shared for each. */
static int64_t
largest(const struct workers *workers, uint32_t generation)
{
	int64_t most = -1;

	for (uint32_t i = 0; i < workers->count; i++) {
		const struct worker *worker = &workers->at[i];

		if (worker->generation != generation)
			continue;
		if (worker->pss < 0)
			return -1;
		most = worker->pss > most ? worker->pss : most;
	}
	return most;
}

static void
judge_provision(struct watcher *w, struct service *s, const struct page_service *record, msec now)
{
	static const enum fact facts_of_provision[PROVISIONS] = { FACT_ONE_WORKER, FACT_NO_ROOM };
	struct sampler *sampler = s->sampler;
	const struct page_generation *g = services_generation(record, record->generation);
	bool ranges = record->settings.workers_max > record->settings.workers_min;
	struct provision_seen seen = {
		.generation = record->generation,
		.workers = ranges ? record->settings.workers_max : record->wanted,
		.requests = sampler->figures != NULL ? sampler->figures->requests : 0,
		.worker = largest(&sampler->workers, record->generation),
		.master = sampler->master_pss,
		.have = -1,
	};
	int64_t left;
	unsigned found;

	if (g == NULL || g->master == 0 || !provisions_due(&sampler->provisions, now))
		return;
	/* what is there already fits: most services have nothing to be looked up for */
	if (sampler->size_told > 0 && seen.worker * (int64_t)seen.workers > sampler->size_told / 4 * 5 &&
		(left = memory_free_for("/proc", "/sys/fs/cgroup", g->master)) >= 0)
		seen.have = left + sampler->size_told;
	found = provisions_judge(&sampler->provisions, &seen, now);
	for (unsigned i = 0; i < PROVISIONS; i++)
		if ((found & 1U << i) != 0)
			inquiry_stands(w, s, facts_of_provision[i], 0);
}

void
strains_judge(struct watcher *w, struct service *s, const struct page_service *record)
{
	struct sampler *sampler = s->sampler;
	msec now = clock_now();
	struct workers_count count = pools_seen(sampler, record, now);
	const struct saturation_seen seen = {
		.queue = sampler->queue,
		.dropped = sampler->dropped,
		.workers = count.all,
		.booted = sampler->workers.blind ? -1 : (int64_t)count.booted,
		.wanted = record->wanted,
		.lingering = lingering(&sampler->workers, record, now),
		/* while workers come and go because we ask for it, or a replacement stopped half way, other numbers than
		 * the wanted one are right */
		.settled = !record->half_way && !sampler->pool.moving && sampler->pool.wanted == record->wanted,
	};
	unsigned found = saturation_judge(&sampler->saturation, &seen, now);

	burden_look(sampler);
	for (unsigned i = 0; i < STRAINS; i++)
		if ((found & 1U << i) != 0)
			inquiry_stands(w, s, facts_of[i], 0);
	judge_workers(w, s, record, now);
	judge_provision(w, s, record, now);
}

/* Who leaves by itself, or goes when TERM comes before it can listen to it, is no victim: recycling, scaling and reloads do
 * that. A worker that was ended because it hung may have left with status 0 (gunicorn-facts 6.1). */
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

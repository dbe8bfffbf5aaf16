#include "watcher/measures.h"

#include <stdio.h>

#include "base/clock.h"
#include "core/figures.h"
#include "os/cpus.h"
#include "os/memory.h"
#include "watcher/burden.h"
#include "watcher/pools.h"
#include "watcher/watch.h"

enum {
	STARVED = 5000,   /* hundredths of a per cent of ten seconds in which somebody waited for a processor */
	LOOKS_ENOUGH = 60 /* to say how often a queue stands: five minutes, as a rule */
};
static const msec hour = 3600000;

/* ---- looks ---- */

/* NULL for want of room. */
static struct measures *
measures_of(struct watcher *w, struct service *s, msec now)
{
	struct kept_service *kept = s->sampler->measures == NULL ? kept_begin(&w->kept, s->name) : NULL;

	if (kept != NULL) {
		s->sampler->measures = &kept->measures;
		trend_init(&kept->measures.trend, now);
	}
	return s->sampler->measures;
}

static int64_t
weight_of(const struct worker *worker)
{
	return worker->pss >= 0 ? worker->pss : worker->rss;
}

static struct tally_seen
add_up(struct sampler *sampler, const struct page_service *record, msec now)
{
	struct tally_seen seen = { .cpu = -1,
		.queue = sampler->queue,
		.wanted = record->wanted,
		.rate = -1,
		.largest = -1 };

	for (uint32_t i = 0; i < sampler->workers.count; i++) {
		const struct worker *worker = &sampler->workers.at[i];

		if (worker->generation != record->generation)
			continue;
		seen.workers++;
		if (worker->cpu >= 0)
			seen.cpu = (seen.cpu > 0 ? seen.cpu : 0) + (int64_t)(worker->cpu * 10); /* it is in per cent */
		if (weight_of(worker) > seen.largest)
			seen.largest = weight_of(worker);
	}
	/* a rate over less than its span would be one of nothing but the beginning */
	if (sampler->figures != NULL && now - sampler->figures->since >= FIGURES_SPAN)
		seen.rate = figures_look(sampler->figures, now).rate;
	if (tally_stands(&seen)) /* only then, for it takes three files */
		seen.starved = burden_pressure(record, record->generation, NULL).cpu >= STARVED;
	return seen;
}

void
measures_look(struct watcher *w, struct service *s, const struct page_service *record)
{
	struct sampler *sampler = s->sampler;
	msec now = clock_now();
	struct measures *m = measures_of(w, s, now);
	const struct workers_count count = pools_seen(sampler, record, now);
	const struct tally_seen sum = add_up(sampler, record, now);
	const struct trend_seen seen = {
		.workers = sampler->workers.blind ? count.all : count.booted,
		.bytes = samples_memory(sampler),
		.queue = sampler->queue,
		.requests = sampler->figures != NULL ? (int64_t)sampler->figures->requests : -1,
	};

	if (m == NULL)
		return;
	/* timeouts under another setting say nothing about this one */
	if (m->timeout_since == 0 || m->timeout != (msec)record->settings.timeout) {
		m->timeout = (msec)record->settings.timeout;
		m->timeout_since = now;
	}
	trend_look(&m->trend, &seen, now);
	tally_look(&m->tally, &sum, now);
}

/* ---- for advice ---- */

/* The page has 0 for what was not said, advice wants -1: 0 threads would be an answer. */
static void
take_settings(const struct page_service *record, struct advise_measures *m)
{
	static const enum advise_class classes[] = { [PAGE_CLASS_SYNC] = ADVISE_SYNC,
		[PAGE_CLASS_GTHREAD] = ADVISE_GTHREAD,
		[PAGE_CLASS_ASYNC] = ADVISE_ASYNC,
		[PAGE_CLASS_OTHER] = ADVISE_OTHER };
	const struct page_settings *set = &record->settings;

	m->class = set->worker_class <= PAGE_CLASS_OTHER ? classes[set->worker_class] : ADVISE_OTHER;
	m->fewest = set->workers_min < set->workers_max ? (int64_t)set->workers_min : -1;
	m->wanted = record->wanted;
	m->workers = m->fewest > 0 ? set->workers_max : record->wanted;
	m->threads = set->threads > 0 ? set->threads : -1;
	m->timeout = (set->said & PAGE_SAID_TIMEOUT) != 0 ? (msec)set->timeout : -1;
	m->max_requests = set->max_requests > 0 ? (int64_t)set->max_requests : -1;
	m->jitter = set->jitter > 0 ? (int64_t)set->jitter * set->max_requests / 100 : -1;
	m->memory_max_worker = (int64_t)set->memory_max_worker;
	m->preload = (set->said & PAGE_SAID_PRELOAD) == 0 ? -1 : (set->said & PAGE_PRELOADS) != 0;
}

/* What the workers that live show: means, and how they grow from when they had booted. */
static void
take_workers(const struct sampler *sampler, const struct page_service *record, struct advise_measures *m)
{
	int64_t rss = 0, pss = 0, n = 0, grown = 0;
	msec spans = 0;

	for (uint32_t i = 0; i < sampler->workers.count; i++) {
		const struct worker *worker = &sampler->workers.at[i];
		msec span = worker->first_look > 0 ? worker->looked - worker->first_look : 0;

		if (worker->generation != record->generation || worker->rss < 0)
			continue;
		/* both of the same workers, or the one could not be compared with the other */
		if (worker->pss >= 0) {
			rss += worker->rss;
			pss += worker->pss;
			n++;
		}
		if (span >= ADVISE_GROWTH_TIME) {
			/* the mean over all their time together: one that is young says little, and weighs little */
			grown += worker->rss - worker->first_rss;
			spans += span;
		}
		if (span > m->growth_over)
			m->growth_over = span;
	}
	m->rss = n > 0 ? rss / n : -1;
	m->pss = n > 0 ? pss / n : -1;
	m->growth = spans > 0 ? grown * hour / spans : 0;
}

/* Those that we may use, as far as the groups of MASTER let it. */
static int64_t
cpus_of(int32_t master)
{
	unsigned n = cpus_usable(), limit;
	char cgroups[32];

	snprintf(cgroups, sizeof cgroups, "/proc/%d/cgroup", (int)master);
	limit = cpus_limit(cgroups, "/proc/self/mountinfo");
	return limit > 0 && limit < n ? limit : n;
}

/* What it has, and what is free for it: of the machine, and of the groups that its master is in. */
static void
take_room(const struct sampler *sampler, const struct page_service *record, struct advise_measures *m)
{
	const struct page_generation *g = services_generation(record, record->generation);
	int64_t has = samples_memory(sampler), left = -1, most = (int64_t)record->settings.memory_max;

	/* of a service that is down nobody knows in whose groups it will be: what is free stays unknown */
	if (g != NULL && g->master > 0)
		left = memory_free_for("/proc", "/sys/fs/cgroup", g->master);
	m->memory = has >= 0 && left >= 0 ? has + left : -1;
	if (most > 0 && m->memory > most)
		m->memory = most;
	m->master = sampler->master_pss > 0 ? sampler->master_pss :
		sampler->master_bytes > 0   ? sampler->master_bytes :
					      0;
	m->cpus = cpus_of(g != NULL ? g->master : 0);
}

/* Since SINCE (wall clock): the docket remembers those of earlier runs as well, and of other timeouts. Where the kernel tells
 * nobody how processes end, as in a container, only lines tell of a timeout, and no death: it is one all the same. */
static int64_t
count_timeouts(const struct service *s, msec since)
{
	int64_t n = 0;

	for (unsigned i = 0; s->docket != NULL && i < DOCKET_KEPT; i++) {
		const struct docket_entry *e = &s->docket->at[i];

		if (e->number == 0 || e->cause != CAUSE_TIMEOUT || e->last < since)
			continue;
		/* of one that had begun before, only the last is known to be later */
		n += e->first >= since && e->died > 0 ? e->died : 1;
	}
	return n;
}

void
measures_take(struct watcher *w, struct service *s, const struct page_service *record, struct advise_measures *m)
{
	struct sampler *sampler = s->sampler;
	const struct figures *f = sampler->figures;

	/* what does not get known below stays unknown */
	*m = (struct advise_measures){ .since = -1, .rss = -1, .pss = -1, .memory = -1 };
	metrics_take(w);
	samples_look(w, s, record, WORKERS_ALL);
	take_settings(record, m);
	take_workers(sampler, record, m);
	take_room(sampler, record, m);
	if (f != NULL) {
		m->requests = f->requests;
		m->timed = f->timed;
		m->us = f->us;
		m->longest = f->longest;
	}
	if (sampler->measures != NULL) {
		const struct tally *t = &sampler->measures->tally;
		msec now = clock_now();

		m->since = now - t->since;
		m->timeouts = count_timeouts(s, clock_wall() - (now - sampler->measures->timeout_since));
		m->watched = t->watched;
		m->cpu_us = t->cpu_us;
		m->busiest = t->busiest;
		m->worker = t->largest;
		m->standing = t->looks >= LOOKS_ENOUGH ? (int64_t)t->standing * 100 / t->looks : 0;
		m->starved = t->standing > 0 ? (int64_t)t->starved * 100 / t->standing : 0;
	}
}

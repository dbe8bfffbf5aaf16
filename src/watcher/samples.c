#include "watcher/samples.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "core/figures.h"
#include "core/life.h"
#include "os/alarm.h"
#include "os/process.h"
#include "watcher/hangs.h"
#include "watcher/measures.h"
#include "watcher/ooms.h"
#include "watcher/pools.h"
#include "watcher/queues.h"
#include "watcher/readiness.h"
#include "watcher/sizes.h"
#include "watcher/strains.h"
#include "watcher/watch.h"

/* ms until the next look */
enum {
	FORKED = 50,         /* after a fork, so that one that dies while it loads was seen */
	UNSETTLED = 250,     /* while a worker loads the application */
	FIRST = 20,          /* after a start; then twice as long each time, */
	SLOWEST_START = 200, /* up to this: so late at most it is known that it is ready */
	MOVING = 100,        /* while the number of workers is being changed */
	BUSY = 1000,
	QUIET = 5000,
};

/* ---- when ---- */

static bool
is_becoming_ready(const struct page_service *record)
{
	return record->state == LIFE_STARTING || record->state == LIFE_REPLACING || record->state == LIFE_RELOADING;
}

/* What has to be seen soon: a queue that grows, a worker that does, a kill for want of memory. */
static bool
needs_a_second(const struct page_service *record)
{
	return record->settings.workers_min < record->settings.workers_max || record->settings.memory_max_worker > 0 ||
		record->settings.memory_max > 0 || record->settings.oom_policy != PAGE_OOM_CONTINUE;
}

/* The next look. Slow ones fall on whole multiples of their interval: all services then share one awakening. */
static void
plan(struct sampler *sampler, const struct page_service *record, msec now)
{
	msec every = needs_a_second(record) ? BUSY : QUIET, probe, idle, hang;

	if (is_becoming_ready(record)) {
		sampler->interval = sampler->interval == 0 ? FIRST : sampler->interval * 2;
		if (sampler->interval > SLOWEST_START)
			sampler->interval = SLOWEST_START;
		sampler->due = now + sampler->interval;
		return;
	}
	sampler->interval = 0;
	if (record->state != LIFE_RUNNING)
		sampler->due = MSEC_NEVER;
	else if (pools_moving(sampler, record))
		sampler->due = now + MOVING;
	else if (workers_unsettled(&sampler->workers, now))
		sampler->due = now + UNSETTLED;
	else
		sampler->due = (now / every + 1) * every;
	hang = record->state == LIFE_RUNNING ? hangs_due(sampler, record, now) : MSEC_NEVER;
	if (hang < sampler->due)
		sampler->due = hang;
	probe = probes_due(record, now);
	if (probe < sampler->due)
		sampler->due = probe;
	idle = idleness_due(&sampler->idleness, record, now);
	if (idle < sampler->due)
		sampler->due = idle;
}

static void
set_timer(struct watcher *w, msec due)
{
	w->samples.due = due;
	alarm_at(w->loop, &w->samples.timer, due);
}

/* Set the timer for the earliest of all. */
static void
schedule(struct watcher *w)
{
	msec due = MSEC_NEVER;

	for (uint32_t i = 0; i < w->services.count; i++) {
		const struct sampler *sampler = w->services.at[i].sampler;

		if (sampler != NULL && sampler->due < due)
			due = sampler->due;
	}
	set_timer(w, due);
}

/* ---- looking ---- */

/* Memory of the current master: its workers' pages are mostly shared with it, so PSS is what adds up, and so it is weighed when
 * they are. How it is looked at depends on nobody who asks: two who ask in a row see the same. */
static void
weigh_master(struct sampler *sampler, const struct page_service *record)
{
	const struct page_generation *current = services_generation(record, record->generation);
	struct process_sample sample;

	sampler->master_bytes = -1;
	if (current == NULL || current->master == 0 || !process_sample(current->master, &sample)) {
		sampler->master_pss = -1;
		sampler->weighed_master = 0;
		return;
	}
	/* of one that is another its PSS is asked at once: it has nothing to do with the last */
	if (sampler->weighed != sampler->workers.weighed || sampler->weighed_master != current->master) {
		sampler->master_pss = process_pss(current->master);
		sampler->weighed_master = current->master;
		sampler->weighed = sampler->workers.weighed;
	}
	sampler->master_bytes = sampler->master_pss >= 0 ? sampler->master_pss : sample.rss;
}

/* Where each of them begins to count. One that comes while another is there shares all that is counted. */
static void
note_requests(struct watcher *w, struct sampler *sampler)
{
	struct workers *workers = &sampler->workers;

	for (uint32_t i = 0; i < workers->count; i++) {
		struct worker *worker = &workers->at[i];

		worker->shares = worker->shares || workers->count > 1;
		if (worker->requests >= 0)
			continue;
		if (!worker->shares)
			metrics_take(w); /* what the one before it sent is not its own */
		worker->requests = sampler->figures != NULL ? (int64_t)sampler->figures->requests : 0;
	}
}

void
samples_look(struct watcher *w, struct service *s, const struct page_service *record, enum workers_depth depth)
{
	struct sampler *sampler = s->sampler;
	msec now = clock_now();

	workers_look(&sampler->workers, record, depth, now);
	note_requests(w, sampler);
	deaths_hold(w, s);
	sampler->looked = now;
	if (sampler->workers.blind && !sampler->blind_told) {
		log_warning(
			"%s: heartbeats of its workers cannot be seen (watch_user = the user of the service lets it, so do "
			"CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH); a worker that has lived 3s is assumed to be ready",
			s->name);
		sampler->blind_told = true;
	}
	/* who waits for a start wants heartbeats alone, and often */
	if (depth != WORKERS_HEARTBEATS)
		weigh_master(sampler, record);
	if (depth == WORKERS_ALL)
		queues_ask(w, s, record);
}

static void
look_by_itself(struct watcher *w, struct service *s, const struct page_service *record)
{
	bool starting = is_becoming_ready(record);

	/* since: HUP was sent then, and who is older was told to go (pools_seen) */
	if (record->state == LIFE_RELOADING)
		s->sampler->hup = record->since;
	samples_look(w, s, record, starting ? WORKERS_HEARTBEATS : WORKERS_FIGURES);
	if (starting) {
		readiness_judge(w, s, record);
	} else if (record->state == LIFE_RUNNING) {
		/* first, so that strains see whether the number of workers is on its way */
		pools_judge(w, s, record);
		strains_judge(w, s, record);
		hangs_judge(w, s, record, clock_now());
		ooms_judge(w, s, record);
		idleness_look(w, s, record);
		sizes_tell(w, s, record);
		probes_look(&s->sampler->probes, record);
		measures_look(w, s, record);
	}
	control_sampled(w, s, record);
}

static void
on_due(struct ev_loop *loop, ev_timer *timer, int revents)
{
	struct watcher *w = timer->data;
	msec now = clock_now();

	(void)loop;
	(void)revents;
	deaths_hear(w); /* a look forgets who is gone */
	/* one question to the kernel for all that are due, before each is judged by its answer */
	queues_ask_due(w, now);
	masters_look(&w->deaths.masters, now);
	for (uint32_t i = 0; i < w->services.count; i++) {
		struct service *s = &w->services.at[i];
		struct page_service record;

		if (s->sampler == NULL || s->sampler->due > now)
			continue;
		if (!services_read(&w->services, i, &record)) {
			s->sampler->due = MSEC_NEVER;
			continue;
		}
		look_by_itself(w, s, &record);
		plan(s->sampler, &record, now);
	}
	schedule(w);
}

/* ---- services ---- */

void
samples_moved(struct watcher *w, struct service *s)
{
	struct page_service record;
	msec now = clock_now();

	if (s->sampler == NULL || !services_read(&w->services, s->slot, &record))
		return;
	speakers_follow(&s->sampler->speakers, &record);
	s->sampler->interval = 0; /* from the shortest again */
	if (record.state != LIFE_RUNNING)
		s->sampler->queue = -1; /* it is not looked at any more */
	/* plan() would put it off until all are looked at, and somebody may wait for what is seen (waiter.c) */
	if (record.state == LIFE_RUNNING)
		s->sampler->due = now;
	else
		plan(s->sampler, &record, now);
	if (s->sampler->due < w->samples.due)
		set_timer(w, s->sampler->due);
}

void
samples_forked(struct watcher *w, struct service *s)
{
	msec due = clock_now() + FORKED;

	/* sooner is planned already */
	if (s->sampler == NULL || s->sampler->due <= due)
		return;
	s->sampler->due = due;
	if (due < w->samples.due)
		set_timer(w, due);
}

void
samples_look_soon(struct watcher *w)
{
	for (uint32_t i = 0; i < w->services.count; i++)
		samples_moved(w, &w->services.at[i]);
}

/* What a watcher before us has counted. */
static void
take_up(struct watcher *w, struct service *s)
{
	struct kept_service *kept = kept_find(&w->kept, s->name);

	if (kept != NULL && kept->figures.since != 0)
		s->sampler->figures = &kept->figures;
	if (kept != NULL && kept->measures.tally.looked != 0)
		s->sampler->measures = &kept->measures;
}

void
samples_follow(struct watcher *w, struct service *s, const struct page_service *record)
{
	if (record->kind != PAGE_GUNICORN)
		return;
	if (s->sampler == NULL) {
		s->sampler = calloc(1, sizeof *s->sampler);
		if (s->sampler == NULL) {
			log_error("%s: no memory to watch its workers", s->name);
			return;
		}
		s->sampler->queue = s->sampler->dropped = s->sampler->told_workers = -1;
		s->sampler->master_bytes = s->sampler->master_pss = -1;
		probes_init(&s->sampler->probes, w, s);
		take_up(w, s);
	}
	s->sampler->statsd_address = record->settings.statsd_address;
	s->sampler->statsd_port = record->settings.statsd_port;
	pool_init(&s->sampler->pool, record->settings.workers_min, record->settings.workers_max, record->wanted);
	s->sampler->pool.since = clock_now(); /* what is seen first is no difference that has lasted */
	samples_moved(w, s);
}

void
samples_forget(struct watcher *w, struct service *s)
{
	(void)w;
	if (s->sampler != NULL) {
		workers_free(&s->sampler->workers);
		probes_stop(&s->sampler->probes);
	}
	free(s->sampler);
	s->sampler = NULL;
}

void
samples_open(struct watcher *w)
{
	w->samples.sockdiag = -1;
	w->samples.due = MSEC_NEVER;
	ev_timer_init(&w->samples.timer, on_due, 0., 0.);
	w->samples.timer.data = w;
}

msec
samples_wait(const struct sampler *sampler)
{
	if (sampler->queue <= 0)
		return sampler->queue;
	return sampler->figures != NULL ? figures_wait(sampler->figures, sampler->queue, clock_now()) : -1;
}

int64_t
samples_requests(const struct sampler *sampler, const struct worker *worker)
{
	if (sampler->figures == NULL || worker->shares || worker->requests < 0)
		return -1;
	return (int64_t)sampler->figures->requests - worker->requests;
}

int64_t
samples_memory(const struct sampler *sampler)
{
	int64_t sum = sampler->master_bytes;

	if (sampler->looked == 0 || sum < 0)
		return -1;
	for (uint32_t i = 0; i < sampler->workers.count; i++) {
		const struct worker *worker = &sampler->workers.at[i];

		/* one that was not weighed yet counts with what it shares: rather too much than nothing */
		sum += worker->pss >= 0 ? worker->pss : worker->rss > 0 ? worker->rss : 0;
	}
	return sum;
}

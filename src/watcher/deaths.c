#include "watcher/deaths.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "core/generation.h"
#include "judge/ended.h"
#include "os/process.h"
#include "watcher/burden.h"
#include "watcher/strains.h"
#include "watcher/watch.h"
#include "wire/kmsg.h"

/* From the kernel's message (deaths_heard.c) to the inquiry: deaths_died() finds the worker among those that were seen,
 * describe() puts together what was known of it, tell() says it as facts. Where the kernel tells nothing the master's own
 * log is the witness: deaths_said(). */

enum {
	GREETING = 100,     /* ms by which a boot may seem to be heard before the fork: clock ticks are coarse */
	KMSG_RECORD = 8192, /* the longest that the kernel gives */
	KMSG_MOST = 4096,   /* records a look */
	FRESH = 2000,       /* ms: the age of a figure that still stands */
};

/* ---- who was killed for want of memory ---- */

static void
read_kmsg(struct deaths *d)
{
	char record[KMSG_RECORD];
	struct kmsg_kill kill;
	ssize_t n;

	/* bounded: a driver that floods the kernel's log must not keep us */
	for (unsigned i = 0; d->kmsg >= 0 && i < KMSG_MOST; i++) {
		n = read(d->kmsg, record, sizeof record);
		if (n < 0 && errno == EPIPE) /* what we had not read was overwritten: it goes on behind that */
			continue;
		if (n <= 0)
			return;
		if (kmsg_read(&kill, record, (size_t)n))
			d->kills[d->kills_next++ % 16] = kill.pid;
	}
}

/* The kernel says whom it kills before it does. */
bool
deaths_by_memory(struct watcher *w, struct service *s, int32_t pid)
{
	struct deaths *d = &w->deaths;
	bool counted = masters_ooms(&d->masters, s), said = false;

	read_kmsg(d);
	for (unsigned i = 0; i < 16; i++)
		said = said || d->kills[i] == pid; /* the last 16: pids are not given again so soon */
	return said || counted;
}

static void
open_kmsg(struct deaths *d)
{
	/* O_NONBLOCK: at its end read(2) would wait for what the kernel says next */
	d->kmsg = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (d->kmsg < 0)
		log_info("the kernel's log cannot be read (%s): who was killed for want of memory is not told by it",
			strerror(errno));
	else
		lseek(d->kmsg, 0, SEEK_END); /* what was killed before we came is not asked about */
}

/* ---- one death ---- */

/* A generation that the page does not have any more has been ended, whoever did it. */
static bool
is_ending(const struct page_service *record, uint32_t number)
{
	const struct page_generation *g = services_generation(record, number);

	return g == NULL || g->state == GENERATION_ENDING || g->state == GENERATION_FREE;
}

/* Who cannot be seen is taken for up after a while: enough to count on, and no witness of why it died. */
static uint8_t
booted_of(const struct worker *worker, enum heartbeat last)
{
	if (last == HEARTBEAT_BEATING || (worker->up != 0 && worker->heartbeat != HEARTBEAT_UNKNOWN))
		return DEATH_BOOTED;
	return last == HEARTBEAT_BOOTING ? DEATH_NOT_BOOTED : DEATH_BOOTED_UNKNOWN;
}

/* Growth since its figures were first seen with the application loaded. */
static int64_t
slope_of(const struct worker *worker)
{
	msec span = worker->looked - worker->first_look;

	return worker->first_look == 0 || span < 1000 ? 0 : (worker->rss - worker->first_rss) * 60000 / span;
}

/* What the last look saw, since nothing of it can be looked at any more but its heartbeat file. */
static struct record_death
describe(const struct service *s, const struct page_service *record, const struct worker *worker, int32_t status)
{
	msec beat = -1;
	enum heartbeat last = process_heartbeat_held(worker->held, clock_wall(), clock_now(), &beat);
	bool of_group;
	/* the average of the ten seconds before: its group is there as long as another worker, or its master, is in it */
	struct pressure pressure = burden_pressure(record, worker->generation, &of_group);
	struct record_death d = {
		.pid = worker->pid,
		.generation = worker->generation,
		.at = clock_wall(),
		.status = status,
		.booted = booted_of(worker, last),
		.asked = worker->recycled != 0                ? DEATH_RECYCLED :
			is_ending(record, worker->generation) ? DEATH_ENDED :
								DEATH_UNASKED,
		.state = worker->state,
		.age = clock_now() - worker->started,
		/* read from the file that we hold open: its owner is gone, and took nothing of it along */
		.beat = last == HEARTBEAT_BEATING ? beat : -1,
		.rss = worker->rss,
		/* it is weighed twice a minute: what it had then is not what it died with */
		.pss = worker->looked - worker->weighed < FRESH ? worker->pss : -1,
		.slope = slope_of(worker),
		.cpu = worker->cpu,
		.queue = s->sampler->queue,
		.requests = samples_requests(s->sampler, worker),
		.memory_pressure = pressure.memory,
		.io_pressure = pressure.io,
		.cpu_pressure = pressure.cpu,
		.of_group = of_group,
		.limit_reached = -1,
	};

	_Static_assert(sizeof d.where == sizeof worker->where, "all of it");
	memcpy(d.where, worker->where, sizeof d.where);
	return d;
}

/* Gunicorn ends who has not beaten for its timeout, by ABRT, and by KILL a loop later (Arbiter.murder_workers). Before the
 * first beat, releases from 22 on do not (gunicorn-facts 6.1). */
static bool
is_overdue(const struct page_service *record, const struct record_death *d)
{
	return record->settings.timeout > 0 && d->beat >= record->settings.timeout && d->booted == DEATH_BOOTED;
}

static void
tell_kill(struct watcher *w, struct service *s, const struct page_service *record, struct record_death *d)
{
	if (deaths_by_memory(w, s, d->pid)) {
		d->oom = true;
		d->limit_reached = (int8_t)masters_limit_reached(&w->deaths.masters, s);
		inquiry_told(w, s, FACT_OOM, d->pid);
	} else if (is_overdue(record, d)) {
		inquiry_told(w, s, FACT_TIMEOUT, d->pid);
	} else if (w->deaths.kmsg >= 0 || masters_count_ooms(&w->deaths.masters, s)) {
		inquiry_told(w, s, FACT_NO_OOM, 0);
	}
}

/* Did it end well, but not by Gunicorn, which says goodbye? Where its boot was not heard, its log tells neither; and who had
 * its max_requests may have been told to be silent (disable_existing_loggers of Python's logging). */
static bool
has_quit(const struct service *s, const struct page_service *record, const struct worker *worker)
{
	const struct sampler *sampler = s->sampler;

	return !worker->farewell && worker->leaving == 0 && worker->started >= sampler->hup &&
		record->settings.max_requests == 0 && sampler->greeted != 0 &&
		sampler->greeted + GREETING >= worker->started;
}

/* Those that end themselves well need no reason, unless nobody asked them and they had not even begun. */
static bool
says_something(const struct record_death *d, enum fact fact)
{
	return fact == FACT_EXITING || fact == FACT_TERMED ? d->booted == DEATH_NOT_BOOTED : true;
}

/* Facts in the order in which they follow from each other: that it was asked to go, how it ended, by whom, and whether
 * it had begun. */
static void
tell(struct watcher *w, struct service *s, const struct page_service *record, const struct worker *worker,
	struct record_death *d)
{
	enum fact fact = ended_worker(d->status);

	if (d->asked == DEATH_ENDED) {
		/* who had not loaded the application yet had no request: that it loads for too long is told already */
		if (fact == FACT_KILLED && d->booted != DEATH_NOT_BOOTED)
			inquiry_told(w, s, FACT_ENDED_KILL, d->pid);
		return;
	}
	if (fact == FACT_EXITING && d->asked == DEATH_UNASKED && d->booted == DEATH_BOOTED &&
		has_quit(s, record, worker))
		fact = FACT_QUIT;
	if (d->asked == DEATH_RECYCLED)
		inquiry_told(w, s, FACT_RECYCLED, d->pid);
	inquiry_told(w, s, fact, d->pid);
	if (fact == FACT_KILLED)
		tell_kill(w, s, record, d);
	if (d->booted != DEATH_BOOTED_UNKNOWN && says_something(d, fact))
		inquiry_told(w, s, d->booted == DEATH_BOOTED ? FACT_DIED_UP : FACT_DIED_BOOTING, d->pid);
}

/* A crash has a reason of its own, also in the same second as somebody else's timeout. */
static bool
is_apart(const struct page_service *record, const struct worker *worker, const struct record_death *d)
{
	return ended_worker(d->status) == FACT_CRASHED && !worker->timed_out && !is_overdue(record, d);
}

void
deaths_died(struct watcher *w, struct service *s, int32_t pid, int32_t status)
{
	struct page_service record;
	struct worker *worker = s->sampler != NULL ? workers_bury(&s->sampler->workers, pid) : NULL;
	struct inquiry_case *story;
	struct record_death d;

	if (worker == NULL || !services_read(&w->services, s->slot, &record))
		return;            /* a helper of the application, or of a hook */
	if (!w->inquiries.reading) /* else a line of it is being told, which is how we know */
		/* the pipe may hold what it, or its master, said before the end: cause before consequence */
		logs_catch_up(w, s);
	worker->told = true;
	metrics_take(w); /* what it told last is there: it was sent before its end */
	d = describe(s, &record, worker, status);
	story = is_apart(&record, worker, &d) ? inquiry_part(s) : NULL;
	tell(w, s, &record, worker, &d);
	inquiry_death(s, &d, worker->hang);
	inquiry_rejoin(s, story);
	if (d.asked == DEATH_UNASKED && (status & 0x7f) == 0) /* by itself, and not by a signal (wait(2)) */
		inquiry_ended(s, worker->started);
	strains_died(w, s, &record, &d, worker->timed_out || is_overdue(&record, &d));
	samples_moved(w, s); /* its successor is forked at once */
}

/* Where nothing else tells, the master's word is taken, once. */
bool
deaths_said(struct watcher *w, struct service *s, int32_t pid, int32_t status)
{
	struct worker *worker = s->sampler != NULL ? workers_find(&s->sampler->workers, pid) : NULL;

	if (worker == NULL || worker->told || deaths_sees(w, worker))
		return false;
	deaths_died(w, s, pid, status);
	return true;
}

void
deaths_open(struct watcher *w, bool tells)
{
	struct deaths *d = &w->deaths;

	*d = (struct deaths){ .fd = -1, .vigil = -1, .tells = tells, .kmsg = -1 };
	deaths_listen(w);
	open_kmsg(d);
}

void
deaths_close(struct watcher *w)
{
	masters_free(&w->deaths.masters);
	foundlings_free(&w->deaths.foundlings);
}

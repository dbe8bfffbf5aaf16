#include "watcher/workers.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "os/process.h"
#include "os/tree.h"

/* A look goes below every living master, marks whom it finds, and remembers for a while those that it does not find any
 * more. What cannot change, or hardly does, is not read twice: under which number the heartbeat's file is open, what
 * was weighed lately. */

enum {
	WEIGH_EVERY = 30000,    /* ms between looks at PSS: the kernel walks all page tables for it */
	WEIGH_PACE = 50,        /* ms for each worker that lie between two of them all the same */
	LEAVE_PATIENCE = 90000, /* ms that one who was told to go may take: requests are finished first */
	REMEMBER = 10000,       /* ms that those who are gone are */
	UNSETTLED = 60000,      /* ms that loading may take while it is looked at often */
	NOISE = 100,            /* ms below which a difference of CPU times says nothing (ticks are 10 ms) */
};

/* Whatever is held for it: a descriptor or two each, so that a thousand workers cost two thousand, and no more. */
static void
let_go(struct worker *worker)
{
	if (worker->held >= 0)
		close(worker->held);
	if (worker->pidfd >= 0)
		close(worker->pidfd);
	worker->held = worker->pidfd = -1;
	free(worker->hang);
	worker->hang = NULL;
}

static void
forget_gone(struct workers *w)
{
	for (unsigned i = 0; w->gone != NULL && i < WORKERS_GONE; i++)
		let_go(&w->gone[i]);
	free(w->gone);
	w->gone = NULL;
}

void
workers_free(struct workers *w)
{
	for (uint32_t i = 0; i < w->count; i++)
		let_go(&w->at[i]);
	forget_gone(w);
	free(w->at);
	*w = (struct workers){ 0 };
}

/* By its start, too: pids are given again (proc_pid_stat(5), starttime). */
static struct worker *
find(struct workers *w, pid_t pid, uint64_t start)
{
	for (uint32_t i = 0; i < w->count; i++)
		if (w->at[i].pid == pid && w->at[i].start == start)
			return &w->at[i];
	return NULL;
}

static struct worker *
add(struct workers *w, const struct process_sample *sample, uint32_t generation)
{
	if (w->count == w->size) {
		uint32_t size = w->size == 0 ? 2 : w->size * 2;
		struct worker *at = size <= WORKERS_MAX ? realloc(w->at, size * sizeof *at) : NULL;

		if (at == NULL)
			return NULL;
		w->at = at;
		w->size = size;
	}
	/* -1: not seen yet. 0 would be an answer */
	w->at[w->count] = (struct worker){ .pid = sample->pid,
		.start = sample->start,
		.started = sample->started,
		.generation = generation,
		.heartbeat_fd = -1,
		.held = -1,
		.pidfd = -1,
		.rss = -1,
		.pss = -1,
		.fds = -1,
		.fds_most = -1,
		.requests = -1,
		.cpu = -1 };
	return &w->at[w->count++];
}

static void
take_figures(struct worker *worker, const struct process_sample *sample, msec now)
{
	/* CPU time since the look before, in nanoseconds, over milliseconds: per cent */
	if (worker->looked != 0 && now - worker->looked >= NOISE)
		worker->cpu = (float)(sample->cpu_ns - worker->cpu_ns) / (float)(now - worker->looked) / 10000.0F;
	if (worker->looked == 0 || now - worker->looked >= NOISE) {
		worker->cpu_ns = sample->cpu_ns;
		worker->looked = now;
	}
	worker->rss = sample->rss;
	/* with the application loaded: what it grows by from here on is its own */
	if (worker->first_look == 0 && worker->up != 0) {
		worker->first_look = now;
		worker->first_rss = sample->rss;
	}
	worker->threads = sample->threads;
	worker->state = sample->state;
	process_where(worker->pid, worker->where);
}

/* Pages that several have are shared out among them (proc_pid_smaps(5), Pss): when one more has loaded the application, or one has
 * gone, all others weigh something else. They are weighed at one moment, or their sum would count some pages twice. */
static void
weigh(struct workers *w, enum workers_depth depth, msec now)
{
	uint32_t up = 0;
	bool all, moved;

	for (uint32_t i = 0; i < w->count; i++)
		up += w->at[i].up != 0;
	moved = up != w->weighed_up && now - w->weighed >= (msec)w->count * WEIGH_PACE;
	all = depth == WORKERS_ALL || w->weighed == 0 || moved || now - w->weighed >= WEIGH_EVERY;
	for (uint32_t i = 0; i < w->count; i++) {
		struct worker *worker = &w->at[i];

		if (!all && worker->weighed != 0)
			continue;
		worker->pss = process_pss(worker->pid);
		/* as dear as PSS, where there are many: a directory to be read */
		worker->fds = process_descriptors(worker->pid);
		worker->fds_most = process_descriptors_most(worker->pid);
		worker->weighed = now;
	}
	if (all) {
		w->weighed = now;
		w->weighed_up = up;
	}
}

/* A child of a master: a worker, or none of ours. Its file is there from the fork on (arbiter.py spawn_worker, 20.1 to
 * 26.1), so one without is something else; but who has just been forked still shares the master's descriptors. */
static void
look_at(struct workers *w, pid_t pid, pid_t master, uint32_t generation, enum workers_depth depth, msec now)
{
	struct process_sample sample;
	struct worker *worker;
	enum heartbeat heartbeat;
	msec age = 0;
	int fd;

	/* a zombie has ended: how is told by who hears of it (deaths.h), not by a look */
	if (!process_sample(pid, &sample) || sample.state == 'Z')
		return;
	worker = find(w, pid, sample.start);
	/* tried first at the number at which it was found the last time: a directory need not be read again */
	fd = worker != NULL ? worker->heartbeat_fd : -1;
	heartbeat = process_heartbeat(pid, &fd, clock_wall(), now, &age);
	if (heartbeat != HEARTBEAT_NONE && worker == NULL && tree_is_heir(pid, master))
		return; /* a second master, with the file of its one worker */
	if (heartbeat == HEARTBEAT_NONE || (worker == NULL && (worker = add(w, &sample, generation)) == NULL))
		return;
	/* also one of whom nothing can be read: it is there, or it would not have been found */
	worker->seen = true;
	worker->unheard = false; /* of whoever lives the end is still to come */
	worker->heartbeat = (uint8_t)heartbeat;
	if (worker->held < 0 && heartbeat != HEARTBEAT_UNKNOWN)
		worker->held = process_heartbeat_hold(pid, fd);
	worker->heartbeat_fd = fd;
	worker->beat = age;
	w->blind |= heartbeat == HEARTBEAT_UNKNOWN; /* of one is of all: they have one user */
	if (worker->up == 0 && worker_booted(worker, now))
		worker->up = now;
	if (worker->leaving != 0 && now - worker->leaving > LEAVE_PATIENCE)
		worker->leaving = 0;
	if (depth != WORKERS_HEARTBEATS)
		take_figures(worker, &sample, now);
}

/* Who is gone is remembered for a while: what ended it may be told later than that it is not there. */
static struct worker *
remember(struct workers *w, struct worker *worker)
{
	struct worker *to;

	if (w->gone == NULL) {
		w->gone = calloc(WORKERS_GONE, sizeof *w->gone);
		for (unsigned i = 0; w->gone != NULL && i < WORKERS_GONE; i++)
			w->gone[i].held = w->gone[i].pidfd = -1;
	}
	if (w->gone == NULL) {
		let_go(worker);
		return NULL;
	}
	w->buried = clock_now();
	to = &w->gone[w->gone_next++ % WORKERS_GONE];
	let_go(to);
	*to = *worker;
	return to;
}

static void
forget_unseen(struct workers *w)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < w->count; i++) {
		if (w->at[i].seen)
			w->at[kept++] = w->at[i];
		else
			remember(w, &w->at[i]);
	}
	w->count = kept;
}

struct worker *
workers_find(struct workers *w, int32_t pid)
{
	for (uint32_t i = 0; i < w->count; i++)
		if (w->at[i].pid == pid)
			return &w->at[i];
	/* last: a pid may have been given again since */
	for (unsigned i = 0; w->gone != NULL && i < WORKERS_GONE; i++)
		if (w->gone[i].pid == pid)
			return &w->gone[i];
	return NULL;
}

struct worker *
workers_bury(struct workers *w, int32_t pid)
{
	for (uint32_t i = 0; i < w->count; i++) {
		struct worker worker = w->at[i];

		if (worker.pid != pid)
			continue;
		w->at[i] = w->at[--w->count]; /* nobody relies on their order */
		return remember(w, &worker);
	}
	return workers_find(w, pid);
}

bool
workers_unsettled(const struct workers *w, msec now)
{
	for (uint32_t i = 0; i < w->count; i++)
		if (w->at[i].up == 0 && now - w->at[i].started < UNSETTLED)
			return true;
	return false;
}

static bool
could_not_look(void)
{
	return errno == EMFILE || errno == ENFILE || errno == ENOMEM;
}

/* All children of the master of GENERATION. */
static void
look_below(struct workers *w, const struct page_generation *generation, enum workers_depth depth, msec now)
{
	pid_t pids[WORKERS_MAX];
	int n;

	errno = 0;
	n = process_children(generation->master, pids, WORKERS_MAX);
	/* else its master has just ended: then there are none */
	w->unsure |= n < 0 && could_not_look();
	for (int i = 0; i < n && i < WORKERS_MAX; i++) {
		errno = 0;
		look_at(w, pids[i], generation->master, generation->number, depth, now);
		w->unsure |= could_not_look();
	}
}

void
workers_look(struct workers *w, const struct page_service *record, enum workers_depth depth, msec now)
{
	if (now - w->buried > REMEMBER)
		forget_gone(w);
	for (uint32_t i = 0; i < w->count; i++)
		w->at[i].seen = false;
	w->blind = w->unsure = false;
	for (unsigned g = 0; g < PAGE_GENERATIONS; g++) {
		const struct page_generation *generation = &record->generations[g];

		if (generation->number != 0 && generation->master > 0)
			look_below(w, generation, depth, now);
	}
	/* who could not be looked at is not gone */
	if (!w->unsure)
		forget_unseen(w);
	if (depth != WORKERS_HEARTBEATS)
		weigh(w, depth, now);
}

bool
worker_booted(const struct worker *worker, msec now)
{
	if (worker->heartbeat == HEARTBEAT_UNKNOWN)
		return now - worker->started >= WORKERS_BLIND;
	return worker->heartbeat == HEARTBEAT_BEATING;
}

struct workers_count
workers_count(const struct workers *w, uint32_t generation, msec since, msec now)
{
	struct workers_count count = { 0, 0 };

	for (uint32_t i = 0; i < w->count; i++) {
		const struct worker *worker = &w->at[i];

		/* who was told to go finishes what he has, and takes nothing new */
		if (worker->generation != generation || worker->started < since || worker->leaving != 0)
			continue;
		count.all++;
		count.booted += worker_booted(worker, now);
	}
	return count;
}

uint32_t
workers_up_for(const struct workers *w, uint32_t generation, msec hold, msec now)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < w->count; i++)
		n += w->at[i].generation == generation && w->at[i].up != 0 && now - w->at[i].up >= hold;
	return n;
}

struct worker *
workers_oldest(struct workers *w, uint32_t generation)
{
	struct worker *oldest = NULL;

	for (uint32_t i = 0; i < w->count; i++) {
		struct worker *worker = &w->at[i];

		if (worker->generation != generation || worker->leaving != 0)
			continue;
		/* clock ticks are coarse: of two in one tick, the lower pid was most likely forked first */
		if (oldest == NULL || worker->start < oldest->start ||
			(worker->start == oldest->start && worker->pid < oldest->pid))
			oldest = worker;
	}
	return oldest;
}

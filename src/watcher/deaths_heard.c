/*
 * deaths_heard -- how the watcher comes to know of deaths: by process events of the kernel, of children of our masters only.
 * happened() knows whose child it was by the masters in the list. Where there are none, each worker is held by a pidfd from the
 * first look on: reaped().
 */
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "os/alarm.h"
#include "os/pidfd.h"
#include "os/privilege.h"
#include "os/procevents.h"
#include "os/vigil.h"
#include "watcher/deaths.h"
#include "watcher/watch.h"
#include "wire/procevent.h"

enum {
	REFILTER = 20,       /* ms: a master needs more until it forks */
	LOST_AGAIN = 600000, /* ms until it is said again that ends were lost */
};

/* ---- one death ---- */

/* Workers of a dead master are the supervisor's. */
static bool
is_orphan(struct watcher *w, int32_t pid, uint32_t *slot)
{
	for (*slot = 0; *slot < w->services.count; ++*slot) {
		struct sampler *sampler = w->services.at[*slot].sampler;

		if (sampler != NULL && workers_find(&sampler->workers, pid) != NULL)
			return true;
	}
	return false;
}

static void
happened(struct watcher *w, const struct procevent *e)
{
	uint32_t slot;
	bool known = masters_find(&w->deaths.masters, e->parent, &slot);

	if (e->kind == PROCEVENT_EXIT)
		foundlings_ended(&w->deaths.foundlings, e->pid, e->status);
	if (e->kind == PROCEVENT_FORK && known)
		samples_forked(w, &w->services.at[slot]);
	if (e->kind == PROCEVENT_EXIT && (known || is_orphan(w, e->pid, &slot)))
		deaths_died(w, &w->services.at[slot], e->pid, e->status);
}

/* Whose end was thrown away nobody can tell: of each worker of S, until it is seen alive, its master is believed. */
static void
doubt(struct watcher *w, struct service *s)
{
	struct workers *workers = s->sampler != NULL ? &s->sampler->workers : NULL;

	for (uint32_t i = 0; workers != NULL && i < workers->count; i++)
		workers->at[i].unheard = true;
	for (unsigned i = 0; workers != NULL && workers->gone != NULL && i < WORKERS_GONE; i++)
		workers->gone[i].unheard = true;
	samples_moved(w, s); /* soon, who is alive is seen */
}

static void
lost(struct watcher *w)
{
	struct deaths *d = &w->deaths;
	msec now = clock_now();

	for (uint32_t i = 0; i < w->services.count; i++)
		doubt(w, &w->services.at[i]);
	if (d->lost_told != 0 && now - d->lost_told < LOST_AGAIN)
		return;
	log_warning(
		"more processes ended at once than the kernel keeps for us: how some of them did is known from their masters' "
		"logs alone");
	d->lost_told = now;
}

/* The pidfd stays open as long as the worker is remembered: that says who has told of it (deaths_sees). */
static void
reaped(struct watcher *w, uint64_t key)
{
	struct service *s = &w->services.at[key >> 32];
	int32_t pid = (int32_t)(uint32_t)key, status;
	struct worker *worker = s->sampler != NULL ? workers_find(&s->sampler->workers, pid) : NULL;

	if (worker != NULL && worker->pidfd >= 0 && pidfd_status(worker->pidfd, &status) == PIDFD_KNOWN)
		deaths_died(w, s, pid, status);
}

void
deaths_hear(struct watcher *w)
{
	uint64_t key;
	_Alignas(8) char buffer[PROCEVENTS_BUFFER];
	struct procevent e;
	size_t n, at, step;
	bool now, any = false;

	/* messages begin at multiples of 4 (NLMSG_ALIGN, netlink(3)) */
	do {
		n = w->deaths.fd >= 0 ? procevents_read(w->deaths.fd, buffer, sizeof buffer, &now) : 0;
		any = any || (w->deaths.fd >= 0 && now);
		for (at = 0; at < n && (step = procevent_read(&e, buffer + at, n - at)) > 0;
			at += (step + 3) & ~(size_t)3)
			happened(w, &e);
	} while (n > 0);
	if (any)
		lost(w);
	while (w->deaths.vigil >= 0 && vigil_next(w->deaths.vigil, &key))
		reaped(w, key);
}

/* What it asks about was told before it came to ask. */
void
deaths_how(struct watcher *w, const struct link_record *question)
{
	deaths_hear(w);
	foundlings_answer(w, question);
}

/* ---- who is heard of ---- */

bool
deaths_sees(const struct watcher *w, const struct worker *worker)
{
	return !worker->unheard && (w->deaths.fd >= 0 || worker->pidfd >= 0);
}

void
deaths_hold(struct watcher *w, struct service *s)
{
	struct workers *workers = &s->sampler->workers;

	for (uint32_t i = 0; w->deaths.vigil >= 0 && i < workers->count; i++) {
		struct worker *worker = &workers->at[i];

		if (worker->pidfd < 0)
			worker->pidfd = vigil_hold(w->deaths.vigil, worker->pid, (uint32_t)worker->start,
				(uint64_t)s->slot << 32 | (uint32_t)worker->pid);
	}
}

/* ---- the beginning ---- */

static void
on_readable(struct ev_loop *loop, ev_io *io, int revents)
{
	(void)loop;
	(void)revents;
	deaths_hear(io->data);
}

/* The supervisor is among the parents: workers of a dead master become its children. */
static void
refilter(struct watcher *w)
{
	struct deaths *d = &w->deaths;
	const size_t parents = d->masters.count + 1, others = d->foundlings.count;
	pid_t *pids = calloc(parents + others, sizeof *pids);
	struct err err;

	/* the filter stays as it was: who is new in it is not heard of before the next change */
	if (pids == NULL)
		return;
	pids[0] = services_header(&w->services)->supervisor;
	for (uint32_t i = 0; i < d->masters.count; i++)
		pids[i + 1] = d->masters.at[i].pid;
	for (size_t i = 0; i < others; i++)
		pids[parents + i] = d->foundlings.at[i].pid;
	if (!procevents_only(d->fd, pids, parents, pids + parents, others, &err))
		log_warning("%s", err.text);
	free(pids);
}

static void
on_refilter(struct ev_loop *loop, ev_timer *timer, int revents)
{
	(void)loop;
	(void)revents;
	refilter(timer->data);
}

static void
hear_by(struct watcher *w, int fd)
{
	ev_io_init(&w->deaths.readable, on_readable, fd, EV_READ);
	w->deaths.readable.data = w;
	ev_io_start(w->loop, &w->deaths.readable);
}

/* WHY there are no process events. */
static void
begin_vigil(struct watcher *w, const struct err *why)
{
	struct deaths *d = &w->deaths;
	struct err err;

	if (d->tells && (d->vigil = vigil_open(&err)) < 0)
		log_warning("%s", err.text);
	if (d->vigil < 0) {
		log_info("how workers end is not seen, only what their masters say of it: %s", why->text);
		return;
	}
	log_info("how workers end is told by their pidfds: %s", why->text);
	hear_by(w, d->vigil);
}

/* At the first Gunicorn, or adopted program: as long as anybody listens, the kernel makes a message of every fork, exec and end
 * on this machine, and of other programs we need none. */
static void
listen_once(struct watcher *w)
{
	struct deaths *d = &w->deaths;
	struct err err;

	if (d->listened)
		return;
	d->listened = true;
	d->fd = procevents_open(&err);
	if (d->fd < 0)
		begin_vigil(w, &err);
	if (!privilege_begun(&err)) /* the kernel's log is open as well */
		log_warning("%s", err.text);
	if (d->fd < 0)
		return;
	/* Of everybody until the masters are in the filter, soon: a worker that was there before us and dies meanwhile
	 * would be seen by nobody, and what its master says of it would be left aside as seen otherwise. */
	procevents_only(d->fd, NULL, PROCEVENTS_MOST + 1, NULL, 0, &err);
	hear_by(w, d->fd);
}

void
deaths_follow(struct watcher *w, struct service *s, const struct page_service *record)
{
	struct deaths *d = &w->deaths;
	bool changed = foundlings_follow(&d->foundlings, s->slot, record);

	if (s->kind != PAGE_GUNICORN && !changed)
		return;
	listen_once(w);
	if (s->kind == PAGE_GUNICORN)
		changed = masters_follow(&d->masters, s, record) || changed;
	if (!changed || d->fd < 0 || ev_is_active(&d->refilter))
		return;
	alarm_in(w->loop, &d->refilter, REFILTER);
}

void
deaths_listen(struct watcher *w)
{
	ev_timer_init(&w->deaths.refilter, on_refilter, 0., 0.);
	w->deaths.refilter.data = w;
}

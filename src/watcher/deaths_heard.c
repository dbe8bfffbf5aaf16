/*
 * deaths_heard -- how the watcher comes to know of deaths: process events of the kernel, of children of our masters only.
 * happened() knows whose child it was by the masters in the list.
 */
#include <stdlib.h>

#include "base/log.h"
#include "os/alarm.h"
#include "os/privilege.h"
#include "os/procevents.h"
#include "watcher/deaths.h"
#include "watcher/watch.h"
#include "wire/procevent.h"

enum { REFILTER = 20 /* ms: a master needs more until it forks */ };

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

	if (e->kind == PROCEVENT_FORK && known)
		samples_forked(w, &w->services.at[slot]);
	if (e->kind == PROCEVENT_EXIT && (known || is_orphan(w, e->pid, &slot)))
		deaths_died(w, &w->services.at[slot], e->pid, e->status);
}

void
deaths_hear(struct watcher *w)
{
	_Alignas(8) char buffer[PROCEVENTS_BUFFER];
	struct procevent e;
	size_t n, at, step;
	bool lost = false;

	/* messages begin at multiples of 4 (NLMSG_ALIGN, netlink(3)) */
	while (w->deaths.fd >= 0 && (n = procevents_read(w->deaths.fd, buffer, sizeof buffer, &lost)) > 0) {
		for (at = 0; at < n && (step = procevent_read(&e, buffer + at, n - at)) > 0;
			at += (step + 3) & ~(size_t)3)
			happened(w, &e);
		if (lost && !w->deaths.lost_told) {
			log_warning("more processes ended at once than the kernel keeps for us: of some deaths the "
				    "status is not known");
			w->deaths.lost_told = true;
		}
	}
}

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
	pid_t *pids = calloc(d->masters.count + 1, sizeof *pids);
	struct err err;

	if (pids == NULL)
		return;
	pids[0] = services_header(&w->services)->supervisor;
	for (uint32_t i = 0; i < d->masters.count; i++)
		pids[i + 1] = d->masters.at[i].pid;
	if (!procevents_only(d->fd, pids, d->masters.count + 1, &err))
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

/* At the first Gunicorn: as long as anybody listens, the kernel makes a message of every fork, exec and end on this machine,
 * and of programs we need none. */
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
		log_info("how workers end is not seen, only what their masters say of it: %s", err.text);
	if (!privilege_begun(&err)) /* the kernel's log is open as well */
		log_warning("%s", err.text);
	if (d->fd < 0)
		return;
	/* Of everybody until the masters are in the filter, soon: a worker that was there before us and dies meanwhile
	 * would be seen by nobody, and what its master says of it would be left aside as seen otherwise. */
	procevents_only(d->fd, NULL, PROCEVENTS_PARENTS + 1, &err);
	ev_io_init(&d->readable, on_readable, d->fd, EV_READ);
	d->readable.data = w;
	ev_io_start(w->loop, &d->readable);
}

void
deaths_follow(struct watcher *w, struct service *s, const struct page_service *record)
{
	struct deaths *d = &w->deaths;

	if (s->kind != PAGE_GUNICORN)
		return;
	listen_once(w);
	if (!masters_follow(&d->masters, s, record) || d->fd < 0 || ev_is_active(&d->refilter))
		return;
	alarm_in(w->loop, &d->refilter, REFILTER);
}

void
deaths_listen(struct watcher *w)
{
	ev_timer_init(&w->deaths.refilter, on_refilter, 0., 0.);
	w->deaths.refilter.data = w;
}

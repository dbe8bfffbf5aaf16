#include "watcher/proofs.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "core/generation.h"
#include "core/life.h"
#include "os/alarm.h"
#include "os/fifo.h"
#include "watcher/proof.h"
#include "watcher/watch.h"

/* A proof begins when a generation boots (proofs_moved): its pipe is opened, or its address asked. The socket of
 * sd_notify(3) is the same for all generations of a service: there the sender's pid decides. What proves it goes up as
 * LINK_READY, and the supervisor judges whether it was waiting for that. */

enum { ASK_EVERY = 200 /* ms between two connections to an address that answers none yet */ };

/* A list: only programs with a proof are in it, and they are few. */
static struct proof *
find(const struct watcher *w, uint32_t slot)
{
	struct proof *p = w->proofs.first;

	while (p != NULL && p->slot != slot)
		p = p->next;
	return p;
}

bool
proof_read(const struct proof *p, struct page_service *record)
{
	return services_read(&p->w->services, p->slot, record);
}

/* The generation that boots; NULL. */
static const struct page_generation *
booting(const struct page_service *record)
{
	const struct page_generation *g = services_generation(record, record->generation);

	return record->state == LIFE_STARTING && g != NULL && g->master > 0 && g->state == GENERATION_BOOTING ? g :
														NULL;
}

/* Once is enough, and again does no harm: the supervisor takes it for a generation that boots, or not at all. */
void
proof_ready(struct proof *p)
{
	struct link_record ready = link_make(LINK_READY);
	struct page_service record;

	if (!proof_read(p, &record) || booting(&record) == NULL)
		return;
	ready.service = p->slot;
	ready.incarnation = record.incarnation;
	ready.generation = record.generation;
	uplink_send(p->w, &ready);
}

static void
close_fd(struct proof *p)
{
	if (p->fd < 0)
		return;
	ev_io_stop(p->w->loop, &p->io);
	close(p->fd);
	p->fd = -1;
}

void
proof_wake_in(struct proof *p, msec wait)
{
	alarm_in(p->w->loop, &p->timer, wait > 0 ? wait : 0);
}

/* ---- a descriptor ---- */

static void
on_newline(struct proof *p)
{
	char bytes[256];
	ssize_t n = read(p->fd, bytes, sizeof bytes);

	/* never 0: bridled holds the pipe open as well (supervisor/proof.c) */
	if (n <= 0)
		return;
	if (memchr(bytes, '\n', (size_t)n) == NULL)
		return; /* it is the newline that counts: s6's notification-fd */
	close_fd(p);
	proof_ready(p);
}

static void
on_event(struct ev_loop *loop, ev_io *io, int events)
{
	struct proof *p = io->data;

	(void)loop;
	(void)events;
	if (p->kind == PAGE_PROOF_FD)
		on_newline(p);
	else
		proof_on_notify(p);
}

static void
listen_to(struct proof *p, int fd)
{
	close_fd(p);
	p->fd = fd;
	ev_io_init(&p->io, on_event, fd, EV_READ);
	p->io.data = p;
	ev_io_start(p->w->loop, &p->io);
}

/* The pipe is this generation's own: what an earlier one wrote is not in it. */
static void
open_pipe(struct proof *p, const struct page_service *record)
{
	char path[2 * PAGE_PATH];
	struct text t;
	struct err err;
	int dir, fd;

	text_init(&t, path, sizeof path);
	text_addf(&t, "%s/%s", services_header(&p->w->services)->run_dir, record->name);
	dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	fd = dir < 0 ? -1 : fifo_open_reader(dir, "ready", &err);
	if (dir >= 0)
		close(dir);
	if (fd < 0)
		log_error("%s: it cannot be seen when it is ready: the pipe of ready_fd cannot be opened",
			record->name);
	else
		listen_to(p, fd);
}

/* ---- an address ---- */

static void
on_probed(struct probe *probe, enum probe_result result)
{
	struct proof *p = probe->data;

	if (result == PROBE_GOOD)
		proof_ready(p);
	else if (p->number != 0)
		proof_wake_in(p, ASK_EVERY);
}

/* One timer for all that a proof waits for, since it waits for one thing at a time: a master, an answer, a sign of
 * life. */
static void
on_due(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct proof *p = timer->data;
	struct page_service record;

	(void)loop;
	(void)events;
	if (!proof_read(p, &record))
		return;
	proof_take_early(p, &record);
	if (record.state == LIFE_STARTING && p->number != record.generation) {
		proofs_moved(p->w, p->slot); /* a command was in its master's place when it began to start */
	} else if (p->kind == PAGE_PROOF_PROBE && booting(&record) != NULL && p->probe.fd < 0) {
		probe_ask(&p->probe, &record);
	} else if (p->watchdog > 0 && record.state == LIFE_RUNNING) {
		if (clock_now() - p->alive >= p->watchdog)
			proof_abort(p, &record, "it did not say that it is alive within watchdog");
		proof_wake_in(p, p->alive + p->watchdog - clock_now());
	}
}

/* ---- services ---- */

static void
begin_generation(struct proof *p, const struct page_service *record)
{
	p->number = record->generation;
	/* what the one before it said of itself is not its own */
	p->status[0] = '\0';
	probe_stop(&p->probe);
	if (p->kind == PAGE_PROOF_FD)
		open_pipe(p, record);
	else if (p->kind == PAGE_PROOF_PROBE)
		proof_wake_in(p, 0);
}

void
proofs_moved(struct watcher *w, uint32_t slot)
{
	struct proof *p = find(w, slot);
	struct page_service record;

	if (p == NULL || !proof_read(p, &record))
		return;
	if (booting(&record) != NULL) {
		if (p->number != record.generation)
			begin_generation(p, &record);
		return;
	}
	/* nobody boots: an answer that comes now is none of a generation */
	p->number = 0;
	probe_stop(&p->probe);
	if (p->kind == PAGE_PROOF_FD)
		close_fd(p);
	if (record.state == LIFE_STARTING)
		proof_wake_in(p, PROOF_SOON);
	if (p->watchdog > 0 && record.state == LIFE_RUNNING) {
		p->alive = clock_now();
		proof_wake_in(p, p->watchdog);
	}
}

static struct proof *
make(struct watcher *w, struct service *s)
{
	struct proof *p = calloc(1, sizeof *p);

	if (p == NULL) {
		log_error("%s: no memory to see when it is ready", s->name);
		return NULL;
	}
	p->w = w;
	p->slot = s->slot;
	p->fd = -1;
	ev_init(&p->timer, on_due);
	p->timer.data = p;
	probe_init(&p->probe, w->loop, on_probed, p);
	p->next = w->proofs.first;
	w->proofs.first = p;
	return p;
}

void
proofs_follow(struct watcher *w, struct service *s, const struct page_service *record)
{
	struct proof *p = find(w, s->slot);

	if (record->kind != PAGE_PROGRAM || record->settings.probe.proof == PAGE_PROOF_NONE) {
		proofs_forget(w, s->slot);
		return;
	}
	if (p == NULL && (p = make(w, s)) == NULL)
		return;
	p->kind = record->settings.probe.proof;
	p->watchdog = record->settings.min_ready; /* a program has none: one field of the page for two (page.h) */
	proofs_moved(w, s->slot);
}

void
proofs_socket(struct watcher *w, uint32_t slot, int fd)
{
	struct proof *p = find(w, slot);

	/* its settings may have changed since it was sent */
	if (p == NULL || (p->kind != PAGE_PROOF_NOTIFY && p->kind != PAGE_PROOF_NOTIFY_ALL))
		close(fd);
	else
		listen_to(p, fd);
}

const char *
proofs_status(const struct watcher *w, uint32_t slot)
{
	const struct proof *p = find(w, slot);

	return p != NULL ? p->status : "";
}

void
proofs_forget(struct watcher *w, uint32_t slot)
{
	struct proof **at = &w->proofs.first, *p;

	while (*at != NULL && (*at)->slot != slot)
		at = &(*at)->next;
	if ((p = *at) == NULL)
		return;
	*at = p->next;
	close_fd(p);
	probe_stop(&p->probe);
	ev_timer_stop(w->loop, &p->timer);
	free(p);
}

void
proofs_release(struct watcher *w)
{
	while (w->proofs.first != NULL)
		proofs_forget(w, w->proofs.first->slot);
}

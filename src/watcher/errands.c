#include "watcher/errands.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/log.h"
#include "core/cause.h"
#include "os/sealed.h"
#include "watcher/docket.h"
#include "watcher/watch.h"
#include "wire/briefing.h"

/* One hang_dump that is being read. */
struct dump {
	struct dump *next;
	struct watcher *w;
	uint32_t slot;
	int32_t pid;
	ev_io readable;
	size_t length;
	char text[RECORD_DUMP];
};

/* The incarnation goes with it: should the slot be another's by the time that it arrives, nothing is run. */
static struct link_record
request(const struct service *s, enum link_deed deed)
{
	struct link_record r = link_make(LINK_REQUEST);

	r.deed = (uint8_t)deed;
	r.service = s->slot;
	r.incarnation = s->incarnation;
	return r;
}

/* ---- on_incident ---- */

void
errands_tell(struct watcher *w, struct service *s, const char *json, size_t length)
{
	struct link_record r = request(s, DEED_TELL);
	struct page_service record;
	int fd;

	if (!services_read(&w->services, s->slot, &record) || !record.settings.tells)
		return;
	/* not a pipe: whoever does not read it all keeps nobody waiting, and may read it twice */
	fd = memfd_create("incident", MFD_CLOEXEC);
	if (fd < 0)
		return;
	if (write(fd, json, length) != (ssize_t)length || write(fd, "\n", 1) != 1 || lseek(fd, 0, SEEK_SET) != 0 ||
		!uplink_send_with(w, &r, fd))
		log_warning("%s: on_incident is not told of an incident", s->name);
	close(fd);
}

/* ---- on_failure ---- */

/* The variables of E, in a descriptor; -1: without. */
static int
brief(const struct service *s, const struct docket_entry *e)
{
	const char *const values[BRIEFING_COUNT] = {
		[BRIEFING_CLASS] = e->cause == CAUSE_OWN ? e->own : causes[e->cause].name,
		[BRIEFING_PHASE] = cause_phases[e->phase],
		[BRIEFING_INCIDENT] = e->json,
	};
	char room[BRIEFING_MAX];
	size_t n = briefing_write(values, e->length, room);
	int fd = n > 0 ? sealed_make("incident", room, n) : -1;

	if (fd < 0)
		log_warning("%s: on_failure is not told of an incident", s->name);
	return fd;
}

void
errands_given_up(struct watcher *w, const struct service *s, uint32_t generation, const struct docket_entry *e)
{
	struct link_record r = request(s, DEED_FAILURE);
	int fd = e != NULL ? brief(s, e) : -1;

	r.generation = generation;
	/* it waits: where a descriptor finds no way, that nothing is known is said at least */
	if (fd < 0 || !uplink_send_with(w, &r, fd))
		uplink_send(w, &r);
	if (fd >= 0)
		close(fd);
}

/* ---- hang_dump ---- */

static void
let_go(struct dump *d)
{
	struct dump **at = &d->w->dumps;

	while (*at != d)
		at = &(*at)->next;
	*at = d->next;
	ev_io_stop(d->w->loop, &d->readable);
	close(d->readable.fd);
	free(d);
}

/* To whoever has that hang: the worker while it lives, and the case since its master named it. */
static void
deliver(const struct dump *d)
{
	struct service *s = &d->w->services.at[d->slot];
	struct worker *worker = s->sampler != NULL ? workers_find(&s->sampler->workers, d->pid) : NULL;
	struct inquiry_case *c = s->inquiry != NULL ? s->inquiry->told : NULL;

	if (worker != NULL && worker->hang != NULL)
		memcpy(worker->hang->dump, d->text, sizeof d->text);
	if (c != NULL && c->hang.pid == d->pid)
		memcpy(c->hang.dump, d->text, sizeof d->text);
}

/* What is longer is cut: whoever goes on writing gets SIGPIPE. */
static void
on_readable(struct ev_loop *loop, ev_io *io, int revents)
{
	struct dump *d = io->data;
	ssize_t n = read(io->fd, d->text + d->length, sizeof d->text - 1 - d->length);

	(void)loop;
	(void)revents;
	if (n < 0 && (errno == EAGAIN || errno == EINTR)) /* readable is a promise that may not be kept (ev(3)) */
		return;
	if (n > 0)
		d->length += (size_t)n;
	if (n > 0 && d->length < sizeof d->text - 1)
		return;
	deliver(d);
	let_go(d);
}

static bool
begin(struct watcher *w, const struct service *s, int32_t pid, int fd)
{
	struct dump *d = calloc(1, sizeof *d);

	if (d == NULL)
		return false;
	d->w = w;
	d->slot = s->slot;
	d->pid = pid;
	d->next = w->dumps;
	w->dumps = d;
	fcntl(fd, F_SETFL, O_NONBLOCK); /* our end alone: the other is another open file (pipe(7)) */
	ev_io_init(&d->readable, on_readable, fd, EV_READ);
	d->readable.data = d;
	ev_io_start(w->loop, &d->readable);
	return true;
}

void
errands_dump(struct watcher *w, struct service *s, int32_t pid)
{
	struct link_record r = request(s, DEED_DUMP);
	struct page_service record;
	int pair[2];

	if (!services_read(&w->services, s->slot, &record) || !record.settings.dumps || pipe2(pair, O_CLOEXEC) != 0)
		return;
	r.pid = pid;
	if (!uplink_send_with(w, &r, pair[1]) || !begin(w, s, pid, pair[0]))
		close(pair[0]);
	/* whoever dumps has the only writing end from here on: the pipe ends when he does */
	close(pair[1]);
}

void
errands_close(struct watcher *w)
{
	for (struct dump *d = w->dumps, *next; d != NULL; d = next) {
		next = d->next;
		let_go(d);
	}
}

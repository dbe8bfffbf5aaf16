#include "watcher/control.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "watcher/client.h"
#include "watcher/waiter.h"
#include "watcher/watch.h"

/* Who may not even look counts as a reader: only the answer to a call tells him so. */
static bool
has_room(const struct control *control, const struct peer *peer)
{
	if (control->count >= CONTROL_CLIENTS)
		return false;
	return peer->may_change || control->readers < CONTROL_READERS;
}

static void
on_acceptable(struct ev_loop *loop, ev_io *io, int revents)
{
	struct watcher *w = io->data;
	struct control *control = &w->control;
	/* one a turn: the others keep it readable */
	int fd = accept4(control->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	struct peer peer;
	struct client *c;

	(void)loop;
	(void)revents;
	/* he has gone already (ECONNABORTED), or there is no descriptor for him, and he waits in the queue (accept(2)) */
	if (fd < 0)
		return;
	peer = peer_of(fd, services_header(&w->services));
	if (!has_room(control, &peer)) {
		/* without a word: to be told why he would need a place */
		close(fd);
		return;
	}
	c = client_new(w, fd, peer);
	if (c == NULL)
		return;
	c->next = control->clients;
	control->clients = c;
	control->count++;
	control->readers += !peer.may_change;
}

static void
reap(struct watcher *w, bool all)
{
	struct client **at = &w->control.clients;

	while (*at != NULL) {
		struct client *c = *at;

		if (!c->gone && !all) {
			at = &c->next;
			continue;
		}
		*at = c->next;
		w->control.count--;
		w->control.readers -= !c->peer.may_change;
		client_free(c);
	}
}

/* Before the loop waits, when no walk is under way: ev_prepare, and only once for many that went. */
static void
on_reap(struct ev_loop *loop, ev_prepare *prepare, int revents)
{
	(void)revents;
	reap(prepare->data, false);
	ev_prepare_stop(loop, prepare);
}

void
control_reap(struct watcher *w)
{
	ev_prepare_start(w->loop, &w->control.reaper);
}

bool
control_open(struct watcher *w, int fd, struct err *err)
{
	struct control *control = &w->control;
	int on = 0; /* SO_ACCEPTCONN: does it listen? (socket(7)) */
	socklen_t size = sizeof on;

	*control = (struct control){ .fd = -1 };
	if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &on, &size) != 0) /* /dev/null stands for one (watcher_child.c) */
		return errno == ENOTSOCK || err_set(err, errno, "descriptor %d is no control socket", fd);
	if (!on)
		return err_set(err, 0, "descriptor %d does not listen", fd);
	control->fd = fd;
	ev_io_init(&control->acceptable, on_acceptable, fd, EV_READ);
	ev_prepare_init(&control->reaper, on_reap);
	control->acceptable.data = control->reaper.data = w;
	return true;
}

void
control_begin(struct watcher *w)
{
	if (w->control.fd >= 0)
		ev_io_start(w->loop, &w->control.acceptable);
}

void
control_close(struct watcher *w)
{
	ev_io_stop(w->loop, &w->control.acceptable);
	ev_prepare_stop(w->loop, &w->control.reaper);
	reap(w, true);
}

/* By its number alone: the link is this watcher's own, and so are its numbers. Who asked may have hung up since: then nobody
 * is told. */
static struct client *
find_request(struct watcher *w, uint32_t id)
{
	for (struct client *c = w->control.clients; c != NULL; c = c->next)
		if (!c->gone && c->waiter.kind == WAIT_ANSWER && c->waiter.id == id)
			return c;
	return NULL;
}

void
control_answered(struct watcher *w, const struct link_record *answer)
{
	struct client *c = find_request(w, answer->id);

	if (c != NULL)
		waiter_answered(c, answer);
}

void
control_line(struct watcher *w, const struct link_record *line)
{
	struct client *c = find_request(w, line->id);

	if (c != NULL)
		waiter_line(c, line);
}

void
control_moved(struct watcher *w, const struct link_record *move)
{
	struct service *s = &w->services.at[move->service];
	struct page_service record;

	/* The page is newer than the link: the slot may be another service's already, and then the move is nobody's. */
	if (!services_read(&w->services, move->service, &record) || record.incarnation != move->incarnation)
		return;
	for (struct client *c = w->control.clients; c != NULL; c = c->next)
		if (!c->gone)
			waiter_moved(c, s, &record, move);
}

void
control_incident(struct watcher *w, const struct service *s, const char *json, size_t length)
{
	for (struct client *c = w->control.clients; c != NULL; c = c->next)
		if (!c->gone)
			waiter_incident(c, s->name, json, length);
}

void
control_look(struct watcher *w)
{
	for (struct client *c = w->control.clients; c != NULL; c = c->next)
		if (!c->gone)
			waiter_look(c);
}

void
control_sampled(struct watcher *w, struct service *s, const struct page_service *record)
{
	for (struct client *c = w->control.clients; c != NULL; c = c->next)
		if (!c->gone)
			waiter_sampled(c, s, record);
}

void
control_forgot(struct watcher *w, struct service *s)
{
	for (struct client *c = w->control.clients; c != NULL; c = c->next)
		if (!c->gone)
			waiter_forgot(c, s->name);
}

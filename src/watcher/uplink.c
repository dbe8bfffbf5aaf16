#include "watcher/uplink.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "watcher/hangs.h"
#include "watcher/troubles.h"
#include "watcher/watch.h"

enum { FEW = 4 /* records whose lines for the journal are not worth the memory to gather them in */ };

/* ---- out ---- */

struct link_record
uplink_request(enum link_deed deed, uint32_t slot, const struct page_service *record)
{
	struct link_record r = link_make(LINK_REQUEST);

	r.deed = (uint8_t)deed;
	r.service = slot;
	r.incarnation = record->incarnation;
	r.generation = record->generation;
	return r;
}

static bool
send_now(struct uplink *u, const struct link_record *record)
{
	return send(u->fd, record, sizeof *record, MSG_DONTWAIT | MSG_NOSIGNAL) == (ssize_t)sizeof *record;
}

static bool
enqueue(struct watcher *w, const struct link_record *record)
{
	struct uplink *u = &w->uplink;

	if (u->queue == NULL)
		/* taken only now, 64 KiB: a supervisor that reads never lets it come to this */
		u->queue = malloc(UPLINK_QUEUE * sizeof *u->queue);
	if (u->queue == NULL || u->count == UPLINK_QUEUE) {
		log_warning("the supervisor does not read: a record is dropped");
		return false;
	}
	u->queue[(u->first + u->count++) % UPLINK_QUEUE] = *record;
	ev_io_start(w->loop, &u->writable);
	return true;
}

bool
uplink_send(struct watcher *w, const struct link_record *record)
{
	if (w->uplink.count == 0 && send_now(&w->uplink, record)) /* else behind those that wait: order is kept */
		return true;
	return enqueue(w, record);
}

bool
uplink_send_with(struct watcher *w, const struct link_record *record, int fd)
{
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(sizeof(int))];
	} control = { 0 };
	struct link_record copy = *record;
	struct iovec part = { &copy, sizeof copy };
	struct msghdr message = { .msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof control };

	/* a descriptor does not wait in the queue: whoever asks does without */
	if (w->uplink.count > 0)
		return false;
	control.header =
		(struct cmsghdr){ .cmsg_len = CMSG_LEN(sizeof fd), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS };
	memcpy(CMSG_DATA(&control.header), &fd, sizeof fd);
	return sendmsg(w->uplink.fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL) == (ssize_t)sizeof copy;
}

static void
on_writable(struct ev_loop *loop, ev_io *io, int revents)
{
	struct watcher *w = io->data;
	struct uplink *u = &w->uplink;

	(void)revents;
	while (u->count > 0 && send_now(u, &u->queue[u->first])) {
		u->first = (u->first + 1) % UPLINK_QUEUE;
		u->count--;
	}
	if (u->count > 0)
		return;
	/* 64 KiB that are hardly ever needed */
	free(u->queue);
	u->queue = NULL;
	ev_io_stop(loop, io);
}

uint32_t
uplink_id(struct watcher *w)
{
	/* 0 in an answer says that nobody asked */
	if (++w->uplink.last_id == 0)
		w->uplink.last_id = 1;
	return w->uplink.last_id;
}

/* ---- in ---- */

/* The first one says that all is in place by which another supervisor finds us, and what lies in the deposit: before that,
 * nobody may be told what would be lost with this one. */
static void
pong(struct watcher *w, const struct link_record *ping)
{
	struct link_record record = link_make(LINK_PONG);

	record.id = ping->id;
	uplink_send(w, &record);
	control_begin(w);
}

static void
new_page(struct watcher *w, int page_fd)
{
	struct err err;

	if (page_fd >= 0 && !services_map(&w->services, page_fd, &err))
		/* the old one stays mapped: its last state is better than none */
		log_error("new page refused: %s", err.text);
	/* moves may have been missed: every slot is compared with its record, and whoever waits is judged by that */
	inquiries_learn(w);
	watch_slots(w);
	samples_look_soon(w);
	control_look(w);
}

static void
new_socket(struct watcher *w, const struct link_record *record, int fd)
{
	const struct service *s = record->service < w->services.count ? &w->services.at[record->service] : NULL;

	if (fd < 0)
		return;
	if (s != NULL && s->incarnation != record->incarnation)
		watch_slots(w); /* its settings came just now */
	if (s != NULL && s->incarnation == record->incarnation)
		proofs_socket(w, record->service, fd);
	else
		close(fd);
}

/* Takes PAGE_FD (-1: none came). */
static void
heard(struct watcher *w, const struct link_record *record, int page_fd)
{
	switch ((enum link_kind)record->kind) {
	case LINK_PAGE: new_page(w, page_fd); break;
	case LINK_NOTIFY: new_socket(w, record, page_fd); break;
	case LINK_MOVED: watch_moved(w, record); break;
	case LINK_ANSWER: control_answered(w, record); break;
	case LINK_LINE: control_line(w, record); break;
	case LINK_PING: pong(w, record); break;
	case LINK_POLICY: troubles_answered(w, record); break;
	case LINK_HOW: deaths_how(w, record); break;
	case LINK_STACK: hangs_stack(w, record, page_fd); break;
	case LINK_PONG:
	case LINK_ENDED:
	case LINK_JUDGED:
	case LINK_READY:
	case LINK_SIZE:
	case LINK_REQUEST:
	case LINK_KINDS: break; /* link_check lets none of these through in this direction */
	}
}

/* The descriptor that came with a packet, or -1. Any others would stay open unseen: there is room for one, told without its
 * padding, in which another would fit, and the kernel closes what does not fit (unix(7)). */
static int
attached(struct msghdr *message)
{
	struct cmsghdr *c = CMSG_FIRSTHDR(message);
	int fd = -1;

	if (c != NULL && c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS &&
		c->cmsg_len == CMSG_LEN(sizeof fd))
		memcpy(&fd, CMSG_DATA(c), sizeof fd);
	return fd;
}

static void
packet(struct watcher *w, const struct link_record *records, size_t n, int page_fd)
{
	struct err err;
	size_t count;

	if (!link_check(records, n, false, &count, &err)) {
		/* of another version perhaps: it is passed over as a whole, since the others in it may build on this
		 * one */
		log_error("the supervisor said what we do not understand: %s", err.text);
		count = 0;
	}
	if (count > FEW)
		chronicle_gather(w);
	for (size_t i = 0; i < count; i++) {
		bool carries =
			records[i].kind == LINK_PAGE || records[i].kind == LINK_NOTIFY || records[i].kind == LINK_STACK;

		heard(w, &records[i], carries ? page_fd : -1);
		if (carries)
			page_fd = -1;
	}
	chronicle_append(w);
	if (page_fd >= 0)
		close(page_fd);
}

static void
on_link(struct ev_loop *loop, ev_io *io, int revents)
{
	struct watcher *w = io->data;
	struct link_record records[LINK_BATCH];
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control;
	struct iovec part = { records, sizeof records };
	struct msghdr message = {
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = CMSG_LEN(sizeof(int)),
	};
	ssize_t n = recvmsg(w->uplink.fd, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);

	(void)revents;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) { /* 0: the other end is closed; the supervisor has ended, or lets us go */
		ev_io_stop(loop, io);
		ev_io_stop(loop, &w->uplink.writable);
		watch_end(w);
		return;
	}
	packet(w, records, (size_t)n, attached(&message));
}

void
uplink_release(struct watcher *w)
{
	free(w->uplink.queue);
	w->uplink.queue = NULL;
}

void
uplink_open(struct watcher *w, int fd)
{
	struct uplink *u = &w->uplink;

	*u = (struct uplink){ .fd = fd };
	fcntl(fd, F_SETFL, O_NONBLOCK);
	ev_io_init(&u->readable, on_link, fd, EV_READ);
	ev_io_init(&u->writable, on_writable, fd, EV_WRITE);
	u->readable.data = u->writable.data = w;
	ev_io_start(w->loop, &u->readable);
}

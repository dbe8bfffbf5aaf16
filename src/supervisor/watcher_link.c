#include "supervisor/watcher_link.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "os/alarm.h"
#include "os/handed.h"
#include "supervisor/bridled.h"
#include "supervisor/proof.h"
#include "supervisor/requests.h"

enum {
	AT_ONCE = 8,      /* records from it a round of the loop */
	LAST_ROUNDS = 64, /* of reading, before a watcher counts as hung */
};

void
watcher_link_close(struct bridled *b)
{
	struct watcher_link *l = &b->watcher.link;

	ev_timer_stop(b->loop, &l->patience);
	if (l->fd < 0)
		return;
	ev_io_stop(b->loop, &l->readable);
	ev_io_stop(b->loop, &l->writable);
	close(l->fd);
	l->fd = -1;
	/* what it was to be told stands in the page, which the next one reads */
	l->count = l->ping = 0;
	l->overflowed = false;
}

/* Whatever is wrong with it, the answer is the same: end it, and SIGCHLD brings the next one. */
static void
give_up_on(struct bridled *b, const char *why)
{
	const pid_t pid = b->watcher.pid;

	log_warning("watcher %d %s; it is killed%s", (int)pid, why, b->stopping ? "" : ", another one is started");
	watcher_link_close(b);
	if (pid > 0)
		kill(pid, SIGKILL);
}

void
watcher_link_be_patient(struct bridled *b)
{
	alarm_in(b->loop, &b->watcher.link.patience, WATCHER_PATIENCE);
}

static void
take_record(struct bridled *b, const struct link_record *record, size_t size, int fd)
{
	struct watcher_link *l = &b->watcher.link;
	size_t count;
	struct err err;

	if (!link_check(record, size, true, &count, &err)) {
		/* what no watcher of ours sends comes from one that was taken over, or has lost its mind: it is asked
		 * nothing more */
		log_warning("watcher sent nonsense: %s", err.text);
		give_up_on(b, "is not ours any more");
	} else if (record->kind != LINK_PONG) {
		requests_take(b, record, fd, clock_now());
		return;
	} else if (record->id == l->ping) {
		l->ping = 0;
		ev_timer_stop(b->loop, &l->patience);
	}
	if (fd >= 0)
		close(fd);
}

static void
on_readable(struct ev_loop *loop, ev_io *io, int events)
{
	struct bridled *b = io->data;
	struct link_record record;
	ssize_t n;
	int fd;

	(void)loop;
	(void)events;
	/* A few a round, and a packet is one record, as uplink.c sends them: a watcher that floods us, with rereads of the
	 * configuration say, must not starve the services. */
	for (int i = 0; i < AT_ONCE && b->watcher.link.fd >= 0; i++) {
		n = handed_receive(b->watcher.link.fd, &record, sizeof record, &fd);
		if (n < 0)
			return;
		if (fd == HANDED_STRANGE) {
			give_up_on(b, "handed over what no watcher of ours has");
			return;
		}
		if (n == 0) { /* it is about to end; if it does not, it is of no use to anybody */
			if (fd >= 0)
				close(fd);
			watcher_link_close(b);
			watcher_link_be_patient(b);
			return;
		}
		/* in this order, as ever; and before this one is answered: who waits for that would take what happened earlier in this
		 * round, or was asked for by the one before, for what became of his own (watcher/waiter.c) */
		memory_catch_up(b);
		notices_tell(b);
		take_record(b, &record, (size_t)n > sizeof record ? 0 : (size_t)n, fd);
	}
}

static void
on_impatient(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct bridled *b = timer->data;
	uint32_t unanswered = b->watcher.link.ping;

	/* it may be us who were stopped or held up: then the answer has come */
	for (int i = 0; i < LAST_ROUNDS && unanswered != 0 && b->watcher.link.ping == unanswered; i++)
		on_readable(loop, &b->watcher.link.readable, events);
	if (b->watcher.link.ping == unanswered)
		give_up_on(b, "does not answer");
}

static void
on_writable(struct ev_loop *loop, ev_io *io, int events)
{
	(void)loop;
	(void)events;
	watcher_link_flush(io->data);
}

bool
watcher_link_init(struct bridled *b, struct err *err)
{
	struct watcher_link *l = &b->watcher.link;

	*l = (struct watcher_link){ .fd = -1, .queue = calloc(WATCHER_QUEUE, sizeof *l->queue) };
	if (l->queue == NULL)
		return err_set(err, errno, "cannot queue for the watcher");
	ev_init(&l->patience, on_impatient);
	l->patience.data = l->readable.data = l->writable.data = b;
	return true;
}

void
watcher_link_open(struct bridled *b, int fd)
{
	struct watcher_link *l = &b->watcher.link;

	l->fd = fd;
	ev_io_init(&l->readable, on_readable, fd, EV_READ);
	ev_io_init(&l->writable, on_writable, fd, EV_WRITE);
	l->readable.data = l->writable.data = b;
	ev_io_start(b->loop, &l->readable);
}

void
watcher_link_free(struct bridled *b)
{
	watcher_link_close(b);
	free(b->watcher.link.queue);
	b->watcher.link.queue = NULL;
}

/* ---- what it is told ---- */

void
watcher_link_tell(struct bridled *b, const struct link_record *record)
{
	struct watcher_link *l = &b->watcher.link;

	if (l->fd < 0)
		return; /* the next one reads the page */
	if (l->count == WATCHER_QUEUE) {
		l->overflowed = true;
		return;
	}
	l->queue[(l->first + l->count++) % WATCHER_QUEUE] = *record;
}

/* One packet of records that lie side by side in the ring. False: not now, or never. */
static bool
send_some(struct watcher_link *l)
{
	uint32_t n = l->count < LINK_BATCH ? l->count : LINK_BATCH;
	ssize_t sent;

	if (l->first + n > WATCHER_QUEUE)
		n = WATCHER_QUEUE - l->first;
	sent = send(l->fd, &l->queue[l->first], n * sizeof *l->queue, MSG_DONTWAIT | MSG_NOSIGNAL);
	/* a packet goes whole or not at all (unix(7), SOCK_SEQPACKET): there is no part to remember */
	if (sent < 0)
		return false;
	l->first = (l->first + n) % WATCHER_QUEUE;
	l->count -= n;
	return true;
}

/* Together with whatever it is told: where nothing happens nobody is woken to be asked. One question at a time, so that
 * patience counts from the first that was not answered. */
static void
ask_for_life(struct bridled *b)
{
	struct watcher_link *l = &b->watcher.link;
	struct link_record ping = link_make(LINK_PING);

	if (l->ping != 0 || l->fd < 0)
		return;
	/* the last record makes room: a watcher that reads nothing must be found out */
	if (l->count == WATCHER_QUEUE) {
		l->count--;
		l->overflowed = true;
	}
	/* 0 means that nothing was asked: passed over where the numbers begin again */
	ping.id = l->ping = ++l->pings != 0 ? l->pings : ++l->pings;
	watcher_link_tell(b, &ping);
	watcher_link_be_patient(b);
}

void
watcher_link_flush(struct bridled *b)
{
	struct watcher_link *l = &b->watcher.link;

	if (l->fd < 0 || (l->count == 0 && !l->overflowed)) {
		ev_io_stop(b->loop, &l->writable);
		return;
	}
	/* nobody is to hear of what we would not know any more after a crash */
	memory_catch_up(b);
	ask_for_life(b);
	while (l->count > 0 && send_some(l))
		;
	if (l->count > 0) {
		ev_io_start(b->loop, &l->writable);
		return;
	}
	if (l->overflowed) {
		/* records were dropped, and all that they said is in the page */
		l->overflowed = false;
		watcher_link_show_page(b);
	}
	/* set anew where the page could not be handed over: that is tried again when there is room */
	if (!l->overflowed)
		ev_io_stop(b->loop, &l->writable);
	else
		ev_io_start(b->loop, &l->writable);
}

void
watcher_link_ask_anew(struct bridled *b)
{
	b->watcher.link.ping = 0;
	ask_for_life(b);
	watcher_link_flush(b);
}

bool
watcher_link_hand(struct bridled *b, const struct link_record *record, int fd)
{
	struct watcher_link *l = &b->watcher.link;
	struct iovec iov = { (void *)record, sizeof *record };
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(sizeof(int))];
	} control = { 0 };
	struct msghdr message = { .msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof control };

	if (l->fd < 0)
		return true; /* the next one is shown everything */
	control.header = (struct cmsghdr){ .cmsg_len = CMSG_LEN(sizeof(int)),
		.cmsg_level = SOL_SOCKET,
		.cmsg_type = SCM_RIGHTS };
	memcpy(CMSG_DATA(&control.header), &fd, sizeof(int));
	/* past the queue, which keeps bytes: a descriptor would have to be kept open for it */
	if (sendmsg(l->fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0)
		return true;
	l->overflowed = true; /* tried again when the queue has drained */
	return false;
}

void
watcher_link_show_page(struct bridled *b)
{
	struct link_record record = link_make(LINK_PAGE);

	if (b->watcher.link.fd < 0)
		return;
	if (watcher_link_hand(b, &record, b->page_fd))
		proof_show_all(b);
}

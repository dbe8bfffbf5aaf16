#include "supervisor/watcher_child.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "os/protect.h"
#include "os/spawn.h"
#include "os/tree.h"
#include "supervisor/bridled.h"
#include "supervisor/proof.h"
#include "supervisor/requests.h"
#include "watcher/watcher.h"
#include "wire/ending.h"
#include "wire/page.h"

enum {
	EARLY = 2000, /* ms: ending sooner is a failure to start */
	DELAY_MAX = 30000,
	AT_ONCE = 8,      /* records from it a round of the loop */
	LAST_ROUNDS = 64, /* of reading, before a watcher counts as hung */
};

/* ---- the link ---- */

static void
hang_up(struct watcher_child *w, struct ev_loop *loop)
{
	ev_timer_stop(loop, &w->patience);
	if (w->link < 0)
		return;
	ev_io_stop(loop, &w->readable);
	ev_io_stop(loop, &w->writable);
	close(w->link);
	w->link = -1;
	w->count = w->ping = 0;
	w->overflowed = false;
}

/* Whatever is wrong with it, the answer is the same: end it, and SIGCHLD brings the next one. */
static void
give_up_on(struct bridled *b, const char *why)
{
	struct watcher_child *w = &b->watcher;

	log_warning("watcher %d %s; it is killed%s", (int)w->pid, why, b->stopping ? "" : ", another one is started");
	hang_up(w, b->loop);
	if (w->pid > 0)
		kill(w->pid, SIGKILL);
}

static void
be_patient(struct watcher_child *w, struct ev_loop *loop)
{
	ev_timer_stop(loop, &w->patience);
	ev_timer_set(&w->patience, WATCHER_PATIENCE / 1000., 0.);
	ev_timer_start(loop, &w->patience);
}

static void
take_record(struct bridled *b, const struct link_record *record, size_t size, int fd)
{
	struct watcher_child *w = &b->watcher;
	size_t count;
	struct err err;

	if (!link_check(record, size, true, &count, &err)) {
		log_warning("watcher sent nonsense: %s", err.text);
		give_up_on(b, "is not ours any more");
	} else if (record->kind != LINK_PONG) {
		requests_take(b, record, fd, clock_now());
		return;
	} else if (record->id == w->ping) {
		w->ping = 0;
		ev_timer_stop(b->loop, &w->patience);
	}
	if (fd >= 0)
		close(fd);
}

/* The next packet: its length, and the one descriptor that may come with it, else -1. There is room for no second one, and
 * the kernel closes what does not fit (unix(7)). */
static ssize_t
receive(int link, struct link_record *record, int *fd)
{
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(sizeof(int))];
	} control;
	struct iovec part = { record, sizeof *record };
	struct msghdr message = { .msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof control };
	ssize_t n = recvmsg(link, &message, MSG_DONTWAIT | MSG_TRUNC | MSG_CMSG_CLOEXEC);
	struct cmsghdr *c = n > 0 ? CMSG_FIRSTHDR(&message) : NULL;

	*fd = -1;
	if (c != NULL && c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS &&
		c->cmsg_len == CMSG_LEN(sizeof *fd))
		memcpy(fd, CMSG_DATA(c), sizeof *fd);
	return n;
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
	for (int i = 0; i < AT_ONCE && b->watcher.link >= 0; i++) {
		n = receive(b->watcher.link, &record, &fd);
		if (n < 0)
			return;
		if (n == 0) { /* it is about to end; if it does not, it is of no use to anybody */
			hang_up(&b->watcher, b->loop);
			be_patient(&b->watcher, b->loop);
			return;
		}
		take_record(b, &record, (size_t)n > sizeof record ? 0 : (size_t)n, fd);
	}
}

static void
on_impatient(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct bridled *b = timer->data;
	uint32_t unanswered = b->watcher.ping;

	/* it may be us who were stopped or held up: then the answer has come */
	for (int i = 0; i < LAST_ROUNDS && unanswered != 0 && b->watcher.ping == unanswered; i++)
		on_readable(loop, &b->watcher.readable, events);
	if (b->watcher.ping == unanswered)
		give_up_on(b, "does not answer");
}

static void
on_writable(struct ev_loop *loop, ev_io *io, int events)
{
	(void)loop;
	(void)events;
	watcher_child_flush(io->data);
}

void
watcher_child_tell(struct bridled *b, const struct link_record *record)
{
	struct watcher_child *w = &b->watcher;

	if (w->link < 0)
		return; /* the next one reads the page */
	if (w->count == WATCHER_QUEUE) {
		w->overflowed = true;
		return;
	}
	w->queue[(w->first + w->count++) % WATCHER_QUEUE] = *record;
}

/* One packet of records that lie side by side in the ring. False: not now, or never. */
static bool
send_some(struct watcher_child *w)
{
	uint32_t n = w->count < LINK_BATCH ? w->count : LINK_BATCH;
	ssize_t sent;

	if (w->first + n > WATCHER_QUEUE)
		n = WATCHER_QUEUE - w->first;
	sent = send(w->link, &w->queue[w->first], n * sizeof *w->queue, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (sent < 0)
		return false;
	w->first = (w->first + n) % WATCHER_QUEUE;
	w->count -= n;
	return true;
}

static void
ask_for_life(struct bridled *b)
{
	struct watcher_child *w = &b->watcher;
	struct link_record ping = link_make(LINK_PING);

	if (w->ping != 0 || w->link < 0)
		return;
	if (w->count ==
		WATCHER_QUEUE) { /* the last record makes room: a watcher that reads nothing must be found out */
		w->count--;
		w->overflowed = true;
	}
	ping.id = w->ping = ++w->pings != 0 ? w->pings : ++w->pings;
	watcher_child_tell(b, &ping);
	be_patient(w, b->loop);
}

void
watcher_child_flush(struct bridled *b)
{
	struct watcher_child *w = &b->watcher;

	if (w->link < 0 || (w->count == 0 && !w->overflowed)) {
		ev_io_stop(b->loop, &w->writable);
		return;
	}
	memory_catch_up(b);
	ask_for_life(b);
	while (w->count > 0 && send_some(w))
		;
	if (w->count > 0) {
		ev_io_start(b->loop, &w->writable);
		return;
	}
	if (w->overflowed) {
		w->overflowed = false;
		watcher_child_show_page(b);
	}
	if (!w->overflowed)
		ev_io_stop(b->loop, &w->writable);
	else
		ev_io_start(b->loop, &w->writable);
}

bool
watcher_child_hand(struct bridled *b, const struct link_record *record, int fd)
{
	struct watcher_child *w = &b->watcher;
	struct iovec iov = { (void *)record, sizeof *record };
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(sizeof(int))];
	} control = { 0 };
	struct msghdr message = { .msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof control };

	if (w->link < 0)
		return true; /* the next one is shown everything */
	control.header = (struct cmsghdr){ .cmsg_len = CMSG_LEN(sizeof(int)),
		.cmsg_level = SOL_SOCKET,
		.cmsg_type = SCM_RIGHTS };
	memcpy(CMSG_DATA(&control.header), &fd, sizeof(int));
	if (sendmsg(w->link, &message, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0)
		return true;
	w->overflowed = true; /* tried again when the queue has drained */
	return false;
}

void
watcher_child_show_page(struct bridled *b)
{
	struct link_record record = link_make(LINK_PAGE);

	if (b->watcher.link < 0)
		return;
	if (watcher_child_hand(b, &record, b->page_fd))
		proof_show_all(b);
}

/* ---- the process ---- */

static void
on_again(struct ev_loop *loop, ev_timer *timer, int events)
{
	(void)loop;
	(void)events;
	watcher_child_start(timer->data, clock_now());
}

bool
watcher_child_init(struct bridled *b, struct err *err)
{
	struct watcher_child *w = &b->watcher;

	*w = (struct watcher_child){ .link = -1,
		.starts = w->starts,
		.queue = calloc(WATCHER_QUEUE, sizeof *w->queue) };
	if (w->queue == NULL)
		return err_set(err, errno, "cannot queue for the watcher");
	ev_init(&w->patience, on_impatient);
	ev_init(&w->again, on_again);
	w->patience.data = w->again.data = w->readable.data = w->writable.data = b;
	return true;
}

void
watcher_child_free(struct bridled *b)
{
	hang_up(&b->watcher, b->loop);
	free(b->watcher.queue);
	b->watcher.queue = NULL;
}

static pid_t
spawn_watcher(struct bridled *b, int its_end, struct err *err)
{
	char uid[16], gid[16];
	char *argv[] = { "bridled", "--watch", uid, gid, NULL }, *envp[] = { "PATH=/usr/bin:/bin", NULL, NULL };
	struct text t;
	int fds[] = { its_end, b->page_fd, b->control_fd, b->spool_fd, b->statsd_fd >= 0 ? b->statsd_fd : b->null_fd,
		b->kept_fd >= 0 ? b->kept_fd : b->null_fd, b->deposit.out >= 0 ? b->deposit.out : b->null_fd };

	for (char **e = environ; *e != NULL; e++) /* sanitizers and their like are steered this way */
		if (strncmp(*e, "ASAN_OPTIONS=", 13) == 0)
			envp[1] = *e;
	text_init(&t, uid, sizeof uid);
	text_addf(&t, "%u", (unsigned)b->watch_uid);
	text_init(&t, gid, sizeof gid);
	text_addf(&t, "%u", (unsigned)b->watch_gid);
	struct spawn_request r = { .path = "/proc/self/exe",
		.argv = argv,
		.envp = envp,
		.listeners = fds,
		.listener_count = sizeof fds / sizeof fds[0],
		.null_fd = b->null_fd,
		.output_fd = -1,
		.cgroup_fd = -1,
		.umask = 0027 };

	return spawn(&r, err);
}

static void
delay_next(struct bridled *b)
{
	struct watcher_child *w = &b->watcher;
	msec wait = w->early > 8 ? DELAY_MAX : (msec)100 << w->early;

	if (wait > DELAY_MAX)
		wait = DELAY_MAX;
	ev_timer_set(&w->again, (double)wait / 1000., 0.);
	ev_timer_start(b->loop, &w->again);
}

void
watcher_child_start(struct bridled *b, msec now)
{
	struct watcher_child *w = &b->watcher;
	struct page_header *header = b->page;
	struct tree_process p;
	struct err err;
	int pair[2], room = 1 << 20;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) != 0) {
		log_error("cannot make a link for the watcher: %s", strerror(errno));
		w->early++;
		delay_next(b);
		return;
	}
	setsockopt(pair[0], SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
	w->pid = spawn_watcher(b, pair[1], &err);
	close(pair[1]);
	w->started = now;
	w->start = w->pid > 0 && tree_look(w->pid, &p) ? p.start : 0;
	if (w->pid < 0) {
		log_error("cannot start the watcher: %s", err.text);
		w->pid = 0;
		w->early++;
		close(pair[0]);
		delay_next(b);
		return;
	}
	b->children++;
	if (b->protected)
		protect_not(w->pid, b->oom_score_adj);
	header->watcher_restarts = (int32_t)w->starts++;
	w->link = pair[0];
	ev_io_init(&w->readable, on_readable, w->link, EV_READ);
	ev_io_init(&w->writable, on_writable, w->link, EV_WRITE);
	w->readable.data = w->writable.data = b;
	ev_io_start(b->loop, &w->readable);
	proof_show_all(b);
	memory_bridled(b);
}

bool
watcher_child_dismiss(struct bridled *b, pid_t pid, uint64_t start, bool guards)
{
	struct watcher_child *w = &b->watcher;
	struct tree_process p;

	/* one that could not be followed is remembered still: nothing tells its end again, and others may have its number */
	if (!tree_look(pid, &p) || p.parent != getpid() || p.start != start)
		return false;
	w->pid = pid;
	w->start = start;
	w->dismissed = true;
	b->children++;
	if (guards)
		kill(pid, DEPOSIT_TAKEN); /* a child: nobody else has its number */
	be_patient(w, b->loop);
	return true;
}

void
watcher_child_ended(struct bridled *b, int status, msec now)
{
	struct watcher_child *w = &b->watcher;
	char words[96];
	struct text t;

	text_init(&t, words, sizeof words);
	ending_add(&t, status);
	w->pid = 0;
	hang_up(w, b->loop);
	if (b->stopping)
		return;
	if (w->dismissed) {
		w->dismissed = false;
		w->starts--; /* that was no failure of the watcher */
		watcher_child_start(b, now);
		return;
	}
	log_warning("watcher %s; starting another one (services are not affected)", words);
	w->early = now - w->started < EARLY ? w->early + 1 : 0;
	if (w->early > 1)
		delay_next(b);
	else
		watcher_child_start(b, now);
}

void
watcher_child_stopped(struct bridled *b)
{
	/* Whoever stopped it (a debugger) gets the time that silence would have got. Anew, even if an answer is awaited: it may lie
	 * in the link already, given before the stop, and then nobody would ask again until something moves. */
	b->watcher.ping = 0;
	ask_for_life(b);
	watcher_child_flush(b);
}

void
watcher_child_release(struct bridled *b)
{
	struct watcher_child *w = &b->watcher;

	ev_timer_stop(b->loop, &w->again);
	if (w->link < 0)
		return;
	watcher_child_flush(b);
	hang_up(w, b->loop);
	be_patient(w, b->loop);
}

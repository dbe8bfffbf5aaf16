#include "watcher/metrics.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "core/figures.h"
#include "os/alarm.h"
#include "os/loopback.h"
#include "watcher/watch.h"
#include "wire/statsd.h"

enum {
	EVERY = 100,
	LEAST = 5,    /* ms between readings by the clock */
	PATIENCE = 3, /* readings without a datagram until it is waited for again */
	BATCH = 16,
	BATCHES = 512,   /* datagrams a call; calls until others get their turn */
	ROOM_EACH = 768, /* of the buffer for a small datagram, with the kernel's own part (skb->truesize) */
	TELL_EVERY = 3600000,
};

struct batch_of_datagrams {
	char bytes[BATCH][STATSD_SIZE + 1];
	_Alignas(struct cmsghdr) char control[BATCH][CMSG_SPACE(sizeof(uint32_t))];
	struct iovec iov[BATCH];
	struct mmsghdr at[BATCH];
};

/* ---- whose it is ---- */

/* Its last byte is looked at below, at most. */
_Static_assert((int)STATSD_NAME < (int)PAGE_NAME, "the longest name that statsd_read() takes is within a service's");

static bool
is_of(const struct service *s, const struct statsd_metric *m)
{
	/* the whole name, ended here: "web" is not the beginning of "web2" */
	return s->sampler != NULL && strncmp(s->name, m->name, m->name_length) == 0 && s->name[m->name_length] == '\0';
}

/* Who spoke last mostly speaks again. */
static struct service *
speaker(struct watcher *w, const struct statsd_metric *m)
{
	if (w->metrics.last < w->services.count && is_of(&w->services.at[w->metrics.last], m))
		return &w->services.at[w->metrics.last];
	for (uint32_t i = 0; i < w->services.count; i++) {
		if (is_of(&w->services.at[i], m)) {
			w->metrics.last = i;
			return &w->services.at[i];
		}
	}
	return NULL;
}

/* ---- what is done with it ---- */

/* Begun when there is something to be counted. NULL for want of room. */
static struct figures *
figures_of(struct watcher *w, struct service *s, msec now)
{
	struct kept_service *kept = s->sampler->figures == NULL ? kept_begin(&w->kept, s->name) : NULL;

	if (kept != NULL) {
		s->sampler->figures = &kept->figures;
		kept->figures.since = kept->figures.began = now;
	}
	return s->sampler->figures;
}

static void
count(struct watcher *w, struct service *s, const struct statsd_metric *m, msec now)
{
	struct figures *f;

	if (m->kind == STATSD_WORKERS)
		s->sampler->told_workers = m->value;
	if (m->kind == STATSD_WORKERS || m->kind == STATSD_OTHER || (f = figures_of(w, s, now)) == NULL)
		return;
	switch (m->kind) {
	case STATSD_REQUESTS: figures_requests(f, m->value, now); break;
	case STATSD_DURATION: figures_duration(f, m->value, now); break;
	case STATSD_STATUS: figures_status(f, m->detail, m->value, now); break;
	case STATSD_LOG: figures_logged(f, (unsigned)m->detail, m->value); break;
	case STATSD_WORKERS:
	case STATSD_OTHER: break;
	}
}

/* As the Gunicorn itself would have sent it. Whether it arrives is nobody's business, as with any statsd. */
static void
send_on(struct metrics *metrics, const struct sampler *sampler, const struct statsd_metric *m)
{
	const struct sockaddr_in to = { .sin_family = AF_INET,
		.sin_port = htons(sampler->statsd_port),
		.sin_addr.s_addr = sampler->statsd_address };

	if (sampler->statsd_address == 0)
		return;
	/* made with the first that is wanted elsewhere: most setups have no statsd of their own */
	if (metrics->onward < 0)
		metrics->onward = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (metrics->onward >= 0)
		sendto(metrics->onward, m->own, m->own_length, MSG_DONTWAIT | MSG_NOSIGNAL,
			(const struct sockaddr *)&to, sizeof to);
}

static void
hear(struct watcher *w, const struct mmsghdr *datagram, msec now)
{
	const struct msghdr *h = &datagram->msg_hdr;
	struct statsd_metric m;
	struct service *s;

	w->metrics.heard++;
	/* what was cut is longer than anything of Gunicorn's (statsd.h) */
	if ((h->msg_flags & MSG_TRUNC) != 0 || !statsd_read(&m, h->msg_iov->iov_base, datagram->msg_len) ||
		(s = speaker(w, &m)) == NULL) {
		w->metrics.refused++;
		return;
	}
	count(w, s, &m, now);
	send_on(&w->metrics, s->sampler, &m);
}

/* ---- reading ---- */

static void
prepare(struct batch_of_datagrams *b)
{
	for (unsigned i = 0; i < BATCH; i++) {
		b->iov[i] = (struct iovec){ b->bytes[i], sizeof b->bytes[i] };
		b->at[i] = (struct mmsghdr){ .msg_hdr = { .msg_iov = &b->iov[i],
						     .msg_iovlen = 1,
						     .msg_control = b->control[i],
						     .msg_controllen = sizeof b->control[i] } };
	}
}

/* The kernel says with each datagram how many were dropped before it (SO_RXQ_OVFL, socket(7)), if any were. */
static void
note_lost(struct metrics *metrics, struct msghdr *h, msec now)
{
	struct cmsghdr *c = CMSG_FIRSTHDR(h);
	uint32_t lost;

	if (c == NULL || c->cmsg_level != SOL_SOCKET || c->cmsg_type != SO_RXQ_OVFL)
		return;
	memcpy(&lost, CMSG_DATA(c), sizeof lost);
	if (lost == metrics->lost)
		return;
	metrics->lost = lost;
	if (metrics->lost_told != 0 && now - metrics->lost_told < TELL_EVERY)
		return;
	metrics->lost_told = now;
	log_warning("figures of services came faster than they were read: %u datagrams were lost so far, "
		    "requests are more than is counted",
		(unsigned)lost);
}

uint32_t
metrics_take(struct watcher *w)
{
	struct batch_of_datagrams batch;
	msec now = clock_now();
	uint32_t all = 0;
	int n = BATCH;

	for (unsigned i = 0; w->metrics.fd >= 0 && i < BATCHES && n == BATCH; i++) {
		prepare(&batch);
		n = recvmmsg(w->metrics.fd, batch.at, BATCH, MSG_DONTWAIT, NULL);
		for (int k = 0; k < n; k++)
			hear(w, &batch.at[k], now);
		if (n > 0)
			note_lost(&w->metrics, &batch.at[n - 1].msg_hdr, now);
		all += n > 0 ? (uint32_t)n : 0;
	}
	return all;
}

/* ---- when ---- */

static void
set_clock(struct watcher *w, msec interval)
{
	w->metrics.interval = interval;
	alarm_in(w->loop, &w->metrics.tick, interval);
}

/* So long that the room for them is a quarter full by then, at the rate that was seen. */
static msec
next_interval(const struct metrics *metrics, uint32_t found)
{
	msec next = found > 0 ? metrics->interval * metrics->aim / found : EVERY;

	return next < LEAST ? LEAST : next > EVERY ? EVERY : next;
}

static void
on_tick(struct ev_loop *loop, ev_timer *timer, int revents)
{
	struct watcher *w = timer->data;
	uint32_t found = metrics_take(w);

	(void)revents;
	w->metrics.empty = found > 0 ? 0 : w->metrics.empty + 1;
	if (w->metrics.empty < PATIENCE) {
		set_clock(w, next_interval(&w->metrics, found));
		return;
	}
	/* nothing has come for a while: to wait for the next one costs less than to look */
	w->metrics.interval = 0;
	ev_io_start(loop, &w->metrics.readable);
}

static void
on_readable(struct ev_loop *loop, ev_io *io, int revents)
{
	struct watcher *w = io->data;

	(void)revents;
	/* from here on by the clock: to be told of each costs more than to read many at once */
	ev_io_stop(loop, io);
	metrics_take(w);
	w->metrics.empty = 0;
	set_clock(w, EVERY);
}

/* ---- the socket ---- */

static uint32_t
room_of(int fd)
{
	int bytes = 0;
	socklen_t length = sizeof bytes;

	return getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, &length) == 0 && bytes > 0 ? (uint32_t)bytes / ROOM_EACH :
											  0;
}

void
metrics_open(struct watcher *w, int fd)
{
	uint32_t room = room_of(fd);

	w->metrics = (struct metrics){ .fd = fd, .onward = -1, .aim = room / 4 > 0 ? room / 4 : 1 };
	/* /dev/null stands for a socket that could not be had (watcher.h) */
	if (loopback_port(fd) == 0) {
		w->metrics.fd = -1;
		return;
	}
	ev_io_init(&w->metrics.readable, on_readable, fd, EV_READ);
	ev_timer_init(&w->metrics.tick, on_tick, 0., 0.);
	w->metrics.readable.data = w->metrics.tick.data = w;
	ev_io_start(w->loop, &w->metrics.readable);
}

void
metrics_close(struct watcher *w)
{
	if (w->metrics.onward >= 0)
		close(w->metrics.onward);
	w->metrics.onward = -1;
}

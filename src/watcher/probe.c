#include "watcher/probe.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/text.h"
#include "os/alarm.h"
#include "wire/http.h"

enum { ENOUGH = 65536 /* bytes of an answer after which nobody waits for its end */ };

static bool
wants_http(const struct probe *p)
{
	return p->settings.target[0] == '/';
}

void
probe_stop(struct probe *p)
{
	if (p->fd < 0)
		return;
	ev_io_stop(p->loop, &p->io);
	ev_timer_stop(p->loop, &p->timer);
	close(p->fd);
	p->fd = -1;
}

static void
finish(struct probe *p, enum probe_result result)
{
	if (result == PROBE_GOOD)
		p->trouble[0] = '\0';
	probe_stop(p); /* before `done`, which may ask again at once */
	p->done(p, result);
}

static void
fail(struct probe *p, const char *why)
{
	snprintf(p->trouble, sizeof p->trouble, "%s", why);
	finish(p, PROBE_BAD);
}

/* Of permission nothing follows: that is between the watcher's user and the socket's mode. */
static void
fail_with(struct probe *p, int errnum)
{
	snprintf(p->trouble, sizeof p->trouble, "%s", strerror(errnum));
	finish(p, errnum == EACCES || errnum == EPERM ? PROBE_UNASKED : PROBE_BAD);
}

/* There will be no more of the answer, or no more is waited for. */
static void
judge(struct probe *p)
{
	/* 0 where it ended within the status line: no HTTP either */
	int status = http_status(p->answer, p->kept);

	if (http_status_is(status, p->settings.status)) {
		finish(p, PROBE_GOOD);
	} else if (status > 0) {
		snprintf(p->trouble, sizeof p->trouble, "it answered with status %d", status);
		finish(p, PROBE_BAD);
	} else {
		fail(p, p->kept == 0 ? "it closed the connection without an answer" : "its answer was no HTTP/1.x");
	}
}

static void
watch(struct probe *p, int events)
{
	ev_io_stop(p->loop, &p->io);
	ev_io_set(&p->io, p->fd, events);
	ev_io_start(p->loop, &p->io);
}

static void
ask(struct probe *p)
{
	char request[PAGE_TARGET + PAGE_HOST + 80];
	struct text t;
	int error = 0;
	socklen_t size = sizeof error;

	/* writable: connected, or refused (connect(2), EINPROGRESS) */
	if (getsockopt(p->fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0)
		error = errno;
	if (error != 0) {
		fail_with(p, error);
		return;
	}
	if (!wants_http(p)) {
		finish(p, PROBE_GOOD);
		return;
	}
	text_init(&t, request, sizeof request);
	if (!http_request(&t, p->settings.target, p->settings.host))
		fail(p, "it cannot be asked for");
	else if (send(p->fd, request, t.len, MSG_NOSIGNAL) !=
		(ssize_t)t.len) /* an empty buffer takes it whole, or is none */
		fail(p, "it takes no request");
	else {
		p->sent = true;
		watch(p, EV_READ);
	}
}

/* Read to the end, so that the worker's writes never fail because of us; of a long one, only so much. */
static void
take(struct probe *p)
{
	char bytes[4096];
	ssize_t n = recv(p->fd, bytes, sizeof bytes, 0);
	size_t keep = sizeof p->answer - p->kept;

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		judge(p);
		return;
	}
	keep = (size_t)n < keep ? (size_t)n : keep;
	memcpy(p->answer + p->kept, bytes, keep);
	p->kept += keep;
	p->taken += (size_t)n;
	/* closed with bytes unread, as by any client that turns away: one reset, not a download */
	if (p->taken >= ENOUGH)
		judge(p);
}

static void
on_event(struct ev_loop *loop, ev_io *io, int events)
{
	struct probe *p = io->data;

	(void)loop;
	(void)events;
	if (p->sent)
		take(p);
	else
		ask(p);
}

static void
on_late(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct probe *p = timer->data;

	(void)loop;
	(void)events;
	if (p->kept > 0)
		judge(p); /* an answer that streams without end has said what it is */
	else
		fail(p, "no answer within probe_timeout");
}

void
probe_init(struct probe *p, struct ev_loop *loop, void (*done)(struct probe *, enum probe_result), void *data)
{
	*p = (struct probe){ .loop = loop, .fd = -1, .done = done, .data = data };
	ev_init(&p->io, on_event);
	ev_init(&p->timer, on_late);
	p->io.data = p->timer.data = p;
}

/* The page names ::1 for who listens everywhere. Where IPv6 is switched off nobody has that address, and a socket of both families
 * is reached by the other one (ipv6(7)); then ADDRESS is that one. */
static bool
turn_to_v4(struct sockaddr_storage *address)
{
	static const struct in6_addr mapped = { { { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 127, 0, 0, 1 } } };
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)(void *)address;

	if (errno != EADDRNOTAVAIL || address->ss_family != AF_INET6 || !IN6_IS_ADDR_LOOPBACK(&in6->sin6_addr))
		return false;
	in6->sin6_addr = mapped;
	return true;
}

static bool
is_connecting(int fd, struct sockaddr_storage *address, socklen_t length)
{
	do {
		if (connect(fd, (struct sockaddr *)address, length) == 0 || errno == EINPROGRESS)
			return true;
	} while (turn_to_v4(address));
	return false;
}

void
probe_ask(struct probe *p, const struct page_service *record)
{
	struct sockaddr_storage address = { 0 };
	/* else 0: connect(2) says what is wrong */
	socklen_t length = record->probe_length <= sizeof record->probe_address ? record->probe_length : 0;

	memcpy(&address, record->probe_address, length);
	p->settings = record->settings.probe;
	p->sent = false;
	p->kept = p->taken = 0;
	p->fd = socket(address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (p->fd < 0) {
		fail_with(p, errno);
		return;
	}
	/* EAGAIN: a unix socket whose accept queue is full (connect(2)) */
	if (!is_connecting(p->fd, &address, length)) {
		fail_with(p, errno);
		return;
	}
	p->connected++; /* our own arrivals, which keep no service from being idle (idleness.c) */
	alarm_in(p->loop, &p->timer, p->settings.timeout);
	watch(p, EV_WRITE);
}

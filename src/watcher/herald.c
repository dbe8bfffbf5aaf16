#include "watcher/herald.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/hostport.h"
#include "base/log.h"
#include "base/text.h"
#include "judge/incident.h"
#include "watcher/watch.h"
#include "wire/syslog.h"

static bool
address_of(const char *place, struct sockaddr_storage *address, socklen_t *length)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };

	if (place[0] != '/')
		return hostport_parse(place, address, length);
	if (!text_copy(un.sun_path, sizeof un.sun_path, place))
		return false;
	/* the whole of sun_path counts as its length here, NULs behind the path and all: a path ends at the first
	 * (unix(7)) */
	memcpy(address, &un, sizeof un); /* sockaddr_storage has room for any (POSIX) */
	*length = sizeof un;
	return true;
}

static int
connect_to(const char *place)
{
	struct sockaddr_storage address;
	socklen_t length;
	int fd;

	if (!address_of(place, &address, &length)) {
		errno = EINVAL;
		return -1;
	}
	fd = socket(address.ss_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	/* connected, so that a daemon that has gone is an error of send(2), and not a message for nobody */
	if (fd >= 0 && connect(fd, (const struct sockaddr *)&address, length) != 0) {
		int code = errno;

		close(fd);
		errno = code;
		return -1;
	}
	return fd;
}

/* A syslog daemon that was started anew has another socket behind the same path: that is tried once. */
static bool
send_to(struct herald *h, const char *place, const char *bytes, size_t n)
{
	for (unsigned tries = 0; tries < 2; tries++) {
		if (h->fd < 0 && (h->fd = connect_to(place)) < 0)
			return false;
		if (send(h->fd, bytes, n, MSG_DONTWAIT | MSG_NOSIGNAL) == (ssize_t)n)
			return true;
		if (errno == EAGAIN) /* it is there and does not read: nobody waits for it */
			return false;
		close(h->fd);
		h->fd = -1;
	}
	return false;
}

/* Said once, when it begins, and with their number when it is over. */
static void
count(struct herald *h, const char *place, bool sent)
{
	if (!sent) {
		h->lost++;
		if (!h->told)
			log_warning("incidents are not told to syslog, '%s': %s", place, strerror(errno));
		h->told = true;
	} else if (h->told) {
		log_warning("syslog, '%s', takes incidents again: %llu were not told", place,
			(unsigned long long)h->lost);
		h->lost = 0;
		h->told = false;
	}
}

void
herald_tell(struct watcher *w, const struct service *s, const struct incident *i, const struct docket_entry *e)
{
	const char *place = services_header(&w->services)->syslog;
	char bytes[SYSLOG_MAX], host[256] = "", words[400];
	const struct syslog_message m = {
		.at = e->last,
		.alarm = e->alarm,
		.host = host,
		.pid = getpid(),
		.service = s->name,
		.class = incident_name(i),
		.phase = cause_phases[e->phase],
		.number = e->number,
		.confidence = i->verdict.confidence,
		.times = e->times,
		.died = e->died,
		.words = words,
	};

	if (place[0] == '\0')
		return;
	gethostname(host, sizeof host - 1); /* each time: a machine may be given another name */
	snprintf(words, sizeof words, "%s: %s: %s", s->name, incident_name(i), causes[i->verdict.cause].what);
	count(&w->herald, place, send_to(&w->herald, place, bytes, syslog_format(&m, bytes)));
}

void
herald_open(struct watcher *w)
{
	w->herald = (struct herald){ .fd = -1 };
}

void
herald_close(struct watcher *w)
{
	if (w->herald.fd >= 0)
		close(w->herald.fd);
	w->herald.fd = -1;
}

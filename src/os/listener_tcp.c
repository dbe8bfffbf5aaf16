#include "os/listener.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/text.h"

/* Bind and listen at ADDRESS. -1 with errno. */
static int
listen_at(const struct sockaddr *address, socklen_t size, bool only_v6, int backlog)
{
	/* non-blocking, as Gunicorn makes it anyway: the flag is of the open file, which every generation shares */
	int s = socket(address->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	const int on = 1, v6 = only_v6;
	int errnum;

	if (s < 0)
		return -1;
	/* without it, connections of a former listener in TIME_WAIT keep the port for a minute (tcp(7)) */
	setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (address->sa_family == AF_INET6)
		setsockopt(s, IPPROTO_IPV6, IPV6_V6ONLY, &v6, sizeof v6);
	if (bind(s, address, size) == 0 && listen(s, backlog) == 0)
		return s;
	errnum = errno;
	close(s);
	errno = errnum;
	return -1;
}

/* Every address: one IPv6 socket takes IPv4 too (ipv6(7)); where the kernel has no IPv6, IPv4 alone. */
static int
listen_everywhere(uint16_t port, int backlog)
{
	const struct sockaddr_in6 six = { .sin6_family = AF_INET6, .sin6_port = htons(port) };
	const struct sockaddr_in four = { .sin_family = AF_INET, .sin_port = htons(port) };
	int s = listen_at((const struct sockaddr *)&six, sizeof six, false, backlog);

	if (s < 0 && (errno == EAFNOSUPPORT || errno == EADDRNOTAVAIL))
		s = listen_at((const struct sockaddr *)&four, sizeof four, false, backlog);
	return s;
}

/* The addresses of HOST, to be freed; IPv4 before IPv6, for Gunicorn takes a name as IPv4 (gunicorn/sock.py, every
 * version: AF_INET unless the address itself is IPv6), and clients were told so. */
static struct addrinfo *
look_up(const char *host, struct err *err)
{
	struct addrinfo hints = { .ai_family = AF_INET, .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE };
	struct addrinfo *list = NULL;

	if (getaddrinfo(host, NULL, &hints, &list) == 0)
		return list;
	hints.ai_family = AF_INET6;
	int failure = getaddrinfo(host, NULL, &hints, &list);

	if (failure == 0)
		return list;
	err_set(err, failure == EAI_SYSTEM ? errno : 0, "cannot look up '%s': %s", host, gai_strerror(failure));
	return NULL;
}

static int
listen_at_host(const char *host, uint16_t port, int backlog, struct err *err)
{
	struct addrinfo *list = look_up(host, err);
	struct sockaddr_storage address = { 0 };
	int s;

	if (list == NULL)
		return -1;
	memcpy(&address, list->ai_addr, list->ai_addrlen);
	if (address.ss_family == AF_INET6)
		((struct sockaddr_in6 *)(void *)&address)->sin6_port = htons(port);
	else
		((struct sockaddr_in *)(void *)&address)->sin_port = htons(port);
	s = listen_at((const struct sockaddr *)&address, list->ai_addrlen, true, backlog);
	if (s < 0)
		err_set(err, errno, "cannot listen on '%s' port %u", host, port);
	freeaddrinfo(list);
	return s;
}

int
listener_open_tcp(const char *host, uint16_t port, int backlog, struct err *err)
{
	struct err local = { 0 };
	char who[200];
	int s;

	if (*host != '\0') {
		s = listen_at_host(host, port, backlog, &local);
	} else {
		s = listen_everywhere(port, backlog);
		if (s < 0)
			err_set(&local, errno, "cannot listen on port %u", port);
	}
	if (s < 0 && local.code == EADDRINUSE && listener_who_tcp(host, port, who, sizeof who))
		err_set(err, 0, "port %u is taken by %s", port, who);
	else if (s < 0 && err != NULL)
		*err = local;
	return s;
}

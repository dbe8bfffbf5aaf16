#include "os/listener.h"

#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "os/lookup.h"

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
	/* said either way: the default is the machine's to choose (net.ipv6.bindv6only) */
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

static int
listen_at_host(const char *host, uint16_t port, int backlog, struct err *err)
{
	struct sockaddr_storage address;
	socklen_t length;
	int s;

	if (!lookup(host, port, &address, &length, err))
		return -1;
	s = listen_at((const struct sockaddr *)&address, length, true, backlog);
	if (s < 0)
		err_set(err, errno, "cannot listen on '%s' port %u", host, port);
	return s;
}

/* EADDRINUSE alone is worth a search through /proc: who has it is what somebody then wants to know. */
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

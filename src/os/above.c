#include "os/above.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

int
above_open(struct err *err)
{
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		err_set(err, errno, "cannot make a socket for NOTIFY_SOCKET");
	return fd;
}

bool
above_send(int fd, const struct sockaddr_un *address, socklen_t length, const char *bytes, size_t n)
{
	/* whoever does not read it must not hold us */
	return sendto(fd, bytes, n, MSG_DONTWAIT | MSG_NOSIGNAL, (const struct sockaddr *)address, length) ==
		(ssize_t)n;
}

/* Asked first, not made non-blocking: that flag would be on the open file of who started us, too. */
void
above_newline(int fd)
{
	struct pollfd room = { .fd = fd, .events = POLLOUT };
	ssize_t n = poll(&room, 1, 0) == 1 && (room.revents & POLLOUT) != 0 ? write(fd, "\n", 1) : 0;

	(void)n; /* who does not read it does not want to know */
	close(fd);
}

/* It is asked whether anything is open at all: LISTEN_FDS may say more than there is. */
bool
above_keep(int fd)
{
	int flags = fcntl(fd, F_GETFD);

	return flags >= 0 && fcntl(fd, F_SETFD, flags | FD_CLOEXEC) == 0;
}

bool
above_listener(int fd, struct err *err)
{
	int listens = 0, type = 0, flags;
	socklen_t size = sizeof listens;

	if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) != 0)
		return err_set(err, errno, "it is no socket");
	if (type != SOCK_STREAM || getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) != 0 || !listens)
		return err_set(err, 0, "it is no stream socket that listens");
	flags = fcntl(fd, F_GETFL); /* Gunicorn makes it so anyway (gunicorn-facts 5.2) */
	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0)
		return err_set(err, errno, "it cannot be made non-blocking");
	return true;
}

/* By its name, which is what clients connect to; whether its file is still there is another question (listener_lost). */
bool
above_is_unix(int fd, const char *path)
{
	struct sockaddr_un address = { 0 };
	socklen_t length = sizeof address;

	return getsockname(fd, (struct sockaddr *)&address, &length) == 0 && address.sun_family == AF_UNIX &&
		strncmp(address.sun_path, path, sizeof address.sun_path) == 0;
}

static uint16_t
port_of(const struct sockaddr_storage *a)
{
	/* of both families it lies at the same place */
	return ntohs(((const struct sockaddr_in *)(const void *)a)->sin_port);
}

/* "" is every address, of either family: who started us chose which. */
static bool
same_host(const struct sockaddr_storage *a, const char *host, uint16_t port)
{
	const struct sockaddr_in *four = (const struct sockaddr_in *)(const void *)a;
	const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)(const void *)a;
	struct in6_addr wanted;

	if (a->ss_family == AF_INET6 && ntohs(six->sin6_port) == port)
		return *host == '\0' ?
			IN6_IS_ADDR_UNSPECIFIED(&six->sin6_addr) :
			inet_pton(AF_INET6, host, &wanted) == 1 && memcmp(&wanted, &six->sin6_addr, sizeof wanted) == 0;
	if (a->ss_family == AF_INET && ntohs(four->sin_port) == port)
		return *host == '\0' ? four->sin_addr.s_addr == htonl(INADDR_ANY) :
				       inet_pton(AF_INET, host, &wanted) == 1 &&
				memcmp(&wanted, &four->sin_addr, sizeof four->sin_addr) == 0;
	return false;
}

bool
above_is_tcp(int fd, const char *host, uint16_t port)
{
	struct sockaddr_storage address = { 0 };
	socklen_t length = sizeof address;

	if (getsockname(fd, (struct sockaddr *)&address, &length) != 0)
		return false;
	if (host == NULL) /* a name that is not looked up yet: whoever opened it did */
		return (address.ss_family == AF_INET || address.ss_family == AF_INET6) && port_of(&address) == port;
	return same_host(&address, host, port);
}

uint64_t
above_microseconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

#include "os/loopback.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Bytes of what was not read yet: thousands of datagrams, for a watcher that stands still for a while. */
enum { ROOM = 4 << 20 };

static bool
bind_to(int fd, uint16_t port)
{
	const struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };

	return bind(fd, (const struct sockaddr *)&address, sizeof address) == 0;
}

int
loopback_open_udp(uint16_t *port, struct err *err)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	const int room = ROOM, on = 1;

	/* the port of before, where it is free, or any */
	if (fd < 0 || !(bind_to(fd, *port) || (*port != 0 && bind_to(fd, 0)))) {
		err_set(err, errno, "cannot bind a UDP port of 127.0.0.1");
		if (fd >= 0)
			close(fd);
		return -1;
	}
	/* beyond net.core.rmem_max only with CAP_NET_ADMIN (socket(7)) */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room) != 0)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
	setsockopt(fd, SOL_SOCKET, SO_RXQ_OVFL, &on, sizeof on); /* say how many were dropped */
	*port = loopback_port(fd);
	return fd;
}

uint16_t
loopback_port(int fd)
{
	struct sockaddr_in address = { 0 };
	socklen_t length = sizeof address;

	if (getsockname(fd, (struct sockaddr *)&address, &length) != 0 || address.sin_family != AF_INET)
		return 0;
	return ntohs(address.sin_port);
}

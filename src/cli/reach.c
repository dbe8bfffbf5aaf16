#include "cli/reach.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/hostport.h"

enum { BETWEEN = 20 /* ms, of two tries */ };

static bool
parse(const char *address, struct sockaddr_storage *to, socklen_t *length)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };

	if (strncmp(address, "unix:", 5) != 0)
		return hostport_parse(address, to, length);
	if (strlen(address + 5) >= sizeof un.sun_path)
		return false;
	memcpy(un.sun_path, address + 5, strlen(address + 5)); /* the rest is zero already */
	memcpy(to, &un, sizeof un);
	*length = sizeof un;
	return true;
}

/* A queue that is full is somebody's queue: EAGAIN of a unix socket, after a second. */
static bool
is_taken(const struct sockaddr_storage *to, socklen_t length)
{
	const struct timeval second = { .tv_sec = 1 }; /* of connect(2), too (socket(7), SO_SNDTIMEO) */
	int fd = socket(to->ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool taken = true;

	/* no descriptor, or no such family here: whether anybody listens cannot be tried */
	if (fd < 0)
		return true;
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &second, sizeof second);
	if (connect(fd, (const struct sockaddr *)to, length) != 0)
		taken = errno != ECONNREFUSED && errno != ENOENT;
	close(fd);
	return taken;
}

bool
reach_wait(const char *address, msec patience)
{
	msec end = clock_now() + patience;
	struct sockaddr_storage to;
	socklen_t length;

	if (!parse(address, &to, &length))
		return true;
	/* once at least, also without patience */
	while (!is_taken(&to, length)) {
		if (clock_now() >= end)
			return false;
		poll(NULL, 0, BETWEEN);
	}
	return true;
}

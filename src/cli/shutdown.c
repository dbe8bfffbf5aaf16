/*
 * shutdown -- `bridle shutdown`: stops everything, and waits until bridled has ended.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/connection.h"
#include "cli/commands.h"
#include "cli/field.h"
#include "cli/paint.h"

/* A descriptor that becomes readable when process PID ends (pidfd_open(2)); anybody may ask. -1: cannot be had. */
static int
pidfd(pid_t pid)
{
	/* by the number alone (pidfd_open_process wants the start time, which is not told): the connection says that it
	 * lives */
	return (int)syscall(SYS_pidfd_open, pid, 0);
}

/* Bridled's process, if the pids that it tells are ours too: behind a socket that was mounted into a container they are others.
 * The kernel tells who called listen(2), which was bridled, by the pid that we know him by (unix(7), SO_PEERCRED). */
static int
bridled_pidfd(const struct connection *c, const json_t *info)
{
	struct ucred peer;
	socklen_t size = sizeof peer;
	int64_t pid, watcher;

	field_integer(info, "pid", &pid);
	field_integer(info, "watcher", &watcher);
	if (getsockopt(c->fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0)
		return -1;
	if (peer.pid != pid && peer.pid != watcher)
		return -1;
	return pidfd((pid_t)pid);
}

/* The end of FD, or where that is -1, of the connection. */
static void
wait_for_end(struct connection *c, int fd)
{
	struct pollfd wait = { .fd = fd >= 0 ? fd : c->fd, .events = POLLIN };

	while (poll(&wait, 1, -1) < 0 && errno == EINTR)
		;
}

static bool
ask(struct connection *c, struct varlink_reply *reply, int *bridled, struct trouble *t)
{
	if (!connection_call(c, "Info", NULL, reply, t))
		return false;
	/* before it is asked: afterwards the pid may be gone, or another's */
	*bridled = bridled_pidfd(c, reply->parameters);
	varlink_reply_free(reply);
	connection_be_patient(c);
	return connection_call(c, "Shutdown", NULL, reply, t);
}

int
shutdown_command(const struct arguments *a)
{
	struct connection c;
	struct varlink_reply reply;
	struct trouble t;
	int bridled = -1;
	bool ok;

	if (!connection_open(&c, a, &t))
		return trouble_tell(&t);
	ok = ask(&c, &reply, &bridled, &t);
	if (ok) {
		paint_visible(stdout, field_text(reply.parameters, "message"));
		putchar('\n');
		fflush(stdout);
		varlink_reply_free(&reply);
	}
	if (ok && (a->given & ARGUMENT(NO_WAIT)) == 0) {
		wait_for_end(&c, bridled);
		puts("bridled has ended");
	}
	if (bridled >= 0)
		close(bridled);
	connection_close(&c);
	return ok ? CLI_OK : trouble_tell(&t);
}

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
#include "cli/within.h"

enum { PAUSE = 200 /* ms between two connections */ };

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

static void
wait_for(int fd)
{
	struct pollfd wait = { .fd = fd, .events = POLLIN };

	while (poll(&wait, 1, -1) < 0 && errno == EINTR)
		;
}

/* A connection ends sooner than bridled: nobody asks anything on it any more (client.c hangs up after a minute), or its watcher is
 * followed by another. As long as somebody takes the next one, bridled is there. */
static void
wait_for_connections(const struct arguments *a, struct connection *c)
{
	struct trouble ignored;

	do {
		wait_for(c->fd);
		connection_close(c);
		poll(NULL, 0, PAUSE); /* whoever hangs up at once is not asked as fast as he can */
	} while (connection_open(c, a, &ignored));
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

/* The end of the process of FD; where that is -1, the last of the connections. C is closed. */
static void
wait_for_end(const struct arguments *a, struct connection *c, int fd)
{
	if (fd < 0) {
		wait_for_connections(a, c);
		return;
	}
	wait_for(fd);
	connection_close(c);
}

int
shutdown_command(const struct arguments *a)
{
	struct connection c;
	struct varlink_reply reply;
	const char *command = within(a, NULL);
	struct trouble t;
	int bridled = -1;
	bool ok, waits = (a->given & ARGUMENT(NO_WAIT)) == 0 && command == NULL;

	if (!connection_open(&c, a, &t))
		return trouble_tell(&t);
	ok = ask(&c, &reply, &bridled, &t);
	if (ok) {
		paint_visible(stdout, field_text(reply.parameters, "message"));
		putchar('\n');
		fflush(stdout);
		varlink_reply_free(&reply);
	}
	if (ok && command != NULL && (a->given & ARGUMENT(NO_WAIT)) == 0)
		within_tell("bridled", command);
	if (ok && waits) {
		wait_for_end(a, &c, bridled);
		puts("bridled has ended");
	} else {
		connection_close(&c);
	}
	if (bridled >= 0)
		close(bridled);
	return ok ? CLI_OK : trouble_tell(&t);
}

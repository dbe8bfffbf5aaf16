/*
 * stall.c -- read-only looks through /proc, none of which stops the process. What the kernel does not show to us stays
 * empty, and the rest is still worth telling.
 */
#include "os/stall.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/text.h"
#include "os/dirents.h"
#include "os/kernfile.h"
#include "os/process.h"
#include "os/procstat.h"
#include "os/sockdiag.h"

enum { SOCKETS = 256 /* of a process, that are looked at */ };

/* Those that programs wait in. */
static const struct {
	long number;
	char name[16];
} calls[] = {
	{ SYS_read, "read" },
	{ SYS_write, "write" },
	{ SYS_recvfrom, "recvfrom" },
	{ SYS_recvmsg, "recvmsg" },
	{ SYS_sendto, "sendto" },
	{ SYS_sendmsg, "sendmsg" },
	{ SYS_connect, "connect" },
	{ SYS_accept4, "accept4" },
	{ SYS_futex, "futex" },
	{ SYS_flock, "flock" },
	{ SYS_fcntl, "fcntl" },
	{ SYS_fsync, "fsync" },
	{ SYS_openat, "openat" },
	{ SYS_wait4, "wait4" },
	{ SYS_waitid, "waitid" },
	{ SYS_ppoll, "ppoll" },
	{ SYS_pselect6, "pselect6" },
	{ SYS_epoll_pwait, "epoll_pwait" },
	{ SYS_nanosleep, "nanosleep" },
	{ SYS_clock_nanosleep, "clock_nanosleep" },
#ifdef SYS_poll /* newer architectures have none of these */
	{ SYS_poll, "poll" },
	{ SYS_select, "select" },
	{ SYS_epoll_wait, "epoll_wait" },
	{ SYS_accept, "accept" },
	{ SYS_open, "open" },
#endif
};

/* "7 0x3 0x7f... ..."; "running" while it is on a CPU (proc(5)). */
static void
read_call(pid_t pid, struct stall *out)
{
	char line[160], *end;
	long number;

	if (kernfile_read_of(pid, "syscall", line, sizeof line) <= 0)
		return;
	number = strtol(line, &end, 10);
	if (end == line || number < 0) /* -1: it waits, but in no system call (a page fault, say) */
		return;
	for (unsigned i = 0; i < sizeof calls / sizeof calls[0]; i++)
		if (calls[i].number == number) {
			text_copy(out->call, sizeof out->call, calls[i].name);
			return;
		}
	snprintf(out->call, sizeof out->call, "call %d", (int)(number & 0xffff));
}

int
stall_open_stack(pid_t pid)
{
	char path[32];

	snprintf(path, sizeof path, "/proc/%d/stack", (int)pid);
	return open(path, O_RDONLY | O_CLOEXEC);
}

/* Lines "[<0>] function+0x1/0x2 [module]". */
void
stall_read_stack(int fd, char words[STALL_STACK])
{
	char lines[2048], *rest = NULL;
	ssize_t length = read(fd, lines, sizeof lines - 1);
	struct text t;

	text_init(&t, words, STALL_STACK);
	lines[length > 0 ? length : 0] = '\0';
	for (char *line = strtok_r(lines, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
		char *name = strchr(line, ' ');
		size_t n = name != NULL ? strcspn(name + 1, "+") : 0;

		if (n == 0 || t.len + n + 2 > STALL_STACK) /* the outer ones say less */
			break;
		if (t.len > 0)
			text_add(&t, " ");
		text_add_visible(&t, name + 1, n);
	}
}

/* ---- connections ---- */

struct sockets {
	uint64_t inodes[SOCKETS];
	unsigned count;
	struct stall *out;
};

/* Their inodes, by which the kernel's list of connections can be told apart. */
static void
list_sockets(pid_t pid, struct sockets *sockets)
{
	char path[32], target[48];
	struct dirents fds;
	const char *name;

	snprintf(path, sizeof path, "/proc/%d/fd", (int)pid);
	if (!dirents_open(&fds, AT_FDCWD, path))
		return;
	while (sockets->count < SOCKETS && (name = dirents_next(&fds)) != NULL) {
		ssize_t n = readlinkat(fds.fd, name, target, sizeof target - 1);
		unsigned long long inode;

		target[n > 0 ? n : 0] = '\0';
		if (sscanf(target, "socket:[%llu]", &inode) == 1)
			sockets->inodes[sockets->count++] = inode;
	}
	dirents_close(&fds);
}

/* Keep those that have been silent for longest. */
static void
take_peer(void *context, const struct sockdiag_peer *peer)
{
	struct sockets *sockets = context;
	struct stall *out = sockets->out;
	bool ours = false;
	unsigned at;

	for (unsigned i = 0; i < sockets->count && !ours; i++)
		ours = sockets->inodes[i] == peer->inode;
	if (!ours)
		return;
	/* into its place among them, which are kept in order: the last falls out */
	for (at = out->peer_count; at > 0 && out->peers[at - 1].silent < peer->silent; at--)
		if (at < STALL_PEERS)
			out->peers[at] = out->peers[at - 1];
	if (at == STALL_PEERS)
		return;
	out->peers[at].connecting = peer->connecting;
	out->peers[at].silent = peer->silent;
	text_copy(out->peers[at].address, sizeof out->peers[at].address, peer->address);
	if (out->peer_count < STALL_PEERS)
		out->peer_count++;
}

bool
stall_look(pid_t pid, int sockdiag, struct stall *out)
{
	struct sockets sockets = { .out = out };
	struct procstat line;

	*out = (struct stall){ .state = '\0' };
	if (!procstat_read(pid, &line))
		return false;
	out->state = line.state;
	read_call(pid, out);
	process_where(pid, out->where); /* each is had by itself: what may not be read is left out */
	if (sockdiag >= 0) {
		list_sockets(pid, &sockets);
		sockdiag_peers(sockdiag, take_peer, &sockets);
	}
	return true;
}

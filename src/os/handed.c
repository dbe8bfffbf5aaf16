#include "os/handed.h"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SYS_close_range
#define SYS_close_range 436
#endif
#ifndef CLOSE_RANGE_UNSHARE
#define CLOSE_RANGE_UNSHARE (1U << 1) /* of <linux/close_range.h> */
#endif

enum {
	MOST = 253, /* descriptors a packet: SCM_MAX_FD of the kernel's net/scm.h */
	LOOKS = 50, /* ms, one apart, that a child is given to begin with */
};

/* Does nobody but the kernel have a say in its end? Each succeeds for its own kind alone, memory and pipes, and asks no file system
 * (fcntl(2)). */
static bool
is_plain(int fd)
{
	return fcntl(fd, F_GET_SEALS) >= 0 || fcntl(fd, F_GETPIPE_SZ) >= 0;
}

/* A socket of which nobody has asked that its end be waited for. */
static bool
ends_at_once(int fd)
{
	struct linger linger;
	socklen_t length = sizeof linger;

	return is_plain(fd) || (getsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, &length) == 0 && linger.l_onoff == 0);
}

/* With our table of descriptors, not a copy, and memory of its own, for it may last. */
static long
clone_sharing(void)
{
	return syscall(SYS_clone, CLONE_FILES | SIGCHLD, 0, 0, 0, 0);
}

/* What the child closes is gone from our table before anybody is asked, and it alone waits for the answer (close(2) of the kernel's
 * fs/open.c: file_close_fd(), then filp_flush()). Returns whether it is gone. */
static bool
close_by_child(int fd)
{
	long child = clone_sharing();

	if (child == 0) {
		syscall(SYS_close, fd);
		syscall(SYS_exit_group, 0);
	}
	/* whoever is started before it is gone would have a copy, and wait when he closes that */
	for (int i = 0; child > 0 && i < LOOKS && fcntl(fd, F_GETFD) >= 0; i++)
		poll(NULL, 0, 1);
	return fcntl(fd, F_GETFD) < 0;
}

/* Who waits keeps the whole table open, also when we are gone or another program: the lock of run_dir (rundir.h), and listeners at
 * their addresses. So we go on with a copy, and what is in the one that he has is closed by a child that can: none of it ends by
 * that. Where this fails (no memory; close_range(2) is of Linux 5.9), the table stays his. */
static void
leave_table(void)
{
	uint64_t one = 1;
	int turn = eventfd(0, EFD_CLOEXEC);
	long sweeper = turn < 0 ? -1 : clone_sharing();

	if (sweeper == 0) {
		/* once it is not ours any more */
		if (syscall(SYS_read, turn, &one, sizeof one) == sizeof one)
			syscall(SYS_close_range, 0, ~0U, 0);
		syscall(SYS_exit_group, 0);
	}
	/* it closes nothing; unshare(2) does the same, but for who has CAP_SYS_ADMIN only in Docker's default profile */
	if (sweeper > 0 &&
		(syscall(SYS_close_range, ~0U, ~0U, CLOSE_RANGE_UNSHARE) != 0 ||
			write(turn, &one, sizeof one) != sizeof one))
		kill((pid_t)sweeper, SIGKILL);
	if (turn >= 0)
		close(turn);
}

void
handed_let_go(const int *fds, size_t n)
{
	size_t by_child = 0, gone = 0;

	for (size_t i = 0; i < n; i++) {
		if (ends_at_once(fds[i])) {
			close(fds[i]);
			continue;
		}
		by_child++;
		gone += close_by_child(fds[i]);
	}
	/* a child that has not come to it yet would close it in a table that is not ours */
	if (by_child > 0 && gone == by_child)
		leave_table();
}

/* CUT: more came than there was room for. Where we got none, it was we who had no number left (EMFILE: scm_detach_fds() in the
 * kernel's net/core/scm.c), which is not the sender's fault. */
static int
judge(const int *fds, size_t n, bool cut)
{
	if (n == 0)
		return HANDED_NONE;
	if (n == 1 && !cut && is_plain(fds[0]))
		return fds[0];
	handed_let_go(fds, n);
	return HANDED_STRANGE;
}

ssize_t
handed_receive(int socket, void *bytes, size_t size, int *fd)
{
	/* all of them, though one is the most that is taken: what finds no room is closed by the kernel, on our time */
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(MOST * sizeof *fd)];
	} control;
	struct iovec part = { bytes, size };
	struct msghdr message = { .msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof control };
	ssize_t n = recvmsg(socket, &message, MSG_DONTWAIT | MSG_TRUNC | MSG_CMSG_CLOEXEC);
	const struct cmsghdr *c = n >= 0 ? CMSG_FIRSTHDR(&message) : NULL;
	int fds[MOST + 1];
	size_t length;

	*fd = HANDED_NONE;
	if (c == NULL || c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
		return n;
	length = c->cmsg_len - CMSG_LEN(0);
	memcpy(fds, CMSG_DATA(c), length);
	*fd = judge(fds, length / sizeof *fds, (message.msg_flags & MSG_CTRUNC) != 0);
	return n;
}

#include "os/deposit.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "os/handed.h"
#include "os/listener.h"
#include "os/pidfd.h"

#ifndef SYS_close_range
#define SYS_close_range 436
#endif

union control {
	struct cmsghdr header;
	char room[CMSG_SPACE(sizeof(int) * DEPOSIT_MOST)];
};

bool
deposit_make(struct deposit *d, struct err *err)
{
	int pair[2];

	*d = (struct deposit){ .in = -1, .out = -1 };
	/* datagrams: those of a pair are limited by the sender's buffer alone, and stay when the sender is gone */
	if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) != 0)
		return err_set(err, errno, "cannot make a place for listeners");
	*d = (struct deposit){ .in = pair[0], .out = pair[1], .inode = listener_inode(pair[1]) };
	return true;
}

/* One packet takes many descriptors: the sender's buffer holds only so many packets. */
bool
deposit_put(struct deposit *d, const int *fds, size_t n)
{
	char byte = 0;
	union control control;
	struct iovec part = { &byte, sizeof byte };
	struct msghdr message = { .msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = CMSG_SPACE(n * sizeof *fds) };

	memset(&control, 0, sizeof control);
	control.header = (struct cmsghdr){ .cmsg_len = CMSG_LEN(n * sizeof *fds),
		.cmsg_level = SOL_SOCKET,
		.cmsg_type = SCM_RIGHTS };
	memcpy(CMSG_DATA(&control.header), fds, n * sizeof *fds);
	if (sendmsg(d->in, &message, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
		return false;
	d->packets++;
	return true;
}

/* Read without room for descriptors, a packet's are closed by the kernel. */
void
deposit_drop(struct deposit *d, unsigned packets)
{
	char byte;

	d->packets -= packets;
	while (packets-- > 0 && recv(d->out, &byte, sizeof byte, MSG_DONTWAIT) >= 0)
		;
}

/* The descriptors of the next packet into FDS; -1: there is none. */
static ssize_t
next(int out, int fds[static DEPOSIT_MOST])
{
	char byte;
	union control control;
	struct iovec part = { &byte, sizeof byte };
	struct msghdr message = { .msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof control };
	struct cmsghdr *c;
	size_t size;

	/* what finds no room there is closed by the kernel (MSG_CTRUNC, unix(7)) */
	if (recvmsg(out, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC) < 0)
		return -1;
	c = CMSG_FIRSTHDR(&message);
	if (c == NULL || c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
		return 0;
	size = c->cmsg_len - CMSG_LEN(0);
	memcpy(fds, CMSG_DATA(c), size);
	return (ssize_t)(size / sizeof *fds);
}

void
deposit_fetch(int pidfd, int n, uint64_t inode, void (*visit)(void *context, int fd), void *context)
{
	int out = pidfd_take(pidfd, n), fds[DEPOSIT_MOST], type;
	socklen_t length = sizeof type;
	ssize_t count;

	if (out < 0)
		return;
	/* Whoever was talked over may have put a file there whose file system is its own, and answers nobody: to look at that could
	 * take for ever, and to close it, too (os/handed.h). */
	if (getsockopt(out, SOL_SOCKET, SO_TYPE, &type, &length) != 0 || listener_inode(out) != inode) {
		handed_let_go(&out, 1);
		return;
	}
	while ((count = next(out, fds)) >= 0)
		for (ssize_t i = 0; i < count; i++)
			visit(context, fds[i]);
	close(out);
}

/* An empty deposit needs no guard. Everything else is closed first: for that minute, this process is to hold
 * nobody's socket, log or directory. */
void
deposit_guard(int out, msec most)
{
	const struct timespec limit = { .tv_sec = most / 1000, .tv_nsec = most % 1000 * 1000000 };
	sigset_t taken;
	char byte;

	if (recv(out, &byte, sizeof byte, MSG_PEEK | MSG_DONTWAIT) < 0 ||
		syscall(SYS_close_range, (unsigned)out + 1, ~0U, 0) != 0)
		return;
	for (int fd = 0; fd < out; fd++)
		close(fd);
	sigemptyset(&taken);
	sigaddset(&taken, DEPOSIT_TAKEN);
	while (sigtimedwait(&taken, NULL, &limit) < 0 && errno == EINTR)
		; /* it was stopped, and goes on */
}

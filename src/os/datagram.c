#include "os/datagram.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* Bound with a mode that lets nobody in, and opened to its owner afterwards. */
static bool
bind_at(int fd, int dir_fd, const char *name, uid_t owner, gid_t group)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	mode_t mask;
	bool ok;

	/* bind(2) takes no directory, and no path of more than 107 bytes: /proc leads there */
	snprintf(a.sun_path, sizeof a.sun_path, "/proc/self/fd/%d/%s", dir_fd, name);
	/* of the last bridled: a name that is there cannot be bound (EADDRINUSE) */
	unlinkat(dir_fd, name, 0);
	/* one thread: nobody else makes a file meanwhile */
	mask = umask(0777);
	ok = bind(fd, (const struct sockaddr *)&a, sizeof a) == 0;
	umask(mask);
	return ok && fchownat(dir_fd, name, owner, group, AT_SYMLINK_NOFOLLOW) == 0 &&
		fchmodat(dir_fd, name, 0600, 0) == 0;
}

/* SO_PASSCRED: who sent it is then said with each, by the kernel. */
int
datagram_open(int dir_fd, const char *name, uid_t owner, gid_t group, struct err *err)
{
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), on = 1;

	if (fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &on, sizeof on) == 0 &&
		bind_at(fd, dir_fd, name, owner, group))
		return fd;
	err_set(err, errno, "cannot make socket '%s'", name);
	if (fd >= 0)
		close(fd);
	return -1;
}

/* Descriptors, which sd_notify(3) can send to be stored, are none of our business, and are closed. */
static void
take_control(struct msghdr *message, pid_t *sender)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c != NULL; c = CMSG_NXTHDR(message, c)) {
		if (c->cmsg_level != SOL_SOCKET)
			continue;
		if (c->cmsg_type == SCM_CREDENTIALS && c->cmsg_len == CMSG_LEN(sizeof(struct ucred))) {
			struct ucred who;

			memcpy(&who, CMSG_DATA(c), sizeof who);
			*sender = who.pid;
		} else if (c->cmsg_type == SCM_RIGHTS) {
			for (size_t at = 0; CMSG_LEN(at + sizeof(int)) <= c->cmsg_len; at += sizeof(int)) {
				int fd;

				memcpy(&fd, CMSG_DATA(c) + at, sizeof fd);
				close(fd);
			}
		}
	}
}

ssize_t
datagram_take(int fd, char *bytes, size_t size, pid_t *sender)
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(struct ucred)) +
			CMSG_SPACE(253 * sizeof(int)) /* SCM_MAX_FD of unix(7) */];
	} control;
	struct iovec part = { bytes, size };
	struct msghdr message = {
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof control.bytes,
	};
	ssize_t n = recvmsg(fd, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);

	*sender = 0;
	if (n < 0)
		return -1;
	take_control(&message, sender);
	/* cut, it would be another message */
	return message.msg_flags & MSG_TRUNC ? (ssize_t)size + 1 : n;
}

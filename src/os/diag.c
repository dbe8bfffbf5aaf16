#include "os/diag.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <stdalign.h>
#include <stdbool.h>
#include <sys/socket.h>

enum { ANSWER_SIZE = 16384 }; /* a part of a dump is at most a page, and never over 8 KiB (NLMSG_GOODSIZE) */

/* An exchange that ended early may have left answers. */
static void
drain(int fd)
{
	char byte;

	while (recv(fd, &byte, 1, MSG_TRUNC) > 0)
		;
}

/* Feed the N bytes of BUFFER to READ. Returns an errno when the kernel refuses; *DONE: nothing follows. */
static int
read_part(const char *buffer, size_t n, bool is_dump, diag_reader *read, void *context, bool *done)
{
	const struct nlmsghdr *m = (const void *)buffer;
	unsigned left = (unsigned)n;

	for (; NLMSG_OK(m, left); m = NLMSG_NEXT(m, left)) {
		*done = !is_dump || m->nlmsg_type == NLMSG_DONE;
		if (m->nlmsg_type == NLMSG_DONE)
			return 0;
		if (m->nlmsg_type == NLMSG_ERROR) {
			*done = true;
			return -((const struct nlmsgerr *)NLMSG_DATA(m))->error;
		}
		read(m, context);
	}
	return 0;
}

/* Send REQUEST and read what comes. sock_diag answers within send(2), and the rest of a dump within recv(2): so the
 * answer is there, and an empty queue means that there is none (netlink_dump). Returns an errno, or 0. */
static int
exchange(int fd, struct nlmsghdr *request, diag_reader *read, void *context)
{
	bool is_dump = (request->nlmsg_flags & NLM_F_DUMP) != 0, done = false;
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	alignas(8) char buffer[ANSWER_SIZE];
	int errnum = 0;

	drain(fd);
	if (sendto(fd, request, request->nlmsg_len, 0, (struct sockaddr *)&kernel, sizeof kernel) < 0)
		return errno;
	while (!done && errnum == 0) {
		ssize_t n = recv(fd, buffer, sizeof buffer, 0);

		if (n <= 0)
			/* EAGAIN among them: the kernel has nothing for us, and nobody is waited for */
			return n < 0 ? errno : EPIPE;
		errnum = read_part(buffer, (size_t)n, is_dump, read, context, &done);
	}
	return errnum;
}

const void *
diag_attribute(const struct nlmsghdr *message, size_t body, unsigned short type, size_t size)
{
	const char *data = NLMSG_DATA(message);
	const struct rtattr *a = (const void *)(data + NLMSG_ALIGN(body));
	unsigned left = message->nlmsg_len - (unsigned)NLMSG_SPACE(body);

	if (message->nlmsg_len < NLMSG_SPACE(body))
		return NULL;
	for (; RTA_OK(a, left); a = RTA_NEXT(a, left))
		if (a->rta_type == type && RTA_PAYLOAD(a) >= size)
			return RTA_DATA(a);
	return NULL;
}

/* A dump leaves INODE unlooked at. */
static int
ask_unix(int fd, uint16_t flags, uint32_t states, uint64_t inode, uint32_t show, diag_reader *read, void *context)
{
	struct {
		struct nlmsghdr header;
		struct unix_diag_req body;
	} request = {
		.header = { .nlmsg_len = sizeof request,
			.nlmsg_type = SOCK_DIAG_BY_FAMILY,
			.nlmsg_flags = NLM_F_REQUEST | flags },
		.body = { .sdiag_family = AF_UNIX,
			.udiag_states = states,
			/* numbers of sockets have 32 bits (sock_alloc() in net/socket.c takes get_next_ino()) */
			.udiag_ino = (uint32_t)inode,
			.udiag_show = show,
			.udiag_cookie = { ~0U, ~0U } }, /* none: INET_DIAG_NOCOOKIE */
	};

	return exchange(fd, &request.header, read, context);
}

/* In any state, by its inode: the answer is one message, not a dump. */
int
diag_unix(int fd, uint64_t inode, uint32_t show, diag_reader *read, void *context)
{
	return ask_unix(fd, 0, ~0U, inode, show, read, context);
}

int
diag_unix_all(int fd, unsigned state, uint32_t show, diag_reader *read, void *context)
{
	return ask_unix(fd, NLM_F_DUMP, 1U << state, 0, show, read, context);
}

int
diag_tcp(int fd, uint16_t family, uint32_t states, uint16_t port, uint8_t extensions, diag_reader *read, void *context)
{
	struct {
		struct nlmsghdr header;
		struct inet_diag_req_v2 body;
	} request = {
		.header = { .nlmsg_len = sizeof request,
			.nlmsg_type = SOCK_DIAG_BY_FAMILY,
			.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP },
		.body = { .sdiag_family = (uint8_t)family,
			.sdiag_protocol = IPPROTO_TCP,
			.idiag_states = states,
			.idiag_ext = extensions,
			.id = { .idiag_sport = htons(port) } },
	};

	return exchange(fd, &request.header, read, context);
}

/*
 * sockdiag.c -- several questions are put together into as few exchanges as the kernel allows: with thousands of services
 * it is the number of system calls that costs.
 */
#include "os/sockdiag.h"

#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <sys/socket.h>
#include <unistd.h>

#include "os/diag.h"

int
sockdiag_open(struct err *err)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);

	if (fd < 0)
		err_set(err, errno, "no sock_diag socket");
	return fd;
}

/* Of a listening socket these are the connections waiting, and the most that may (sk_diag_show_rqlen). */
static void
read_queue(const struct nlmsghdr *message, void *context)
{
	const struct unix_diag_rqlen *q =
		diag_attribute(message, sizeof(struct unix_diag_msg), UNIX_DIAG_RQLEN, sizeof *q);
	struct sockdiag_query *query = context;

	if (q == NULL)
		return;
	query->queue = q->udiag_rqueue;
	query->backlog = q->udiag_wqueue;
}

/* Several unix listeners are told of in one dump: so many questions cost more than the kernel's walk over its table. */
struct unix_questions {
	struct sockdiag_query *queries;
	unsigned n;
};

/* 32 bits of the inode are all that the kernel tells of unix sockets. */
static void
read_unix_listener(const struct nlmsghdr *message, void *context)
{
	const struct unix_diag_msg *m = NLMSG_DATA(message);
	struct unix_questions *asked = context;

	if (message->nlmsg_len < NLMSG_LENGTH(sizeof *m))
		return;
	for (unsigned i = 0; i < asked->n; i++)
		if (asked->queries[i].family == AF_UNIX && (uint32_t)asked->queries[i].inode == m->udiag_ino)
			read_queue(message, &asked->queries[i]);
}

struct tcp_questions {
	struct sockdiag_query *queries;
	unsigned n;
	uint16_t family;
};

/* tcp_listendrop() counts each SYN, and each end of a handshake, that a full queue has no room for; one client that tries
 * again is counted again. */
static int64_t
dropped(const struct nlmsghdr *message)
{
	const uint32_t *memory = diag_attribute(message, sizeof(struct inet_diag_msg), INET_DIAG_SKMEMINFO,
		(SK_MEMINFO_DROPS + 1) * sizeof *memory);

	return memory != NULL ? (int64_t)memory[SK_MEMINFO_DROPS] : -1;
}

/* One of many listeners: rqueue is its accept queue, wqueue the most that may wait (tcp_diag_get_info). */
static void
read_listener(const struct nlmsghdr *message, void *context)
{
	const struct inet_diag_msg *m = NLMSG_DATA(message);
	struct tcp_questions *asked = context;

	if (message->nlmsg_len < NLMSG_LENGTH(sizeof *m))
		return;
	for (unsigned i = 0; i < asked->n; i++) {
		struct sockdiag_query *q = &asked->queries[i];

		if (q->family != asked->family || q->inode != m->idiag_inode)
			continue;
		q->queue = m->idiag_rqueue;
		q->backlog = m->idiag_wqueue;
		q->dropped = dropped(message);
	}
}

bool
sockdiag_port(const struct sockdiag_query *queries, unsigned n, uint16_t family, uint16_t *port)
{
	bool any = false;

	*port = 0;
	for (unsigned i = 0; i < n; i++) {
		if (queries[i].family != family)
			continue;
		/* several: all are told of, and ours picked out */
		*port = any && *port != queries[i].port ? 0 : queries[i].port;
		any = true;
	}
	return any;
}

/* ENOENT: the one that was asked for is not there, or the kernel does not tell of any. */
static int
ask_unix_queues(int fd, struct sockdiag_query *queries, unsigned n)
{
	struct unix_questions asked = { queries, n };
	unsigned count = 0, last = 0;

	for (unsigned i = 0; i < n; i++) {
		count += queries[i].family == AF_UNIX;
		last = queries[i].family == AF_UNIX ? i : last;
	}
	if (count == 0)
		return 0;
	if (count == 1)
		return diag_unix(fd, queries[last].inode, UDIAG_SHOW_RQLEN, read_queue, &queries[last]);
	return diag_unix_all(fd, DIAG_LISTEN, UDIAG_SHOW_RQLEN, read_unix_listener, &asked);
}

bool
sockdiag_ask(int fd, struct sockdiag_query *queries, unsigned n, struct err *err)
{
	static const uint16_t tcp_families[] = { AF_INET, AF_INET6 };
	int errnum;

	for (unsigned i = 0; i < n; i++) {
		/* unknown, until something is told of it */
		queries[i].queue = -1;
		queries[i].backlog = 0;
		queries[i].dropped = -1;
	}
	errnum = ask_unix_queues(fd, queries, n);
	if (errnum != 0 && errnum != ENOENT)
		return err_set(err, errnum, "sock_diag does not tell of unix sockets");
	for (unsigned i = 0; i < 2; i++) {
		struct tcp_questions asked = { queries, n, tcp_families[i] };
		uint16_t port;

		if (!sockdiag_port(queries, n, asked.family, &port))
			continue;
		errnum = diag_tcp(fd, asked.family, 1U << DIAG_LISTEN, port, 1U << (INET_DIAG_SKMEMINFO - 1),
			read_listener, &asked);
		if (errnum != 0)
			return err_set(err, errnum, "sock_diag does not tell of TCP sockets");
	}
	return true;
}

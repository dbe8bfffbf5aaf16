#include "os/sockdiag.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <stdalign.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/text.h"

enum {
	STATE_ESTABLISHED = 1,
	/* 4, 5, 8, 9, 11: one end has said that it ends, and the other may still be written to */
	CONNECTED = 1 << STATE_ESTABLISHED | 1 << 4 | 1 << 5 | 1 << 8 | 1 << 9 | 1 << 11,
	STATE_SYN_SENT = 2,
	STATE_LISTEN = 10,    /* TCP_LISTEN of <netinet/tcp.h>, which quarrels with the kernel's headers */
	ANSWER_SIZE = 16384,  /* a part of a dump is at most a page, and never over 8 KiB (NLMSG_GOODSIZE) */
};

/* What reads each message of an answer. */
typedef void reader(const struct nlmsghdr *message, void *context);

int
sockdiag_open(struct err *err)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);

	if (fd < 0)
		err_set(err, errno, "no sock_diag socket");
	return fd;
}

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
read_part(const char *buffer, size_t n, bool is_dump, reader *read, void *context, bool *done)
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
exchange(int fd, struct nlmsghdr *request, reader *read, void *context)
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
			return n < 0 ? errno : EPIPE;
		errnum = read_part(buffer, (size_t)n, is_dump, read, context, &done);
	}
	return errnum;
}

/* The attribute TYPE of MESSAGE after a body of BODY bytes, if it has SIZE bytes; else NULL. */
static const void *
attribute(const struct nlmsghdr *message, size_t body, unsigned short type, size_t size)
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

/* Ask for SHOW of unix socket INODE. Returns an errno, or 0; ENOENT: there is none. */
static int
ask_unix(int fd, uint64_t inode, uint32_t show, reader *read, void *context)
{
	struct {
		struct nlmsghdr header;
		struct unix_diag_req body;
	} request = {
		.header = { .nlmsg_len = sizeof request, .nlmsg_type = SOCK_DIAG_BY_FAMILY, .nlmsg_flags = NLM_F_REQUEST },
		.body = { .sdiag_family = AF_UNIX, .udiag_states = ~0U, .udiag_ino = (uint32_t)inode, .udiag_show = show,
			.udiag_cookie = { ~0U, ~0U } }, /* none: INET_DIAG_NOCOOKIE */
	};

	return exchange(fd, &request.header, read, context);
}

/* Ask for SHOW of all unix sockets in STATE. Returns an errno, or 0. */
static int
dump_unix(int fd, unsigned state, uint32_t show, reader *read, void *context)
{
	struct {
		struct nlmsghdr header;
		struct unix_diag_req body;
	} request = {
		.header = { .nlmsg_len = sizeof request, .nlmsg_type = SOCK_DIAG_BY_FAMILY,
			.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP },
		.body = { .sdiag_family = AF_UNIX, .udiag_states = 1U << state, .udiag_show = show,
			.udiag_cookie = { ~0U, ~0U } },
	};

	return exchange(fd, &request.header, read, context);
}

/* Of a listening socket these are the connections waiting, and the most that may (sk_diag_show_rqlen). */
static void
read_queue(const struct nlmsghdr *message, void *context)
{
	const struct unix_diag_rqlen *q =
		attribute(message, sizeof(struct unix_diag_msg), UNIX_DIAG_RQLEN, sizeof *q);
	struct sockdiag_query *query = context;

	if (q == NULL)
		return;
	query->queue = q->udiag_rqueue;
	query->backlog = q->udiag_wqueue;
}

static void
read_file(const struct nlmsghdr *message, void *context)
{
	const struct unix_diag_vfs *v = attribute(message, sizeof(struct unix_diag_msg), UNIX_DIAG_VFS, sizeof *v);

	if (v != NULL)
		*(struct unix_diag_vfs *)context = *v;
}

bool
sockdiag_file(uint64_t inode, dev_t *device, uint32_t *file)
{
	struct unix_diag_vfs found = { 0 };
	int fd = sockdiag_open(NULL);
	int errnum;

	if (fd < 0)
		return false;
	errnum = ask_unix(fd, inode, UDIAG_SHOW_VFS, read_file, &found);
	close(fd);
	/* the kernel's own form of a device number: 12 bits and 20 */
	*device = makedev(found.udiag_vfs_dev >> 20, found.udiag_vfs_dev & 0xfffff);
	*file = found.udiag_vfs_ino;
	return errnum == 0 && found.udiag_vfs_ino != 0;
}

/* Several unix listeners are told of in one dump: so many questions cost more than the kernel's walk over its table. */
struct unix_questions {
	struct sockdiag_query *queries;
	unsigned n;
};

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
	}
}

/* The port to ask the kernel for: when all want the same one, it need not tell of any other. 0: all. */
static uint16_t
common_port(const struct tcp_questions *asked)
{
	uint16_t port = 0;

	for (unsigned i = 0; i < asked->n; i++) {
		if (asked->queries[i].family != asked->family)
			continue;
		if (port != 0 && asked->queries[i].port != port)
			return 0;
		port = asked->queries[i].port;
	}
	return port;
}

static int
ask_tcp(int fd, struct tcp_questions *asked)
{
	struct {
		struct nlmsghdr header;
		struct inet_diag_req_v2 body;
	} request = {
		.header = { .nlmsg_len = sizeof request, .nlmsg_type = SOCK_DIAG_BY_FAMILY,
			.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP },
		.body = { .sdiag_family = (uint8_t)asked->family, .sdiag_protocol = IPPROTO_TCP,
			.idiag_states = 1U << STATE_LISTEN, .id = { .idiag_sport = htons(common_port(asked)) } },
	};

	return exchange(fd, &request.header, read_listener, asked);
}

static bool
asks_for(const struct sockdiag_query *queries, unsigned n, uint16_t family)
{
	for (unsigned i = 0; i < n; i++)
		if (queries[i].family == family)
			return true;
	return false;
}

/* What is being counted, family by family. */
struct open_connections {
	const struct sockdiag_query *listeners;
	unsigned n;
	uint16_t family;
	struct unix_diag_vfs file; /* unix: of the listener whose turn it is */
	int64_t count;
};

/* Who has no inode belongs to no process: it waits to be accepted (and is counted there), or was closed already and only
 * the kernel has to do with it. */
static void
count_tcp(const struct nlmsghdr *message, void *context)
{
	const struct inet_diag_msg *m = NLMSG_DATA(message);
	struct open_connections *c = context;

	if (message->nlmsg_len < NLMSG_LENGTH(sizeof *m) || m->idiag_inode == 0)
		return;
	for (unsigned i = 0; i < c->n; i++) {
		if (c->listeners[i].family != c->family || htons(c->listeners[i].port) != m->id.idiag_sport)
			continue;
		c->count++;
		return;
	}
}

/* An accepted socket has the file of its listener (unix_stream_connect), the client's end has none. */
static void
count_unix(const struct nlmsghdr *message, void *context)
{
	struct open_connections *c = context;
	struct unix_diag_vfs file = { 0 };

	read_file(message, &file);
	if (file.udiag_vfs_ino == c->file.udiag_vfs_ino && file.udiag_vfs_dev == c->file.udiag_vfs_dev)
		c->count++;
}

static int
dump_tcp(int fd, struct open_connections *c)
{
	struct tcp_questions asked = { (struct sockdiag_query *)c->listeners, c->n, c->family };
	struct {
		struct nlmsghdr header;
		struct inet_diag_req_v2 body;
	} request = {
		.header = { .nlmsg_len = sizeof request, .nlmsg_type = SOCK_DIAG_BY_FAMILY,
			.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP },
		.body = { .sdiag_family = (uint8_t)c->family, .sdiag_protocol = IPPROTO_TCP, .idiag_states = CONNECTED,
			.id = { .idiag_sport = htons(common_port(&asked)) } },
	};

	return exchange(fd, &request.header, count_tcp, c);
}

static int
open_of_unix(int fd, struct open_connections *c, uint64_t listener)
{
	int errnum;

	c->file = (struct unix_diag_vfs){ 0 };
	errnum = ask_unix(fd, listener, UDIAG_SHOW_VFS, read_file, &c->file);
	if (errnum == 0 && c->file.udiag_vfs_ino == 0)
		errnum = ENOENT;
	return errnum != 0 ? errnum : dump_unix(fd, STATE_ESTABLISHED, UDIAG_SHOW_VFS, count_unix, c);
}

int64_t
sockdiag_open_connections(int fd, const struct sockdiag_query *listeners, unsigned n)
{
	static const uint16_t tcp_families[] = { AF_INET, AF_INET6 };
	struct open_connections c = { .listeners = listeners, .n = n };

	for (unsigned i = 0; i < n; i++)
		if (listeners[i].family == AF_UNIX && open_of_unix(fd, &c, listeners[i].inode) != 0)
			return -1;
	for (unsigned i = 0; i < 2; i++) {
		c.family = tcp_families[i];
		if (asks_for(listeners, n, c.family) && dump_tcp(fd, &c) != 0)
			return -1;
	}
	return c.count;
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
		return ask_unix(fd, queries[last].inode, UDIAG_SHOW_RQLEN, read_queue, &queries[last]);
	return dump_unix(fd, STATE_LISTEN, UDIAG_SHOW_RQLEN, read_unix_listener, &asked);
}

bool
sockdiag_ask(int fd, struct sockdiag_query *queries, unsigned n, struct err *err)
{
	static const uint16_t tcp_families[] = { AF_INET, AF_INET6 };
	int errnum;

	for (unsigned i = 0; i < n; i++) {
		queries[i].queue = -1;
		queries[i].backlog = 0;
	}
	errnum = ask_unix_queues(fd, queries, n);
	if (errnum != 0 && errnum != ENOENT)
		return err_set(err, errnum, "sock_diag does not tell of unix sockets");
	for (unsigned i = 0; i < 2; i++) {
		struct tcp_questions asked = { queries, n, tcp_families[i] };

		if (!asks_for(queries, n, asked.family))
			continue;
		errnum = ask_tcp(fd, &asked);
		if (errnum != 0)
			return err_set(err, errnum, "sock_diag does not tell of TCP sockets");
	}
	return true;
}

/* ---- connections ---- */

struct watch_peers {
	void (*see)(void *context, const struct sockdiag_peer *peer);
	void *context;
};

/* Milliseconds since data last came: tcpi_last_data_recv, whose place in struct tcp_info has not moved since Linux 2.4 (that
 * header quarrels with <linux/tcp.h> of others, so the number is taken from its offset). */
enum { TCP_INFO_LAST_DATA_RECV = 52 };

static msec
silence(const struct nlmsghdr *message)
{
	const char *info = attribute(message, sizeof(struct inet_diag_msg), INET_DIAG_INFO, TCP_INFO_LAST_DATA_RECV + sizeof(uint32_t));
	uint32_t ms;

	if (info == NULL)
		return -1;
	memcpy(&ms, info + TCP_INFO_LAST_DATA_RECV, sizeof ms);
	return ms;
}

static void
read_peer(const struct nlmsghdr *message, void *context)
{
	const struct inet_diag_msg *m = NLMSG_DATA(message);
	const struct watch_peers *watch = context;
	char host[INET6_ADDRSTRLEN];
	struct sockdiag_peer peer;
	struct text t;

	if (message->nlmsg_len < NLMSG_LENGTH(sizeof *m) ||
		inet_ntop(m->idiag_family, m->id.idiag_dst, host, sizeof host) == NULL)
		return;
	peer = (struct sockdiag_peer){ .inode = m->idiag_inode,
		.connecting = m->idiag_state == STATE_SYN_SENT,
		.silent = silence(message) };
	text_init(&t, peer.address, sizeof peer.address);
	text_addf(&t, m->idiag_family == AF_INET6 ? "[%s]:%u" : "%s:%u", host, ntohs(m->id.idiag_dport));
	watch->see(watch->context, &peer);
}

void
sockdiag_peers(int fd, void (*see)(void *context, const struct sockdiag_peer *peer), void *context)
{
	static const uint8_t families[] = { AF_INET, AF_INET6 };
	struct watch_peers watch = { see, context };

	for (unsigned i = 0; i < 2; i++) {
		struct {
			struct nlmsghdr header;
			struct inet_diag_req_v2 body;
		} request = {
			.header = { .nlmsg_len = sizeof request, .nlmsg_type = SOCK_DIAG_BY_FAMILY,
				.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP },
			.body = { .sdiag_family = families[i], .sdiag_protocol = IPPROTO_TCP,
				.idiag_states = 1U << STATE_ESTABLISHED | 1U << STATE_SYN_SENT,
				.idiag_ext = 1U << (INET_DIAG_INFO - 1) },
		};

		exchange(fd, &request.header, read_peer, &watch);
	}
}

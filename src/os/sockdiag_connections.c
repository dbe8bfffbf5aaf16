/*
 * sockdiag_connections.c -- who is connected. Nothing in the kernel counts that for a listener, so connections are
 * gone through and those of ours picked out.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/unix_diag.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/text.h"
#include "os/diag.h"
#include "os/sockdiag.h"

/* 4, 5, 8, 9, 11: one end has said that it ends, and the other may still be written to */
enum { CONNECTED = 1 << DIAG_ESTABLISHED | 1 << 4 | 1 << 5 | 1 << 8 | 1 << 9 | 1 << 11 };

static void
read_file(const struct nlmsghdr *message, void *context)
{
	const struct unix_diag_vfs *v = diag_attribute(message, sizeof(struct unix_diag_msg), UNIX_DIAG_VFS, sizeof *v);

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
	errnum = diag_unix(fd, inode, UDIAG_SHOW_VFS, read_file, &found);
	close(fd);
	/* the kernel's own form of a device number: 12 bits and 20 */
	*device = makedev(found.udiag_vfs_dev >> 20, found.udiag_vfs_dev & 0xfffff);
	*file = found.udiag_vfs_ino;
	return errnum == 0 && found.udiag_vfs_ino != 0;
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
open_of_unix(int fd, struct open_connections *c, uint64_t listener)
{
	int errnum;

	c->file = (struct unix_diag_vfs){ 0 };
	errnum = diag_unix(fd, listener, UDIAG_SHOW_VFS, read_file, &c->file);
	if (errnum == 0 && c->file.udiag_vfs_ino == 0)
		errnum = ENOENT;
	return errnum != 0 ? errnum : diag_unix_all(fd, DIAG_ESTABLISHED, UDIAG_SHOW_VFS, count_unix, c);
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
		uint16_t port;

		c.family = tcp_families[i];
		if (sockdiag_port(listeners, n, c.family, &port) &&
			diag_tcp(fd, c.family, CONNECTED, port, 0, count_tcp, &c) != 0)
			return -1;
	}
	return c.count;
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
	const char *info = diag_attribute(message, sizeof(struct inet_diag_msg), INET_DIAG_INFO,
		TCP_INFO_LAST_DATA_RECV + sizeof(uint32_t));
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
		.connecting = m->idiag_state == DIAG_SYN_SENT,
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

	for (unsigned i = 0; i < 2; i++)
		diag_tcp(fd, families[i], 1U << DIAG_ESTABLISHED | 1U << DIAG_SYN_SENT, 0, 1U << (INET_DIAG_INFO - 1),
			read_peer, &watch);
}

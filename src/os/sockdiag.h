/*
 * sockdiag -- how long the accept queues of our listeners are, and who is connected (sock_diag(7), NETLINK_SOCK_DIAG).
 */
#ifndef BRIDLE_OS_SOCKDIAG_H
#define BRIDLE_OS_SOCKDIAG_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/msec.h"

struct sockdiag_query {
	uint64_t inode;   /* of the listening socket */
	uint16_t family;  /* AF_UNIX, AF_INET, AF_INET6 */
	uint16_t port;    /* TCP */
	int64_t queue;    /* answer: connections waiting; -1 unknown */
	uint32_t backlog; /* answer: most that may wait; 0 unknown */
	int64_t dropped;  /* answer: of TCP, how often a connection found no room since it listens; -1 unknown */
};

/* A netlink socket (non-blocking, close-on-exec); -1 with ERR. */
int sockdiag_open(struct err *err);

/* Fill in all N answers; a socket that is not there, or not in our network namespace, stays unknown, and so do all unix
 * sockets where the module unix_diag is missing (the kernel says ENOENT to both). One exchange for all unix sockets (a
 * single one is asked for by inode), one for each TCP family (its listeners). False with ERR when the kernel does not
 * answer: no module tcp_diag, say. What was answered before is kept. */
bool sockdiag_ask(int fd, struct sockdiag_query *queries, unsigned n, struct err *err);

/* Whether any of the N QUERIES is of TCP's FAMILY, and the port to ask the kernel for then: when all want the same one, it
 * need not tell of any other. 0: all. */
bool sockdiag_port(const struct sockdiag_query *queries, unsigned n, uint16_t family, uint16_t *port);

/* How many connections to the N LISTENERS (inode, family, port) are open in a process, accepted: of a unix socket those that
 * came by its file, of TCP those on its port, at whatever address. -1: some cannot be seen. For each unix listener one
 * exchange about itself and one about every connected unix socket there is; one for each TCP family. */
int64_t sockdiag_open_connections(int fd, const struct sockdiag_query *listeners, unsigned n);

/* A TCP connection. */
struct sockdiag_peer {
	uint64_t inode;
	char address[64]; /* of the other end: "10.0.0.5:5432", "[::1]:80" */
	bool connecting;  /* the other end has not answered yet */
	msec silent;      /* since something last came from it; -1: not known */
};

/* Call SEE for each TCP connection of our network namespace that is open, or being opened. */
void sockdiag_peers(int fd, void (*see)(void *context, const struct sockdiag_peer *peer), void *context);

/* The file that the unix socket INODE is bound to: its device, and its inode number's lower 32 bits, which is all
 * that the kernel tells. False: it has none, or that cannot be asked. */
bool sockdiag_file(uint64_t inode, dev_t *device, uint32_t *file);

#endif

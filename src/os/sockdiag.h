/*
 * sockdiag -- how long the accept queues of our listeners are (sock_diag(7), NETLINK_SOCK_DIAG).
 */
#ifndef BRIDLE_OS_SOCKDIAG_H
#define BRIDLE_OS_SOCKDIAG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct sockdiag_query {
	uint64_t inode;      /* of the listening socket */
	uint16_t family;     /* AF_UNIX, AF_INET, AF_INET6 */
	uint16_t port;       /* TCP */
	int64_t queue;       /* answer: connections waiting; -1 unknown */
	uint32_t backlog;    /* answer: most that may wait; 0 unknown */
};

/* A netlink socket (non-blocking); -1 with ERR. */
int sockdiag_open(struct err *err);

/* Fill in all N answers. One exchange a family where dumps are needed (TCP listeners by port, unix sockets by inode
 * directly). False with ERR when the kernel does not answer. */
bool sockdiag_ask(int fd, struct sockdiag_query *queries, unsigned n, struct err *err);

#endif

/*
 * procevents -- forks and ends of processes that are not our children, from the kernel's process events connector
 * (NETLINK_CONNECTOR, linux/cn_proc.h). Needs the first network, user and pid namespaces, and before Linux 6.6 CAP_NET_ADMIN:
 * elsewhere the kernel says nothing, and procevents_open() fails.
 */
#ifndef BRIDLE_OS_PROCEVENTS_H
#define BRIDLE_OS_PROCEVENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

/* A socket (non-blocking, close-on-exec) that hears nothing until it is told of whom; -1 with ERR. */
int procevents_open(struct err *err);

/* From now on hear only of processes forked by, or ended as children of, one of PARENTS (N of them), and of the ends of
 * OTHERS (M): the kernel throws the rest away before it would wake us. With more than a filter holds, all ends and forks of
 * processes are heard. False with ERR: no memory, or the kernel takes no such filter; what was heard before still is. */
enum { PROCEVENTS_MOST = 2000 /* N + M */ };
bool procevents_only(int fd, const pid_t *parents, size_t n, const pid_t *others, size_t m, struct err *err);

/* What is there now, into BUFFER. Returns its bytes (whole messages: wire/procevent.h), 0: nothing more. *LOST: there was more
 * than the socket holds, and the kernel threw some away (ENOBUFS). Messages of other processes are none. */
enum { PROCEVENTS_BUFFER = 512 }; /* a message is 76 bytes, and a datagram of its own */
size_t procevents_read(int fd, void *buffer, size_t size, bool *lost);

#endif

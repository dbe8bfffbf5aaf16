/*
 * deposit -- descriptors that lie in the queue of a socket (SCM_RIGHTS, unix(7)): they stay open as long as anybody has that
 * socket, who need neither take them out nor know of them. So a process can keep them for one that is killed.
 */
#ifndef BRIDLE_OS_DEPOSIT_H
#define BRIDLE_OS_DEPOSIT_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/msec.h"

enum {
	DEPOSIT_MOST = 253,      /* descriptors a packet: SCM_MAX_FD of the kernel's net/scm.h */
	DEPOSIT_TAKEN = SIGUSR1, /* to who guards it: what lies there is not needed any more */
};

struct deposit {
	int in, out;      /* -1: there is none */
	uint64_t inode;   /* of `out`: what it is known by */
	unsigned packets; /* that lie in it */
};

/* An empty one; close-on-exec. False with ERR: then it has no descriptors, and nothing can be put there. */
bool deposit_make(struct deposit *d, struct err *err);

/* Put copies of N FDS (1 to DEPOSIT_MOST) there, as one packet. False with errno. Never waits. */
bool deposit_put(struct deposit *d, const int *fds, size_t n);

/* Take the first PACKETS out again, which closes what was in them. */
void deposit_drop(struct deposit *d, unsigned packets);

/* The process of PIDFD has `out` of the deposit INODE as its descriptor N: call VISIT for each descriptor that lies there,
 * which becomes its own (close-on-exec). None where we may not look into that process (pidfd.h), or it has something else
 * there. */
void deposit_fetch(int pidfd, int n, uint64_t inode, void (*visit)(void *context, int fd), void *context);

/* For the process that keeps OUT: close all other descriptors, and wait for DEPOSIT_TAKEN, which must have been blocked all
 * along, for MOST at most. Returns at once, having closed none, where nothing lies in it, or the kernel is older than 5.9.
 * */
void deposit_guard(int out, msec most);

#endif

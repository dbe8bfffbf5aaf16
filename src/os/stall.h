/*
 * stall -- what a process is doing that does not go on: looked at from outside, once, without stopping it.
 */
#ifndef BRIDLE_OS_STALL_H
#define BRIDLE_OS_STALL_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/msec.h"

enum { STALL_PEERS = 3, STALL_STACK = 240 };

struct stall_peer {
	char address[64]; /* "10.0.0.5:5432", "[::1]:80" */
	bool connecting;  /* it has not answered the first packet yet */
	msec silent;      /* since something last came from it; -1: not known */
};

struct stall {
	char state;     /* R S D ...; NUL: not seen */
	char call[24];  /* the system call it waits in: "recvfrom", or its number; "": in none, or not permitted */
	char where[48]; /* the kernel's wait channel; "" */
	char stack[STALL_STACK]; /* functions of the kernel, innermost first, separated by blanks; "": not permitted */
	struct stall_peer peers[STALL_PEERS];
	/* of TCP connections in which it is the client or the server; those that have been silent for longest */
	unsigned peer_count;
};

/* Look at process PID: /proc/PID/stat, syscall and wchan (CAP_SYS_PTRACE, for those of other users), stack (CAP_SYS_ADMIN), and
 * its connections by SOCKDIAG (sockdiag_open; -1: without). False when it is gone. */
bool stall_look(pid_t pid, int sockdiag, struct stall *out);

#endif

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
	struct stall_peer peers[STALL_PEERS];
	/* of TCP connections in which it is the client or the server; those that have been silent for longest */
	unsigned peer_count;
};

/* Look at process PID: /proc/PID/stat, syscall and wchan (CAP_SYS_PTRACE, for those of other users), and its connections by
 * SOCKDIAG (sockdiag_open; -1: without). False when it is gone. */
bool stall_look(pid_t pid, int sockdiag, struct stall *out);

/* /proc/PID/stack (proc_pid_stack(5)), to be read by somebody else: the kernel asks whoever opened it for CAP_SYS_ADMIN, and
 * whoever reads it for no more than CAP_SYS_PTRACE (proc_pid_stack() and lock_trace() of its fs/proc/base.c). Close-on-exec; -1
 * with errno: it is gone, or the kernel has none. Asks nobody, and waits for nobody. */
int stall_open_stack(pid_t pid);

/* The functions in FD, innermost first, separated by blanks; "" when it may not be read. */
void stall_read_stack(int fd, char words[STALL_STACK]);

#endif

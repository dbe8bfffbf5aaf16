/*
 * borrow -- the listeners of a process that is no child of ours, as descriptors of our own.
 */
#ifndef BRIDLE_OS_BORROW_H
#define BRIDLE_OS_BORROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

/* Whose process PID is. False: it is gone. */
bool borrow_owner(pid_t pid, uid_t *owner);

/* Copies of the stream sockets on which PID listens into FDS (room for MAX), close-on-exec and non-blocking. Returns how many,
 * for the caller to close; -1 with ERR: it is gone, we may not look into it (ptrace(2), PTRACE_MODE_ATTACH_REALCREDS), or the
 * kernel is older than 5.6. */
int borrow_listeners(pid_t pid, int *fds, size_t max, struct err *err);

/* A copy of socket INODE among the descriptors, however many, of the process that PIDFD holds, whose number is PID:
 * close-on-exec. -1: it has none, or we may not. */
int borrow_socket(int pidfd, pid_t pid, uint64_t inode);

#endif

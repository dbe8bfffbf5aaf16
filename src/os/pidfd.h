/*
 * pidfd -- processes that are no children of ours, held by a descriptor: no other can take their place (pidfd_open(2)).
 */
#ifndef BRIDLE_OS_PIDFD_H
#define BRIDLE_OS_PIDFD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/msec.h"

/* A descriptor of PID if that is still the process which started at START (tree_look, its
 * lower 32 bits: with the pid they tell processes apart for more than a year); readable when it has ended.
 * Close-on-exec. -1: it is gone, or the kernel is older than 5.3. */
int pidfd_open_process(pid_t pid, uint32_t start);

/* False: it is gone, or we may not. */
bool pidfd_signal(int pidfd, int signal);

/* How it ended, as wait(2) would say, where the kernel tells (PIDFD_GET_INFO with the exit status, Linux 6.15, once its
 * parent has reaped it). PIDFD_LATER: not reaped yet, ask again. */
enum pidfd_answer { PIDFD_KNOWN, PIDFD_LATER, PIDFD_NEVER };
enum pidfd_answer pidfd_status(int pidfd, int *status);

/* Does the kernel tell it here at all? Tried out with a child of ours, which ends at once. Only before the loop runs. */
bool pidfd_tells(void);

/* A copy of its descriptor N (pidfd_getfd(2), Linux 5.6), close-on-exec; -1: it has none, or we may not. */
int pidfd_take(int pidfd, int n);

/* Wait until it has ended, for PATIENCE (<= INT_MAX) at most; whether it has. Blocks: only before the loop runs. */
bool pidfd_wait(int pidfd, msec patience);

#endif

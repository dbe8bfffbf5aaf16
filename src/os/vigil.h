/*
 * vigil -- many processes that are no children of ours, held until their parents have reaped them: from then on the kernel tells
 * how each ended (os/pidfd.h). One descriptor to be polled for all of them, and one for each.
 */
#ifndef BRIDLE_OS_VIGIL_H
#define BRIDLE_OS_VIGIL_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

/* A descriptor that is readable while vigil_next() has somebody; close-on-exec. -1 with ERR. */
int vigil_open(struct err *err);

/* Hold PID if that is still the process which started at START (as pidfd_open_process), as KEY. Returns its pidfd, the caller's: who
 * closes it is told nothing more of it. -1: it is gone, or more than three quarters of the descriptors that we may have would be
 * taken; the rest is for logs and clients. */
int vigil_hold(int vigil, pid_t pid, uint32_t start, uint64_t key);

/* The next of those that were reaped: its KEY, once. False: nobody is, for now. */
bool vigil_next(int vigil, uint64_t *key);

#endif

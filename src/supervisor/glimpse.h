/*
 * glimpse -- what the watcher may not open for itself. It says which worker; that is a claim, and looked into here.
 */
#ifndef BRIDLE_SUPERVISOR_GLIMPSE_H
#define BRIDLE_SUPERVISOR_GLIMPSE_H

#include <stdbool.h>
#include <sys/types.h>

#include "os/tree.h"

struct service;

/* Is PID a child of the current master of S, now? Then *P is what it is. */
bool glimpse_worker(const struct service *s, pid_t pid, struct tree_process *p);

/* Hand the watcher what the kernel does for worker PID of S, opened and not read (LINK_STACK); nothing where that is no worker of it,
 * or cannot be opened, or the watcher does not read just now. */
void glimpse_stack(const struct service *s, pid_t pid);

#endif

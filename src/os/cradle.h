/*
 * cradle -- where a child lives that shares our memory until it is a program of its own: its stack, what it is to do, and how
 * we wait for it.
 */
#ifndef BRIDLE_OS_CRADLE_H
#define BRIDLE_OS_CRADLE_H

#include <sys/types.h>

#include "os/spawn_child.h"

/* Start the child of JOB, and wait until it has executed its program, failed, or SPAWN_PATIENCE is over: `failed`,
 * `failed_step` and `error` of the request say which. Returns its pid, to be reaped; -1 with errno: no child. Every signal
 * is to be blocked. */
pid_t cradle_run(const struct spawn_job *job);

#endif

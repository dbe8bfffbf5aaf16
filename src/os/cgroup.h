/*
 * cgroup -- a control group (v2) for each generation, where the hierarchy can be written: then ending a generation
 * is one write, and nobody escapes it. Without one, tree.h does the work.
 */
#ifndef BRIDLE_OS_CGROUP_H
#define BRIDLE_OS_CGROUP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

/* Find the v2 mount (unified or hybrid) and make our own directory below our own group. The descriptor of that
 * directory, or -1 with ERR saying why there is none (not an error for the caller: it is said once). */
int cgroup_open(const char *run_dir, struct err *err);

/* A group "SERVICE.GENERATION" below ROOT; -1 with ERR. */
int cgroup_make(int root, const char *service, uint32_t generation, struct err *err);

/* Does anything live in it (cgroup.events: populated)? */
bool cgroup_populated(int group);

/* SIGKILL to all of it (cgroup.kill, Linux 5.14; false when there is no such file). */
bool cgroup_kill(int group);

/* Every pid in it. Returns how many. */
unsigned cgroup_visit(int group, void (*visit)(void *context, int32_t pid), void *context);

/* Remove "SERVICE.GENERATION"; false while something lives in it. */
bool cgroup_remove(int root, const char *service, uint32_t generation);

#endif

/*
 * memory -- how much more the processes of this machine, and of the control group that we are in, may take.
 */
#ifndef BRIDLE_OS_MEMORY_H
#define BRIDLE_OS_MEMORY_H

#include <stdint.h>
#include <sys/types.h>

/* Bytes that are free, or given back without harm: MemAvailable of PROC/meminfo, or what the limits of the groups of
 * PROC/self/cgroup, below CGROUPS, leave, whichever is less. PROC is "/proc", CGROUPS "/sys/fs/cgroup", but in tests. -1 when
 * it is not known. Takes no memory. */
int64_t memory_free(const char *proc, const char *cgroups);

/* The same for process PID, in the groups that it is in; -1 as well. */
int64_t memory_free_for(const char *proc, const char *cgroups, pid_t pid);

#endif

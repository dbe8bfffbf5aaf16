/*
 * pressure -- how much of the last ten seconds somebody on this machine had to wait for memory, disks or processors (PSI; the
 * kernel's accounting/psi.rst).
 */
#ifndef BRIDLE_OS_PRESSURE_H
#define BRIDLE_OS_PRESSURE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct pressure {
	int32_t memory, io, cpu; /* hundredths of a per cent ("some"); -1: this kernel does not say */
};

/* What DIR says, "/proc/pressure" but in tests. Cannot fail. */
struct pressure pressure_look(const char *dir);

/* The same of the control group that PID is in (v2; the kernel's cgroup-v2.rst, *.pressure). False: it is in none but the
 * root, or that does not say: PRESSURE is of no use. */
bool pressure_of_group(pid_t pid, struct pressure *pressure);

#endif

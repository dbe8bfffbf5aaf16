/*
 * cpus -- how many CPUs we may use: affinity mask, and cgroup quota (v2 cpu.max, v1 cpu.cfs_quota_us), of all
 * groups above us. At least 1; a quota of 1.5 CPUs counts as 2.
 */
#ifndef BRIDLE_OS_CPUS_H
#define BRIDLE_OS_CPUS_H

unsigned cpus_usable(void);

#endif

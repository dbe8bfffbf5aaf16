/*
 * cpus -- how many CPUs we may use. Looked up at load time.
 */
#ifndef BRIDLE_OS_CPUS_H
#define BRIDLE_OS_CPUS_H

/* By affinity mask (cpusets included), and by the cgroup quotas (v2 cpu.max, v1 cpu.cfs_quota_us) of all groups above
 * us. At least 1; a quota of 1.5 CPUs counts as 2. */
unsigned cpus_usable(void);

/* The quotas alone, 0 for none: of the groups that the file CGROUPS (as /proc/PID/cgroup) names, mounted where the
 * file MOUNTINFO (as /proc/PID/mountinfo) says. */
unsigned cpus_limit(const char *cgroups, const char *mountinfo);

#endif

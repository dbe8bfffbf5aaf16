/*
 * oomcount -- how many processes of a service the kernel has ended for want of memory, and whether its own limit was the reason.
 */
#ifndef BRIDLE_OS_OOMCOUNT_H
#define BRIDLE_OS_OOMCOUNT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct oomcount {
	uint32_t kills;
	int64_t hits; /* how often that group's own limit was reached, and not that of a group around it; -1: not told */
	bool vague;   /* that they have not become more does not say that it was not */
};

/* Of the group "SERVICE.service" (bounds.h) that PID is in, or below. False when it is in none: the counters of groups above
 * tell of others, too. */
bool oomcount_of(pid_t pid, const char *service, struct oomcount *count);

/* Of our own group, when PID is in it as well: a container's, where no group can be made. Everybody in it
 * counts. False: PID is elsewhere, or it has no such count. */
bool oomcount_shared(pid_t pid, struct oomcount *count);

/* Of the group whose directory is DIR. In v2 kills are those below as well (memory.events), and hits those at which nothing more could
 * be freed (memory.events.local, Linux 5.2; the kernel's cgroup-v2.rst); V1: memory.oom_control, and memory.failcnt, which counts those
 * as well at which something could (cgroup-v1/memory.rst). False: it does not tell of kills. */
bool oomcount_read(const char *dir, bool v1, struct oomcount *count);

#endif

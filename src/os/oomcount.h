/*
 * oomcount -- how many processes of a service the kernel has ended for want of memory.
 */
#ifndef BRIDLE_OS_OOMCOUNT_H
#define BRIDLE_OS_OOMCOUNT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* The count of the group "SERVICE.service" (bounds.h) that PID is in, or below. False when it is in none: the counters of
 * groups above tell of others, too. */
bool oomcount_of(pid_t pid, const char *service, uint32_t *count);

/* The count of our own group, when PID is in it as well: a container's, where no group can be made. Everybody in it
 * counts. False: PID is elsewhere, or it has no such count. */
bool oomcount_shared(pid_t pid, uint32_t *count);

#endif

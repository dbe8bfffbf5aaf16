/*
 * rlimit -- limits of a process (setrlimit(2)) as steps of its start.
 */
#ifndef BRIDLE_OS_RLIMIT_H
#define BRIDLE_OS_RLIMIT_H

#include <stdbool.h>
#include <sys/resource.h>

#include "os/steps.h"

/* Every limit that there is: the name that keys.def has for it behind limit_, and the kernel's. */
/* clang-format off */
#define RLIMITS(X) \
	X(as, AS) X(core, CORE) X(cpu, CPU) X(data, DATA) X(fsize, FSIZE) X(locks, LOCKS) X(memlock, MEMLOCK) \
	X(msgqueue, MSGQUEUE) X(nice, NICE) X(nofile, NOFILE) X(nproc, NPROC) X(rss, RSS) X(rtprio, RTPRIO) \
	X(rttime, RTTIME) X(sigpending, SIGPENDING) X(stack, STACK)
/* clang-format on */

/* A step that sets RESOURCE (RLIMIT_X) to LIMIT; "cannot set KEY to soft:hard: ...". Above the hard limit that we have
 * ourselves it fails without CAP_SYS_RESOURCE. False with ERR: no memory. */
bool rlimit_step(struct steps *steps, const char *key, int resource, struct rlimit limit, struct err *err);

/* Whether we could set RESOURCE to LIMIT: we have CAP_SYS_RESOURCE, or a hard limit as high. What we have goes to *HARD. */
bool rlimit_can(int resource, struct rlimit limit, rlim_t *hard);

/* Whether we have CAP_SYS_RESOURCE. */
bool rlimit_may_raise(void);

#endif

/*
 * scheduling -- how the kernel treats a process, as steps of its start: processor, disk, and memory when that runs out.
 *
 * Each adds a step that says "cannot set KEY to ..." when the kernel refuses; false with ERR: no memory.
 */
#ifndef BRIDLE_OS_SCHEDULING_H
#define BRIDLE_OS_SCHEDULING_H

#include <stdbool.h>
#include <stdint.h>

#include "os/steps.h"

/* setpriority(2): -20 to 19. */
bool scheduling_nice(struct steps *steps, int nice, struct err *err);

/* sched_setaffinity(2): MASK of SIZE bytes, called WORDS. Fails when none of these processors is there. */
bool scheduling_affinity(struct steps *steps, const uint64_t *mask, size_t size, const char *words, struct err *err);

/* sched_setscheduler(2): POLICY of <sched.h>, called WORDS, and PRIORITY (0 but for SCHED_FIFO and SCHED_RR). */
bool scheduling_policy(struct steps *steps, int policy, int priority, bool reset_on_fork, const char *words,
	struct err *err);

/* ioprio_set(2): CLASS 1 (realtime), 2 (best-effort) or 3 (idle), LEVEL 0 to 7. */
bool scheduling_io(struct steps *steps, int class, int level, struct err *err);

/* How readily the kernel ends it: -1000 to 1000 (proc_pid_oom_score_adj(5)). Two processes with one memory have one score,
 * so that between this step and exec ours is the child's: spawn puts ours back (`keep_oom`). */
bool scheduling_oom(struct steps *steps, int score, struct err *err);

/* Our own score; false when it cannot be read. And back to it. */
bool scheduling_read_oom(int *score);
bool scheduling_write_oom(int score);

#endif

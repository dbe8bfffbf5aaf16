/*
 * protect -- ourselves, from the want of memory that others cause. Nothing depends on it: where it may not be had, it is done
 * without.
 */
#ifndef BRIDLE_OS_PROTECT_H
#define BRIDLE_OS_PROTECT_H

#include <stdbool.h>
#include <sys/types.h>

/* When memory runs out the kernel shall end others first (proc_pid_oom_score_adj(5)): whoever supervises is small, and its end
 * would help nobody. Takes CAP_SYS_RESOURCE. Returns whether our score is another than *BEFORE now. */
bool protect_from_oom(int *before);

/* PID, a child of ours that has executed its program, is not to be protected with us: it gets SCORE (-1000 to
 * 1000). False with errno: it is gone, or we may not. */
bool protect_not(pid_t pid, int score);

/* Is fs.suid_dumpable 1 (proc_sys_fs(5))? Then who becomes another user may be traced by him from that moment on, and a child that
 * shares our memory until it executes is such a one (os/spawn_child.c). */
bool protect_is_undone(void);

/* What of us is in memory stays there (mlockall(2), each page from its first use on, so that nothing more is taken), if it is
 * little. False: it is much, or we may not (RLIMIT_MEMLOCK without CAP_IPC_LOCK). */
bool protect_memory(void);

#endif

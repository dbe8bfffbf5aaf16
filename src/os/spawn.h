/*
 * spawn -- start a process: everything between fork and exec, and which step of it failed.
 *
 * The child shares our memory until it execs (clone(2) with CLONE_VM, on a stack of its own): no page tables are
 * copied, so a start takes the same time whatever we have mapped, and cannot fail for want of memory. The child makes
 * system calls only (no libc locks, no malloc) and reports the failing step and errno. We wait until it has, but nobody can
 * hold us: a child that is stopped on the way is ended, and so is one that is not through after SPAWN_PATIENCE: something that
 * it touches hangs. Where that is known before (a network file system), or was found out so, `may_stall` makes it a plain
 * fork, whose failure shows as exit status 127 and a line in its log.
 *
 * What the child gets (gunicorn-facts 10): every signal unblocked and at its default, a session and a session keyring of its
 * own, descriptors 0 (null), 1 and 2 (its log), 3... (listeners), nothing else; LISTEN_PID written after the fork.
 */
#ifndef BRIDLE_OS_SPAWN_H
#define BRIDLE_OS_SPAWN_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

#include "base/err.h"
#include "os/steps.h"

/* In the order they are taken; those of steps.h in between: STEP_FIRST and STEP_RIGHTS behind the descriptors, STEP_USER
 * behind the directory, STEP_LAST right before exec. */
enum spawn_step {
	SPAWN_OK,
	SPAWN_CLONE,
	SPAWN_SESSION,
	SPAWN_CGROUP,
	SPAWN_DESCRIPTORS,
	SPAWN_GROUPS,
	SPAWN_GROUP,
	SPAWN_USER,
	SPAWN_DIRECTORY,
	SPAWN_EXEC,
	SPAWN_STEP,    /* one of `steps`: `failed_step` */
	SPAWN_STOPPED, /* by somebody's SIGSTOP on the way; it was ended */
	SPAWN_STALLED, /* not through after SPAWN_PATIENCE; it was ended, or will be when the kernel lets go of it */
};

struct spawn_request {
	const char *path; /* what to exec; absolute, or looked for by the caller */
	char *const *argv, *const *envp;
	const char *directory; /* to change to after becoming the user; NULL: stay */
	char *listen_pid;      /* 10 digits within envp that the child overwrites with its pid and, where that
	                            * is shorter, a NUL; NULL: none */
	const int *listeners;  /* become 3, 4, ... */
	uint32_t listener_count;
	int null_fd;      /* becomes 0 */
	int output_fd;    /* becomes 1 and 2; -1: those stay ours */
	int mount_fd;     /* becomes SPAWN_MOUNT for the steps, and is closed by exec; 0: none */
	int cgroup_fd;    /* directory descriptor of the cgroup v2 to be born in; -1: none */
	bool change_user; /* uid, gid, groups below are to be set (only root can) */
	uid_t uid;
	gid_t gid;
	const gid_t *groups; /* supplementary, all of them: setgroups(2) replaces what we have */
	size_t group_count;
	mode_t umask;
	rlim_t descriptors;        /* soft RLIMIT_NOFILE to go back to (privilege_descriptors); 0: keep ours */
	const struct steps *steps; /* what else it does; NULL: nothing */
	bool keep_oom;             /* a step sets oom_score_adj, which must not become ours (scheduling.h) */
	bool may_stall;
	/* what came of it */
	enum spawn_step failed;
	const struct child_step *failed_step;
	int error;
};

enum {
	SPAWN_PATIENCE = 2000, /* ms */
	SPAWN_MOUNT = 299,     /* above listeners, and below every usual limit */
};

/* Start it. Returns the pid, or -1 with `failed` and `error` set and ERR saying "cannot change to directory 'x':
 * ..."; no child is left then (but after SPAWN_STALLED one may be, which never runs again and is reaped as any other: next
 * time, set `may_stall`). With `may_stall` only SPAWN_CLONE can be told; whatever fails later ends the child with status
 * 127, which the caller reaps as any other.
 *
 * The caller must have one thread only. Which signals are to be put back to their defaults (SIGPIPE always) is looked
 * up at the first call and not again: a daemon sets its dispositions before it starts anything. */
pid_t spawn(struct spawn_request *request, struct err *err);

#endif

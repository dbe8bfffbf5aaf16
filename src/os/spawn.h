/*
 * spawn -- start a process: everything between fork and exec, and which step of it failed.
 *
 * The child shares our memory until it execs (clone(2) with CLONE_VM | CLONE_VFORK on a stack of its own): no
 * page tables are copied, so a start takes the same time whatever we have mapped, and cannot fail for want of
 * memory. The child makes system calls only (no libc locks, no malloc) and reports the failing step and errno in
 * the request itself. Where something it touches may hang (a network file system), `may_stall` makes it a
 * plain fork, whose failure shows as exit status 127 and a line in its log.
 *
 * What the child gets (gunicorn-facts 10): every signal unblocked and at its default, a session of its own,
 * descriptors 0 (null), 1 and 2 (its log), 3... (listeners), nothing else; LISTEN_PID written after the fork.
 */
#ifndef BRIDLE_OS_SPAWN_H
#define BRIDLE_OS_SPAWN_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

enum spawn_step {
	SPAWN_OK, SPAWN_CLONE, SPAWN_SESSION, SPAWN_DESCRIPTORS, SPAWN_CGROUP, SPAWN_GROUPS, SPAWN_GROUP, SPAWN_USER,
	SPAWN_DIRECTORY, SPAWN_EXEC,
};

struct spawn_request {
	const char *path;          /* what to exec; absolute, or looked for by the caller */
	char *const *argv, *const *envp;
	const char *directory;     /* to change to after becoming the user; NULL: stay */
	char *listen_pid;          /* 10 digits within envp, overwritten in the child; NULL: none */
	const int *listeners;      /* become 3, 4, ... */
	uint32_t listener_count;
	int null_fd;               /* becomes 0 */
	int output_fd;             /* becomes 1 and 2 */
	int cgroup_fd;             /* directory descriptor of the cgroup v2 to be born in; -1: none */
	bool change_user;          /* uid, gid, groups below are to be set (only root can) */
	uid_t uid;
	gid_t gid;
	const gid_t *groups;
	size_t group_count;
	mode_t umask;
	bool may_stall;
	/* what came of it */
	enum spawn_step failed;
	int error;
};

/* Start it. Returns the pid, or -1 with `failed` and `error` set and ERR saying "cannot change to directory 'x':
 * ...". The caller reaps a child that failed to exec (this function does it for the shared-memory kind). */
pid_t spawn(struct spawn_request *request, struct err *err);

#endif

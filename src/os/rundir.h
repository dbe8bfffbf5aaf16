/*
 * rundir -- the directories that are ours: made, owned, locked, and emptied without ever following a link.
 */
#ifndef BRIDLE_OS_RUNDIR_H
#define BRIDLE_OS_RUNDIR_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/err.h"

/* Make PATH (and its parents, 0755, ours) and open it; mode and owner are set on the last one. Refuses a symlink as
 * the last component, and a directory that others than root, OWNER and ourselves can write. -1 with ERR. */
int rundir_open(const char *path, uid_t owner, gid_t group, mode_t mode, struct err *err);
/* The same for NAME below DIR_FD. */
int rundir_open_at(int dir_fd, const char *name, uid_t owner, gid_t group, mode_t mode, struct err *err);

/* Hold DIR_FD/lock (flock(2)) with our pid in it. -1 with ERR, which names the pid that holds it. */
int rundir_lock(int dir_fd, const char *path, struct err *err);

/* Remove NAME below DIR_FD and everything in it, never following links, never leaving it. At most LIMIT entries
 * (then false: call again). */
bool rundir_remove(int dir_fd, const char *name, unsigned limit);

#endif

/*
 * rundir -- the directories that are ours: made, owned, locked, and emptied without ever following a link.
 */
#ifndef BRIDLE_OS_RUNDIR_H
#define BRIDLE_OS_RUNDIR_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/err.h"

/* Make the absolute PATH (and its parents, 0755, ours) and open it, close-on-exec. The way there is judged as path.h
 * says, for OWNER and GROUP. A new directory gets MODE, OWNER and GROUP; one that is there already and OWNER's keeps
 * its mode, which an administrator may have chosen, unless others can write: then, or when it is a symlink or
 * somebody else's, it is refused, but for one of ours that all may write (and is not sticky): a volume that was made for
 * whoever comes, which is as a new one while nothing is in it, and gets MODE; who had it open before can go on reading names
 * in it. One of root's that OWNER could have renamed to this place, since what it lies in is OWNER's, is given to him only
 * while nothing is in it. -1 with ERR. */
int rundir_open(const char *path, uid_t owner, gid_t group, mode_t mode, struct err *err);

/* The same for NAME, a single component, below DIR_FD, a directory that is ours. */
int rundir_open_at(int dir_fd, const char *name, uid_t owner, gid_t group, mode_t mode, struct err *err);

/* Hold DIR_FD/lock (flock(2)) with our pid in it, until the descriptor is closed. PATH: what to call the directory.
 * -1 with ERR; EWOULDBLOCK: another bridled holds it, whose pid it names. */
int rundir_lock(int dir_fd, const char *path, struct err *err);

/* Remove NAME below DIR_FD and everything in it, never following links, never crossing into another mount, with
 * three descriptors however deep it is. At most LIMIT entries. True when it is gone (or never was); false when there
 * is more (call again), or something in it cannot be removed. RUNDIR_MOST: as many as may hold everybody else up, for
 * whoever has no reason for another number. */
enum { RUNDIR_MOST = 10000 };
bool rundir_remove(int dir_fd, const char *name, unsigned limit);

#endif

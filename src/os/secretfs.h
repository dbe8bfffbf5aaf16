/*
 * secretfs -- a small file system in memory for secrets. It is mounted nowhere: files are made in it by its descriptor, and
 * a child lays it over a directory in a mount namespace of its own. So nobody else ever sees it, it is gone with the last
 * process of that namespace, and nothing of it is left behind when we are killed.
 */
#ifndef BRIDLE_OS_SECRETFS_H
#define BRIDLE_OS_SECRETFS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "os/steps.h"

/* A new one with room for FILES files of BYTES each; its directory is UID's and GID's, 0700. It is never swapped out. Returns a
 * descriptor (close-on-exec) to make files below, and for mount_fd of spawn.h; -1 with ERR. */
int secretfs_make(uint32_t files, uint64_t bytes, uid_t uid, gid_t gid, struct err *err);

/* From now on nothing in it changes (mount_setattr(2), Linux 5.12). False with ERR. */
bool secretfs_seal(int fd, struct err *err);

/* In the child, behind the steps of its mount namespace: lay what it was given as mount_fd over the directory PATH, which
 * has no links on its way. Nothing is done where it was given none. False with ERR: no memory for the step. */
bool secretfs_step(struct steps *steps, const char *path, struct err *err);

#endif

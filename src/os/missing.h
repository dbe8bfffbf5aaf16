/*
 * missing -- system calls that the C library may not have: statx(2) came to musl with 1.2.5, renameat2(2) after that.
 */
#ifndef BRIDLE_OS_MISSING_H
#define BRIDLE_OS_MISSING_H

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "config.h"

#ifndef HAVE_STATX
#include <linux/stat.h> /* struct statx, which glibc's own header has as well: never both */

static inline int
statx(int dir_fd, const char *restrict path, int flags, unsigned mask, struct statx *restrict out)
{
	return (int)syscall(SYS_statx, dir_fd, path, flags, mask, out);
}
#endif

#ifndef HAVE_RENAMEAT2
#ifndef RENAME_NOREPLACE
#define RENAME_NOREPLACE (1u << 0) /* linux/fs.h, which does not go with sys/mount.h */
#endif

static inline int
renameat2(int old_dir, const char *old, int new_dir, const char *new, unsigned flags)
{
	return (int)syscall(SYS_renameat2, old_dir, old, new_dir, new, flags);
}
#endif

#endif

/*
 * mountapi -- system calls for mounts and rule sets that C libraries may not have yet, as such: they may be made in a child
 * that shares our memory (cradle.c).
 */
#ifndef BRIDLE_OS_MOUNTAPI_H
#define BRIDLE_OS_MOUNTAPI_H

#include <fcntl.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The same everywhere: calls newer than 5.0 are numbered alike. */
enum {
	CALL_OPEN_TREE = 428,
	CALL_MOVE_MOUNT = 429,
	CALL_FSOPEN = 430,
	CALL_FSCONFIG = 431,
	CALL_FSMOUNT = 432,
	CALL_OPENAT2 = 437,
	CALL_MOUNT_SETATTR = 442,
};

/* Of <linux/mount.h> and <linux/openat2.h>, which older machines lack and which <sys/mount.h> does not always get along
 * with. */
enum {
	TREE_CLONE = 1,          /* OPEN_TREE_CLONE */
	TREE_RECURSIVE = 0x8000, /* AT_RECURSIVE */
	MOVE_EMPTY = 0x4 | 0x40, /* MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH */
	ATTR_READ_ONLY = 1,
	ATTR_NOSUID = 2,
	ATTR_NODEV = 4,
	ATTR_NOEXEC = 8, /* MOUNT_ATTR_* */
	CONFIG_FLAG = 0,
	CONFIG_STRING = 1,
	CONFIG_CREATE = 6, /* FSCONFIG_SET_FLAG, FSCONFIG_SET_STRING, FSCONFIG_CMD_CREATE */
	NO_MAGIC = 2,
	NO_LINKS = 4, /* RESOLVE_NO_MAGICLINKS, RESOLVE_NO_SYMLINKS */
};

struct mountapi_attributes { /* struct mount_attr */
	uint64_t set, clear, propagation, userns_fd;
};

struct mountapi_how { /* struct open_how */
	uint64_t flags, mode, resolve;
};

/* PATH as O_PATH, without following a link anywhere; -1 with errno, ELOOP where there is one. */
static inline int
mountapi_open(const char *path)
{
	const struct mountapi_how how = { O_PATH | O_CLOEXEC, 0, NO_MAGIC | NO_LINKS };

	return (int)syscall(CALL_OPENAT2, AT_FDCWD, path, &how, sizeof how);
}

#endif

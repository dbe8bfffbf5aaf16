#include "os/secretfs.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "os/mountapi.h"
#include "os/spawn.h"

/* An inode for each file, the directory, and the one that is being written (credentials.c, ".new"): with room to spare. */
enum { BLOCK = 4096 /* a file takes whole pages */, OTHER_INODES = 4 };

static bool
set(int fs, const char *name, uint64_t value)
{
	char text[24];

	snprintf(text, sizeof text, "%llu", (unsigned long long)value);
	return syscall(CALL_FSCONFIG, fs, CONFIG_STRING, name, text, 0) == 0;
}

/* What is swapped out is on a disk: noswap is of Linux 6.4. */
static bool
configure_tmpfs(int fs, uint32_t files, uint64_t bytes)
{
	return syscall(CALL_FSCONFIG, fs, CONFIG_FLAG, "noswap", NULL, 0) == 0 &&
		set(fs, "size", files * (bytes + BLOCK)) && set(fs, "nr_inodes", 2 * (uint64_t)files + OTHER_INODES);
}

/* The mount of a file system of TYPE; -1 with errno. */
static int
make(const char *type, bool bounded, uint32_t files, uint64_t bytes)
{
	/* 1 is close-on-exec, here and in fsmount(2) */
	int fs = (int)syscall(CALL_FSOPEN, type, 1), fd = -1, error;

	if (fs < 0)
		return -1;
	if ((!bounded || configure_tmpfs(fs, files, bytes)) &&
		syscall(CALL_FSCONFIG, fs, CONFIG_STRING, "mode", "0700", 0) == 0 &&
		syscall(CALL_FSCONFIG, fs, CONFIG_CREATE, NULL, NULL, 0) == 0)
		fd = (int)syscall(CALL_FSMOUNT, fs, 1, ATTR_NOSUID | ATTR_NODEV | ATTR_NOEXEC);
	error = errno;
	close(fs);
	errno = error;
	return fd;
}

int
secretfs_make(uint32_t files, uint64_t bytes, uid_t uid, gid_t gid, struct err *err)
{
	int fd = make("tmpfs", true, files, bytes);

	/* ramfs is never swapped either, and has no bound: but we alone write to it, until it is sealed */
	if (fd < 0)
		fd = make("ramfs", false, files, bytes);
	if (fd < 0) {
		err_set(err, errno, "cannot make a file system in memory");
		return -1;
	}
	if (fchownat(fd, "", uid, gid, AT_EMPTY_PATH) == 0)
		return fd;
	err_set(err, errno, "cannot give it to user %u", (unsigned)uid);
	close(fd);
	return -1;
}

bool
secretfs_seal(int fd, struct err *err)
{
	const struct mountapi_attributes a = { .set = ATTR_READ_ONLY };

	return syscall(CALL_MOUNT_SETATTR, fd, "", AT_EMPTY_PATH, &a, sizeof a) == 0 ||
		err_set(err, errno, "cannot make it read-only");
}

/* In the child: see steps.h. */
static bool
take(const void *of)
{
	int at;
	bool ok;

	if (fcntl(SPAWN_MOUNT, F_GETFD) < 0)
		return true;
	at = mountapi_open(of);
	ok = at >= 0 && syscall(CALL_MOVE_MOUNT, SPAWN_MOUNT, "", at, "", MOVE_EMPTY) == 0;
	if (at >= 0)
		close(at);
	close(SPAWN_MOUNT);
	return ok;
}

bool
secretfs_step(struct steps *steps, const char *path, struct err *err)
{
	return steps_add(steps, STEP_FIRST, take, path, strlen(path) + 1, err, "mount '%s'", path);
}

/*
 * fifo.c -- every open(2) here is by way of an O_PATH descriptor that was judged first. By name alone root opens nothing:
 * what has it may be another file by then.
 */
#include "os/fifo.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "os/kernfile.h"

enum { PIPE_MAX_DEFAULT = 1024 * 1024 }; /* fs.pipe-max-size where it cannot be read */

static int
largest_pipe(void)
{
	char text[24];

	kernfile_read(AT_FDCWD, "/proc/sys/fs/pipe-max-size", text, sizeof text);
	/* no /proc, in a container of a sort */
	return atoi(text) > 0 ? atoi(text) : PIPE_MAX_DEFAULT;
}

/* As large as we may: fs.pipe-user-pages-soft limits what one user has in all (EPERM: pipe(7)), so less is asked for
 * until it is granted. */
static void
enlarge(int fd)
{
	int size = largest_pipe();
	long had = fifo_capacity(fd);

	while (had > 0 && size > had && fcntl(fd, F_SETPIPE_SZ, size) < 0)
		size /= 2;
}

/* Open what FD (O_PATH) stands for: whatever has happened to its name, it is the file that was judged. */
static int
open_again(int fd, int flags)
{
	char path[40];

	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	return open(path, flags | O_CLOEXEC);
}

/* A FIFO is opened by O_PATH first: an open(2) of a device or a socket that somebody put there could do something. -1
 * with ERR. */
static int
find(int dir_fd, const char *name, struct err *err)
{
	int fd = openat(dir_fd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;

	if (fd < 0) {
		err_set(err, errno, "cannot open FIFO '%s'", name);
		return -1;
	}
	if (fstat(fd, &st) == 0 && S_ISFIFO(st.st_mode))
		return fd;
	err_set(err, 0, "'%s' is not a FIFO", name);
	close(fd);
	return -1;
}

/* By descriptor, for the name may have gone to another file; the umask had its say in mkfifoat. */
static bool
own(int fd, uid_t owner, gid_t group)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return false;
	if ((st.st_uid != owner || st.st_gid != group) && fchown(fd, owner, group) != 0)
		return false;
	return (st.st_mode & 07777) == 0600 || fchmod(fd, 0600) == 0;
}

int
fifo_open(int dir_fd, const char *name, uid_t owner, gid_t group, bool drops, struct err *err)
{
	int place, fd;

	/* one of before may be what services still write to */
	if (mkfifoat(dir_fd, name, 0600) != 0 && errno != EEXIST) {
		err_set(err, errno, "cannot make FIFO '%s'", name);
		return -1;
	}
	place = find(dir_fd, name, err);
	if (place < 0)
		return -1;
	/* for reading as well: so it neither waits for a reader nor ever finds that there is none (fifo(7)) */
	fd = open_again(place, O_RDWR | (drops ? O_NONBLOCK : 0));
	if (fd < 0)
		err_set(err, errno, "cannot open FIFO '%s'", name);
	close(place);
	if (fd >= 0 && !own(fd, owner, group)) {
		err_set(err, errno, "cannot give FIFO '%s' to user %u", name, (unsigned)owner);
		close(fd);
		return -1;
	}
	if (fd >= 0)
		enlarge(fd);
	return fd;
}

int
fifo_open_reader(int dir_fd, const char *name, struct err *err)
{
	int place = find(dir_fd, name, err), fd;

	if (place < 0)
		return -1;
	/* else it would wait for somebody who writes (fifo(7)) */
	fd = open_again(place, O_RDONLY | O_NONBLOCK);
	if (fd < 0)
		err_set(err, errno, "cannot open FIFO '%s'", name);
	close(place);
	return fd;
}

/* Both numbers: inodes are used again, on another file system at once. */
bool
fifo_is(int dir_fd, const char *name, int fd)
{
	struct stat is, named;

	return fstat(fd, &is) == 0 && fstatat(dir_fd, name, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
		is.st_ino == named.st_ino && is.st_dev == named.st_dev;
}

long
fifo_waiting(int fd)
{
	int n = 0;

	return ioctl(fd, FIONREAD, &n) == 0 ? n : -1;
}

long
fifo_capacity(int fd)
{
	return fcntl(fd, F_GETPIPE_SZ);
}

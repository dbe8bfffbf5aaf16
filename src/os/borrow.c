#include "os/borrow.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "os/above.h"
#include "os/dirents.h"
#include "os/handed.h"
#include "os/listener.h"
#include "os/pidfd.h"
#include "os/tree.h"

/* The directory's owner is the process's effective user, but for one that is not dumpable, which is root's (proc(5)). */
bool
borrow_owner(pid_t pid, uid_t *owner)
{
	char path[32];
	struct stat st;

	snprintf(path, sizeof path, "/proc/%d", (int)pid);
	if (stat(path, &st) != 0)
		return false;
	*owner = st.st_uid;
	return true;
}

/* Whether entry NAME of its open files is a socket. */
static bool
is_socket(int dir, const char *name)
{
	/* one byte more than that tells that something follows */
	static const char socket[] = "socket:[";
	char target[sizeof socket];

	return readlinkat(dir, name, target, sizeof target) > (ssize_t)sizeof socket - 1 &&
		memcmp(target, socket, sizeof socket - 1) == 0;
}

/* Asked of no file system, as fstat(2) would be: it may be one that the process serves itself by now (os/handed.h). */
static bool
is_socket_itself(int fd)
{
	int type;
	socklen_t length = sizeof type;

	return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &length) == 0;
}

int
borrow_socket(int pidfd, pid_t pid, uint64_t inode)
{
	char path[32], wanted[40], target[sizeof wanted];
	struct dirents files;
	int fd = -1;
	long n;

	snprintf(path, sizeof path, "/proc/%d/fd", (int)pid);
	snprintf(wanted, sizeof wanted, "socket:[%" PRIu64 "]", inode);
	if (!dirents_open(&files, AT_FDCWD, path))
		return -1;
	while (fd < 0 && (n = dirents_next_number(&files)) >= 0) {
		ssize_t length;

		snprintf(path, sizeof path, "%ld", n);
		length = readlinkat(files.fd, path, target, sizeof target);
		if (length != (ssize_t)strlen(wanted) || memcmp(target, wanted, (size_t)length) != 0)
			continue;
		fd = pidfd_take(pidfd, (int)n);
		/* another one by now, or another process looked at by its number */
		if (fd >= 0 && (!is_socket_itself(fd) || listener_inode(fd) != inode)) {
			handed_let_go(&fd, 1);
			fd = -1;
		}
	}
	dirents_close(&files);
	return fd;
}

static int
copy_listeners(int pidfd, DIR *files, int *fds, size_t max, struct err *err)
{
	struct dirent *entry;
	size_t n = 0;

	while (n < max && (entry = readdir(files)) != NULL) {
		struct err why;
		int fd;

		if (!is_socket(dirfd(files), entry->d_name))
			continue;
		/* a number: what else is there, "." and "..", is no link at all */
		fd = pidfd_take(pidfd, atoi(entry->d_name));
		/* of one it is of all; EBADF: closed meanwhile */
		if (fd < 0 && (errno == EPERM || errno == ENOSYS)) {
			err_set(err, errno, "cannot copy descriptors of another process");
			while (n > 0)
				close(fds[--n]);
			return -1;
		}
		if (fd >= 0 && above_listener(fd, &why))
			fds[n++] = fd;
		else if (fd >= 0)
			handed_let_go(&fd, 1);
	}
	return (int)n;
}

/* The descriptors of its own: it serves on with what it has, and a listener is closed only when both have closed it. */
int
borrow_listeners(pid_t pid, int *fds, size_t max, struct err *err)
{
	struct tree_process p;
	char path[32];
	int pidfd = tree_look(pid, &p) ? pidfd_open_process(pid, (uint32_t)p.start) : -1, n = -1;
	DIR *files;

	if (pidfd < 0) {
		err_set(err, 0, "there is no process %d, or the kernel is older than 5.6", (int)pid);
		return -1;
	}
	/* whoever has this number when the directory is opened: what is taken is asked of the pidfd, which stays who it was */
	snprintf(path, sizeof path, "/proc/%d/fd", (int)pid);
	files = opendir(path);
	if (files != NULL) {
		n = copy_listeners(pidfd, files, fds, max, err);
		closedir(files);
	} else {
		err_set(err, errno, "cannot look at the files of process %d", (int)pid);
	}
	close(pidfd);
	return n;
}

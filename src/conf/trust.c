/*
 * trust.c -- root walks a path itself, a name at a time, by descriptor: each directory is held while the next name is
 * looked up in it, so that nothing can be exchanged behind us, and a link is followed only when it is root's.
 */
#include "conf/trust.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LINKS_MAX = 40 /* as path_resolution(7) */, OPEN_FLAGS = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC };

struct walk {
	int dir;                 /* where we are */
	char rest[2 * PATH_MAX]; /* what is still to be walked; no "/" in front */
	unsigned links;          /* followed so far */
};

static void
walk_to(struct walk *w, int fd)
{
	if (w->dir >= 0)
		close(w->dir);
	/* held open: renamed or replaced meanwhile, it is still the directory that was looked at */
	w->dir = fd;
}

/* Set what is to be walked, beginning at the root where it is absolute. */
static bool
walk_set(struct walk *w, const char *path, const char *behind)
{
	int n = snprintf(w->rest, sizeof w->rest, "%s%s%s", path + strspn(path, "/"), behind[0] ? "/" : "", behind);

	if (n < 0 || (size_t)n >= sizeof w->rest) {
		errno = ENAMETOOLONG;
		return false;
	}
	if (path[0] == '/')
		walk_to(w, open("/", O_PATH | O_DIRECTORY | O_CLOEXEC));
	return w->dir >= 0;
}

/* NAME in w->dir is a symbolic link: go where it leads, if it is root's. BEHIND follows it in the path. */
static bool
walk_link(struct walk *w, const char *name, const char *behind)
{
	char target[PATH_MAX], rest[2 * PATH_MAX];
	struct stat st;
	ssize_t n;

	if (fstatat(w->dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return false;
	errno = ENOTDIR;
	if (!S_ISLNK(st.st_mode))
		return false;
	errno = st.st_uid != 0 ? EPERM : ELOOP; /* told apart by trust_open() */
	if (st.st_uid != 0 || w->links++ >= LINKS_MAX)
		return false;
	n = readlinkat(w->dir, name, target, sizeof target - 1);
	if (n < 0)
		return false;
	target[n] = '\0';
	memcpy(rest, behind, strlen(behind) + 1); /* it lies in what walk_set writes */
	return walk_set(w, target, rest);
}

/* One name further. Returns the opened file once the last name was taken, -1 before that or (errno != 0) when
 * there is no way on. */
static int
walk_step(struct walk *w)
{
	char *end = w->rest + strcspn(w->rest, "/"), *behind = end + strspn(end, "/");
	char name[NAME_MAX + 1];
	size_t n = (size_t)(end - w->rest);
	bool last = *behind == '\0';
	int fd;

	errno = ENAMETOOLONG;
	if (n >= sizeof name)
		return -1;
	memcpy(name, w->rest, n);
	name[n] = '\0';
	/* a directory on the way is only a place (O_PATH): root needs no right to read it, and opening it does nothing */
	fd = openat(w->dir, n == 0 ? "." : name, O_NOFOLLOW | (last ? OPEN_FLAGS : O_PATH | O_DIRECTORY | O_CLOEXEC));
	if (fd >= 0 && last)
		return fd;
	/* a link is ELOOP when opened, ENOTDIR when asked for as a directory (open(2)) */
	if (fd < 0 && (errno == ELOOP || errno == ENOTDIR)) {
		if (walk_link(w, name, behind))
			errno = 0;
		return -1;
	}
	if (fd < 0)
		return -1;
	walk_to(w, fd);
	memmove(w->rest, behind, strlen(behind) + 1);
	errno = 0;
	return -1;
}

static int
open_as_root(const char *path)
{
	struct walk w = { .dir = -1 };
	int fd = -1, error;

	if (path[0] != '/')
		walk_to(&w, open(".", O_PATH | O_DIRECTORY | O_CLOEXEC));
	if (walk_set(&w, path, ""))
		do {
			fd = walk_step(&w);
		} while (fd < 0 && errno == 0);
	/* close(2) in walk_to may change it */
	error = errno;
	walk_to(&w, -1);
	errno = error;
	return fd;
}

bool
trust_is_descriptor(const char *path)
{
	return strcmp(path, "/dev/stdin") == 0 || strncmp(path, "/dev/fd/", 8) == 0;
}

int
trust_open(const char *path, struct err *err)
{
	int fd;

	if (trust_is_descriptor(path))
		fd = open(path, O_RDONLY | O_NOCTTY | O_CLOEXEC); /* its writer may be slow: wait for it */
	else
		fd = geteuid() == 0 ? open_as_root(path) : open(path, OPEN_FLAGS);

	if (fd < 0 && errno == EPERM)
		err_set(err, 0, "cannot open '%s': a symbolic link on the way is not root's", path);
	else if (fd < 0)
		err_set(err, errno, "cannot open '%s'", path);
	return fd;
}

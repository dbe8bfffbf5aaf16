#include "cli/logfiles.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int
logfiles_directory(const char *path, struct err *err)
{
	/* a link there would be of the watcher's user: root follows none */
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		err_set(err, errno, "cannot open '%s'", path);
	return fd;
}

static int
is_logfile(const struct dirent *entry)
{
	return entry->d_name[0] == '@' || strcmp(entry->d_name, "current") == 0;
}

/* The names, in the order of time, which is that of bytes: '@' comes before 'c'. musl has no scandirat(3); the link in
 * /proc leads to the directory that is open, not to its name (proc_pid_fd(5)). */
static int
names_of(int dir, struct dirent ***names)
{
	char path[40];
	int n;

	snprintf(path, sizeof path, "/proc/self/fd/%d", dir);
	n = scandir(path, names, is_logfile, alphasort);
	if (n < 0)
		*names = NULL;
	return n;
}

static void
free_names(struct dirent **names, int count)
{
	for (int i = 0; i < count; i++)
		free(names[i]);
	free(names);
}

static int
open_one(int dir, const char *name)
{
	/* O_NONBLOCK: a FIFO put there must not hold us up */
	int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat st;

	/* what a device or a directory gives is no log, and reading a device may do something */
	if (fd >= 0 && (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))) {
		close(fd);
		errno = EINVAL;
		return -1;
	}
	return fd;
}

/* Is the newest finished file the same in both lists? Then none was finished in between. */
static bool
same_newest(struct dirent **a, int na, struct dirent **b, int nb)
{
	if (na != nb || na < 2)
		return na == nb;
	return strcmp(a[na - 2]->d_name, b[nb - 2]->d_name) == 0;
}

/* Open what NAMES lists. What has been removed meanwhile was the oldest: it is left out. */
static bool
open_names(struct logfiles *l, struct dirent **names, unsigned count, struct err *err)
{
	/* one more: calloc(3) of nothing may return NULL */
	l->fds = calloc(count + 1ul, sizeof *l->fds);
	if (l->fds == NULL)
		return err_set(err, errno, "cannot read the log");
	for (unsigned i = 0; i < count; i++) {
		int fd = open_one(l->dir, names[i]->d_name);

		if (fd >= 0)
			l->fds[l->count++] = fd;
		else if (errno != ENOENT)
			return err_set(err, errno, "cannot open '%s' of the log", names[i]->d_name);
	}
	return true;
}

bool
logfiles_open(struct logfiles *l, int dir, struct err *err)
{
	/* Again where a rotation came between: it is rare, and two in a row are rarer. */
	bool ok, still;

	do {
		struct dirent **before, **after;
		int n = names_of(dir, &before), m;

		*l = (struct logfiles){ .dir = dir };
		if (n < 0)
			return err_set(err, errno, "cannot list the log");
		ok = open_names(l, before, (unsigned)n, err);
		/* "current" may have been finished between the list and its opening: then one would be missing */
		m = names_of(dir, &after);
		if (ok && m < 0) /* our descriptors may be used up by now; it would not be better the next time */
			ok = err_set(err, errno, "cannot list the log");
		still = same_newest(before, n, after, m);
		free_names(before, n);
		free_names(after, m);
		if (!ok || !still)
			logfiles_close(l);
	} while (ok && !still);
	if (ok && l->count == 0) {
		logfiles_close(l);
		return err_set(err, 0, "nothing has been written yet");
	}
	return ok;
}

void
logfiles_close(struct logfiles *l)
{
	for (unsigned i = 0; i < l->count; i++)
		close(l->fds[i]);
	free(l->fds);
	l->fds = NULL;
	l->count = 0;
}

static bool
is_same(const struct stat *a, const struct stat *b)
{
	return a->st_ino == b->st_ino && a->st_dev == b->st_dev;
}

bool
logfiles_moved(int dir, int fd)
{
	struct stat ours, theirs;

	return fstat(fd, &ours) == 0 &&
		(fstatat(dir, "current", &theirs, AT_SYMLINK_NOFOLLOW) != 0 || !is_same(&ours, &theirs));
}

int
logfiles_after(int dir, int fd, bool *lost)
{
	struct dirent **names;
	int n = names_of(dir, &names), next = -1;
	struct stat ours, theirs;

	*lost = n > 0;
	if (n > 0 && fstat(fd, &ours) != 0)
		*lost = false;
	/* an inode that we hold open is not given to another file: it identifies */
	for (int i = 0; i < n && *lost; i++)
		if (fstatat(dir, names[i]->d_name, &theirs, AT_SYMLINK_NOFOLLOW) == 0 && is_same(&ours, &theirs)) {
			*lost = false;
			next = i + 1 < n ? open_one(dir, names[i + 1]->d_name) : -1;
		}
	if (*lost)
		next = open_one(dir, names[0]->d_name);
	free_names(names, n);
	return next;
}

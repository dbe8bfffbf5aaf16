/* Emptying a directory that a service could write: nothing in it can be trusted to be what it was a moment ago, nor
 * to be shallow. */
#include "os/rundir.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "os/dirents.h"

#ifndef SYS_openat2
#define SYS_openat2 437 /* the same everywhere: calls newer than 5.0 are numbered alike */
#endif

/* struct open_how and RESOLVE_NO_XDEV of <linux/openat2.h> */
struct how {
	uint64_t flags, mode, resolve;
};
enum { NO_XDEV = 0x01, NAMES_TRIED = 100 };

struct removal {
	int top;        /* the directory to be emptied */
	unsigned left;  /* entries that may still be removed */
	unsigned moved; /* for new names */
	bool progress;
};

/* A directory below DIR_FD on the same mount: "." of it is read as itself. -1 with errno. */
static int
open_inside(int dir_fd, const char *name)
{
	const struct how how = { .flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, .resolve = NO_XDEV };
	long fd = syscall(SYS_openat2, dir_fd, name, &how, sizeof how);
	struct stat a, b;

	if (fd >= 0 || errno != ENOSYS)
		return (int)fd;
	/* before Linux 5.6: another file system is seen, a bind mount of the same is not */
	fd = openat(dir_fd, name, (int)how.flags);
	if (fd >= 0 && fstat(dir_fd, &a) == 0 && fstat((int)fd, &b) == 0 && a.st_dev == b.st_dev)
		return (int)fd;
	if (fd >= 0)
		close((int)fd);
	return -1;
}

/* Remove a file, a link, or an empty directory. */
static bool
remove_entry(struct removal *r, int dir, const char *name)
{
	if (unlinkat(dir, name, 0) != 0 && (errno != EISDIR || unlinkat(dir, name, AT_REMOVEDIR) != 0))
		return false;
	r->left--;
	r->progress = true;
	return true;
}

/* Bring a full directory up to the top under a new name, so that no way down gets longer than two. */
static void
move_to_top(struct removal *r, int dir, const char *name)
{
	char new_name[32];

	for (int i = 0; i < NAMES_TRIED; i++) {
		snprintf(new_name, sizeof new_name, ".bridle.%u", r->moved++);
		if (renameat(dir, name, r->top, new_name) == 0) {
			r->progress = true;
			return;
		}
		if (errno != EEXIST && errno != ENOTEMPTY && errno != ENOTDIR && errno != EISDIR)
			return;
	}
}

static void
empty_lower(struct removal *r, const char *name)
{
	struct dirents d = { .fd = open_inside(r->top, name) };
	const char *entry;

	if (d.fd < 0)
		return;
	while (r->left > 0 && (entry = dirents_next(&d)) != NULL)
		if (!remove_entry(r, d.fd, entry) && errno == ENOTEMPTY)
			move_to_top(r, d.fd, entry);
	dirents_close(&d);
}

static void
empty_top(struct removal *r)
{
	/* dup(2) shares the place in the directory, so it is begun anew each time; closing leaves `top` open */
	struct dirents d = { .fd = dup(r->top) };
	const char *entry;

	if (d.fd < 0)
		return;
	dirents_rewind(&d);
	while (r->left > 0 && (entry = dirents_next(&d)) != NULL) {
		if (remove_entry(r, r->top, entry) || errno != ENOTEMPTY)
			continue;
		empty_lower(r, entry);
		remove_entry(r, r->top, entry);
	}
	dirents_close(&d);
}

/* unlinkat(2) of a file or an empty directory, or nothing there. */
static bool
is_gone(int dir_fd, const char *name)
{
	if (unlinkat(dir_fd, name, 0) == 0 || errno == ENOENT)
		return true;
	return errno == EISDIR && (unlinkat(dir_fd, name, AT_REMOVEDIR) == 0 || errno == ENOENT);
}

bool
rundir_remove(int dir_fd, const char *name, unsigned limit)
{
	struct removal r = { .left = limit, .progress = true };

	if (is_gone(dir_fd, name))
		return true;
	r.top = open_inside(dir_fd, name);
	if (r.top < 0)
		return false;
	/* several rounds: what was moved to the top may come behind where the reading was */
	while (r.progress && r.left > 0) {
		r.progress = false;
		empty_top(&r);
	}
	close(r.top);
	return is_gone(dir_fd, name);
}

/*
 * credentials.c -- read as root, on behalf of somebody else: so every source is opened by a way that only root could have
 * made, or the user alone, and judged by its descriptor. What is made is made whole, or the start fails.
 */
#include "supervisor/credentials.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "os/path.h"
#include "os/rundir.h"
#include "os/secretfs.h"

static const char directory_name[] = "credentials";
enum { MOST_REMOVED = 1000 };

/* PATH on behalf of USER: the way is one that nobody but root, ourselves and USER could have bent, and no last link is
 * followed. O_NONBLOCK, lest a FIFO hold us. */
static int
open_for(const char *path, uid_t user, gid_t group, struct err *err)
{
	struct path_way way;
	int fd;

	if (!path_walk(&way, path, user, group, false, err))
		return -1;
	fd = way.sticky ? -1 : openat(way.dir, way.name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (way.sticky)
		err_set(err, 0, "'%s' is in a directory where everybody can make files", path);
	else if (fd < 0)
		err_set(err, errno, "cannot open '%s'", path);
	close(way.dir);
	return fd;
}

static bool
judge(int fd, const char *path, uid_t owner, struct err *err)
{
	struct stat st;

	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		return err_set(err, 0, "'%s' is not a file", path);
	if (st.st_size > CREDENTIAL_MAX)
		return err_set(err, 0, "'%s' is larger than %d bytes", path, (int)CREDENTIAL_MAX);
	return owner == (uid_t)-1 || st.st_uid == owner ||
		err_set(err, 0, "'%s' is where user %u could have put it, and is not that user's", path,
			(unsigned)owner);
}

/* What only root can reach may be anybody's to read. Where the user had a hand in the way, it gets its own files only: a link
 * to another's file would make us read that for it. */
static int
open_source(const char *path, uid_t user, gid_t group, struct err *err)
{
	uid_t owner = (uid_t)-1;
	int fd = open_for(path, geteuid(), getegid(), err);

	if (fd < 0 && user != geteuid()) {
		owner = user;
		fd = open_for(path, user, group, err);
	}
	if (fd < 0 || judge(fd, path, owner, err))
		return fd;
	close(fd);
	return -1;
}

/* To the end of what was there when it was opened, or CREDENTIAL_MAX: one that grows meanwhile is cut, not followed. */
static bool
copy(int from, int to)
{
	char bytes[4096];
	size_t left = CREDENTIAL_MAX;
	ssize_t n;

	while (left > 0 && (n = read(from, bytes, left < sizeof bytes ? left : sizeof bytes)) != 0) {
		if (n < 0 || write(to, bytes, (size_t)n) != n)
			return false;
		left -= (size_t)n;
	}
	return true;
}

static bool
write_value(const char *value, int to)
{
	size_t n = strlen(value);

	return write(to, value, n) == (ssize_t)n;
}

/* FROM a file, or -1: from its value. Under a name of ours until it is whole: who reads the old one meanwhile reads all of
 * it. */
static bool
put(int dir, const struct credential *c, int from, uid_t uid, gid_t gid, struct err *err)
{
	static const char fresh[] = ".new";
	bool ok;
	int to;

	/* of a start that was cut short: O_EXCL would refuse it */
	unlinkat(dir, fresh, 0);
	to = openat(dir, fresh, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0400);
	if (to < 0)
		return err_set(err, errno, "cannot make '%s'", c->name);
	ok = (from >= 0 ? copy(from, to) : write_value(c->value, to)) && fchmod(to, 0400) == 0 &&
		(uid == geteuid() || fchown(to, uid, gid) == 0);
	/* close(2) tells of a write that failed late (on a network file system, EDQUOT) */
	ok = close(to) == 0 && ok;
	return (ok && renameat(dir, fresh, dir, c->name) == 0) || err_set(err, errno, "cannot write '%s'", c->name);
}

/* Anew each time: nothing is held between starts that could be exchanged meanwhile. */
static int
open_directory(int run_fd, const char *service, gid_t gid, struct err *err)
{
	int parent = rundir_open_at(run_fd, service, geteuid(), getegid(), 0755, err), dir;

	if (parent < 0)
		return -1;
	dir = rundir_open_at(parent, directory_name, geteuid(), gid, 0710, err);
	close(parent);
	return dir;
}

/* What is in its file, else what the configuration says. A file that is there and not to be trusted is refused all the same. */
static bool
make(int dir, const struct credential *c, uid_t uid, gid_t gid, struct err *err)
{
	int from = c->path != NULL ? open_source(c->path, uid, gid, err) : -1;
	bool ok;

	if (from < 0 && c->path != NULL && (c->value == NULL || err->code != ENOENT))
		return err_prefix(err, "load_credential: %s", c->name);
	ok = put(dir, c, from, uid, gid, err);
	if (from >= 0)
		close(from);
	return ok || err_prefix(err, "%s: %s", c->path != NULL ? "load_credential" : "set_credential", c->name);
}

static bool
make_all(int dir, const struct credentials *c, uid_t uid, gid_t gid, struct err *err)
{
	for (uint32_t i = 0; i < c->count; i++)
		if (!make(dir, &c->at[i], uid, gid, err))
			return false;
	return true;
}

/* The mount; -1 with ERR. */
static int
make_hidden(const struct credentials *c, uid_t uid, gid_t gid, struct err *err)
{
	int fd = secretfs_make(c->count, CREDENTIAL_MAX, uid, gid, err);

	if (fd < 0) {
		err_prefix(err, "credentials");
		return -1;
	}
	if (make_all(fd, c, uid, gid, err) && secretfs_seal(fd, err))
		return fd;
	close(fd);
	return -1;
}

bool
credentials_make(const struct credentials *c, int run_fd, const char *service, uid_t uid, gid_t gid, int *mount,
	struct err *err)
{
	int dir = open_directory(run_fd, service, gid, err);
	bool ok = dir >= 0;

	*mount = 0;
	if (ok && c->hidden) {
		*mount = make_hidden(c, uid, gid, err);
		ok = *mount > 0;
	} else if (ok) {
		ok = make_all(dir, c, uid, gid, err);
	}
	if (dir >= 0)
		close(dir);
	return ok;
}

/* Wherever they were: in a file system that nobody else sees they went with their last
 * process, and the directory is empty. */
void
credentials_remove(int run_fd, const char *service)
{
	int parent = rundir_open_at(run_fd, service, geteuid(), getegid(), 0755, NULL);

	if (parent < 0)
		return;
	rundir_remove(parent, directory_name, MOST_REMOVED);
	close(parent);
}

#include "os/rundir.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "os/dirents.h"
#include "os/path.h"

static int
open_directory(int dir_fd, const char *name)
{
	return openat(dir_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* May FD be used as it is? Sticky directories, which path_judge lets pass on the way, are nobody's own. */
static bool
judge(int fd, const char *name, uid_t owner, gid_t group, struct err *err)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return err_set(err, errno, "cannot look at directory '%s'", name);
	st.st_mode &= ~(mode_t)S_ISVTX;
	if (st.st_mode & S_IWOTH && path_trusts(st.st_uid, owner))
		return err_set(err, 0,
			"'%s' can be written by everybody: take that away (chmod 755; of a tmpfs, mount it with mode=755)",
			name);
	return path_judge(&st, name, owner, group, err);
}

static bool
own(int fd, uid_t owner, gid_t group, mode_t mode)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return false;
	/* the owner last: until then an interrupted start finds a directory of ours, and does it again */
	return fchmod(fd, mode) == 0 && ((st.st_uid == owner && st.st_gid == group) || fchown(fd, owner, group) == 0);
}

/* One that has its owner has been through own(): its mode may have been changed on purpose since. */
static bool
is_owned_by(int fd, uid_t owner)
{
	struct stat st;

	return fstat(fd, &st) == 0 && st.st_uid == owner;
}

static bool
is_empty(int fd)
{
	struct dirents d;
	bool empty;

	if (!dirents_open(&d, fd, "."))
		return false;
	empty = dirents_next(&d) == NULL && d.end == 0; /* not an error */
	dirents_close(&d);
	return empty;
}

/* Who owns the directory above can rename another one of root's to this name, between mkdir and open as well: what somebody put
 * into that one would be given away with it. */
static bool
may_be_given(int fd, const struct path_way *way, struct err *err)
{
	return way->firm || is_empty(fd) ||
		err_set(err, 0,
			"'%s' is not that user's, has something in it, and is where that user could have put it",
			way->name);
}

/* Kubernetes makes each emptyDir 0777 (setupDir in its empty_dir.go), and leaves the rest to whom it is for. Closed to everybody
 * while nothing is in it, such a one is as if we had made it. A sticky one is a place for all, and stays it. */
static bool
is_taken(int fd, const struct path_way *way)
{
	struct stat st;

	if (!way->firm || fstat(fd, &st) != 0 || st.st_uid != geteuid() || !is_empty(fd) ||
		(st.st_mode & (S_IWOTH | S_ISVTX)) != S_IWOTH || fchmod(fd, 0700) != 0)
		return false;
	if (is_empty(fd)) /* again: somebody may have been faster */
		return true;
	(void)fchmod(fd, st.st_mode & 07777); /* refused, as it was */
	return false;
}

static int
open_on(const struct path_way *way, uid_t owner, gid_t group, mode_t mode, struct err *err)
{
	const char *name = way->name[0] == '\0' ? "." : way->name;
	/* closed to everybody until it has its owner and mode, whatever the umask */
	bool made = mkdirat(way->dir, name, 0700) == 0, ok = false;
	int fd;

	if (!made && errno != EEXIST) {
		err_set(err, errno, "cannot make directory '%s'", name);
		return -1;
	}
	fd = open_directory(way->dir, name);
	if (fd < 0) {
		err_set(err, errno,
			errno == ENOTDIR || errno == ELOOP ? "'%s' is not a directory, or a symbolic link" :
							     "cannot open directory '%s'",
			name);
		return -1;
	}
	made = made || is_taken(fd, way);
	if (!judge(fd, name, owner, group, err) || (!is_owned_by(fd, owner) && !may_be_given(fd, way, err)))
		;
	else if ((made || !is_owned_by(fd, owner)) && !own(fd, owner, group, mode))
		err_set(err, errno,
			errno == EINVAL ?
				"cannot give directory '%s' to user %u, who is none of this user namespace: set user, "
				"or watch_user, to one that is, such as root" :
				"cannot give directory '%s' to user %u",
			name, (unsigned)owner);
	else
		ok = true;
	if (ok)
		return fd;
	close(fd);
	return -1;
}

int
rundir_open_at(int dir_fd, const char *name, uid_t owner, gid_t group, mode_t mode, struct err *err)
{
	struct path_way way = { .dir = dir_fd, .firm = true };

	if (text_copy(way.name, sizeof way.name, name))
		return open_on(&way, owner, group, mode, err);
	err_set(err, ENAMETOOLONG, "directory '%s'", name);
	return -1;
}

int
rundir_open(const char *path, uid_t owner, gid_t group, mode_t mode, struct err *err)
{
	struct path_way way;
	int fd;

	if (!path_walk(&way, path, owner, group, true, err)) {
		err_prefix(err, "directory '%s'", path);
		return -1;
	}
	fd = open_on(&way, owner, group, mode, err);
	if (fd < 0)
		err_prefix(err, "directory '%s'", path);
	close(way.dir);
	return fd;
}

/* Who holds it may have been killed while it wrote: then its number is not there, and nobody is named. */
static void
name_holder(int fd, const char *path, struct err *err)
{
	char text[16] = "";
	ssize_t n = pread(fd, text, sizeof text - 1, 0);

	text[n > 0 ? strcspn(text, "\n") : 0] = '\0';
	err_set(err, 0, "'%s' is in use by another bridled, pid %s", path, *text != '\0' ? text : "unknown");
	err->code = EWOULDBLOCK;
}

/* The kernel lets go of a flock(2) when its holder dies, however it dies: there are no stale locks, and the pid in it is
 * only there to be told. The file stays, for whoever unlinks a lock can take one that another has just been given. */
int
rundir_lock(int dir_fd, const char *path, struct err *err)
{
	/* who can open it can lock it, and keep us from starting: flock(2) asks for no right to write */
	int fd = openat(dir_fd, "lock", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0) {
		err_set(err, errno, "cannot open the lock of '%s'", path);
		return -1;
	}
	if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		if (errno == EWOULDBLOCK)
			name_holder(fd, path, err);
		else
			err_set(err, errno, "cannot lock '%s'", path);
	} else if (ftruncate(fd, 0) != 0 || dprintf(fd, "%d\n", (int)getpid()) < 0) {
		err_set(err, errno, "cannot write the lock of '%s'", path);
	} else {
		return fd;
	}
	close(fd);
	return -1;
}

#include "os/listener.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/text.h"
#include "os/path.h"
#include "os/sockdiag.h"

enum { NAMES_TRIED = 100 };

/* The address of descriptor FD, or of NAME in the directory FD: through /proc, because bind(2) and connect(2) take
 * neither a descriptor nor more than 107 bytes. False when NAME is too long for that, too. */
static bool
address_at(struct sockaddr_un *a, int fd, const char *name)
{
	struct text t;

	*a = (struct sockaddr_un){ .sun_family = AF_UNIX };
	text_init(&t, a->sun_path, sizeof a->sun_path);
	text_addf(&t, "/proc/self/fd/%d", fd);
	return *name == '\0' ? !t.cut : text_addf(&t, "/%s", name);
}

/* Non-blocking, as Gunicorn makes it anyway; for connect(2) as well, which else would wait for room in a full queue. */
static int
make_socket(void)
{
	return socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

/* 0: somebody serves the socket file FD (O_PATH). ECONNREFUSED: nobody. Else why that cannot be told. */
static int
try_connect(int fd)
{
	struct sockaddr_un address;
	int errnum = 0, s = make_socket();

	if (s < 0 || !address_at(&address, fd, ""))
		return errno;
	if (connect(s, (struct sockaddr *)&address, sizeof address) != 0)
		errnum = errno;
	close(s);
	/* a full queue (unix(7)), or a socket of another type: bound either way */
	return errnum == EAGAIN || errnum == EPROTOTYPE ? 0 : errnum;
}

/* Is the socket file FD one that we may replace? */
static bool
is_stale(int fd, const char *path, struct err *err)
{
	int errnum = try_connect(fd);
	char who[200];

	if (errnum == ECONNREFUSED)
		return true;
	if (errnum != 0)
		return err_set(err, errnum, "cannot tell whether somebody serves '%s'", path);
	if (listener_who_unix(path, who, sizeof who))
		return err_set(err, 0, "'%s' is served by %s", path, who);
	return err_set(err, 0, "'%s' is served by somebody else", path);
}

/* Nothing there, or a stale socket that may be replaced? */
static bool
place_is_free(const struct path_way *way, const char *path, uid_t owner, struct err *err)
{
	int fd = openat(way->dir, way->name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;
	bool free;

	if (fd < 0)
		return errno == ENOENT || err_set(err, errno, "cannot look at '%s'", path);
	if (fstat(fd, &st) != 0)
		free = err_set(err, errno, "cannot look at '%s'", path);
	else if (S_ISLNK(st.st_mode))
		free = err_set(err, 0, "'%s' is a symbolic link", path);
	else if (!S_ISSOCK(st.st_mode))
		free = err_set(err, 0, "'%s' exists and is not a socket", path);
	else if (way->sticky && !path_trusts(st.st_uid, owner))
		free = err_set(err, 0, "'%s' belongs to user %u", path, (unsigned)st.st_uid);
	else
		free = is_stale(fd, path, err);
	close(fd);
	return free;
}

/* The names of a bridled that was killed in between may be there still. */
static bool
make_directory(int dir, char *name, size_t size)
{
	for (int i = 0; i < NAMES_TRIED; i++) {
		snprintf(name, size, ".bridle.%d.%d", (int)getpid(), i);
		if (mkdirat(dir, name, 0700) == 0)
			return true;
		if (errno != EEXIST)
			break;
	}
	return false;
}

/* A directory of ours alone, in which nobody can put another file in place of the new socket before it has its owner
 * and mode. Its name goes to NAME. */
static int
make_workshop(int dir, char *name, size_t size, struct err *err)
{
	bool made = make_directory(dir, name, size);
	int fd = made ? openat(dir, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) : -1;

	if (fd >= 0)
		return fd;
	err_set(err, errno, "cannot make a directory beside it");
	if (made)
		unlinkat(dir, name, AT_REMOVEDIR);
	return -1;
}

/* Is WORKSHOP the directory that we have just made? Who may write beside it could have put another in its place. */
static bool
is_ours_alone(int workshop)
{
	struct stat st;

	return fstat(workshop, &st) == 0 && st.st_uid == geteuid() && (st.st_mode & 0077) == 0;
}

static bool
bind_in(int workshop, int s, const char *name, mode_t mode, struct err *err)
{
	struct sockaddr_un address;
	mode_t old = umask(0);
	bool bound;

	/* Linux takes the mode of the file from the socket's own inode (unix_bind); the way through /proc names
	 * the very directory, whatever has happened to its path */
	bound = fchmod(s, mode) == 0 && address_at(&address, workshop, name) &&
		bind(s, (struct sockaddr *)&address, sizeof address) == 0;
	umask(old);
	return bound || err_set(err, errno, "cannot bind it");
}

/* Owner, clients, and its place, of what was bound as NAME in WORKSHOP. */
static bool
finish(const struct path_way *way, int workshop, int s, const char *name, const struct listener_unix *who, int backlog,
	struct err *err)
{
	if (fchownat(workshop, name, who->owner, who->group, AT_SYMLINK_NOFOLLOW) != 0)
		return err_set(err, errno, "cannot give it to user %u and group %u", (unsigned)who->owner,
			(unsigned)who->group);
	if (listen(s, backlog) != 0)
		return err_set(err, errno, "cannot listen");
	return renameat(workshop, name, way->dir, way->name) == 0 || err_set(err, errno, "cannot put it in its place");
}

/* Bound under a short name of its own, for the final one may be too long for an address. */
static bool
publish(const struct path_way *way, int s, const struct listener_unix *who, int backlog, struct err *err)
{
	static const char longest[] = "/proc/self/fd/2147483647/";
	const char *name = strlen(way->name) + sizeof longest <= sizeof(struct sockaddr_un) - 2 ? way->name : "socket";
	char workshop_name[64];
	int workshop = make_workshop(way->dir, workshop_name, sizeof workshop_name, err);
	bool ok = false;

	if (workshop < 0)
		return false;
	if (!is_ours_alone(workshop)) {
		err_set(err, 0, "somebody interferes in its directory");
	} else if (bind_in(workshop, s, name, who->mode, err)) {
		ok = finish(way, workshop, s, name, who, backlog, err);
		if (!ok) /* only what we have bound is ours to remove */
			unlinkat(workshop, name, 0);
	}
	close(workshop);
	unlinkat(way->dir, workshop_name, AT_REMOVEDIR);
	return ok;
}

int
listener_open_unix(const char *path, const struct listener_unix *who, int backlog, struct err *err)
{
	struct path_way way;
	int s = -1;
	bool ok;

	if (!path_walk(&way, path, who->owner, who->group, false, err)) {
		err_prefix(err, "socket '%s'", path);
		return -1;
	}
	if (way.name[0] == '\0') {
		ok = err_set(err, 0, "'%s' is a directory, not a place for a socket", path);
	} else if (place_is_free(&way, path, who->owner, err)) {
		s = make_socket();
		ok = s < 0 ? err_set(err, errno, "no socket") : publish(&way, s, who, backlog, err);
		if (!ok)
			err_prefix(err, "cannot make socket '%s'", path);
	} else {
		ok = false;
	}
	close(way.dir);
	if (!ok && s >= 0)
		close(s);
	return ok ? s : -1;
}

/* The directory of PATH, and where in PATH the name begins; -1 when there is none. Following links here does no harm:
 * in a directory where somebody can put a hard link to our socket, that somebody can do to our socket what we could be
 * led to do. */
static int
open_parent(const char *path, const char **name)
{
	const char *slash = strrchr(path, '/');
	char parent[4096];

	if (slash == NULL || !text_copy(parent, sizeof parent, path))
		return -1;
	parent[slash - path + 1] = '\0';
	*name = slash + 1;
	return open(parent, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

enum whose { OURS, NOT_OURS, UNKNOWN };

/* Whose is the FILE (O_PATH; -1 with errno: there is none), of the socket FD or another's? */
static enum whose
whose_file(int fd, int file)
{
	uint32_t inode;
	struct stat st;
	dev_t device;

	if (file < 0)
		return errno == ENOENT ? NOT_OURS : UNKNOWN;
	if (!sockdiag_file(listener_inode(fd), &device, &inode) || fstat(file, &st) != 0)
		return UNKNOWN;
	return S_ISSOCK(st.st_mode) && st.st_dev == device && (uint32_t)st.st_ino == inode ? OURS : NOT_OURS;
}

static enum whose
whose_name(int fd, int dir, const char *name)
{
	int file = openat(dir, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	enum whose whose = whose_file(fd, file);

	if (file >= 0)
		close(file);
	return whose;
}

void
listener_unlink(int fd, const char *path)
{
	const char *name;
	int dir = open_parent(path, &name);

	if (dir < 0)
		return;
	if (whose_name(fd, dir, name) == OURS)
		unlinkat(dir, name, 0);
	close(dir);
}

bool
listener_lost(int fd, const char *path)
{
	const char *name;
	int dir = open_parent(path, &name);
	bool lost;

	if (dir < 0)
		/* what may not be looked at is not lost: it stays as it is */
		return errno == ENOENT;
	lost = whose_name(fd, dir, name) == NOT_OURS;
	close(dir);
	return lost;
}

/* By descriptor: the service's user may write in the directory, and put a link in the socket's place after we looked.
 * (No system call changes the mode of an O_PATH descriptor before Linux 6.6; its name in /proc does.) */
static bool
give_file(int file, const struct listener_unix *who)
{
	char self[40];

	snprintf(self, sizeof self, "/proc/self/fd/%d", file);
	return fchownat(file, "", who->owner, who->group, AT_EMPTY_PATH) == 0 && chmod(self, who->mode) == 0;
}

bool
listener_give(int fd, const char *path, const struct listener_unix *who, struct err *err)
{
	int file = open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	bool ok = true;

	if (whose_file(fd, file) == OURS)
		ok = give_file(file, who) || err_set(err, errno, "cannot change owner and mode of '%s'", path);
	if (file >= 0)
		close(file);
	return ok;
}

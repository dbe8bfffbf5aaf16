#include "os/view_deeds.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "base/pathname.h"
#include "os/mountapi.h"

bool
view_take_slave(const void *of)
{
	(void)of;
	return mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) == 0;
}

/* /proc/self is a link to ourselves, who become the first process of the service; no other is followed. */
static int
open_place(const char *path)
{
	const struct mountapi_how how = { O_PATH | O_CLOEXEC, 0, NO_MAGIC | NO_LINKS };
	const char *rest = pathname_rest(path, "/proc/self");
	int self, fd;

	if (rest == NULL)
		return mountapi_open(path);
	self = open("/proc/self", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (self < 0 || rest[0] == '\0')
		return self;
	fd = (int)syscall(CALL_OPENAT2, self, rest + 1, &how, sizeof how);
	close(self);
	return fd;
}

static bool
set_attributes(int at, const char *path, unsigned flags, uint64_t attributes)
{
	const struct mountapi_attributes a = { .set = attributes };

	return attributes == 0 || syscall(CALL_MOUNT_SETATTR, at, path, flags, &a, sizeof a) == 0;
}

/* A detached copy of what is mounted AT, and with TREE_RECURSIVE below it, with ATTRIBUTES. They are there before it is laid
 * anywhere: nobody who moves that place about meanwhile gets it without. */
static int
copy_tree(int at, unsigned recursive, uint64_t attributes)
{
	int tree = (int)syscall(CALL_OPEN_TREE, at, "", AT_EMPTY_PATH | TREE_CLONE | recursive | O_CLOEXEC);

	if (tree >= 0 && !set_attributes(tree, "", AT_EMPTY_PATH | recursive, attributes)) {
		close(tree);
		tree = -1;
	}
	return tree;
}

/* Lay TREE over the place that AT is, and be done with both. */
static bool
lay(int tree, int at)
{
	bool ok = tree >= 0 && at >= 0 && syscall(CALL_MOVE_MOUNT, tree, "", at, "", MOVE_EMPTY) == 0;

	if (tree >= 0)
		close(tree);
	if (at >= 0)
		close(at);
	return ok;
}

bool
view_take_hold(const void *of)
{
	const struct view_work *w = of;
	int at = open_place(w->path), tree;
	bool ok;

	if (at < 0)
		return w->may_miss && errno == ENOENT;
	tree = copy_tree(at, w->alone ? 0 : TREE_RECURSIVE, w->attributes);
	ok = tree >= 0 && dup3(tree, w->kept, O_CLOEXEC) >= 0;
	close(at);
	if (tree >= 0)
		close(tree);
	return ok;
}

bool
view_take_laying(const void *of)
{
	const struct view_work *w = of;
	int at;

	if (fcntl(w->kept, F_GETFD) < 0)
		return w->may_miss; /* it was not there */
	at = open_place(w->path);
	return lay(w->kept, at);
}

/* The word behind the NUL of the path. By hand: strchr(3) is no system call (steps.h). */
static const char *
second(const struct view_work *w)
{
	const char *word = w->path;

	while (*word != '\0')
		word++;
	return word + 1;
}

/* NAME in the directory AT. Without O_EXCL, as for a directory: one that is there will do, and no FIFO of others holds us. */
static bool
make_place(int at, const char *name, bool is_file)
{
	mode_t mask = umask(0); /* the service's by now */
	int fd = is_file ? openat(at, name, O_WRONLY | O_CREAT | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC, 0444) : -1;
	bool ok = is_file ? fd >= 0 : mkdirat(at, name, 0755) == 0 || errno == EEXIST;

	umask(mask);
	if (fd >= 0)
		close(fd);
	return ok;
}

bool
view_take_directory(const void *of)
{
	const struct view_work *w = of;
	int at = mountapi_open(w->path);
	bool ok = at >= 0 && make_place(at, second(w), w->is_file);

	if (at >= 0)
		close(at);
	return ok;
}

/* Could anybody but root put something else in the place of what is in the directory AT? As ourselves, where we are not root, we
 * make nothing that the service could not. */
static bool
is_roots(int at)
{
	struct stat st;

	return geteuid() != 0 ||
		(fstat(at, &st) == 0 && st.st_uid == 0 && ((st.st_mode & 022) == 0 || (st.st_mode & S_ISVTX) != 0));
}

/* From the directory AT, which is closed, to NAME in it; -1 with errno. A link is what it is, and leads nowhere. */
static int
enter(int at, const char *name, bool is_file, bool may_make)
{
	int next = openat(at, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);

	if (next < 0 && errno == ENOENT) {
		errno = EPERM;
		if (may_make && make_place(at, name, is_file))
			next = openat(at, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	}
	close(at);
	return next;
}

bool
view_take_way(const void *of)
{
	const struct view_work *w = of;
	int at = w->kept > 0 && fcntl(w->kept, F_GETFD) < 0 ? -1 : open_place(w->path);
	bool firm = true;

	/* whatever else is wrong with it is told by who lays something over it */
	if (at >= 0 || errno != ENOENT)
		return at < 0 || close(at) == 0;
	at = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	for (const char *from = w->path; at >= 0 && *from != '\0';) {
		char name[PATH_MAX];
		size_t n = 0;

		for (from++; from[n] != '\0' && from[n] != '/'; n++)
			name[n] = from[n];
		name[n] = '\0';
		from += n;
		firm = firm && is_roots(at);
		at = enter(at, name, *from == '\0' && w->is_file, firm);
	}
	return at >= 0 && close(at) == 0;
}

bool
view_take_link(const void *of)
{
	const struct view_work *w = of;

	return symlink(second(w), w->path) == 0;
}

/* / is no mount that could be laid over itself: it is changed where it is. */
bool
view_take_read_only(const void *of)
{
	const struct view_work *w = of;
	int at = open_place(w->path), tree;

	if (at < 0)
		return w->may_miss && errno == ENOENT;
	if (w->path[1] == '\0') {
		close(at);
		return set_attributes(AT_FDCWD, "/", TREE_RECURSIVE, ATTR_READ_ONLY);
	}
	tree = copy_tree(at, TREE_RECURSIVE, ATTR_READ_ONLY);
	return lay(tree, at);
}

/* Options are pairs, a name and its value (view_deeds.h). Their ends are looked for by hand: the C library is not called in
 * the child (steps.h). */
static int
fresh_file_system(const struct view_work *w)
{
	int fs = (int)syscall(CALL_FSOPEN, w->type, 1), tree = -1; /* 1: close-on-exec */
	const char *option = w->options, *value;
	bool ok = fs >= 0;

	for (; ok && *option != '\0'; option = value + 1) {
		for (value = option; *value != '\0'; value++)
			;
		ok = syscall(CALL_FSCONFIG, fs, CONFIG_STRING, option, value + 1, 0) == 0;
		for (value++; *value != '\0'; value++)
			;
	}
	if (ok && syscall(CALL_FSCONFIG, fs, CONFIG_CREATE, NULL, NULL, 0) == 0)
		tree = (int)syscall(CALL_FSMOUNT, fs, 1, w->attributes);
	if (fs >= 0)
		close(fs);
	return tree;
}

bool
view_take_fresh(const void *of)
{
	const struct view_work *w = of;
	int at = open_place(w->path);

	if (at < 0)
		return w->may_miss && errno == ENOENT;
	return lay(fresh_file_system(w), at);
}

bool
view_take_seal(const void *of)
{
	const struct view_work *w = of;
	int at = mountapi_open(w->path);
	bool ok;

	if (at < 0)
		return w->may_miss && errno == ENOENT;
	ok = set_attributes(at, "", AT_EMPTY_PATH, ATTR_READ_ONLY);
	close(at);
	return ok;
}

/* A file is covered by /dev/null where devices do not work: nobody can open that, root neither. */
bool
view_take_away(const void *of)
{
	const struct view_work *w = of;
	int at = open_place(w->path), null, tree;
	struct stat st;

	if (at < 0)
		return w->may_miss && errno == ENOENT;
	if (fstat(at, &st) == 0 && S_ISDIR(st.st_mode))
		return lay(fresh_file_system(w), at);
	null = mountapi_open("/dev/null");
	tree = null < 0 ? -1 : copy_tree(null, 0, ATTR_NODEV | ATTR_NOEXEC);
	if (null >= 0)
		close(null);
	return lay(tree, at);
}

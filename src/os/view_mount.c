/*
 * view_mount -- a view, as mounts that the child makes.
 *
 * First whatever is to stay as it is is taken hold of (a detached copy of that part of the tree); then places are covered from
 * above to below, and what was kept is laid on top where it belongs. Each is a step of its own, so that the one that fails
 * has its path in its words.
 */
#include "os/view.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "os/mountapi.h"

enum { FIRST_KEPT = 300 /* descriptors: above those of the listeners, and below every usual limit */ };

/* ---- in the child: see steps.h ---- */

struct work {
	int kept; /* descriptor of what is kept */
	uint64_t attributes;
	bool may_miss, is_file;
	const char *type;
	char options[64], path[]; /* "a=b,c=d" as pieces, each ended by NUL, and an empty one */
};

static bool
take_slave(const void *of)
{
	(void)of;
	return mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) == 0;
}

/* /proc/self is a link to ourselves, who become the first process of the service; no other is followed. */
static int
open_place(const char *path)
{
	const struct mountapi_how how = { O_PATH | O_CLOEXEC, 0, NO_MAGIC | NO_LINKS };
	int self, fd;

	if (strncmp(path, "/proc/self", 10) != 0 || (path[10] != '/' && path[10] != '\0'))
		return mountapi_open(path);
	self = open("/proc/self", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (self < 0 || path[10] == '\0')
		return self;
	fd = (int)syscall(CALL_OPENAT2, self, path + 11, &how, sizeof how);
	close(self);
	return fd;
}

static int
copy_tree(int at)
{
	return (int)syscall(CALL_OPEN_TREE, at, "", AT_EMPTY_PATH | TREE_CLONE | TREE_RECURSIVE | O_CLOEXEC);
}

static bool
set_attributes(int at, const char *path, unsigned flags, uint64_t attributes)
{
	const struct mountapi_attributes a = { .set = attributes };

	return syscall(CALL_MOUNT_SETATTR, at, path, flags, &a, sizeof a) == 0;
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

static bool
take_hold(const void *of)
{
	const struct work *w = of;
	int at = open_place(w->path), tree;
	bool ok;

	if (at < 0)
		return w->may_miss && errno == ENOENT;
	tree = copy_tree(at);
	ok = tree >= 0 && dup3(tree, w->kept, O_CLOEXEC) >= 0;
	close(at);
	if (tree >= 0)
		close(tree);
	return ok;
}

static bool
take_laying(const void *of)
{
	const struct work *w = of;
	int at;

	if (fcntl(w->kept, F_GETFD) < 0)
		return w->may_miss; /* it was not there */
	at = open_place(w->path);
	return lay(w->kept, at);
}

static bool
take_directory(const void *of)
{
	const struct work *w = of;
	int fd;

	/* the umask is the service's by now */
	if (!w->is_file)
		return mkdir(w->path, 0755) == 0 ? chmod(w->path, 0755) == 0 : errno == EEXIST;
	fd = open(w->path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0444);
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static bool
take_link(const void *of)
{
	const struct work *w = of;
	const char *to = w->path;

	while (*to != '\0')
		to++;
	return symlink(to + 1, w->path) == 0;
}

/* / is no mount that could be laid over itself: it is changed where it is. */
static bool
take_read_only(const void *of)
{
	const struct work *w = of;
	int at = open_place(w->path), tree;

	if (at < 0)
		return w->may_miss && errno == ENOENT;
	if (w->path[1] == '\0') {
		close(at);
		return set_attributes(AT_FDCWD, "/", TREE_RECURSIVE, ATTR_READ_ONLY);
	}
	tree = copy_tree(at);
	if (tree >= 0 && !set_attributes(tree, "", AT_EMPTY_PATH | TREE_RECURSIVE, ATTR_READ_ONLY)) {
		close(tree);
		tree = -1;
	}
	return lay(tree, at);
}

static int
fresh_file_system(const struct work *w)
{
	int fs = (int)syscall(CALL_FSOPEN, w->type, 1), tree = -1;
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

static bool
take_fresh(const void *of)
{
	const struct work *w = of;
	int at = open_place(w->path);

	if (at < 0)
		return w->may_miss && errno == ENOENT;
	return lay(fresh_file_system(w), at);
}

static bool
take_seal(const void *of)
{
	const struct work *w = of;

	return set_attributes(AT_FDCWD, w->path, 0, ATTR_READ_ONLY);
}

/* A file is covered by /dev/null where devices do not work: nobody can open that, root neither. */
static bool
take_away(const void *of)
{
	const struct work *w = of;
	int at = open_place(w->path), null, tree;
	struct stat st;

	if (at < 0)
		return w->may_miss && errno == ENOENT;
	if (fstat(at, &st) == 0 && S_ISDIR(st.st_mode))
		return lay(fresh_file_system(w), at);
	null = mountapi_open("/dev/null");
	tree = null < 0 ? -1 : copy_tree(null);
	if (null >= 0)
		close(null);
	if (tree >= 0 && !set_attributes(tree, "", AT_EMPTY_PATH, ATTR_NODEV | ATTR_NOEXEC)) {
		close(tree);
		tree = -1;
	}
	return lay(tree, at);
}

/* ---- when the configuration is loaded ---- */

/* "a=b,c=d" as NUL-ended words a, b, c, d and an empty one. */
static void
split_options(char to[64], const char *options)
{
	memset(to, 0, 64);
	if (options == NULL)
		return;
	snprintf(to, 63, "%s", options);
	for (char *p = to; p < to + 62; p++)
		if (*p == '=' || *p == ',')
			*p = '\0';
}

static bool
add(struct steps *steps, step_take take, const struct work *with, const char *path, const char *to, const char *does,
	const char *what, struct err *err)
{
	size_t n = strlen(path) + 1, m = to != NULL ? strlen(to) + 1 : 0;
	struct work *w = malloc(sizeof *w + n + m);
	bool ok;

	if (w == NULL)
		return err_set(err, errno, "cannot keep '%s'", path);
	*w = *with;
	memcpy(w->path, path, n);
	if (m > 0)
		memcpy(w->path + n, to, m);
	ok = steps_add(steps, STEP_FIRST, take, w, sizeof *w + n + m, err, "%s '%s'%s", does, path, what);
	free(w);
	return ok;
}

/* What holds another comes before it: its path is the beginning of the other's. */
static int
by_path(const void *a, const void *b)
{
	const struct view_place *const *x = a, *const *y = b;

	return strcmp((*x)->path, (*y)->path);
}

/* The directories that lead from what is empty above PLACE to it. */
static bool
add_way(const struct view *view, struct steps *steps, const struct view_place *place, struct err *err)
{
	const struct view_place *above = NULL;
	const struct work directory = { 0 }, last = { .is_file = place->is_file };
	char part[PATH_MAX];

	for (unsigned i = 0; i < view->count; i++)
		if (view->at[i] != place && view_is_below(place->path, view->at[i]->path) &&
			(above == NULL || strlen(view->at[i]->path) > strlen(above->path)))
			above = view->at[i];
	if (above == NULL || above->kind != VIEW_EMPTY)
		return true;
	for (size_t n = strlen(above->path) + 1; place->path[n] != '\0'; n++) {
		if (place->path[n + 1] != '/' && place->path[n + 1] != '\0')
			continue;
		memcpy(part, place->path, n + 1);
		part[n + 1] = '\0';
		if (!add(steps, take_directory, place->path[n + 1] == '\0' ? &last : &directory, part, NULL,
			    "make a place for", "", err))
			return false;
	}
	return true;
}

static bool
add_place(const struct view *view, struct steps *steps, const struct view_place *p, int kept, struct err *err)
{
	struct work w = { .kept = kept, .may_miss = p->may_miss, .type = "tmpfs" };

	split_options(w.options, p->options);
	switch (p->kind) {
	case VIEW_AS_IT_IS:
		return add_way(view, steps, p, err) &&
			add(steps, take_laying, &w, p->path, NULL, "keep", " as it is", err);
	case VIEW_READ_ONLY:
		/* it may lie in what is empty: then it was kept, too */
		if (kept >= 0 &&
			(!add_way(view, steps, p, err) ||
				!add(steps, take_laying, &w, p->path, NULL, "keep", " in sight", err)))
			return false;
		return add(steps, take_read_only, &w, p->path, NULL, "make", " read-only", err);
	case VIEW_EMPTY:
		w.attributes = ATTR_NOSUID | (p->no_devices ? ATTR_NODEV : 0);
		return add(steps, take_fresh, &w, p->path, NULL, "make", " empty", err);
	case VIEW_INACCESSIBLE:
		split_options(w.options, "mode=0000,size=4096");
		w.attributes = ATTR_READ_ONLY | ATTR_NOSUID | ATTR_NODEV | ATTR_NOEXEC;
		return add(steps, take_away, &w, p->path, NULL, "take", " away", err);
	case VIEW_PROC:
		w.type = "proc";
		w.attributes = ATTR_NOSUID | ATTR_NODEV | ATTR_NOEXEC;
		return add(steps, take_fresh, &w, p->path, NULL, "mount", " anew", err);
	}
	return false;
}

/* Does PLACE lie in something empty? */
static bool
is_covered(const struct view *view, const struct view_place *place)
{
	for (unsigned i = 0; i < view->count; i++)
		if (view->at[i] != place && view->at[i]->kind == VIEW_EMPTY &&
			view_is_below(place->path, view->at[i]->path))
			return true;
	return false;
}

static bool
hold_all(const struct view *view, struct steps *steps, int kept[VIEW_PLACES], struct err *err)
{
	int next = FIRST_KEPT;

	for (unsigned i = 0; i < view->count; i++) {
		const struct view_place *p = view->at[i];
		const struct work w = { .kept = next, .may_miss = p->may_miss };

		kept[i] = -1;
		if (p->kind != VIEW_AS_IT_IS && (p->kind != VIEW_READ_ONLY || !is_covered(view, p)))
			continue;
		if (next - FIRST_KEPT == VIEW_KEPT)
			return err_set(err, 0, "more than %d paths that stay as they are", VIEW_KEPT);
		if (!add(steps, take_hold, &w, p->path, NULL, "take hold of", "", err))
			return false;
		kept[i] = next++;
	}
	return true;
}

bool
view_mount(struct view *view, struct steps *steps, struct err *err)
{
	const struct work nothing = { 0 };
	int kept[VIEW_PLACES];

	qsort(view->at, view->count, sizeof(struct view_place *), by_path);
	if (!steps_add(steps, STEP_FIRST, take_slave, NULL, 0, err, "keep mounts apart") ||
		!hold_all(view, steps, kept, err))
		return false;
	for (unsigned i = 0; i < view->count; i++)
		if (!add_place(view, steps, view->at[i], kept[i], err))
			return false;
	for (unsigned i = 0; i < view->link_count; i++)
		if (!add(steps, take_link, &nothing, view->links[i].path, view->links[i].to, "make the link", "", err))
			return false;
	for (unsigned i = 0; i < view->count; i++)
		if (view->at[i]->sealed &&
			!add(steps, take_seal, &nothing, view->at[i]->path, NULL, "make", " read-only", err))
			return false;
	return true;
}

#include "os/view.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/pathname.h"
#include "base/text.h"

enum { MOST_LINKS = 40 /* as the kernel: path_resolution(7) */ };

const struct view_place *
view_find(const struct view *view, const char *path)
{
	const struct view_place *found = NULL;

	for (unsigned i = 0; i < view->count; i++)
		if (pathname_is_below(path, view->at[i]->path) &&
			(found == NULL || strlen(view->at[i]->path) > strlen(found->path)))
			found = view->at[i];
	return found;
}

/* Ours alone, or root's: nobody else can put a link there. A sticky directory will do, for links there are their maker's. */
static bool
is_trusted(const struct stat *st, bool is_directory)
{
	if (st->st_uid != 0 && st->st_uid != geteuid())
		return false;
	return !is_directory || (st->st_mode & 022) == 0 || (st->st_mode & S_ISVTX) != 0;
}

/* The length of the beginning of PATH that ends before its first link; 0 when there is none, or one that is not to be
 * followed. TARGET gets where it leads to. */
static size_t
first_link(const char *path, char target[PATH_MAX])
{
	char part[PATH_MAX];
	struct stat st, above;
	ssize_t length;

	if (lstat("/", &above) != 0)
		return 0;
	for (size_t n = 1; path[n - 1] != '\0'; n++) {
		if (path[n] != '/' && path[n] != '\0')
			continue;
		memcpy(part, path, n);
		part[n] = '\0';
		/* what it is to the service, only the child can tell (view_mount.c) */
		if (strcmp(part, "/proc/self") == 0 || lstat(part, &st) != 0)
			return 0;
		if (!S_ISLNK(st.st_mode)) {
			above = st;
			continue;
		}
		length = readlink(part, target, PATH_MAX - 1);
		if (length <= 0 || !is_trusted(&st, false) || !is_trusted(&above, true))
			return 0;
		target[length] = '\0';
		return n;
	}
	return 0;
}

/* Take "//", "/./" and "/../" out of PATH, in place. Links are resolved before what follows them is looked at. */
static void
tidy(char *path)
{
	char *to = path;

	for (const char *from = path; *from != '\0';) {
		size_t n = strcspn(from + 1, "/");

		if (n == 2 && from[1] == '.' && from[2] == '.') {
			while (to > path && *--to != '/')
				;
		} else if (n > 0 && !(n == 1 && from[1] == '.')) {
			memmove(to, from, n + 1);
			to += n + 1;
		}
		from += n + 1;
	}
	if (to == path)
		*to++ = '/';
	*to = '\0';
}

void
view_resolve(const char *path, char resolved[PATH_MAX])
{
	char target[PATH_MAX], next[2 * PATH_MAX];
	size_t n;

	snprintf(resolved, PATH_MAX, "%s", path);
	tidy(resolved);
	for (int links = 0; links < MOST_LINKS && (n = first_link(resolved, target)) > 0; links++) {
		size_t parent = n;

		while (parent > 0 && resolved[parent - 1] != '/')
			parent--;
		/* a relative link begins in the directory that it lies in */
		snprintf(next, sizeof next, "%.*s%s%s", target[0] == '/' ? 0 : (int)parent, resolved, target,
			resolved + n);
		/* it keeps its link, which nobody follows then: the start says so, with this path */
		if (strlen(next) >= PATH_MAX)
			return;
		memcpy(resolved, next, strlen(next) + 1);
		tidy(resolved);
	}
}

static struct view_place *
place_at(const struct view *view, const char *path)
{
	for (unsigned i = 0; i < view->count; i++)
		if (strcmp(view->at[i]->path, path) == 0)
			return view->at[i];
	return NULL;
}

static struct view_place *
new_place(struct view *view, enum view_kind kind, const char *path, struct err *err)
{
	struct view_place *place = view->count < VIEW_PLACES ? calloc(1, sizeof *place) : NULL;

	if (view->count == VIEW_PLACES)
		err_set(err, 0, "more than %d places", VIEW_PLACES);
	else if (place == NULL)
		err_set(err, errno, "cannot keep '%s'", path);
	if (place == NULL)
		return NULL;
	place->kind = kind;
	memcpy(place->path, path, strlen(path) + 1);
	return view->at[view->count++] = place;
}

bool
view_add(struct view *view, enum view_kind kind, const char *path, bool may_miss, const char *options, struct err *err)
{
	struct view_place *place;
	char resolved[PATH_MAX];
	struct stat st;
	bool is_there;

	view_resolve(path, resolved);
	is_there = lstat(resolved, &st) == 0;
	if (!is_there && may_miss && kind == VIEW_AS_IT_IS)
		return true;
	place = place_at(view, resolved);
	if (place != NULL) { /* what takes more away counts */
		place->may_miss = place->may_miss && may_miss;
		/* kinds stand in the order of what they take; what was bound there is what is to be seen, so it is not
		 * emptied again */
		if (kind > place->kind && (place->source[0] == '\0' || kind != VIEW_EMPTY)) {
			place->kind = kind;
			place->options = options;
		}
		return true;
	}
	place = new_place(view, kind, resolved, err);
	if (place == NULL)
		return false;
	place->may_miss = may_miss;
	place->absent = !is_there;
	place->options = options;
	place->is_file = is_there && !S_ISDIR(st.st_mode);
	return true;
}

/* What is laid over / is not seen: a process's own root stays the mount below (pivot_root(2) is made for that). Names that only
 * resolve to it ("/var/..", a link of root's) come here. */
static bool
is_below_root(const char *resolved, const char *path, struct err *err)
{
	return resolved[1] != '\0' || err_set(err, 0, "'%s' is / itself, which cannot be laid over", path);
}

bool
view_empty(struct view *view, const char *path, const char *limits, bool read_only, bool no_exec, struct err *err)
{
	struct view_place *place;
	char resolved[PATH_MAX];

	view_resolve(path, resolved);
	if (!is_below_root(resolved, path, err))
		return false;
	place = place_at(view, resolved);
	/* empty already, taken away, or another one is to be seen there */
	if (place != NULL && (place->kind >= VIEW_EMPTY || place->source[0] != '\0'))
		return true;
	if (place == NULL)
		place = new_place(view, VIEW_EMPTY, resolved, err);
	if (place == NULL)
		return false;
	place->kind = VIEW_EMPTY;
	place->may_miss = false;
	place->sealed = read_only;
	place->no_devices = place->bare = true;
	place->no_exec = no_exec;
	snprintf(place->limits, sizeof place->limits, "%s", limits);
	place->options = place->limits;
	return true;
}

bool
view_bind(struct view *view, enum view_kind kind, const char *source, const char *path, bool may_miss, bool alone,
	struct err *err)
{
	char from[PATH_MAX], resolved[PATH_MAX];
	struct view_place *place;
	struct stat st;
	bool is_there;

	view_resolve(source, from);
	view_resolve(path, resolved);
	if (!is_below_root(resolved, path, err))
		return false;
	is_there = lstat(from, &st) == 0;
	if (!is_there && may_miss)
		return true;
	place = place_at(view, resolved);
	if (place != NULL && place->source[0] != '\0' && strcmp(place->source, from) != 0)
		return err_set(err, 0, "'%s' and '%s' are both to be seen at '%s'", place->source, from, resolved);
	if (place == NULL)
		place = new_place(view, kind, resolved, err);
	if (place == NULL)
		return false;
	/* what takes more away counts, but something is to be seen where all was to be empty */
	if (kind > place->kind || place->kind == VIEW_EMPTY)
		place->kind = kind;
	place->may_miss = may_miss;
	place->alone = alone;
	place->sealed = false;
	place->is_file = is_there && !S_ISDIR(st.st_mode);
	memcpy(place->source, from, strlen(from) + 1);
	return true;
}

bool
view_add_devices(struct view *view, struct err *err)
{
	/* what PrivateDevices= leaves (systemd.exec(5)) */
	static const char *const nodes[] = { "/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom",
		"/dev/tty", "/dev/pts", "/dev/shm", "/dev/mqueue", "/dev/hugepages" };
	static const struct view_link links[] = { { "/dev/ptmx", "pts/ptmx" }, { "/dev/fd", "/proc/self/fd" },
		{ "/dev/stdin", "/proc/self/fd/0" }, { "/dev/stdout", "/proc/self/fd/1" },
		{ "/dev/stderr", "/proc/self/fd/2" } };
	ssize_t n = readlink("/dev/log", view->log_target, sizeof view->log_target - 1);

	if (!view_add(view, VIEW_EMPTY, "/dev", false, "mode=0755", err))
		return false;
	for (unsigned i = 0; i < view->count; i++)
		if (strcmp(view->at[i]->path, "/dev") == 0)
			/* nothing is made there but what follows; what is laid over its names are mounts of their own */
			view->at[i]->sealed = view->at[i]->kind == VIEW_EMPTY;
	for (size_t i = 0; i < sizeof nodes / sizeof nodes[0]; i++)
		if (!view_add(view, VIEW_AS_IT_IS, nodes[i], true, NULL, err))
			return false;
	memcpy(view->links, links, sizeof links);
	view->link_count = sizeof links / sizeof links[0];
	/* where syslog(3) writes to: systemd has a link there, others the socket itself */
	if (n > 0)
		view->links[view->link_count++] = (struct view_link){ "/dev/log", view->log_target };
	else
		return view_add(view, VIEW_AS_IT_IS, "/dev/log", true, NULL, err);
	return true;
}

void
view_release(struct view *view)
{
	for (unsigned i = 0; i < view->count; i++)
		free(view->at[i]);
	view->count = 0;
}

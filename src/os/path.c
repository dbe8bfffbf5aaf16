/*
 * path.c -- a way that root can go: from the root, a component at a time, each opened without following anything and judged
 * by what was opened, not by its name. What is passed is held by descriptor, so that nothing can be exchanged behind us.
 */
#include "os/path.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"

enum {
	LINKS_MOST = 16,
	OVERFLOW_ID = 65534, /* user_namespaces(7): what unmapped ids are shown as */
};

/* Is 65534 a user of ours, or what the kernel shows for the owner of everything outside our user namespace? */
static bool
overflow_is_mapped(void)
{
	unsigned inside, outside, count;
	bool mapped = false;
	FILE *map = fopen("/proc/self/uid_map", "re");

	if (map == NULL)
		return true;
	while (!mapped && fscanf(map, "%u %u %u", &inside, &outside, &count) == 3)
		mapped = inside <= OVERFLOW_ID && OVERFLOW_ID - inside < count;
	fclose(map);
	return mapped;
}

bool
path_trusts(uid_t uid, uid_t user)
{
	/* who made our user namespace could reach these files as root only, and is root to us in any case */
	return uid == 0 || uid == geteuid() || uid == user || (uid == OVERFLOW_ID && !overflow_is_mapped());
}

static bool
trusts_group(gid_t gid, gid_t group)
{
	/* many distributions give each user a group of its own and umask 002 */
	return gid == 0 || gid == group || (geteuid() != 0 && gid == getegid());
}

bool
path_judge(const struct stat *st, const char *words, uid_t user, gid_t group, struct err *err)
{
	if (!path_trusts(st->st_uid, user))
		return err_set(err, 0, "directory '%s' belongs to user %u, who could replace what is in it", words,
			(unsigned)st->st_uid);
	/* only its owner, that of the directory and root can move a file there (inode(7)) */
	if (st->st_mode & S_ISVTX)
		return true;
	if (st->st_mode & S_IWOTH)
		return err_set(err, 0, "directory '%s' can be written by everybody (and is not sticky)", words);
	if ((st->st_mode & S_IWGRP) && !trusts_group(st->st_gid, group))
		return err_set(err, 0, "directory '%s' can be written by group %u", words, (unsigned)st->st_gid);
	return true;
}

/* A walk under way. */
struct walk {
	uid_t user;
	gid_t group;
	bool make;
	int dir;   /* where we are (O_PATH) */
	bool ours; /* every directory so far is root's or ours alone */
	bool firm; /* or sticky: what is root's there nobody else can rename */
	bool sticky;
	unsigned links;
	char rest[PATH_MAX]; /* of the way, from `at` */
	const char *at;
	char name[PATH_NAME];
};

/* The next component goes to `name`. False when there is none left; errno says why (0: the end). */
static bool
next_component(struct walk *w)
{
	size_t n;

	w->at += strspn(w->at, "/");
	n = strcspn(w->at, "/");
	errno = 0;
	if (n == 0)
		return false;
	if (n >= sizeof w->name) {
		errno = ENAMETOOLONG;
		return false;
	}
	memcpy(w->name, w->at, n);
	w->name[n] = '\0';
	w->at += n;
	return true;
}

static bool
is_last(const struct walk *w)
{
	return w->at[strspn(w->at, "/")] == '\0';
}

static void
move_to(struct walk *w, int dir)
{
	if (w->dir >= 0)
		close(w->dir);
	w->dir = dir;
}

/* Step into directory FD, which is closed when it may not be. */
static bool
enter(struct walk *w, int fd, const char *words, struct err *err)
{
	struct stat st;
	struct err alone;

	if (fstat(fd, &st) != 0) {
		err_set(err, errno, "cannot look at directory '%s'", words);
	} else if (path_judge(&st, words, w->user, w->group, err)) {
		/* (uid_t)-1 is nobody: what remains is root and ourselves */
		w->firm = w->firm && path_judge(&st, words, (uid_t)-1, (gid_t)-1, &alone);
		w->sticky = st.st_mode & S_ISVTX && st.st_mode & (S_IWGRP | S_IWOTH);
		w->ours = w->ours && w->firm && !w->sticky;
		move_to(w, fd);
		return true;
	}
	close(fd);
	return false;
}

/* Also for an absolute link: what it says begins anew, and so does the judgement. */
static bool
start_at_root(struct walk *w, struct err *err)
{
	int fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return err_set(err, errno, "cannot open '/'");
	w->ours = w->firm = true;
	return enter(w, fd, "/", err);
}

/* Put the text of link FD in front of what is left. */
static bool
follow(struct walk *w, int fd, const struct stat *st, struct err *err)
{
	char target[PATH_MAX], rest[PATH_MAX];
	ssize_t n;

	if (!w->ours || !path_trusts(st->st_uid, 0))
		return err_set(err, 0, "'%s' is a symbolic link, which others could have made", w->name);
	/* a link to itself would be followed for ever; the kernel's own limit is 40 (path_resolution(7)) */
	if (++w->links > LINKS_MOST)
		return err_set(err, ELOOP, "cannot follow '%s'", w->name);
	n = readlinkat(fd, "", target, sizeof target);
	if (n <= 0)
		return err_set(err, errno, "cannot read the link '%s'", w->name);
	if ((size_t)n + strlen(w->at) + 1 > sizeof rest)
		return err_set(err, ENAMETOOLONG, "cannot follow '%s'", w->name);
	memcpy(rest, target, (size_t)n);
	memcpy(rest + n, w->at, strlen(w->at) + 1);
	memcpy(w->rest, rest, sizeof rest);
	w->at = w->rest;
	return *target != '/' || start_at_root(w, err);
}

/* EEXIST: somebody was faster, and what he made is judged like anything else. */
static int
open_component(struct walk *w)
{
	int fd = openat(w->dir, w->name, O_PATH | O_NOFOLLOW | O_CLOEXEC);

	if (fd >= 0 || errno != ENOENT || !w->make)
		return fd;
	if (mkdirat(w->dir, w->name, 0755) != 0 && errno != EEXIST)
		return -1;
	return openat(w->dir, w->name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
}

static bool
step(struct walk *w, struct err *err)
{
	struct stat st;
	bool ok;
	int fd;

	/* whoever can rename where we are chooses what is above it (openat(2) goes by where it is now) */
	if (strcmp(w->name, "..") == 0 && !w->ours)
		return err_set(err, 0, "'..' after a directory that others can write");
	fd = open_component(w);
	if (fd < 0)
		return err_set(err, errno, "cannot open directory '%s'", w->name);
	if (fstat(fd, &st) != 0)
		ok = err_set(err, errno, "cannot look at '%s'", w->name);
	else if (S_ISDIR(st.st_mode))
		return enter(w, fd, w->name, err);
	else if (S_ISLNK(st.st_mode))
		ok = follow(w, fd, &st, err);
	else
		ok = err_set(err, ENOTDIR, "'%s'", w->name);
	close(fd);
	return ok;
}

static bool
walk(struct walk *w, struct err *err)
{
	if (!start_at_root(w, err))
		return false;
	while (next_component(w)) {
		if (is_last(w) && strcmp(w->name, "..") != 0 && strcmp(w->name, ".") != 0)
			return true;
		if (!step(w, err))
			return false;
	}
	/* a path that ends in a directory, "/" or "/srv/.": that is where we are */
	w->name[0] = '\0';
	return errno == 0 || err_set(err, errno, "a name on the way is too long");
}

bool
path_walk(struct path_way *way, const char *path, uid_t user, gid_t group, bool make, struct err *err)
{
	struct walk w = { .user = user, .group = group, .make = make, .dir = -1 };

	if (*path != '/')
		return err_set(err, 0, "'%s' is not an absolute path", path);
	if (!text_copy(w.rest, sizeof w.rest, path))
		return err_set(err, ENAMETOOLONG, "'%s'", path);
	w.at = w.rest;
	if (!walk(&w, err)) {
		if (w.dir >= 0)
			close(w.dir);
		return false;
	}
	*way = (struct path_way){ .dir = w.dir, .sticky = w.sticky, .firm = w.firm };
	memcpy(way->name, w.name, sizeof way->name);
	return true;
}

#include "os/cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "os/dirents.h"
#include "os/hierarchy.h"
#include "os/kernfile.h"
#include "os/tree.h"

enum {
	PATH_SIZE = 1024,
	NAME_SIZE = 256,
	DEEPEST = 16,      /* of groups that a service may have made within its own */
	FAMILY_DEPTH = 64, /* parents, on the way from a process up to us */
	EXODUS_ROUNDS = 8,
};

/* Nobody but root and whom root trusts makes names there; O_NOFOLLOW all the same. */
static int
open_group(int dir_fd, const char *path)
{
	return openat(dir_fd, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* "bridle-run-bridle" of "/run/bridle". */
bool
cgroup_name_for(const char *run_dir, char *name, size_t size)
{
	struct text t;

	text_init(&t, name, size);
	text_add(&t, "bridle");
	if (!text_add(&t, run_dir))
		return false;
	for (char *p = name; *p != '\0'; p++)
		if (*p == '/')
			*p = '-';
	return true;
}

/* Who may make groups may not always fill them: a process is moved only by who may write to the group that it comes from
 * and goes to have in common, which is our own (cgroups(7), delegation containment). */
static bool
is_ours_to_fill(int own, struct err *err)
{
	if (faccessat(own, "cgroup.procs", W_OK, 0) == 0)
		return true;
	return err_set(err, errno, "processes cannot be moved out of our cgroup");
}

/* A directory NAME in our own group OWN, whose path is PATH. */
static int
make_root(int own, const char *path, const char *name, struct err *err)
{
	int root = -1;

	if (!is_ours_to_fill(own, err))
		return -1;
	if (mkdirat(own, name, 0755) != 0 && errno != EEXIST)
		err_set(err, errno, "cannot make a cgroup in '%s'", path);
	else if ((root = open_group(own, name)) < 0)
		err_set(err, errno, "cannot open the cgroup '%s/%s'", path, name);
	return root;
}

int
cgroup_open(const char *run_dir, struct err *err)
{
	char path[2 * PATH_SIZE], name[NAME_SIZE];
	int own, root;

	if (!hierarchy_own(NULL, path, sizeof path)) {
		err_set(err, 0, "cgroup v2 is not mounted");
		return -1;
	}
	if (!cgroup_name_for(run_dir, name, sizeof name)) {
		err_set(err, ENAMETOOLONG, "no cgroup for '%s'", run_dir);
		return -1;
	}
	own = open_group(AT_FDCWD, path);
	if (own < 0) {
		err_set(err, errno, "cannot open our cgroup '%s'", path);
		return -1;
	}
	root = make_root(own, path, name, err);
	close(own);
	return root;
}

/* What GROUP gives on, it gives on no more. */
static void
take_back(int group)
{
	char text[512], words[64];
	char *rest = text;

	kernfile_read(group, "cgroup.subtree_control", text, sizeof text);
	for (const char *one; (one = strtok_r(rest, " \n", &rest)) != NULL;) {
		snprintf(words, sizeof words, "-%s", one);
		kernfile_write(group, "cgroup.subtree_control", words);
	}
}

/* Where we moved into a leaf, that can only go when we are back; and back we can only come once nothing is given on. */
static void
leave_leaf(int root)
{
	int own;

	if (faccessat(root, "bridled", F_OK, 0) != 0 ||
		(own = openat(root, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0)
		return;
	take_back(root);
	take_back(own);
	kernfile_write(own, "cgroup.procs", "0");
	unlinkat(root, "bridled", AT_REMOVEDIR);
	close(own);
}

void
cgroup_close(int root)
{
	char self[64], path[2 * PATH_SIZE];
	ssize_t n;

	/* a directory can be removed by its name only, and nobody kept that */
	snprintf(self, sizeof self, "/proc/self/fd/%d", root);
	n = readlink(self, path, sizeof path - 1);
	leave_leaf(root);
	close(root);
	if (n <= 0)
		return;
	path[n] = '\0';
	rmdir(path); /* EBUSY while a group is in it: then it stays, and the next bridled takes it */
}

/* The group whose command in "GROUP/.control" we are, where systemd puts what is not the main process of a unit with
 * Delegate=. */
static int
open_commanded(struct err *err)
{
	char path[2 * PATH_SIZE], *last;
	int own;

	if (!hierarchy_own(NULL, path, sizeof path) || (last = strrchr(path, '/')) == NULL ||
		strcmp(last, "/.control") != 0) {
		err_set(err, 0, "this is no command of a unit of systemd with Delegate=");
		return -1;
	}
	*last = '\0';
	own = open_group(AT_FDCWD, path);
	if (own < 0)
		err_set(err, errno, "cannot open the cgroup '%s'", path);
	return own;
}

bool
cgroup_let_go(struct err *err)
{
	int own = open_commanded(err), root;
	struct dirents d;
	const char *name;

	if (own < 0)
		return false;
	/* below first: what a child still gives on cannot be taken back above it (cgroup-v2.rst, Top-down Constraint).
	 * There may be several, each with a run_dir of its own */
	if (dirents_open(&d, own, ".")) {
		while ((name = dirents_next(&d)) != NULL)
			if (strncmp(name, "bridle-", 7) == 0 && (root = open_group(own, name)) >= 0) {
				take_back(root);
				close(root);
			}
		dirents_close(&d);
	}
	take_back(own);
	close(own);
	return true;
}

/* Is WORD in FILE of GROUP, words with blanks between? */
static bool
names_controller(int group, const char *file, const char *word)
{
	char text[512];
	char *rest = text;

	kernfile_read(group, file, text, sizeof text);
	for (const char *one; (one = strtok_r(rest, " \n", &rest)) != NULL;)
		if (strcmp(one, word) == 0)
			return true;
	return false;
}

struct exodus {
	int leaf;
	bool strangers;
};

/* Is PID we, or somebody below us, or gone since it was listed? Parents are read one after the other while processes come and
 * go, so that the way up might never end: FAMILY_DEPTH at most. */
static bool
is_ours(pid_t pid)
{
	const pid_t self = getpid();
	struct tree_process p;

	for (int i = 0; i < FAMILY_DEPTH && pid != self; i++) {
		if (pid <= 0)
			return false;
		if (!tree_look(pid, &p))
			return true;
		pid = p.parent;
	}
	return pid == self;
}

/* Ourselves, and our children: the watcher, and programs, which have no group of their own. */
static void
move_out(void *context, int32_t pid)
{
	struct exodus *e = context;
	char words[16];

	if (!is_ours(pid)) {
		e->strangers = true;
		return;
	}
	snprintf(words, sizeof words, "%d", (int)pid);
	kernfile_write(e->leaf, "cgroup.procs", words);
}

/* Give CONTROLLER on from GROUP to those below. */
static bool
give_on(int group, const char *controller)
{
	char words[64];

	snprintf(words, sizeof words, "+%s", controller);
	return names_controller(group, "cgroup.subtree_control", controller) ||
		kernfile_write(group, "cgroup.subtree_control", words);
}

/* A group that gives controllers on may have no process of its own, but in a leaf below it ("no internal processes",
 * cgroups(7)). */
static bool
leave_own_group(int own, int root)
{
	struct exodus e = { .leaf = -1 };

	if (mkdirat(root, "bridled", 0755) != 0 && errno != EEXIST)
		return false;
	e.leaf = open_group(root, "bridled");
	if (e.leaf < 0)
		return false;
	/* who forks meanwhile leaves a child behind: again, until nobody is there */
	for (int i = 0; i < EXODUS_ROUNDS && !e.strangers && cgroup_visit(own, move_out, &e) > 0; i++)
		;
	close(e.leaf);
	return !e.strangers;
}

bool
cgroup_enable(int root, const char *controller)
{
	int own = openat(root, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool ok = false;

	if (own < 0)
		return false;
	/* the root of all is the one group that may have both */
	if (names_controller(root, "cgroup.controllers", controller))
		ok = give_on(root, controller);
	else if (names_controller(own, "cgroup.controllers", controller))
		ok = (give_on(own, controller) || (leave_own_group(own, root) && give_on(own, controller))) &&
			give_on(root, controller);
	close(own);
	return ok;
}

static void
name_generation(char *name, size_t size, const char *service, uint32_t generation)
{
	snprintf(name, size, "%s.%u", service, (unsigned)generation);
}

/* One of that name is left of a bridled that was killed. Whoever is still in it is ended with this generation. */
int
cgroup_make(int root, const char *service, uint32_t generation, struct err *err)
{
	char name[NAME_SIZE];
	int fd = -1;

	name_generation(name, sizeof name, service, generation);
	if (mkdirat(root, name, 0755) != 0 && errno != EEXIST)
		err_set(err, errno, "cannot make cgroup '%s'", name);
	else if ((fd = open_group(root, name)) < 0)
		err_set(err, errno, "cannot open cgroup '%s'", name);
	return fd;
}

/* "populated" counts those below, and zombies too: it is 0 only when everybody has been reaped, and the group can go
 * (cgroups(7)). */
bool
cgroup_populated(int group)
{
	char text[256];

	return kernfile_read(group, "cgroup.events", text, sizeof text) <= 0 || strstr(text, "populated 0") == NULL;
}

/* All of it at once, so that nobody can fork away; since Linux 5.14 (ENOENT before). */
bool
cgroup_kill(int group)
{
	return kernfile_write(group, "cgroup.kill", "1");
}

unsigned
cgroup_visit(int group, void (*visit)(void *context, int32_t pid), void *context)
{
	int fd = openat(group, "cgroup.procs", O_RDONLY | O_CLOEXEC);
	char text[4096];
	uint32_t pid = 0;
	unsigned n = 0;
	ssize_t k;

	/* a line a pid; a part may end within one */
	while (fd >= 0 && (k = read(fd, text, sizeof text)) > 0) {
		for (ssize_t i = 0; i < k; i++) {
			if (text[i] != '\n') {
				pid = pid * 10 + (uint32_t)(text[i] - '0');
				continue;
			}
			visit(context, (int32_t)pid);
			pid = 0;
			n++;
		}
	}
	if (fd >= 0)
		close(fd);
	return n;
}

/* Remove group NAME below DIR_FD and those within: an empty group is removed by rmdir(2) though it shows files. */
static bool
remove_group(int dir_fd, const char *name, int depth)
{
	struct dirents d;
	const char *entry;

	if (unlinkat(dir_fd, name, AT_REMOVEDIR) == 0 || errno == ENOENT)
		return true;
	/* DEEPEST at most: a service may nest groups, and this is our stack */
	if (depth == 0 || !dirents_open(&d, dir_fd, name))
		return false;
	while ((entry = dirents_next(&d)) != NULL) {
		struct stat st;

		if (fstatat(d.fd, entry, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode))
			remove_group(d.fd, entry, depth - 1);
	}
	dirents_close(&d);
	return unlinkat(dir_fd, name, AT_REMOVEDIR) == 0;
}

bool
cgroup_remove(int root, const char *service, uint32_t generation)
{
	char name[NAME_SIZE];

	name_generation(name, sizeof name, service, generation);
	return remove_group(root, name, DEEPEST);
}

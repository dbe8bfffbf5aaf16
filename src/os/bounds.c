/*
 * bounds.c -- the groups themselves; what is written into them is in bounds_rows.c. A controller is in one version of control
 * groups or in the other (a hybrid machine has both), so each is tried by itself.
 */
#include "os/bounds.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "os/bounds_rows.h"
#include "os/cgroup.h"
#include "os/hierarchy.h"
#include "os/kernfile.h"

enum { PATH_SIZE = HIERARCHY_PATH + 320 };

static const char *const v1_names[BOUNDS_CONTROLLERS] = { "memory", "cpu", "pids", "blkio" };
static const char *const v2_names[BOUNDS_CONTROLLERS] = { "memory", "cpu", "pids", "io" };

static bool
wants_controller(const struct bounds *b, enum bounds_controller controller)
{
	for (int i = 0; i < BOUND_COUNT; i++)
		if (bounds_controller(i) == controller && bounds_wants(b, i))
			return true;
	return false;
}

/* "SERVICE.service" in the v1 hierarchy of CONTROLLER, below a directory named as the one in v2 is; PART: how much of it,
 * 1 the directory, 2 the group. */
static bool
v1_path(enum bounds_controller controller, const char *run_dir, const char *service, int part, char *path, size_t size)
{
	char own[HIERARCHY_PATH], name[256];
	struct text t;

	if (!hierarchy_own(v1_names[controller], own, sizeof own) || !cgroup_name_for(run_dir, name, sizeof name))
		return false;
	text_init(&t, path, size);
	text_addf(&t, "%s/%s", own, name);
	return part == 1 ? !t.cut : text_addf(&t, "/%s.service", service);
}

/* The v1 group, made and open; -1 when there is no such hierarchy (errno ENOENT), or it is not ours to write. */
static int
open_v1(enum bounds_controller controller, const char *run_dir, const char *service)
{
	char path[PATH_SIZE];

	errno = ENOENT;
	for (int part = 1; part <= 2; part++) {
		if (!v1_path(controller, run_dir, service, part, path, sizeof path))
			return -1;
		if (mkdir(path, 0755) != 0 && errno != EEXIST)
			return -1;
	}
	return open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

static void
name_group(char *name, size_t size, const char *service)
{
	snprintf(name, size, "%s.service", service);
}

/* The v2 group, made and open. */
static int
open_v2(int root, const char *service)
{
	char name[256];

	name_group(name, sizeof name, service);
	if (mkdirat(root, name, 0755) != 0 && errno != EEXIST)
		return -1;
	return bounds_group(root, service);
}

int
bounds_group(int root, const char *service)
{
	char name[256];

	if (root < 0)
		return -1;
	name_group(name, sizeof name, service);
	return openat(root, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* blkio.weight went with CFQ (Linux 5.0), and io.weight is there with iocost only: what BFQ has goes by its name, to 1000
 * at most. */
static bool
write_bfq_weight(int group, uint64_t weight, int version)
{
	char words[24];
	struct text t;

	text_init(&t, words, sizeof words);
	text_addf(&t, "%" PRIu64, weight > 1000 ? 1000 : weight);
	return kernfile_write(group, version == 2 ? "io.bfq.weight" : "blkio.bfq.weight", words);
}

static bool
write_one(int group, enum bound bound, const char *file, const char *words, uint64_t n, int version)
{
	return kernfile_write(group, file, words) ||
		(bound == BOUND_IO_WEIGHT && errno == ENOENT && write_bfq_weight(group, n, version));
}

/* What would be refused for what is there still: v1 keeps memory and swap together no lower than memory alone, and whoever
 * only gets what nobody else wants takes no weight (sched_group_set_shares() in kernel/sched/fair.c). */
static void
make_way(const struct bounds *b, enum bounds_controller controller, int group, int version)
{
	if (version == 1 && controller == BOUNDS_MEMORY)
		kernfile_write(group, "memory.memsw.limit_in_bytes", "-1");
	if (controller == BOUNDS_CPU && b->cpu_weight != 0)
		kernfile_write(group, "cpu.idle", "0");
}

/* What an earlier configuration asked for, and this one does not: the group is the same as long as a generation is in it. A
 * file that is not there keeps nobody to anything. */
static void
give_back(const struct bounds *b, enum bounds_controller controller, int group, int version)
{
	/* as the kernel makes a group */
	static const struct bounds unbound = { BOUND_INFINITY, BOUND_INFINITY, BOUND_INFINITY, BOUND_INFINITY,
		BOUND_INFINITY, 100, 100 };

	make_way(b, controller, group, version);
	for (int i = 0; i < BOUND_COUNT; i++) {
		const char *file;
		char words[64];
		struct text t;

		text_init(&t, words, sizeof words);
		if (bounds_controller(i) == controller && !bounds_wants(b, i) &&
			bounds_text(&unbound, i, version, &file, &t))
			write_one(group, i, file, words, unbound.io_weight, version);
	}
}

/* Write those of CONTROLLER into GROUP. */
static unsigned
write_bounds(const struct bounds *b, enum bounds_controller controller, int group, int version, struct err *why)
{
	unsigned kept = 0;

	give_back(b, controller, group, version);
	for (int i = 0; i < BOUND_COUNT; i++) {
		const char *file;
		char words[64];
		struct text t;

		if (bounds_controller(i) != controller || !bounds_wants(b, i))
			continue;
		text_init(&t, words, sizeof words);
		if (!bounds_text(b, i, version, &file, &t))
			err_set(why, 0, "%s: control groups of v1 have no such limit", bounds_key(i));
		else if (!write_one(group, i, file, words, b->io_weight, version))
			err_set(why, errno, "%s: cannot write '%s' to '%s'", bounds_key(i), words, file);
		else
			kept |= 1U << i;
	}
	return kept;
}

/* v2 first: where a controller is there, it is in no hierarchy of v1 (cgroups(7)). */
static unsigned
apply_one(const struct bounds *b, enum bounds_controller controller, int root, const char *run_dir, const char *service,
	struct err *why)
{
	int version = 1, group = -1, error;
	unsigned kept;

	if (root >= 0 && cgroup_enable(root, v2_names[controller])) {
		version = 2;
		group = open_v2(root, service);
	} else {
		group = open_v1(controller, run_dir, service);
	}
	error = errno;
	if (group < 0) {
		err_set(why, error == ENOENT ? 0 : error, "no control group for %s can be had here%s",
			v2_names[controller],
			error == ENOENT ? ": this machine has no such controller, or not for us" : "");
		return 0;
	}
	kept = write_bounds(b, controller, group, version, why);
	close(group);
	return kept;
}

unsigned
bounds_apply(const struct bounds *b, int root, const char *run_dir, const char *service, struct err *why)
{
	unsigned kept = 0;
	int group;

	for (int c = 0; c < BOUNDS_CONTROLLERS; c++)
		if (wants_controller(b, c))
			kept |= apply_one(b, c, root, run_dir, service, why);
	/* in v1 nobody is brought into the group of a controller that nothing is wanted of (bounds_steps); in v2 it is one for all */
	group = bounds_group(root, service);
	for (int c = 0; group >= 0 && c < BOUNDS_CONTROLLERS; c++)
		if (!wants_controller(b, c))
			give_back(b, c, group, 2);
	if (group >= 0)
		close(group);
	return kept;
}

unsigned
bounds_try(const struct bounds *b, int root, const char *run_dir, const char *service, struct err *why)
{
	char trial[256];
	unsigned kept;

	/* nobody else's: no service has a + in its name (conf/heading.c) */
	snprintf(trial, sizeof trial, "%s+trial", service);
	kept = bounds_apply(b, root, run_dir, trial, why);
	bounds_remove(root, run_dir, trial);
	return kept;
}

/* ---- a process ---- */

static bool
enter(const void *of)
{
	int fd = open(of, O_WRONLY | O_CLOEXEC);
	bool ok = fd >= 0 && write(fd, "0", 1) == 1; /* 0 is whoever writes: cgroups(7) */

	if (fd >= 0)
		close(fd);
	return ok;
}

bool
bounds_steps(struct steps *steps, const struct bounds *b, unsigned kept, const char *run_dir, const char *service,
	struct err *err)
{
	for (int c = 0; c < BOUNDS_CONTROLLERS; c++) {
		char path[PATH_SIZE], procs[PATH_SIZE + 16];
		bool used = false;

		for (int i = 0; i < BOUND_COUNT; i++)
			used = used || (bounds_controller(i) == (enum bounds_controller)c && kept & 1U << i);
		/* a controller that is in v2 has no hierarchy of v1, and so no path there */
		if (!used || !wants_controller(b, c) || !v1_path(c, run_dir, service, 2, path, sizeof path))
			continue;
		snprintf(procs, sizeof procs, "%s/cgroup.procs", path);
		if (!steps_add(steps, STEP_FIRST, enter, procs, strlen(procs) + 1, err, "enter the cgroup '%s'", path))
			return false;
	}
	return true;
}

/* Where somebody is still in it, it stays (EBUSY), and is taken as it is the next time. */
void
bounds_remove(int root, const char *run_dir, const char *service)
{
	char path[PATH_SIZE];

	if (root >= 0) {
		name_group(path, sizeof path, service);
		unlinkat(root, path, AT_REMOVEDIR);
	}
	for (int c = 0; c < BOUNDS_CONTROLLERS; c++)
		for (int part = 2; part >= 1; part--)
			if (v1_path(c, run_dir, service, part, path, sizeof path))
				rmdir(path); /* the directory stays while another service has a group in it */
}

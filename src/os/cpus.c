/*
 * cpus.c -- how many processors we may use: by affinity, and by the quota of control groups, which affinity does not show.
 * A container with half a processor on a machine of 64 would else get 129 workers.
 */
#include "os/cpus.h"

#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "os/hierarchy.h"

enum { PATH_SIZE = HIERARCHY_PATH };

/* CPUs of the affinity mask: cpusets of cgroups show in it too (cpuset(7)). */
static unsigned
by_affinity(void)
{
	unsigned long mask[1024] = { 0 }; /* 65536 CPUs; cpu_set_t ends at 1024, and sched_getaffinity fails then */
	unsigned n = 0;

	if (sched_getaffinity(0, sizeof mask, (cpu_set_t *)(void *)mask) == 0)
		for (size_t i = 0; i < sizeof mask / sizeof mask[0]; i++)
			n += (unsigned)__builtin_popcountl(mask[i]);
	if (n == 0 && sysconf(_SC_NPROCESSORS_ONLN) > 0)
		n = (unsigned)sysconf(_SC_NPROCESSORS_ONLN);
	return n > 0 ? n : 1;
}

/* The first line of DIR/NAME. At load time only: stdio is good enough. False when there is none. */
static bool
read_line(const char *dir, const char *name, char *line, size_t size)
{
	char path[PATH_SIZE + 32];
	FILE *f;
	bool ok;

	snprintf(path, sizeof path, "%s/%s", dir, name);
	f = fopen(path, "re");
	if (f == NULL)
		return false;
	ok = fgets(line, (int)size, f) != NULL;
	fclose(f);
	return ok;
}

/* How many CPUs QUOTA microseconds in each PERIOD are, rounded up; 0: no limit. */
static unsigned
cpus_of(long long quota, long long period)
{
	return quota > 0 && period > 0 ? (unsigned)((quota + period - 1) / period) : 0;
}

/* The limit that the group at DIR sets itself: 0 for none. */
static unsigned
limit_at(const char *dir)
{
	char line[64];
	long long quota, period;

	if (read_line(dir, "cpu.max", line, sizeof line)) /* v2: "max 100000", "150000 100000" */
		return sscanf(line, "%lld %lld", &quota, &period) == 2 ? cpus_of(quota, period) : 0;
	if (!read_line(dir, "cpu.cfs_quota_us", line, sizeof line)) /* v1: -1 is no limit */
		return 0;
	quota = strtoll(line, NULL, 10);
	if (!read_line(dir, "cpu.cfs_period_us", line, sizeof line))
		return 0;
	return cpus_of(quota, strtoll(line, NULL, 10));
}

/* The least limit of the group GROUP ("/a/b") below MOUNT and of all above it. In a container the group's path may be
 * of the host's tree, of which MOUNT shows a part: levels that are not there say nothing. */
static unsigned
limit_of(const char *mount, const char *group)
{
	char dir[PATH_SIZE];
	unsigned least = 0;
	struct text t;

	text_init(&t, dir, sizeof dir);
	if (!text_addf(&t, "%s%s", mount, strcmp(group, "/") == 0 ? "" : group))
		return 0;
	for (;;) {
		unsigned n = limit_at(dir);

		if (n > 0 && (least == 0 || n < least))
			least = n;
		if (strlen(dir) <= strlen(mount))
			return least;
		*strrchr(dir, '/') = '\0'; /* every group above limits as well (cgroups(7)) */
	}
}

unsigned
cpus_limit(const char *cgroups, const char *mountinfo)
{
	unsigned least = 0;

	/* a hybrid machine has both, and the controller is in one of them only */
	for (int v2 = 0; v2 < 2; v2++) {
		char mount[PATH_SIZE], group[PATH_SIZE];
		unsigned n = 0;

		if (hierarchy_group(cgroups, v2 ? NULL : "cpu", group, sizeof group) &&
			hierarchy_mount(mountinfo, v2 ? NULL : "cpu", mount, sizeof mount))
			n = limit_of(mount, group);
		if (n > 0 && (least == 0 || n < least))
			least = n;
	}
	return least;
}

unsigned
cpus_usable(void)
{
	unsigned n = by_affinity(), limit = cpus_limit("/proc/self/cgroup", "/proc/self/mountinfo");

	return limit > 0 && limit < n ? limit : n;
}

/*
 * memory.c -- what could still be taken: what the machine has, and what the tightest control group on the way up leaves. Of
 * both versions, wherever systemd mounts them; files that are not there limit nothing.
 */
#include "os/memory.h"

#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "os/kernfile.h"

enum { PATH_SIZE = 1024, FILE_SIZE = 8192 };

/* What DIR/NAME holds, cut to what fits. */
static bool
read_file(const char *dir, const char *name, char *bytes, size_t size)
{
	char path[PATH_SIZE];

	return (size_t)snprintf(path, sizeof path, "%s/%s", dir, name) < sizeof path &&
		kernfile_read(AT_FDCWD, path, bytes, size) > 0;
}

/* The number behind WORD at the beginning of a line; -1: none. */
static int64_t
number_of(const char *lines, const char *word)
{
	size_t n = strlen(word);

	for (const char *p = lines; p != NULL; p = strchr(p, '\n'), p += p != NULL)
		if (strncmp(p, word, n) == 0)
			return strtoll(p + n, NULL, 10);
	return -1;
}

/* "max" (v2) is no number; v1 says "none" by one near 2^63. */
static int64_t
read_number(const char *dir, const char *name)
{
	char bytes[64];

	if (!read_file(dir, name, bytes, sizeof bytes) || bytes[0] < '0' || bytes[0] > '9')
		return -1;
	return strtoll(bytes, NULL, 10);
}

/* What one version of control groups calls things. Of the page cache the inactive part goes first, and without harm (the
 * kernel's cgroup-v2.rst, memory.stat). */
struct version {
	const char *begin, *mount, *limit, *usage, *cache;
};
static const struct version versions[] = {
	{ "0::", "", "memory.max", "memory.current", "inactive_file " },
	{ "0::", "/unified", "memory.max", "memory.current", "inactive_file " },
	{ ":memory:", "/memory", "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file " },
};

/* What the group at DIR leaves; INT64_MAX: it has no limit, or is none. */
static int64_t
left_at(const char *dir, const struct version *v)
{
	int64_t limit = read_number(dir, v->limit), usage = read_number(dir, v->usage), cache;
	char bytes[FILE_SIZE];

	if (limit < 0 || usage < 0)
		return INT64_MAX;
	cache = read_file(dir, "memory.stat", bytes, sizeof bytes) ? number_of(bytes, v->cache) : -1;
	if (cache > 0)
		usage = usage > cache ? usage - cache : 0;
	return limit > usage ? limit - usage : 0;
}

/* The least that the group PATH below MOUNT leaves, and all above it. In a container the path may be of the host's tree:
 * levels that are not there say nothing. */
static int64_t
left_in(const char *mount, const char *path, const struct version *v)
{
	char dir[PATH_SIZE];
	int64_t least = INT64_MAX;

	if ((size_t)snprintf(dir, sizeof dir, "%s%s", mount, strcmp(path, "/") == 0 ? "" : path) >= sizeof dir)
		return least;
	for (;;) {
		int64_t left = left_at(dir, v);

		least = left < least ? left : least;
		if (strlen(dir) <= strlen(mount))
			return least;
		*strrchr(dir, '/') = '\0';
	}
}

/* The path in a line of /proc/self/cgroup (cgroups(7)) that has V's BEGIN: "0::/path", "4:memory:/path". */
static bool
find_path(const char *lines, const struct version *v, char *path, size_t size)
{
	const char *p = strstr(lines, v->begin);
	size_t n;

	if (p == NULL)
		return false;
	p += strlen(v->begin);
	n = strcspn(p, "\n");
	if (*p != '/' || n >= size)
		return false;
	memcpy(path, p, n);
	path[n] = '\0';
	return true;
}

/* WHO: of whose groups, as /proc calls it. */
static int64_t
free_in(const char *proc, const char *cgroups, const char *who)
{
	char bytes[FILE_SIZE], path[PATH_SIZE], mount[PATH_SIZE];
	int64_t least;

	if (!read_file(proc, "meminfo", bytes, sizeof bytes) || (least = number_of(bytes, "MemAvailable:")) < 0)
		return -1;
	least *= 1024;
	snprintf(path, sizeof path, "%s/cgroup", who);
	if (!read_file(proc, path, bytes, sizeof bytes))
		return least;
	for (size_t i = 0; i < sizeof versions / sizeof versions[0]; i++) {
		int64_t left = INT64_MAX;

		snprintf(mount, sizeof mount, "%s%s", cgroups, versions[i].mount);
		if (find_path(bytes, &versions[i], path, sizeof path))
			left = left_in(mount, path, &versions[i]);
		least = left < least ? left : least;
	}
	return least;
}

int64_t
memory_free(const char *proc, const char *cgroups)
{
	return free_in(proc, cgroups, "self");
}

/* Of a service that may have limits of its own, which we are not under. */
int64_t
memory_free_for(const char *proc, const char *cgroups, pid_t pid)
{
	char who[16];

	snprintf(who, sizeof who, "%d", (int)pid);
	return free_in(proc, cgroups, who);
}

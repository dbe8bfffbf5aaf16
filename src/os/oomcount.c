/*
 * oomcount.c -- from the group of a process up to that of its service, and the counter there. Both
 * versions are tried, for bounds.c makes the group where the controller is; in v2 the counter is that of
 * the group and of all below (memory.events).
 */
#include "os/oomcount.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "os/hierarchy.h"

/* Cut GROUP behind the component "SERVICE.service". */
static bool
cut_at_service(char *group, const char *service)
{
	char name[256];
	char *at;

	snprintf(name, sizeof name, "/%s.service", service);
	for (at = strstr(group, name); at != NULL; at = strstr(at + 1, name)) {
		char *end = at + strlen(name);

		/* another service's, whose name only begins so */
		if (*end != '\0' && *end != '/')
			continue;
		*end = '\0';
		return true;
	}
	return false;
}

/* The number behind WORD ("": the first) at the beginning of a line of the file NAME in DIR; -1: there is none. */
static int64_t
read_count(const char *dir, const char *name, const char *word)
{
	size_t n = strlen(word);
	char path[HIERARCHY_PATH + 64], line[128];
	int64_t found = -1;
	FILE *f;

	snprintf(path, sizeof path, "%s/%s", dir, name);
	f = fopen(path, "re");
	while (f != NULL && found < 0 && fgets(line, sizeof line, f) != NULL)
		if (strncmp(line, word, n) == 0 && (n == 0 || line[n] == ' '))
			found = strtoll(line + n, NULL, 10);
	if (f != NULL)
		fclose(f);
	return found;
}

/* In v1. Failures of the limit of memory and swap together, which is tried first where it is set (try_charge_memcg() of
 * mm/memcontrol.c), are not counted by newer kernels; that the most that was used is as much as may be shows the first of them. */
static void
look_for_failures(const char *dir, struct oomcount *count)
{
	int64_t failures = read_count(dir, "memory.failcnt", ""), limit = read_count(dir, "memory.limit_in_bytes", ""),
		most = read_count(dir, "memory.max_usage_in_bytes", "");
	bool met = limit >= 0 && most >= limit;

	count->hits = failures < 0 ? -1 : failures + met;
	count->vague = met;
}

bool
oomcount_read(const char *dir, bool v1, struct oomcount *count)
{
	int64_t kills = read_count(dir, v1 ? "memory.oom_control" : "memory.events", "oom_kill");

	if (kills < 0)
		return false;
	*count = (struct oomcount){ .kills = (uint32_t)kills };
	if (v1)
		look_for_failures(dir, count);
	else
		count->hits = read_count(dir, "memory.events.local", "oom");
	return true;
}

/* Of GROUP in the hierarchy of CONTROLLER (v1), or in v2 (NULL). */
static bool
count_of_group(const char *controller, const char *group, struct oomcount *count)
{
	char where[HIERARCHY_PATH];

	return hierarchy_path("/proc/self/mountinfo", controller, group, where, sizeof where) &&
		oomcount_read(where, controller != NULL, count);
}

/* where both are mounted a controller is in one of them only (cgroups(7)): the other has no such file */
static const char *const controllers[] = { "memory", NULL };

bool
oomcount_of(pid_t pid, const char *service, struct oomcount *count)
{
	char groups[64], group[HIERARCHY_PATH];

	if (pid <= 0)
		return false;
	snprintf(groups, sizeof groups, "/proc/%d/cgroup", (int)pid);
	for (unsigned i = 0; i < 2; i++)
		if (hierarchy_group(groups, controllers[i], group, sizeof group) && cut_at_service(group, service) &&
			count_of_group(controllers[i], group, count))
			return true;
	return false;
}

bool
oomcount_shared(pid_t pid, struct oomcount *count)
{
	char groups[64], group[HIERARCHY_PATH], own[HIERARCHY_PATH];

	if (pid <= 0)
		return false;
	snprintf(groups, sizeof groups, "/proc/%d/cgroup", (int)pid);
	for (unsigned i = 0; i < 2; i++)
		if (hierarchy_group(groups, controllers[i], group, sizeof group) &&
			hierarchy_group("/proc/self/cgroup", controllers[i], own, sizeof own) &&
			strcmp(group, own) == 0 && count_of_group(controllers[i], own, count))
			return true;
	return false;
}

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

/* The number behind WORD at the beginning of a line of PATH. */
static bool
read_count(const char *path, const char *word, uint32_t *count)
{
	FILE *f = fopen(path, "re");
	size_t n = strlen(word);
	char line[128];
	bool found = false;

	while (f != NULL && !found && fgets(line, sizeof line, f) != NULL) {
		found = strncmp(line, word, n) == 0 && line[n] == ' ';
		if (found)
			*count = (uint32_t)strtoul(line + n + 1, NULL, 10);
	}
	if (f != NULL)
		fclose(f);
	return found;
}

/* Of GROUP in the hierarchy of CONTROLLER (v1), or in v2 (NULL). */
static bool
count_of_group(const char *controller, const char *group, uint32_t *count)
{
	char where[HIERARCHY_PATH], path[HIERARCHY_PATH + 64];

	if (!hierarchy_path("/proc/self/mountinfo", controller, group, where, sizeof where))
		return false;
	snprintf(path, sizeof path, "%s/%s", where, controller != NULL ? "memory.oom_control" : "memory.events");
	return read_count(path, "oom_kill", count);
}

/* where both are mounted a controller is in one of them only (cgroups(7)): the other has no such file */
static const char *const controllers[] = { "memory", NULL };

bool
oomcount_of(pid_t pid, const char *service, uint32_t *count)
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
oomcount_shared(pid_t pid, uint32_t *count)
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

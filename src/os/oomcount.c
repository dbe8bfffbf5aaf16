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

bool
oomcount_of(pid_t pid, const char *service, uint32_t *count)
{
	char groups[64], group[HIERARCHY_PATH], where[HIERARCHY_PATH], path[HIERARCHY_PATH + 64];

	if (pid <= 0)
		return false;
	snprintf(groups, sizeof groups, "/proc/%d/cgroup", (int)pid);
	/* where both are mounted a controller is in one of them only (cgroups(7)): the other has no such file */
	for (int version = 1; version <= 2; version++) {
		const char *controller = version == 1 ? "memory" : NULL;

		if (!hierarchy_group(groups, controller, group, sizeof group) || !cut_at_service(group, service) ||
			!hierarchy_path("/proc/self/mountinfo", controller, group, where, sizeof where))
			continue;
		snprintf(path, sizeof path, "%s/%s", where, version == 1 ? "memory.oom_control" : "memory.events");
		if (read_count(path, "oom_kill", count))
			return true;
	}
	return false;
}

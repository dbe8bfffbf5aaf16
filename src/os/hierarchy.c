#include "os/hierarchy.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"

/* Is WORD among those of LIST, which commas divide? */
static bool
has_word(const char *list, const char *word)
{
	size_t n = strlen(word);

	for (const char *p = list; p != NULL; p = strchr(p, ','), p += p != NULL)
		if (strncmp(p, word, n) == 0 && (p[n] == ',' || p[n] == '\0'))
			return true;
	return false;
}

/* v2 is "0::/path", v1 "4:cpu,cpuacct:/path" (cgroups(7)). */
bool
hierarchy_group(const char *cgroups, const char *controller, char *group, size_t size)
{
	FILE *f = fopen(cgroups, "re");
	char line[HIERARCHY_PATH];
	bool found = false;

	while (f != NULL && !found && fgets(line, sizeof line, f) != NULL) {
		char *controllers = strchr(line, ':'), *path;

		if (controllers == NULL || (path = strchr(++controllers, ':')) == NULL)
			continue;
		*path++ = '\0';
		path[strcspn(path, "\n")] = '\0';
		found = (controller == NULL ? *controllers == '\0' : has_word(controllers, controller)) &&
			text_copy(group, size, path);
	}
	if (f != NULL)
		fclose(f);
	return found;
}

/* "36 35 98:0 /root /point options - type source options" (proc_pid_mountinfo(5)). */
bool
hierarchy_mount(const char *mountinfo, const char *controller, char *point, size_t size)
{
	FILE *f = fopen(mountinfo, "re");
	char line[4 * HIERARCHY_PATH], options[HIERARCHY_PATH], type[32], where[HIERARCHY_PATH];
	bool found = false;

	while (f != NULL && !found && fgets(line, sizeof line, f) != NULL) {
		const char *tail = strstr(line, " - ");

		if (tail == NULL || sscanf(line, "%*s %*s %*s %*s %1023s", where) != 1 ||
			sscanf(tail, " - %31s %*s %1023s", type, options) != 2)
			continue;
		found = (controller == NULL ? strcmp(type, "cgroup2") == 0 :
					      strcmp(type, "cgroup") == 0 && has_word(options, controller)) &&
			text_copy(point, size, where);
	}
	if (f != NULL)
		fclose(f);
	return found;
}

bool
hierarchy_own(const char *controller, char *path, size_t size)
{
	char mount[HIERARCHY_PATH], group[HIERARCHY_PATH];
	struct text t;

	if (!hierarchy_mount("/proc/self/mountinfo", controller, mount, sizeof mount) ||
		!hierarchy_group("/proc/self/cgroup", controller, group, sizeof group))
		return false;
	text_init(&t, path, size);
	if (!text_addf(&t, "%s%s", mount, strcmp(group, "/") == 0 ? "" : group))
		return false;
	return access(path, F_OK) == 0 || text_copy(path, size, mount);
}

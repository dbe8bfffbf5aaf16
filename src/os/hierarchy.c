/*
 * hierarchy.c -- two files of /proc, put together: which group a process is in, and where that hierarchy is mounted.
 * Containers may show a part of the host's tree, so a name means something only below the root of its mount.
 */
#include "os/hierarchy.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/pathname.h"
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

/* "36 35 98:0 /root /point options - type source options" (proc_pid_mountinfo(5)): ROOT and POINT, of HIERARCHY_PATH. */
static bool
find_mount(const char *mountinfo, const char *controller, char *root, char *point)
{
	FILE *f = fopen(mountinfo, "re");
	char line[4 * HIERARCHY_PATH], options[HIERARCHY_PATH], type[32];
	bool found = false;

	while (f != NULL && !found && fgets(line, sizeof line, f) != NULL) {
		/* fields of any number stand before it (proc_pid_mountinfo(5)); a blank within a path is \040 there */
		const char *tail = strstr(line, " - ");

		if (tail == NULL || sscanf(line, "%*s %*s %*s %1023s %1023s", root, point) != 2 ||
			sscanf(tail, " - %31s %*s %1023s", type, options) != 2)
			continue;
		found = controller == NULL ? strcmp(type, "cgroup2") == 0 :
					     strcmp(type, "cgroup") == 0 && has_word(options, controller);
	}
	if (f != NULL)
		fclose(f);
	return found;
}

bool
hierarchy_mount(const char *mountinfo, const char *controller, char *point, size_t size)
{
	char root[HIERARCHY_PATH], where[HIERARCHY_PATH];

	return find_mount(mountinfo, controller, root, where) && text_copy(point, size, where);
}

bool
hierarchy_path(const char *mountinfo, const char *controller, const char *group, char *path, size_t size)
{
	char root[HIERARCHY_PATH], point[HIERARCHY_PATH];
	const char *rest;
	struct text t;

	if (!find_mount(mountinfo, controller, root, point) || (rest = pathname_rest(group, root)) == NULL)
		return false;
	text_init(&t, path, size);
	return text_addf(&t, "%s%s", point, rest);
}

bool
hierarchy_own(const char *controller, char *path, size_t size)
{
	static const char mounts[] = "/proc/self/mountinfo";
	char group[HIERARCHY_PATH];

	if (!hierarchy_group("/proc/self/cgroup", controller, group, sizeof group))
		return false;
	if (hierarchy_path(mounts, controller, group, path, size) && access(path, F_OK) == 0)
		return true;
	/* a container may be told a path of outside: what it has mounted is all that it sees of it
	 * (cgroup_namespaces(7)) */
	return hierarchy_mount(mounts, controller, path, size);
}

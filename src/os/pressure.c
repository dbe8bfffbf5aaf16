/*
 * pressure.c -- the average that the kernel keeps anyway, not the total: one look is enough, and nothing has to be
 * remembered between two. A kernel with psi=0 or without CONFIG_PSI has no such files.
 */
#include "os/pressure.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "os/hierarchy.h"
#include "os/kernfile.h"

/* "some avg10=12.34 avg60=...": the first line of each file. */
static int32_t
read_one(const char *dir, const char *name, const char *suffix)
{
	static const char begin[] = "some avg10=";
	char path[HIERARCHY_PATH + 32], text[256];
	unsigned whole, hundredths;

	if ((size_t)snprintf(path, sizeof path, "%s/%s%s", dir, name, suffix) >= sizeof path ||
		kernfile_read(AT_FDCWD, path, text, sizeof text) <= 0 || strncmp(text, begin, sizeof begin - 1) != 0 ||
		sscanf(text + sizeof begin - 1, "%3u.%2u", &whole, &hundredths) != 2 || whole > 100)
		return -1;
	return (int32_t)(whole * 100 + hundredths);
}

/* A group has memory.pressure where the machine has pressure/memory, and the same words in it. */
static struct pressure
look(const char *dir, const char *suffix)
{
	return (struct pressure){ read_one(dir, "memory", suffix), read_one(dir, "io", suffix),
		read_one(dir, "cpu", suffix) };
}

struct pressure
pressure_look(const char *dir)
{
	return look(dir, "");
}

bool
pressure_of_group(pid_t pid, struct pressure *pressure)
{
	char cgroups[32], group[HIERARCHY_PATH], path[HIERARCHY_PATH];

	snprintf(cgroups, sizeof cgroups, "/proc/%d/cgroup", (int)pid);
	if (!hierarchy_group(cgroups, NULL, group, sizeof group) || strcmp(group, "/") == 0 ||
		!hierarchy_path("/proc/self/mountinfo", NULL, group, path, sizeof path))
		return false;
	*pressure = look(path, ".pressure");
	return pressure->memory >= 0 || pressure->io >= 0 || pressure->cpu >= 0;
}

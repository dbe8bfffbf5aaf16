/* cgroup_signal: whoever is in a group, and nobody else, where it cannot be killed as a whole. */
#include "os/cgroup.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "os/kernfile.h"
#include "os/pidfd.h"

#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434 /* the same everywhere: calls newer than 5.0 are numbered alike */
#endif

enum { PATH_SIZE = 2048, GROUPS_SIZE = 8192 };

struct aim {
	const char *group; /* the end of its path; "": not known */
	int signal;
};

/* Where the last two names of PATH begin. In a container the kernel may name groups as the host does while a part of the tree is
 * mounted (hierarchy.h): what the two have in common is their end. Two, for a generation's name alone may be another bridled's. */
static const char *
last_two(const char *path)
{
	const char *at = path + strlen(path);

	for (int slashes = 0; at > path && slashes < 2;)
		slashes += *--at == '/';
	return at;
}

/* Is PID in that group now? By "0::/a/b" of its list (cgroups(7)). */
static bool
is_in(pid_t pid, const char *group)
{
	char text[GROUPS_SIZE], *line, *end;

	if (group[0] == '\0')
		return true; /* no /proc, which would tell: as good as its number */
	if (kernfile_read_of(pid, "cgroup", text, sizeof text) <= 0)
		return false;
	line = strncmp(text, "0::", 3) == 0 ? text : strstr(text, "\n0::");
	if (line == NULL)
		return false;
	line += *line == '\n';
	end = line + strcspn(line, "\n");
	return (size_t)(end - line) >= strlen(group) && memcmp(end - strlen(group), group, strlen(group)) == 0;
}

/* Who was listed may be gone, reaped by a parent of its own, and its number be somebody's who has nothing to do with us. So he is
 * held first and looked at then: whom the descriptor stands for is who was looked at, or is gone. */
static void
signal_member(void *context, int32_t pid)
{
	const struct aim *aim = context;
	int fd;

	if (pid <= 0) /* of another pid namespace; and kill(2) means more than one by it */
		return;
	fd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (fd >= 0) {
		if (is_in(pid, aim->group))
			pidfd_signal(fd, aim->signal);
		close(fd);
	} else if (errno != ESRCH && is_in(pid, aim->group)) {
		kill(pid, aim->signal); /* before Linux 5.3, or no number is left for a descriptor */
	}
}

void
cgroup_signal(int group, int signal)
{
	char self[40], path[PATH_SIZE];
	struct aim aim = { "", signal };
	ssize_t n;

	snprintf(self, sizeof self, "/proc/self/fd/%d", group);
	n = readlink(self, path, sizeof path - 1);
	if (n > 0) {
		path[n] = '\0';
		aim.group = last_two(path);
	}
	cgroup_visit(group, signal_member, &aim);
}

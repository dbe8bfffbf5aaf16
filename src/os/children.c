#include "os/children.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

ssize_t
children_read(int fd, pid_t *pids, size_t max)
{
	char text[4096];
	unsigned pid = 0;
	size_t n = 0;
	ssize_t k;

	while ((k = read(fd, text, sizeof text)) > 0) {
		for (ssize_t i = 0; i < k; i++) {
			if (text[i] >= '0' && text[i] <= '9') {
				pid = pid * 10 + (unsigned)(text[i] - '0');
				continue;
			}
			/* a part of the file may end within a number: only the blank ends one */
			if (pid != 0 && n++ < max)
				pids[n - 1] = (pid_t)pid;
			pid = 0;
		}
	}
	return k < 0 ? -1 : (ssize_t)n;
}

ssize_t
children_of(pid_t pid, pid_t tid, pid_t *pids, size_t max)
{
	char path[64];
	ssize_t n;
	int fd;

	snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)pid, (int)tid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	n = children_read(fd, pids, max);
	close(fd);
	return n;
}

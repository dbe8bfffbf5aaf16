/*
 * process.c -- what /proc tells of one process. It may end between any two of these reads: then a value is
 * unknown, which is never taken for an error.
 */
#include "os/process.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"
#include "os/children.h"
#include "os/dirents.h"
#include "os/kernfile.h"
#include "os/procstat.h"

/* Up to SIZE - 1 bytes of /proc/PID/NAME, and a NUL. Returns how many; -1 when it cannot be read. The kernel may give less
 * than was asked for without being at the end. */
static ssize_t
read_file(pid_t pid, const char *name, char *buffer, size_t size)
{
	char path[64];
	size_t n = 0;
	ssize_t k = 0;
	int fd;

	snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	while (n < size - 1 && (k = read(fd, buffer + n, size - 1 - n)) > 0)
		n += (size_t)k;
	close(fd);
	buffer[n] = '\0';
	return k < 0 ? -1 : (ssize_t)n;
}

static msec
read_clock(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return (msec)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Resident pages are the second number of statm, in pages. */
static int64_t
resident(pid_t pid)
{
	char line[128];
	long pages;

	if (read_file(pid, "statm", line, sizeof line) <= 0 || sscanf(line, "%*u %ld", &pages) != 1)
		return -1;
	return (int64_t)pages * sysconf(_SC_PAGESIZE);
}

bool
process_sample(pid_t pid, struct process_sample *out)
{
	uint64_t tick = (uint64_t)sysconf(_SC_CLK_TCK);
	struct procstat line;

	if (!procstat_read(pid, &line))
		return false;
	*out = (struct process_sample){ .pid = pid,
		.parent = line.parent,
		.state = line.state,
		.start = line.start,
		.threads = line.threads,
		.rss = resident(pid) };
	/* whoever ends gives its memory back some milliseconds before it is a zombie (do_exit() in kernel/exit.c), and what it weighs then
	 * is nothing that it weighed */
	if (out->rss == 0)
		out->state = 'Z';
	out->cpu_ns = (line.user + line.system) * (1000000000 / tick); /* clock ticks (proc_pid_stat(5)) */
	/* starttime counts suspension, our deadlines do not (time_namespaces(7), clock_gettime(2)) */
	out->started = (msec)(line.start * 1000 / tick) - (read_clock(CLOCK_BOOTTIME) - read_clock(CLOCK_MONOTONIC));
	return true;
}

void
process_where(pid_t pid, char where[PROCESS_WHERE])
{
	/* "0": of whom it is not told */
	if (kernfile_read_of(pid, "wchan", where, PROCESS_WHERE) <= 0 || strcmp(where, "0") == 0)
		where[0] = '\0';
}

/* smaps_rollup takes the process's mmap lock: read rarely, and by the watcher alone (process.h). */
int64_t
process_pss(pid_t pid)
{
	char text[2048];
	const char *line;
	long kib;

	if (read_file(pid, "smaps_rollup", text, sizeof text) <= 0)
		return -1;
	/* of all mappings together; a zombie or a kernel thread has an empty file */
	line = strstr(text, "\nPss:");
	if (line == NULL || sscanf(line, "\nPss: %ld kB", &kib) != 1)
		return -1;
	return (int64_t)kib * 1024;
}

/* Counted: st_size of the directory tells it on Linux 6.2 and later only (proc_pid_fd(5)). */
int
process_descriptors(pid_t pid)
{
	char path[32];
	struct dirents fds;
	int n = 0;

	snprintf(path, sizeof path, "/proc/%d/fd", (int)pid);
	if (!dirents_open(&fds, AT_FDCWD, path))
		return -1;
	while (dirents_next(&fds) != NULL)
		n++;
	dirents_close(&fds);
	return n;
}

int64_t
process_descriptors_most(pid_t pid)
{
	static const char name[] = "\nMax open files";
	char text[4096];
	const char *line = kernfile_read_of(pid, "limits", text, sizeof text) > 0 ? strstr(text, name) : NULL;
	long long most;

	/* "unlimited" is no number */
	if (line == NULL || sscanf(line + sizeof name - 1, " %lld", &most) != 1 || most <= 0)
		return -1;
	return most;
}

/* No list is either a process that is gone, or a kernel that has none: then all of /proc is looked through. */
int
process_children(pid_t pid, pid_t *pids, int max)
{
	ssize_t n = children_of(pid, pids, (size_t)max);
	struct procstat line;

	if (n < 0)
		n = !children_listed() && procstat_read(pid, &line) ? children_by_walk(pid, pids, (size_t)max) : -1;
	return n > INT_MAX ? INT_MAX : (int)n;
}

void
process_cmdline(pid_t pid, char *words, size_t size)
{
	char line[512];
	ssize_t n = read_file(pid, "cmdline", line, sizeof line);
	struct text t;

	text_init(&t, words, size);
	/* setproctitle fills up what it does not need */
	while (n > 0 && (line[n - 1] == '\0' || line[n - 1] == ' '))
		n--;
	for (ssize_t i = 0; i < n; i++)
		if (line[i] == '\0')
			line[i] = ' ';
	if (n > 0)
		text_add_visible(&t, line, (size_t)n);
}

bool
process_has_socket(pid_t pid, uint64_t inode)
{
	char path[32], link[40], target[40];
	struct dirents fds;
	const char *name;
	bool found = false;

	snprintf(path, sizeof path, "/proc/%d/fd", (int)pid);
	snprintf(link, sizeof link, "socket:[%llu]", (unsigned long long)inode);
	if (!dirents_open(&fds, AT_FDCWD, path))
		return false;
	while (!found && (name = dirents_next(&fds)) != NULL) {
		ssize_t n = readlinkat(fds.fd, name, target, sizeof target - 1);

		target[n > 0 ? n : 0] = '\0';
		found = strcmp(target, link) == 0;
	}
	dirents_close(&fds);
	return found;
}

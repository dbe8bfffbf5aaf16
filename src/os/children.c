#include "os/children.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "os/dirents.h"
#include "os/procstat.h"

/* Of our own thread, which cannot be gone: so ENOENT means the kernel. */
bool
children_listed(void)
{
	return access("/proc/thread-self/children", F_OK) == 0;
}

bool
children_read(int fd, void (*visit)(void *context, pid_t child), void *context)
{
	/* as much as the kernel gives at once (seq_read_iter in fs/seq_file.c): for each read(2) it counts from the first child on */
	char text[4096];
	unsigned pid = 0;
	ssize_t k;

	while ((k = read(fd, text, sizeof text)) > 0) {
		for (ssize_t i = 0; i < k; i++) {
			if (text[i] >= '0' && text[i] <= '9') {
				pid = pid * 10 + (unsigned)(text[i] - '0');
				continue;
			}
			/* a part of the file may end within a number: only the blank ends one */
			if (pid != 0)
				visit(context, (pid_t)pid);
			pid = 0;
		}
	}
	return k == 0;
}

static int
open_list(pid_t pid, pid_t tid)
{
	char path[64];

	snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)pid, (int)tid);
	return open(path, O_RDONLY | O_CLOEXEC);
}

int
children_open(pid_t pid)
{
	return open_list(pid, pid);
}

/* The kernel goes through the list by position, a part for each read: a child that ends meanwhile can make it leave one
 * out (proc_tid_children(5): reliable only while all of them are frozen). Who must know everybody looks again. */
bool
children_visit(pid_t pid, pid_t tid, void (*visit)(void *context, pid_t child), void *context)
{
	int fd = open_list(pid, tid);
	bool ok;

	if (fd < 0)
		return false;
	ok = children_read(fd, visit, context);
	close(fd);
	return ok;
}

struct list {
	pid_t *pids;
	size_t max, n;
};

/* How many there are is counted on, so that the caller knows that his room was too small. */
static void
add(void *context, pid_t child)
{
	struct list *l = context;

	if (l->n < l->max)
		l->pids[l->n] = child;
	l->n++;
}

ssize_t
children_of(pid_t pid, pid_t *pids, size_t max)
{
	struct list l = { pids, max, 0 };

	return children_visit(pid, pid, add, &l) ? (ssize_t)l.n : -1;
}

/* Rewound, the file is made anew by the kernel. */
ssize_t
children_again(int list, pid_t *pids, size_t max)
{
	struct list l = { pids, max, 0 };

	return lseek(list, 0, SEEK_SET) == 0 && children_read(list, add, &l) ? (ssize_t)l.n : -1;
}

bool
children_visit_by_walk(pid_t pid, void (*visit)(void *context, pid_t child), void *context)
{
	struct procstat line;
	struct dirents all;
	long child;

	/* every process of the machine is read for it: only where the kernel keeps no lists of children (children.h) */
	if (!dirents_open(&all, AT_FDCWD, "/proc"))
		return false;
	while ((child = dirents_next_number(&all)) > 0)
		if (procstat_read((pid_t)child, &line) && line.parent == pid)
			visit(context, (pid_t)child);
	dirents_close(&all);
	return true;
}

ssize_t
children_by_walk(pid_t pid, pid_t *pids, size_t max)
{
	struct list l = { pids, max, 0 };

	return children_visit_by_walk(pid, add, &l) ? (ssize_t)l.n : -1;
}

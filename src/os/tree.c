#include "os/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "os/census.h"
#include "os/children.h"
#include "os/procstat.h"

#ifndef SYS_pidfd_open
#define SYS_pidfd_send_signal 424 /* the same everywhere: calls newer than 5.0 are numbered alike */
#define SYS_pidfd_open 434
#endif

bool
tree_adopt_orphans(struct err *err)
{
	if (getpid() != 1 && prctl(PR_SET_CHILD_SUBREAPER, 1) != 0)
		return err_set(err, errno, "cannot become the reaper of orphans");
	return true;
}

/* One read of one file: parent, session and start belong to one process, whoever has its pid a moment later. */
bool
tree_look(pid_t pid, struct tree_process *out)
{
	struct procstat stat;

	if (!procstat_read(pid, &stat))
		return false;
	*out = (struct tree_process){ pid, stat.parent, stat.session, stat.state, stat.start };
	return true;
}

ssize_t
tree_children(pid_t *pids, size_t max)
{
	ssize_t n = children_of(getpid(), pids, max);

	return n >= 0 ? n : children_by_walk(getpid(), pids, max);
}

int
tree_list_children(void)
{
	return children_open(getpid());
}

/* Where the list cannot be read any more (no /proc), by the longer way. */
ssize_t
tree_children_in(int list, pid_t *pids, size_t max)
{
	ssize_t n = list < 0 ? -1 : children_again(list, pids, max);

	return n >= 0 ? n : tree_children(pids, max);
}

static void
walk_below(const struct census *c, pid_t pid, void (*visit)(void *context, const struct tree_process *process),
	void *context)
{
	uint32_t root = census_find(c, pid);

	for (uint32_t i = root; i != CENSUS_NONE; i = census_next(c, root, i))
		visit(context, &c->at[i].process);
}

/* One of them, by the lists of children; alone when there is no memory. */
static void
walk_listed(pid_t pid, void (*visit)(void *context, const struct tree_process *process), void *context)
{
	struct tree_process alone;
	struct census c;

	if (census_take_below(&c, pid)) {
		walk_below(&c, pid, visit, context);
		census_release(&c);
	} else if (tree_look(pid, &alone)) {
		visit(context, &alone);
	}
}

void
tree_walk(const pid_t *pids, size_t n, void (*visit)(void *context, const struct tree_process *process), void *context)
{
	bool everybody;
	struct census c;

	/* without lists, one look at everything serves them all: one for each of thousands would take minutes */
	everybody = !children_listed() && census_take(&c);
	for (size_t i = 0; i < n; i++) {
		if (everybody)
			walk_below(&c, pids[i], visit, context);
		else
			walk_listed(pids[i], visit, context);
	}
	if (everybody)
		census_release(&c);
}

/* In all three ways each is told, those included that became ours a moment ago: nobody but us takes any from the list, by
 * reaping, and who comes to it comes last (forget_original_parent() in kernel/exit.c). */
bool
tree_visit_children(int list, void (*visit)(void *context, pid_t child), void *context)
{
	if (list >= 0 && lseek(list, 0, SEEK_SET) == 0)
		return children_read(list, visit, context);
	return children_visit(getpid(), getpid(), visit, context) || children_visit_by_walk(getpid(), visit, context);
}

/* Signal through a descriptor: a pid may have passed to somebody else since it was looked at. */
static bool
signal_by_descriptor(int fd, pid_t pid, uint64_t start, int signal)
{
	struct tree_process now;

	/* looked at after the descriptor was had: what it says is of whom the descriptor is, or that one is gone */
	return tree_look(pid, &now) && now.start == start && syscall(SYS_pidfd_send_signal, fd, signal, NULL, 0) == 0;
}

bool
tree_signal(pid_t pid, uint64_t start, int signal)
{
	int fd = (int)syscall(SYS_pidfd_open, pid, 0);
	struct tree_process now;
	bool ok;

	if (fd < 0 && errno == ESRCH)
		return false;
	if (fd < 0) /* before Linux 5.3, or forbidden: the time between look and kill is all that is open to chance */
		return tree_look(pid, &now) && now.start == start && kill(pid, signal) == 0;
	ok = signal_by_descriptor(fd, pid, start, signal);
	close(fd);
	return ok;
}

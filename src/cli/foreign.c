#include "cli/foreign.h"

#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "os/children.h"
#include "os/pidfd.h"
#include "os/tree.h"

enum {
	/* as many as a service of ours may have */
	WORKERS = 1024,
	PATIENCE = 600000, /* ms for which requests of the old workers may last */
};

bool
foreign_was_given_sockets(pid_t pid)
{
	/* 128 KiB: hardly any environment is larger, and LISTEN_FDS behind that is overlooked, as where setproctitle
	 * was */
	static char environment[1 << 17];
	char path[32];
	size_t n = 0;
	FILE *file;

	snprintf(path, sizeof path, "/proc/%d/environ", (int)pid);
	file = fopen(path, "re");
	/* another user's, or gone: what cannot be seen counts as opened by itself, the safer end for its files */
	if (file == NULL)
		return false;
	n = fread(environment, 1, sizeof environment - 1, file);
	fclose(file);
	environment[n] = '\0';
	for (const char *word = environment; word < environment + n; word += strlen(word) + 1)
		if (strncmp(word, "LISTEN_FDS=", 11) == 0)
			return true;
	return false;
}

bool
foreign_wait(int pidfd)
{
	return pidfd_wait(pidfd, PATIENCE);
}

void
foreign_end_workers(pid_t master)
{
	static pid_t workers[WORKERS];
	static int pidfds[WORKERS];
	ssize_t n = children_of(master, workers, WORKERS);

	/* a kernel without CONFIG_PROC_CHILDREN (children.h) */
	if (n < 0)
		n = children_by_walk(master, workers, WORKERS);
	n = n < WORKERS ? n : WORKERS;
	/* all are asked before the first is waited for */
	for (ssize_t i = 0; i < n; i++) {
		struct tree_process p;

		pidfds[i] = tree_look(workers[i], &p) && p.parent == master ?
			pidfd_open_process(workers[i], (uint32_t)p.start) :
			-1;
		if (pidfds[i] >= 0)
			pidfd_signal(pidfds[i], SIGTERM);
	}
	for (ssize_t i = 0; i < n; i++)
		if (pidfds[i] >= 0) {
			foreign_wait(pidfds[i]);
			close(pidfds[i]);
		}
}

/*
 * tree -- our descendants: who they are, whose they are, and signals to all of them.
 *
 * We are a subreaper (or PID 1): whatever a service forks comes to us when its parent dies, so everything of a
 * service is below us, as long as we live. A process belongs to the generation whose master started its session
 * (setsid at spawn), or whose marker it carries in its environment; a process that shed both is followed through
 * its parent while that one lives, and is said to be nobody's afterwards.
 */
#ifndef BRIDLE_OS_TREE_H
#define BRIDLE_OS_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

/* Become the reaper of all descendants (prctl(2) PR_SET_CHILD_SUBREAPER; PID 1 is one by nature). False
 * with ERR: before Linux 3.4. */
bool tree_adopt_orphans(struct err *err);

struct tree_process {
	pid_t pid, parent, session;
	char state;     /* as /proc/PID/stat: R S D Z T ... */
	uint64_t start; /* clock ticks since boot: with pid, who it is */
};
/* One process from /proc/PID/stat. False when it is gone. */
bool tree_look(pid_t pid, struct tree_process *out);

/* Our direct children by /proc/self/task/PID/children (or a walk of /proc where the kernel has no such file), into
 * PIDS (room for MAX). Returns how many there are (may be more than MAX; then call again with more room), -1 when that
 * cannot be seen (no descriptor is free, say). Only our first thread may fork. */
ssize_t tree_children(pid_t *pids, size_t max);

/* The same by LIST, from tree_list_children() (-1: none can be had, and then it is tree_children()), where they are looked at
 * again and again. */
int tree_list_children(void);
ssize_t tree_children_in(int list, pid_t *pids, size_t max);

/* Show VISIT each of them, however many there are; it reaps nobody, and does not use LIST. False: not all of them could be
 * seen. */
bool tree_visit_children(int list, void (*visit)(void *context, pid_t child), void *context);

/* Call VISIT for each of the N PIDS, none of which is below another, and every descendant of it, parents before children.
 * Who is forked or loses its parent while we look can be missed, so ending a tree is done in rounds until nobody is
 * found. When there is no memory for the picture, PIDS alone are visited. */
void tree_walk(const pid_t *pids, size_t n, void (*visit)(void *context, const struct tree_process *process),
	void *context);

/* The marker of PID: BRIDLE_SERVICE and BRIDLE_GENERATION of its environment as it was at exec. False when it has
 * none, or that cannot be seen, with errno: 0, it has none; EAGAIN, it was executing a program while we looked, and that
 * cannot be said yet. RUN_DIR (BRIDLE_RUN_DIR) tells this bridled's from another's. */
struct tree_marker {
	char service[64];
	char run_dir[108];
	uint32_t generation;
};
bool tree_marker(pid_t pid, struct tree_marker *out);

/* The same, if it is of this RUN_DIR; where it has none, by the log that it writes to, the very file that RUN_DIR has there
 * (see tree_leftovers): its generation is 0 then. */
bool tree_marker_or_log(pid_t pid, const char *run_dir, struct tree_marker *out);

/* Was PID started by the Gunicorn master MASTER to take its place (USR2; gunicorn-facts 5.4)? By GUNICORN_PID of its
 * environment or, where setproctitle has overwritten that, by its title, which names a master. */
bool tree_is_heir(pid_t pid, pid_t master);

/* Send SIGNAL to PID if it is still the process that started at START (pidfd_send_signal(2) where there is one).
 * False: it is gone. */
bool tree_signal(pid_t pid, uint64_t start, int signal);

/* The users whose word counts: HAS(OF, uid) is asked for the real one of a process (who starts a set-user-ID program stays
 * that). */
struct tree_users {
	bool (*has)(const void *of, uid_t uid);
	const void *of;
};

/* Every process on this machine (of this PID namespace) that is a leftover of an earlier run with RUN_DIR: it is of one of
 * USERS and carries the marker (anybody can write such a marker into an environment of his), or writes to a FIFO of a
 * service below RUN_DIR (setproctitle overwrites the environment of a Gunicorn, gunicorn-facts 5.4; its generation is 0
 * then), or shares the session of one that does, or descends from one. Never ourselves, our descendants and our ancestors.
 * Parents before children. Returns how many, with errno EAGAIN when somebody was executing a program while we looked, of
 * whom that cannot be said yet; another one when we could not look at all (no descriptor is free, no memory): then nothing is
 * known of anybody; else 0. */
size_t tree_leftovers(const char *run_dir, const struct tree_users *users,
	void (*visit)(void *context, pid_t pid, uint64_t start, const struct tree_marker *marker), void *context);

#endif

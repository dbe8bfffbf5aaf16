/*
 * children -- who the children of a process are, by /proc/PID/task/TID/children (proc_tid_children(5)), or by asking
 * every process for its parent where the kernel has no such file (it needs CONFIG_PROC_CHILDREN).
 */
#ifndef BRIDLE_OS_CHILDREN_H
#define BRIDLE_OS_CHILDREN_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Has the kernel such files? */
bool children_listed(void);

/* Call VISIT for each child that thread TID of process PID has forked. False: gone, or no such file. */
bool children_visit(pid_t pid, pid_t tid, void (*visit)(void *context, pid_t child), void *context);

/* The same of the open file FD, from where it stands. */
bool children_read(int fd, void (*visit)(void *context, pid_t child), void *context);

/* That file of the first thread of PID, to be read again and again: finding it costs more than reading it. -1: gone, or no such
 * file. */
int children_open(pid_t pid);

/* The children in LIST, one of those, as they are now, into PIDS (room for MAX). Returns how many there are, which may be more;
 * -1 when they cannot be read. */
ssize_t children_again(int list, pid_t *pids, size_t max);

/* The children forked by the first thread of PID into PIDS (room for MAX). Returns how many there are, which may be
 * more; -1: gone, or no such file. */
ssize_t children_of(pid_t pid, pid_t *pids, size_t max);

/* All children of PID likewise, by a walk through /proc: some 5 microseconds for every process of the machine. False, -1: no
 * /proc. */
bool children_visit_by_walk(pid_t pid, void (*visit)(void *context, pid_t child), void *context);
ssize_t children_by_walk(pid_t pid, pid_t *pids, size_t max);

#endif

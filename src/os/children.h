/*
 * children -- /proc/PID/task/TID/children: pids with a blank after each (proc_tid_children(5)). Kernels without
 * CONFIG_PROC_CHILDREN have no such file.
 */
#ifndef BRIDLE_OS_CHILDREN_H
#define BRIDLE_OS_CHILDREN_H

#include <stddef.h>
#include <sys/types.h>

/* The children forked by thread TID of process PID into PIDS (room for MAX). Returns how many there are (may be more
 * than MAX), or -1: gone, or no such file. */
ssize_t children_of(pid_t pid, pid_t tid, pid_t *pids, size_t max);

/* The same from FD, open on such a file, at its beginning. */
ssize_t children_read(int fd, pid_t *pids, size_t max);

#endif

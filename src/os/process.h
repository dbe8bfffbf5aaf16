/*
 * process -- what /proc tells of a process: for the watcher's samples. Never blocks for long, never fails loudly: what
 * cannot be seen is marked unknown.
 */
#ifndef BRIDLE_OS_PROCESS_H
#define BRIDLE_OS_PROCESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/msec.h"

struct process_sample {
	pid_t pid, parent;
	char state;
	uint64_t start;       /* clock ticks since boot */
	msec started;         /* CLOCK_MONOTONIC (start is CLOCK_BOOTTIME: corrected) */
	uint64_t cpu_ns;      /* user and system time so far */
	int64_t rss;          /* bytes; -1 unknown */
	int32_t threads;
};
/* From /proc/PID/stat and statm. False when it is gone. */
bool process_sample(pid_t pid, struct process_sample *out);

/* Bytes, or -1: /proc/PID/smaps_rollup (may take milliseconds: rarely). */
int64_t process_pss(pid_t pid);

/* How many descriptors are open; -1 unknown. */
int process_descriptors(pid_t pid);

/* Children of PID by /proc/PID/task/PID/children into PIDS (room for MAX): how many there are, which may be more; -1
 * when it is gone. Children forked by other threads are of other task directories: masters fork from their main
 * thread. Where the kernel lacks that file, every process is asked for its parent, which takes 5 microseconds each. */
int process_children(pid_t pid, pid_t *pids, int max);

/* The command line, blanks for NULs, made visible. "" when gone. */
void process_cmdline(pid_t pid, char *words, size_t size);

enum heartbeat { HEARTBEAT_UNKNOWN, HEARTBEAT_NONE /* no such file: not a worker, or not yet */, HEARTBEAT_BOOTING,
	HEARTBEAT_BEATING };

/* The heartbeat file of worker PID: the one descriptor that leads to ".../wgunicorn-... (deleted)", looked for among
 * the first 256; *FD remembers where it was (-1 at first) so that later looks cost two system calls. *AGE: since
 * the last beat (wall clock - ctime: right on every version, gunicorn-facts 6.2). Booted: 20-21 by mode, 22+ by
 * mtime < 10^9 s; told apart by the file itself (mode 0600 with mtime near now is booting on both). */
enum heartbeat process_heartbeat(pid_t pid, int *fd, msec wall, msec *age);

#endif

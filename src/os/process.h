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
	char state;      /* Z also of one that has no memory any more, and is about to be a zombie */
	uint64_t start;  /* clock ticks since boot */
	msec started;    /* CLOCK_MONOTONIC (start is CLOCK_BOOTTIME: corrected) */
	uint64_t cpu_ns; /* user and system time so far */
	int64_t rss;     /* bytes; -1 unknown */
	int32_t threads;
};
/* From /proc/PID/stat and statm. False when it is gone. */
bool process_sample(pid_t pid, struct process_sample *out);

/* Where in the kernel PID waits (/proc/PID/wchan, proc_pid_wchan(5)): the name of a function; "": it runs, is gone, or we may not
 * look (CAP_SYS_PTRACE, for those of other users). Stops nobody, as /proc/PID/syscall would for a moment. */
enum { PROCESS_WHERE = 48 };
void process_where(pid_t pid, char where[PROCESS_WHERE]);

/* Bytes, or -1: /proc/PID/smaps_rollup (may take milliseconds: rarely). */
int64_t process_pss(pid_t pid);

/* How many descriptors are open; -1 unknown. */
int process_descriptors(pid_t pid);

/* How many it may have open ("Max open files" of proc_pid_limits(5), the soft one); -1: unknown, or as many as it likes. */
int64_t process_descriptors_most(pid_t pid);

/* Does PID have the socket INODE open? False also where we may not look. */
bool process_has_socket(pid_t pid, uint64_t inode);

/* Children of PID by /proc/PID/task/PID/children into PIDS (room for MAX): how many there are, which may be more; -1
 * when it is gone. Children forked by other threads are of other task directories: masters fork from their main
 * thread. Where the kernel lacks that file, every process is asked for its parent, which takes 5 microseconds each. */
int process_children(pid_t pid, pid_t *pids, int max);

/* The command line, blanks for NULs, made visible. "" when gone. */
void process_cmdline(pid_t pid, char *words, size_t size);

/* As seen from outside: HEARTBEAT_NONE is a process without such a file, no worker (yet); HEARTBEAT_UNKNOWN one that we
 * may not look into, or that is gone. */
enum heartbeat { HEARTBEAT_UNKNOWN, HEARTBEAT_NONE, HEARTBEAT_BOOTING, HEARTBEAT_BEATING };

/* The heartbeat file of worker PID: the one descriptor that leads to ".../wgunicorn-... (deleted)", among the first 8192; a
 * process that has several is no settled worker (HEARTBEAT_NONE). *FD remembers where it was (-1 at first) so that later
 * looks cost two system calls. A beat sets the mode to 0 or 1 (Gunicorn up to 21), or mtime to the seconds since boot (from
 * 22): either tells BEATING, on any version. *AGE: milliseconds since then, by NOW (clock_now) and that mtime; before 22, and
 * before the first beat, by WALL (clock_wall) and the file's ctime (gunicorn-facts 6.2). Only set when booting or beating. */
enum heartbeat process_heartbeat(pid_t pid, int *fd, msec wall, msec now, msec *age);

/* The same file for later, when the worker may be gone: a descriptor of ours (O_PATH), -1 when it cannot be had; and what it
 * tells then. */
int process_heartbeat_hold(pid_t pid, int fd);
enum heartbeat process_heartbeat_held(int held, msec wall, msec now, msec *age);

#endif

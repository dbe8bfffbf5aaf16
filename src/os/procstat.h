/*
 * procstat -- the line of /proc/PID/stat (proc_pid_stat(5)).
 *
 * The name in it is the process's own choice (prctl(2) PR_SET_NAME): it may hold blanks, parentheses and newlines.
 */
#ifndef BRIDLE_OS_PROCSTAT_H
#define BRIDLE_OS_PROCSTAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum { PROCSTAT_LINE = 1280 /* bytes in which every line has room: 52 numbers of up to 20 digits, and a name */ };

struct procstat {
	pid_t pid, parent, session;
	char state; /* R S D Z T ... */
	int32_t threads;
	uint64_t user, system; /* clock ticks of CPU time */
	uint64_t start;        /* clock ticks since boot */
};

/* Read LINE of N bytes (no NUL needed). False when it is no such line. */
bool procstat_parse(const char *line, size_t n, struct procstat *out);

/* How many bytes of environment the process of LINE was given when it executed its program (0: none, it has ended, or
 * nobody may look at that); -1 while it is executing one, and where LINE does not say. */
int64_t procstat_environment(const char *line, size_t n);

/* procstat_parse of process PID. False when it is gone, or cannot be seen (proc(5): hidepid). */
bool procstat_read(pid_t pid, struct procstat *out);

#endif

/*
 * kernfile -- a small file that the kernel makes while it is read (proc(5), cgroups(7)): had whole in one read(2), so what it
 * says belongs together.
 */
#ifndef BRIDLE_OS_KERNFILE_H
#define BRIDLE_OS_KERNFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* What PATH holds (AT DIR: openat(2)), cut to SIZE - 1 bytes, with a NUL behind them: how many; -1: it cannot be read (errno
 * says why), and TEXT is "". */
ssize_t kernfile_read(int dir, const char *path, char *text, size_t size);

/* The same of /proc/PID/NAME. */
ssize_t kernfile_read_of(pid_t pid, const char *name, char *text, size_t size);

/* Write WORDS to PATH (AT DIR) in one write(2), as such files want it. False with errno: it is not there, or refuses them. */
bool kernfile_write(int dir, const char *path, const char *words);

#endif

/*
 * logfiles -- the log of a service as its files: "@TIME" ..., the oldest first, then "current".
 *
 * The directory belongs to the watcher's user, and this may be root reading: only regular files in it are opened, and
 * links are never followed. Files may be renamed, removed and made at any moment.
 */
#ifndef BRIDLE_CLI_LOGFILES_H
#define BRIDLE_CLI_LOGFILES_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/err.h"

struct logfiles {
	int dir;  /* the caller's */
	int *fds; /* open, in the order of time */
	unsigned count;
};

/* Open the directory PATH; -1 with ERR. */
int logfiles_directory(const char *path, struct err *err);

/* Open all of DIR as they stood at one moment. False with ERR when there are none. */
bool logfiles_open(struct logfiles *l, int dir, struct err *err);
void logfiles_close(struct logfiles *l);

/* Is FD no longer what "current" of DIR names? Then nothing is appended to it any more. */
bool logfiles_moved(int dir, int fd);

/* Open the file that follows FD; -1 when there is none yet. *LOST: FD has been removed already, and so may others have
 * been that came after it; the oldest that is left was opened. */
int logfiles_after(int dir, int fd, bool *lost);

#endif

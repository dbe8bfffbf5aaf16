/*
 * modified -- being told when files are written to: inotify(7).
 *
 * What is told is that something was written since the file is watched, once or more often for any number of writes. Whoever
 * writes pays for it at each write(2), but only while the file is watched.
 */
#ifndef BRIDLE_OS_MODIFIED_H
#define BRIDLE_OS_MODIFIED_H

#include <stdbool.h>

#include "base/err.h"

enum { MODIFIED_MOST = 32 /* events told at once */ };

/* A descriptor that is readable when there is something to tell, close-on-exec. -1 with ERR: fs.inotify.max_user_instances. */
int modified_open(struct err *err);

/* Watch what FILE has open, whatever its name is now. Its watch, which is > 0 and no number that any had for a long time
 * before; -1 with errno: fs.inotify.max_user_watches (ENOSPC), or no /proc. */
int modified_watch(int fd, int file);

/* Watch it no more. What is to be told of it already still is. */
void modified_forget(int fd, int watch);

/* What up to MODIFIED_MOST events told: their WATCHES, each once, also of those that are forgotten. Returns how many; 0 when
 * there is nothing more. *LOST: there was too much to tell, so anything may have been written to. */
unsigned modified_read(int fd, int watches[MODIFIED_MOST], bool *lost);

#endif

/*
 * dirents -- the names in a directory, without taking memory (readdir(3) takes 32 KiB from malloc).
 */
#ifndef BRIDLE_OS_DIRENTS_H
#define BRIDLE_OS_DIRENTS_H

#include <stdalign.h>
#include <stdbool.h>
#include <sys/types.h>

struct dirents {
	int fd;
	long at, end;
	alignas(8) char buffer[2048];
};

/* Begin to read directory NAME below DIR_FD (or AT_FDCWD), which must not be a symbolic link. False with errno. */
bool dirents_open(struct dirents *d, int dir_fd, const char *name);

/* The next name, "." and ".." left out; NULL at the end. Valid until the next call. */
const char *dirents_next(struct dirents *d);

/* The next name that is a number (a pid or a descriptor of /proc); -1 at the end. */
long dirents_next_number(struct dirents *d);

/* Begin anew. */
void dirents_rewind(struct dirents *d);

/* Only of one that was opened. */
void dirents_close(struct dirents *d);

#endif

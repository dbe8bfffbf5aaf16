/*
 * sealed -- bytes handed to another process in a file in memory that nobody can change any more (memfd_create(2), sealed).
 */
#ifndef BRIDLE_OS_SEALED_H
#define BRIDLE_OS_SEALED_H

#include <stddef.h>
#include <sys/types.h>

/* The N (> 0) BYTES in such a file, called NAME where the kernel shows it; the caller closes it. -1 with errno. */
int sealed_make(const char *name, const void *bytes, size_t n);

/* All of the file behind FD, which may be anybody's, into TO, SIZE bytes: how many. -1: it is none that is sealed, or has more.
 * It cannot block: such a file is memory, and no file system of anybody's. */
ssize_t sealed_read(int fd, void *to, size_t size);

#endif

/*
 * fifo -- the pipe a service writes its output to. It has a path, so that it outlives both of us, and the service
 * holds it open for reading as well as writing (O_RDWR), so that it never gets EPIPE or SIGPIPE (fifo(7)).
 */
#ifndef BRIDLE_OS_FIFO_H
#define BRIDLE_OS_FIFO_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/err.h"

/* Make sure that DIR_FD/NAME is a FIFO of OWNER, mode 0600, as large as the kernel gives (F_SETPIPE_SZ up to
 * /proc/sys/fs/pipe-max-size), and open it O_RDWR. DROPS: with O_NONBLOCK, so that a writer never waits. An
 * existing one with content is kept. Anything else at that name is refused. -1 with ERR. */
int fifo_open(int dir_fd, const char *name, uid_t owner, gid_t group, bool drops, struct err *err);

/* The reader's end: O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW. -1 with ERR. */
int fifo_open_reader(int dir_fd, const char *name, struct err *err);

/* Whether FD is what NAME stands for now. */
bool fifo_is(int dir_fd, const char *name, int fd);

/* Bytes waiting in it (FIONREAD, which pipe(7) has), and how many it can hold (F_GETPIPE_SZ of fcntl(2)); -1: FD is no pipe. */
long fifo_waiting(int fd);
long fifo_capacity(int fd);

#endif

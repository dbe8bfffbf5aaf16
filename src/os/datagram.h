/*
 * datagram -- the socket to which a program says how it is: sd_notify(3).
 */
#ifndef BRIDLE_OS_DATAGRAM_H
#define BRIDLE_OS_DATAGRAM_H

#include <stddef.h>
#include <sys/types.h>

#include "base/err.h"

/* A datagram socket at DIR_FD/NAME, a directory in which nobody but we can write, in place of whatever is there; OWNER
 * (beside root) may send to it, and the kernel says who did (SO_PASSCRED). Non-blocking. -1 with ERR. */
int datagram_open(int dir_fd, const char *name, uid_t owner, gid_t group, struct err *err);

/* Take one datagram of up to SIZE bytes, and the pid of who sent it, as the kernel knows it. Descriptors that came with it
 * are closed. Returns its length, SIZE + 1 when it was longer, -1 when there is none. */
ssize_t datagram_take(int fd, char *bytes, size_t size, pid_t *sender);

#endif

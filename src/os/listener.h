/*
 * listener -- sockets of services, opened here and kept, so that no start order, no orphan and no stale file can
 * stand in the way of a successor.
 *
 * A unix socket's path: a stale one (nobody listens: ECONNREFUSED) is replaced; a symlink, a file that is no
 * socket, and a socket that somebody serves are refused, the last with pid and command line of who does. The
 * directory is walked without following links that others could have made (path.h): a path is refused when a
 * directory on it is writable by somebody who is neither root, ourselves, nor the service's user or group (sticky ones
 * such as /tmp apart, where the path itself must then be ours, the service's, or absent).
 */
#ifndef BRIDLE_OS_LISTENER_H
#define BRIDLE_OS_LISTENER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

struct listener_unix {
	uid_t owner;
	gid_t group;
	mode_t mode;
};

/* A listening stream socket at the absolute PATH; close-on-exec, non-blocking. The socket appears at its path
 * complete, with owner and mode: it is bound in a directory of ours beside it, then renamed. So its name of up to 255
 * bytes is all of PATH that is limited, and what getsockname(2) and /proc/net/unix say of it is
 * "/proc/self/fd/N/NAME". -1 with ERR. */
int listener_open_unix(const char *path, const struct listener_unix *who, int backlog, struct err *err);

/* A listening TCP socket, likewise. HOST "" is every address (IPv6 with IPv4, or IPv4 alone); an IPv6 address takes
 * IPv6 only; a name is looked up (only at load), IPv4 first as Gunicorn does. With SO_REUSEADDR. PORT 0: any free one.
 * A busy port names who listens there, if that can be seen. -1 with ERR. */
int listener_open_tcp(const char *host, uint16_t port, int backlog, struct err *err);

/* Remove the socket file at PATH if it is still the one bound to FD (by device and inode, asked of sock_diag(7):
 * nothing of others is ever removed; where that cannot be asked, nothing is). */
void listener_unlink(int fd, const char *path);

/* Does PATH certainly not lead to the socket FD any more (removed, or another's)? */
bool listener_lost(int fd, const char *path);

/* Has anybody who has the listener FD, too, shut it down (shutdown(2))? It belongs to the socket, and nobody can undo it. */
bool listener_shut(int fd);

/* Give the socket file at PATH another owner and mode, if it is still the one bound to FD. False with ERR. */
bool listener_give(int fd, const char *path, const struct listener_unix *who, struct err *err);

/* What sock_diag(7) calls it; 0 when FD is no socket. */
uint64_t listener_inode(int fd);

/* Who listens on unix PATH or TCP PORT: "pid 4242 (gunicorn: master [old])" into WORDS; false, and WORDS "", when
 * that cannot be seen. HOST: an IPv4 or IPv6 address, or "" for any. They look through /proc: at load only. */
bool listener_who_unix(const char *path, char *words, size_t size);
bool listener_who_tcp(const char *host, uint16_t port, char *words, size_t size);

#endif

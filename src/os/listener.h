/*
 * listener -- sockets of services, opened here and kept, so that no start order, no orphan and no stale file can
 * stand in the way of a successor.
 *
 * A unix socket's path: a stale one (nobody listens: ECONNREFUSED) is removed; a symlink, a file that is no
 * socket, and a socket that somebody serves are refused, the last with pid and command line of who does. The
 * directory is walked without following links that others could have made: a path is refused when a directory on
 * it is writable by somebody who is neither root, ourselves, nor the service's user (sticky ones such as /tmp
 * apart, where the path itself must then be ours or absent).
 */
#ifndef BRIDLE_OS_LISTENER_H
#define BRIDLE_OS_LISTENER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

struct listener_unix { uid_t owner; gid_t group; mode_t mode; };

/* A listening stream socket at PATH; close-on-exec, non-blocking. The socket appears at its path complete, with
 * owner and mode (bound under a temporary name beside it, then renamed). -1 with ERR. */
int listener_open_unix(const char *path, const struct listener_unix *who, int backlog, struct err *err);

/* HOST "" is every address (IPv6 with IPv4, or IPv4 alone); a name is looked up (only at load). With
 * SO_REUSEADDR. A busy port names who listens there, if that can be seen. -1 with ERR. */
int listener_open_tcp(const char *host, uint16_t port, int backlog, struct err *err);

/* Remove the socket file at PATH if it is still the one bound to FD (same inode in /proc/net/unix's sense: nothing
 * of others is ever removed). */
void listener_unlink(int fd, const char *path);

/* What sock_diag(7) calls it. */
uint64_t listener_inode(int fd);

/* Who listens on unix PATH or TCP PORT: "pid 4242 (gunicorn: master [old])" into WORDS; false when unknown. */
bool listener_who_unix(const char *path, char *words, size_t size);
bool listener_who_tcp(const char *host, uint16_t port, char *words, size_t size);

#endif

/*
 * credentials -- secrets of a service: copies of files that its user may not read (load_credential), and what the configuration
 * says (set_credential), in a directory of its own below the run directory, which CREDENTIALS_DIRECTORY names. Made anew before
 * each start, gone when it is stopped.
 *
 * Where we may make mount namespaces they are in a file system that only the processes of the service see (secretfs.h),
 * read-only and its user's alone; the directory itself stays empty. Elsewhere they are files in the directory, which is
 * ours and only its group may enter; each file is the user's and can be read by nobody else. So the service can change
 * nothing in it, and we never write where it could.
 */
#ifndef BRIDLE_SUPERVISOR_CREDENTIALS_H
#define BRIDLE_SUPERVISOR_CREDENTIALS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

enum { CREDENTIAL_MAX = 1024 * 1024 /* bytes of one, as systemd has it */ };

struct credential {
	const char *name;
	const char *path;  /* NULL: none */
	const char *value; /* what it is without that file; NULL: then it is refused */
};

struct credentials {
	const char *directory; /* absolute */
	bool hidden;           /* in a file system of its own */
	uint32_t count;
	struct credential at[];
};

/* Make them for UID and GID into RUN_FD/SERVICE/credentials or, with `hidden`, into a file system whose descriptor goes to
 * *MOUNT, for mount_fd of spawn.h and the caller to close; else that is 0. A source must be a regular file of root's (or
 * our own) that nobody else could have put there, or one of the user's, which it could read by itself. False with ERR,
 * which names the credential and never what it holds. */
bool credentials_make(const struct credentials *c, int run_fd, const char *service, uid_t uid, gid_t gid, int *mount,
	struct err *err);

/* Remove that directory. */
void credentials_remove(int run_fd, const char *service);

#endif

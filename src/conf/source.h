/*
 * source -- a file of settings in memory: read whole, and only when it can be trusted.
 *
 * When we are root, no file that somebody else could have written is taken, and no symbolic link of somebody
 * else's is followed on the way to it: whoever can choose what root reads can choose what root runs.
 */
#ifndef BRIDLE_CONF_SOURCE_H
#define BRIDLE_CONF_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/err.h"

/* No configuration of 4096 services comes near it; a log file given by mistake does. */
enum { SOURCE_SIZE_MAX = 4 * 1024 * 1024 };

struct source {
	char *memory;      /* what source_release frees */
	const char *bytes; /* behind a UTF-8 byte order mark; NUL-ended, and without any other NUL */
	size_t length;
	dev_t device; /* which file it is; 0 and 0 when it has no name of its own (a pipe) */
	ino_t inode;
	unsigned bad_line; /* where it could not be taken; 0 when as a whole */
};

/* Read PATH. OWNER: a user who may own the file beside root and ourselves ((uid_t)-1: nobody). Only regular
 * files, or what /dev/stdin leads to. False with ERR; its code is the errno of opening, ENOENT for a file that
 * is not there. */
bool source_load(struct source *source, const char *path, uid_t owner, struct err *err);

/* The same for LENGTH BYTES, which are copied. */
bool source_copy(struct source *source, const char *name, const char *bytes, size_t length, struct err *err);

/* Let go of the bytes. `bad_line` stays, for whoever has yet to complain of it. */
void source_release(struct source *source);

#endif

/*
 * tmpfs -- a word of temporary_file_system: PATH[:OPTION,...].
 */
#ifndef BRIDLE_CONF_TMPFS_H
#define BRIDLE_CONF_TMPFS_H

#include <limits.h>
#include <stdbool.h>

#include "base/err.h"
#include "conf/conf.h"

enum { TMPFS_LIMITS = 64 };

struct tmpfs {
	char path[PATH_MAX]; /* absolute, without a slash at its end */
	bool read_only, no_exec;
	char limits[TMPFS_LIMITS]; /* "mode=0755,size=10%,nr_inodes=400k": for the kernel (tmpfs(5)) */
};

/* Take WORD apart. False with ERR. */
bool tmpfs_parse(const char *word, struct tmpfs *out, struct err *err);

/* Whether PATH is the place of one of WORDS, or below it. */
bool tmpfs_hold(const struct conf_words *words, const char *path);

#endif

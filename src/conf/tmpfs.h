/*
 * tmpfs -- a word of temporary_file_system: PATH[:OPTION,...].
 */
#ifndef BRIDLE_CONF_TMPFS_H
#define BRIDLE_CONF_TMPFS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "conf/conf.h"

enum { TMPFS_LIMITS = 64 };

struct tmpfs {
	const char *path; /* the word, of which the path is the beginning; absolute */
	size_t path_length;
	bool read_only, no_exec;
	char limits[TMPFS_LIMITS]; /* "mode=0755,size=10%,nr_inodes=400k": for the kernel (tmpfs(5)) */
};

/* Take WORD, which must outlive OUT, apart. False with ERR. */
bool tmpfs_parse(const char *word, struct tmpfs *out, struct err *err);

/* Whether PATH is the place of one of WORDS, or below it. */
bool tmpfs_hold(const struct conf_words *words, const char *path);

#endif

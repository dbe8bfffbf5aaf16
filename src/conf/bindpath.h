/*
 * bindpath -- a word of bind_paths and bind_read_only_paths: [-]SOURCE[:DESTINATION[:rbind|norbind]].
 */
#ifndef BRIDLE_CONF_BINDPATH_H
#define BRIDLE_CONF_BINDPATH_H

#include <limits.h>
#include <stdbool.h>

#include "base/err.h"

struct bindpath {
	bool may_miss;                                /* a - in front */
	bool alone;                                   /* norbind: without what is mounted below the source */
	char source[PATH_MAX], destination[PATH_MAX]; /* absolute; the same where the word has no destination */
};

/* Take WORD apart. False with ERR. */
bool bindpath_parse(const char *word, struct bindpath *out, struct err *err);

/* Whether it is to be seen at another place than its own. */
bool bindpath_is_elsewhere(const struct bindpath *bound);

#endif

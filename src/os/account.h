/*
 * account -- users and groups by name or number (getpwnam(3)). Where nsswitch.conf(5) has a directory server asked, that may last as
 * long as the server is silent: so they are looked up when a configuration is read, and at a start only of a service for which that
 * failed then.
 */
#ifndef BRIDLE_OS_ACCOUNT_H
#define BRIDLE_OS_ACCOUNT_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/err.h"

enum { ACCOUNT_GROUPS = 64 };

struct account {
	uid_t uid;
	gid_t gid;
	gid_t groups[ACCOUNT_GROUPS]; /* supplementary, the primary one included */
	int group_count;
	char home[256], name[64]; /* "" when the number has no entry */
	char shell[256];          /* "" also when it is one with which nobody logs in */
};

/* Fill in ACCOUNT. USER: name or number; "" is the calling user. GROUP: name or number; "" is the user's own. A number
 * need not have an entry: then it has no home, no name, no supplementary groups, and GROUP must be given. A name of
 * digits only is taken for a name first, as chown(1) does. False with ERR: no such user or group, more than
 * ACCOUNT_GROUPS groups, or the database cannot be read. */
bool account_find(struct account *account, const char *user, const char *group, struct err *err);

/* The number of GROUP, a name or number. False with ERR: no such group. */
bool account_group(gid_t *gid, const char *group, struct err *err);

#endif

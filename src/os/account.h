/*
 * account -- users and groups by name or number, looked up once, at load time (getpwnam may block on the network:
 * never later).
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
	char home[256], name[64];     /* "" when the number has no entry */
};

/* USER: name or number; "" is the calling user. GROUP: name or number; "" is the user's own. */
bool account_find(struct account *account, const char *user, const char *group, struct err *err);
bool account_group(gid_t *gid, const char *group, struct err *err);

#endif

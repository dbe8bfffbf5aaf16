/*
 * path -- the way to a file through directories that others may have a hand in.
 *
 * Root must never follow a path that somebody else can bend. The way is walked one component at a time, each opened
 * relative to the one before without following links, and each judged: a directory must be owned, and writable, by
 * nobody but root, ourselves, and the one user and group on whose behalf we come; our own group counts when we are not
 * root. Sticky directories (/tmp) may be written by all, for there nobody can replace what is another's. Symbolic links
 * are followed only where root or we made them and every directory so far is root's or ours alone; the same goes
 * for "..".
 *
 * Access control lists count through the mask that the group bits show (acl(5)).
 */
#ifndef BRIDLE_OS_PATH_H
#define BRIDLE_OS_PATH_H

#include <stdbool.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "base/err.h"

enum { PATH_NAME = 256 };

struct path_way {
	int dir;              /* the directory that the last component is in (O_PATH); the caller closes it */
	char name[PATH_NAME]; /* the last component; "" when the path is "/" */
	bool sticky;          /* others can make files there, though not replace ours */
	bool firm;            /* nobody but root and we can put something else in the place of what is on the way */
};

/* Walk the absolute PATH on behalf of USER and GROUP up to its last component, which is not looked at. MAKE: missing
 * directories are made, 0755. False with ERR, which names the directory and what is wrong with it. */
bool path_walk(struct path_way *way, const char *path, uid_t user, gid_t group, bool make, struct err *err);

/* May this directory lead on, on behalf of USER and GROUP? False with ERR naming WORDS. */
bool path_judge(const struct stat *st, const char *words, uid_t user, gid_t group, struct err *err);

/* Is UID root, ourselves, or USER? In a user namespace, root may also be an owner outside it. */
bool path_trusts(uid_t uid, uid_t user);

#endif

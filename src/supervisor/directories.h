/*
 * directories -- those that a service asks for below /run, /var/lib, /var/cache, /var/log and /etc: made and given to its
 * user before it is started; those below /run removed when it is stopped.
 */
#ifndef BRIDLE_SUPERVISOR_DIRECTORIES_H
#define BRIDLE_SUPERVISOR_DIRECTORIES_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

enum directory_kind {
	DIRECTORY_RUNTIME,
	DIRECTORY_STATE,
	DIRECTORY_CACHE,
	DIRECTORY_LOGS,
	DIRECTORY_CONFIGURATION,
	DIRECTORY_KINDS
};

/* The key of each kind, and the variable that lists its paths, colons between. */
extern const char *const directory_keys[DIRECTORY_KINDS];
extern const char *const directory_variables[DIRECTORY_KINDS];

struct directory {
	const char *path; /* absolute */
	mode_t mode;
	uint8_t kind;
};

struct directories {
	uint32_t count;
	bool preserve; /* those below /run stay when it is stopped */
	struct directory at[];
};

/* Where each kind begins: below ROOT (bridled --root) in directories of the keys' first words; else, for root, /run and the
 * like; else what the XDG variables or HOME say (file-hierarchy(7)), NULL where they say nothing. Strings are malloc'd, for
 * directories_free_bases. False with ERR: no memory. */
bool directories_bases(char *bases[DIRECTORY_KINDS], const char *root, struct err *err);
void directories_free_bases(char *bases[DIRECTORY_KINDS]);

/* Make them, owned by UID and GID. One that is there must be theirs, and keeps its mode; no link that somebody else could
 * have made is followed on the way (path.h). False with ERR. */
bool directories_make(const struct directories *d, uid_t uid, gid_t gid, struct err *err);

/* Remove those below /run with all that is in them, unless they are to be preserved. False: something is left. */
bool directories_remove(const struct directories *d, uid_t uid, gid_t gid);

/* Whether removing those of A would take something of B's: a directory below /run that both have, or one of B's within one of
 * A's. */
bool directories_touch(const struct directories *a, const struct directories *b);

/* The variable of KIND, "RUNTIME_DIRECTORY=/run/a:/run/b", malloc'd; NULL when there is none of it, or no memory. */
char *directories_variable(const struct directories *d, enum directory_kind kind);

#endif

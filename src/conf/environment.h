/*
 * environment -- the variables that a service is started with, while they are being put together.
 */
#ifndef BRIDLE_CONF_ENVIRONMENT_H
#define BRIDLE_CONF_ENVIRONMENT_H

#include <sys/types.h>

#include "base/err.h"
#include "conf/wordlist.h"

struct environment {
	struct wordlist words; /* NAME=value each, in the order in which names came first; in the caller's arena */
};

/* A service may own its environment file, and is not to keep us busy with it: names are compared one by one. */
enum { ENVIRONMENT_MAX = 1024, ENVIRONMENT_FILE_MAX = 128 * 1024 };

/* Begin with BASE (NULL-ended), without what belongs to whoever started us: GUNICORN_*, LISTEN_*, NOTIFY_SOCKET,
 * WATCHDOG_*, BRIDLE_* (gunicorn-facts 10 names what each of them breaks), and what systemd tells a unit: INVOCATION_ID,
 * JOURNAL_STREAM, SYSTEMD_EXEC_PID, MEMORY_PRESSURE_*, MAINPID, MANAGERPID, FDSTORE, CREDENTIALS_DIRECTORY, RUNTIME_DIRECTORY,
 * STATE_DIRECTORY, CACHE_DIRECTORY, LOGS_DIRECTORY, CONFIGURATION_DIRECTORY. They are not copied: a variable that nobody sets keeps its place in memory. */
void environment_init(struct environment *env, struct arena *arena, char *const *base);

/* Set NAME=VALUE, in the place of an earlier value. */
void environment_set(struct environment *env, const char *name, const char *value);

/* The same for "NAME=value". */
void environment_assign(struct environment *env, const char *assignment);

/* Remove NAME, if it is there. */
void environment_unset(struct environment *env, const char *name);

/* The value of NAME, or NULL. */
const char *environment_get(const struct environment *env, const char *name);

/* Set what the file PATH says (environment_file.h). OWNER may own the file beside root (see source.h). False with ERR, which
 * names the line and never what it says; when the file is larger than ENVIRONMENT_FILE_MAX, or ENVIRONMENT_MAX variables are
 * there already. */
bool environment_read_file(struct environment *env, const char *path, uid_t owner, struct err *err);

/* The same for TEXT of LENGTH bytes; NAME stands for it in messages. */
bool environment_read_text(struct environment *env, const char *name, const char *text, size_t length, struct err *err);

/* Whether nobody but us may set NAME: it says which service a process is, and which descriptors it was given. */
bool environment_is_reserved(const char *name, size_t length);

#endif

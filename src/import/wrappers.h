/*
 * wrappers -- how what stands in front of gunicorn is taken off: the parts of wrappers.c.
 */
#ifndef BRIDLE_IMPORT_WRAPPERS_H
#define BRIDLE_IMPORT_WRAPPERS_H

#include "import/launch.h"

/* Takes a wrapper, of which AT is the name and the words behind it. Returns how many words it is, with its own options; 0
 * when it cannot be taken off. */
struct wrapper;
typedef uint32_t (*wrapper_taker)(struct launch *l, const struct wrapper *w, const char *const *at, uint32_t count);

struct wrapper {
	const char *name;
	const char *letters; /* of its options that take a value */
	const char
		*longs; /* the same of long ones, parted by blanks: "--user" takes the next word, "--user=x" does not */
	wrapper_taker take;
	enum fate fate;
	const char *reason;
};

/* How many words W is with its options: each word that begins with a minus, with its value; "--" ends them. */
uint32_t wrapper_options(const struct wrapper *w, const char *const *at, uint32_t count);

/* What the option LETTER (0: none) or NAME ("--user") among COUNT words says: "-u www", "-uwww", "--user www",
 * "--user=www"; NULL. */
const char *wrapper_value(const char *const *at, uint32_t count, char letter, const char *name);

/* Whether FLAG is among COUNT words. */
bool wrapper_has(const char *const *at, uint32_t count, const char *flag);

/* Whoever logs in as USER begins in the home directory. */
void wrapper_login(struct launch *l, const char *user);

/* clang-format off */
#define WRAPPER_TAKERS(X) \
	X(sudo) X(nice) X(ionice) X(taskset) X(gosu) X(chrt) X(prlimit) X(chpst) X(setpriv) \
	X(keep) X(keep_run) X(keep_to_dashes) X(keep_directory) X(conda) X(venv) X(pixi) X(hatch) X(uv) X(secrets) X(dotenv) \
	X(honcho) X(wait)
#define X(how) uint32_t wrapper_take_##how(struct launch *l, const struct wrapper *w, const char *const *at, uint32_t count);
WRAPPER_TAKERS(X)
#undef X
/* clang-format on */

#endif

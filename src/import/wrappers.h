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
	/* the same of long ones, parted by blanks: "--user" takes the next word, "--user=x" does not */
	const char *longs;
	wrapper_taker take;
	enum fate fate;
	const char *reason;
};

/* How many words W is with its options: each word that begins with a minus, with its value; "--" ends them. */
uint32_t wrapper_options(const struct wrapper *w, const char *const *at, uint32_t count);

/* What the option LETTER (0: none) or NAME ("--user") among COUNT words says: "-u www", "-uwww", "--user www",
 * "--user=www"; NULL. */
const char *wrapper_value(const char *const *at, uint32_t count, char letter, const char *name);

/* The same of the option that is the first of COUNT words. */
const char *wrapper_first_value(const char *const *at, uint32_t count, char letter, const char *name);

/* Whether WORD is one of WORDS, parted by blanks. */
bool wrapper_is_among(const char *words, const char *word);

/* What env(1) makes of its -S, as a line for a shell; NULL when AT has none, or one that a shell would read otherwise. */
const char *wrapper_split_line(struct launch *l, const char *const *at, uint32_t count);

/* Whether FLAG is among COUNT words. */
bool wrapper_has(const char *const *at, uint32_t count, const char *flag);

/* Variables of FILE, or of .env where it is NULL: MAY_MISS is "-" when it may be missing, else "". */
void wrapper_set_file(struct launch *l, const char *shown, const char *file, const char *may_miss);

/* Whoever logs in as USER begins in the home directory. */
void wrapper_login(struct launch *l, const char *user);

/* clang-format off */
#define WRAPPER_TAKERS(X) \
	X(sudo) X(nice) X(ionice) X(taskset) X(gosu) X(chrt) X(prlimit) X(chpst) X(setpriv) \
	X(env) X(exec) \
	X(keep) X(keep_valued) X(keep_run) X(keep_to_dashes) X(keep_directory) X(conda) X(pdm) X(pixi) X(hatch) X(uv) X(secrets) X(dotenv) \
	X(honcho) X(wait)
#define X(how) uint32_t wrapper_take_##how(struct launch *l, const struct wrapper *w, const char *const *at, uint32_t count);
WRAPPER_TAKERS(X)
#undef X
/* clang-format on */

#endif

/*
 * values -- what a setting may say: for each kind of keys.def, how it is read, and what to call it in a message.
 *
 * A value is read when its line is, and kept as the C type of its kind (conf.h) in the arena, so that decoding
 * later is copying: it takes no memory and cannot fail.
 */
#ifndef BRIDLE_CONF_VALUES_H
#define BRIDLE_CONF_VALUES_H

#include "conf/arena.h"
#include "conf/conf.h"

/* What the C type of a kind is made of. */
enum value_shape {
	VALUE_NUMBER /* int64_t, uint64_t */,
	VALUE_INT /* int, enum, mode_t */,
	VALUE_STRING,
	VALUE_WORDS,
	VALUE_BINDS,
	VALUE_WORKERS,
	VALUE_PAIR /* two uint64_t, the first CONF_NOT_SET when not set */
};

/* Where a value stands, for those that depend on it. */
struct value_place {
	struct arena *arena;
	const struct conf_key *key;
	const char *directory; /* relative paths begin here; absolute, no "/" at its end but for the root itself */
};

struct value_kind {
	enum value_shape shape;
	const char *expected; /* "yes or no" */
	bool (*parse)(const struct value_place *place, const char *text, void *out, struct err *err);
	bool ranged;   /* VALUE_NUMBER with lowest and highest */
	bool joined;   /* a list that several lines add up to */
	bool commands; /* VALUE_WORDS: each word is a whole command; they are separated by a ; of its own */
	bool secret;   /* VALUE_WORDS: NAME:VALUE each, and only names are shown */
	const char *const *choices; /* VALUE_INT: the words for 0, 1, ...; NULL-ended */
	int unset;                  /* VALUE_NUMBER and VALUE_INT: what an empty default stands for */
};

/* clang-format off */
#define VALUE_KINDS(X) \
	X(capabilities) X(families) X(namespaces) X(securebits) X(syscalls) X(architectures) X(syscallerror) X(protectsystem) \
	X(protecthome) X(protectproc) X(procsubset) X(sandboxmode) X(profile) X(bindpaths) X(tmpfs) \
	X(globs) X(path) X(user) X(group) X(readers) X(loglevel) X(string) X(argv) X(words) X(binds) X(mode) X(integer) \
	X(workers) X(seconds) X(boolean) X(size) X(reloadby) X(replaceby) X(onunhealthy) X(ontrouble) X(starting) X(probe) X(assignments) X(files) X(duration) X(restart) X(logdest) \
	X(services) X(commands) X(onecommand) X(statuses) X(progtype) X(notifyaccess) X(signal) X(address) \
	X(logformat) X(logfull) X(pass_text) X(pass_integer) X(pass_yes) X(pass_no) X(pass_many) X(pass_optional) \
	X(level) X(cpus) X(groups) X(cpupolicy) X(ioclass) X(bytes) X(count) X(cputime) X(rttime) X(nicelimit) X(amount) X(tasks) X(quota) X(weight) X(oompolicy) \
	X(preserve) X(names) X(directories) X(credentials) X(secrets) \
	X(signature) X(syslogto) X(pass_refused)
/* clang-format on */
#define X(name) extern const struct value_kind value_kind_##name;
VALUE_KINDS(X)
#undef X

/* Size of the C type of KIND. */
size_t value_size(const struct value_kind *kind);

/* Read TEXT (blanks trimmed) as a value for PLACE->key into OUT. False with ERR: "expected ..., got '...'". */
bool value_parse(const struct value_place *place, const char *text, void *out, struct err *err);

/* Whether A and B, of KIND both, mean the same. */
bool value_equal(const struct value_kind *kind, const void *a, const void *b);

/* DIGEST (digest.h) carried on over what VALUE, of KIND, means: the same for those that are equal. */
uint64_t value_digest(uint64_t digest, const struct value_kind *kind, const void *value);

/* The default of KEY into OUT. Takes no memory. */
void value_default(const struct conf_key *key, void *out);

/* Whether the N bytes at NAME are the name of an environment variable. */
bool value_is_name(const char *name, size_t n);

/* The absolute path that WORD means below DIRECTORY, in ARENA; NULL with ERR for ~. Leading "./" goes, ".." stays. */
const char *value_path(struct arena *arena, const char *directory, const char *word, struct err *err);

#endif

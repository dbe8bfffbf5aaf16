/*
 * draft -- a service in the making: settings that have been seen to be readable, with what is to be said of them.
 *
 * Whatever is set here is read back by conf as it was meant: each value goes through the reader of its key first.
 */
#ifndef BRIDLE_IMPORT_DRAFT_H
#define BRIDLE_IMPORT_DRAFT_H

#include "conf/keys.h"
#include "conf/wordlist.h"
#include "import/ledger.h"

struct draft_setting {
	enum key_id key;
	const char *value; /* as it is written in the file */
	const char *note;  /* a comment above it, or "" */
	bool is_off;       /* it cannot be read yet, holes being in it: written as a comment */
	struct draft_setting *next;
};

struct draft {
	struct arena *arena;
	enum conf_kind kind;
	const char *name;
	const char *title;       /* Description=, or "" */
	const char *directory;   /* where relative paths of the source begin: absolute, or "" when that is not known */
	unsigned listener_umask; /* of unix listeners that Gunicorn would open by itself: its --umask (sock.py) */
	struct wordlist variables; /* NAME=value: what is known of the environment */
	struct wordlist hints;     /* comments below the heading */
	struct draft_setting *first, *last;
	unsigned namesakes; /* drafts that would have been called so, too */
	bool was_seen;      /* by whoever looks for circles of order */
	struct draft *next;
};

/* NAME as conf takes it: what it does not is replaced by "-". */
void draft_init(struct draft *d, struct arena *arena, enum conf_kind kind, const char *name);

/* Set KEY to VALUE, which may hold holes: FILL_IN_x stands for them, a note says so, and where even that cannot be
 * read the setting is written as a comment. In the place of an earlier value, but for lists, which grow. False with ERR
 * when it cannot be read, or a service of this kind has no such key. NOTE may be "". */
bool draft_set(struct draft *d, enum key_id key, const char *value, const char *note, struct err *err);

/* Whether VALUE, without holes, can be read for KEY; with ERR, why not. */
bool draft_reads(const struct draft *d, enum key_id key, const char *value, struct err *err);

/* Whether KEY was set, also as a comment or empty; whether it is written so that it counts. */
bool draft_has(const struct draft *d, enum key_id key);
bool draft_says(const struct draft *d, enum key_id key);

/* The value of KEY that counts, or "". */
const char *draft_get(const struct draft *d, enum key_id key);

/* Take all of KEY back. */
void draft_unset(struct draft *d, enum key_id key);

/* D as it is now, for draft_restore(). */
struct draft draft_save(const struct draft *d);

/* Settings, directory, variables and hints of D as they were when SAVED was. */
void draft_restore(struct draft *d, const struct draft *saved);

/* WORD, a path of the source, as an absolute one; where `directory` is not known, with a hole for it: a relative one would
 * begin at our own file, which is elsewhere. */
const char *draft_path(const struct draft *d, const char *word);

/* WORD quoted for a list of words (conf/words.h). */
const char *draft_quote(struct arena *arena, const char *word);

#endif

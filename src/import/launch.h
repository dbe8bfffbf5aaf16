/*
 * launch -- what a command line comes down to: a Gunicorn with its options, or a program that we know nothing of.
 *
 * What stands around Gunicorn is taken off where Bridle does the same (env, nohup, sudo -u, activate, cd), kept where it
 * makes way for Gunicorn by exec (poetry run), and for the rest the whole line becomes the command of a [program].
 * Each piece is a part of the entry that the line is of. Nothing is run, and no file is looked at.
 */
#ifndef BRIDLE_IMPORT_LAUNCH_H
#define BRIDLE_IMPORT_LAUNCH_H

#include "import/import.h"

struct launch {
	struct import *import;
	struct draft *draft;
	struct ledger_entry *entry;
	bool has_socket; /* a socket unit gives the addresses, so that Gunicorn does not look at --bind */
	/* the rest is launch's own */
	struct wordlist command;    /* what stays in front of gunicorn, and itself */
	struct conf_words original; /* all of it, for when it is no Gunicorn's */
	struct draft before;        /* the draft without what a part of it said */
	struct ledger_entry *given; /* the last part that was there before, of prefixes; NULL */
	bool exports_all;           /* set -a: what a file sets, the environment has */
	unsigned depth;
};

/* Settle the entry by WORDS: an argument vector, in which holes stand for what is not known. */
void launch_words(struct launch *l, struct conf_words words);

/* The same for LINE, which a shell would read. */
void launch_shell(struct launch *l, const char *line);

/* ---- for the files of launch ---- */

/* WORDS are all of it, and nothing of it has been taken yet. */
void launch_begin(struct launch *l, struct conf_words words);

/* Nothing that we know: all of it is the command of a program. */
void launch_program(struct launch *l);

/* Words as a line for conf, each quoted where it must be. */
const char *launch_quote(struct arena *arena, const char *const *at, uint32_t count);

/* A part of the entry. */
void launch_part(struct launch *l, const char *directive, const char *value, enum fate fate, const char *key,
	const char *reason);

/* Set KEY, and note it as a part: kept (true), or lost for the reason that it cannot be. */
bool launch_set(struct launch *l, const char *directive, const char *shown, enum key_id key, const char *value,
	const char *note);

/* Words before Gunicorn: takes off what it can. Returns how many; 0 when the first one is no wrapper. Sets *SHELL when
 * what follows is a line for a shell. */
uint32_t wrapper_take(struct launch *l, const char *const *at, uint32_t count, const char **shell);

/* The LINE of WORDS that are "sh -c LINE"; NULL when they are none. */
const char *wrapper_shell_line(const char *const *at, uint32_t count);

/* "A=b" in front of a command. */
bool wrapper_is_assignment(const char *word);
void wrapper_assign(struct launch *l, const char *word);

/* An environment has been activated: PATH of its bin/activate, and where conda is told which one, its NAME, else NULL. */
void wrapper_activate(struct launch *l, const char *path, const char *name);

/* "conda activate NAME". False when the COUNT words say something else. */
bool wrapper_activate_by_name(struct launch *l, const char *const *at, uint32_t count);

/* Gunicorn's own command line, behind its name. */
void options_take(struct launch *l, const char *const *at, uint32_t count);

/* Whether the first of COUNT words is a wrapper that is known, or a shell. */
bool wrapper_is_known(const char *const *at, uint32_t count);

/* How many of COUNT words name a Gunicorn, as "python -m gunicorn" does; 0 when they do not. */
uint32_t launch_length(const char *const *at, uint32_t count);

/* Whether WORD, with or without its path, is called as a Python is. */
bool launch_is_python(const char *word);

/* The last part of a path, up to its end. */
const char *launch_base(const char *path);

#endif

/*
 * option -- one option of Gunicorn's command line: which one a flag means, and its value as Bridle writes it.
 */
#ifndef BRIDLE_IMPORT_OPTION_H
#define BRIDLE_IMPORT_OPTION_H

#include "import/launch.h"

enum how { HOW_value, HOW_yes, HOW_bind, HOW_seconds, HOW_mode, HOW_passed, HOW_implied, HOW_implied_value, HOW_lost };

struct option {
	char letter;
	const char *flag;
	enum key_id key;
	enum how how;
	const char *reason;
};

/* The option of a long NAME of N bytes, dashes and all. As with argparse, a beginning will do when it is that of one option
 * only. False when there is none. */
bool option_find_long(const char *name, size_t n, struct option *found);
bool option_find_letter(char letter, struct option *found);

/* Whether O is handed on to a key of KIND. */
bool option_is_kind(const struct option *o, const char *kind);

/* Whether a value must follow. */
bool option_takes_value(const struct option *o);

/* VALUE as the key of O has it; what cannot be read there stays as it is. */
const char *option_text(struct launch *l, const struct option *o, const char *value);

#endif

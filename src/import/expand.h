/*
 * expand -- what %(name)s stands for in a supervisord.conf.
 */
#ifndef BRIDLE_IMPORT_EXPAND_H
#define BRIDLE_IMPORT_EXPAND_H

#include "conf/arena.h"

/* What is known of where a value stands. */
struct expansions {
	const char *program;                /* its name, also that of its group */
	const char *file;                   /* in whose directory %(here)s is, if its path is absolute */
	const char *process_num, *numprocs; /* as they are written: numbers, if they are known */
};

/* VALUE with what Python's % would put in; what is not known becomes a hole, and what supervisord does not know, such as
 * Gunicorn's own %(h)s, is left as it is. %% is %. */
const char *expand(struct arena *arena, const struct expansions *known, const char *value);

#endif

/*
 * trouble -- why a command ends without success: what happened, the next step, and the exit status.
 */
#ifndef BRIDLE_CLI_TROUBLE_H
#define BRIDLE_CLI_TROUBLE_H

#include <stdbool.h>

#include "base/err.h"
#include "cli/cli.h"

struct trouble {
	enum cli_exit status; /* never CLI_OK once something was set */
	struct err err;       /* what happened */
	char hint[256];       /* the next step, a sentence; "" when there is none */
};

/* Fill T with STATUS and words; ERRNUM as in err_set. The hint is emptied. Always returns false. */
bool trouble_set(struct trouble *t, enum cli_exit status, int errnum, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* The next step. Always returns false, so that it can end a function too. */
bool trouble_hint(struct trouble *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* What happened, happened to service NAME: it goes in front, unless the words begin with it or no service is to blame, and
 * in the place of the word NAME in the hint. NULL: to none in particular, and the hint does without. */
void trouble_about(struct trouble *t, const char *name);

/* Say it on standard error, control characters made visible: part of it may come from a service. Returns the exit
 * status. */
int trouble_tell(const struct trouble *t);

#endif

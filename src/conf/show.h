/*
 * show -- a configuration printed back: `bridle config`.
 */
#ifndef BRIDLE_CONF_SHOW_H
#define BRIDLE_CONF_SHOW_H

#include <stdio.h>

#include "conf/conf.h"

/* What is printed beside what was written. */
enum conf_shown {
	CONF_SHOWN_DEFAULTS = 1, /* every other key, too */
	CONF_SHOWN_SECRETS = 2,  /* values of set_credential; else their names, as a comment */
};

/* Print what is in effect for every service (or only for NAME), a key a line, aligned, and above it where it was
 * written: "# file:line" (there are no comments behind values). What is printed is itself a configuration that, with
 * CONF_SHOWN_SECRETS, reads back to the same, from any directory; included files are part of it, so include is but a
 * comment. WHAT: of enum conf_shown. Returns false when NAME is not there, or on a failure to print. */
bool conf_show(FILE *out, const struct conf *conf, const char *name, unsigned what);

/* The same as a JSON object on one line: {"web": {"workers": {"value": "2", "file": "...", "line": 4}}}, with null and 0
 * for a default; secrets without their values; settings of [bridle] are under "[bridle]". Bytes that are no UTF-8 are
 * written as \xHH. */
bool conf_show_json(FILE *out, const struct conf *conf, const char *name, bool all);

#endif

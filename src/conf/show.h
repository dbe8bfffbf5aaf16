/*
 * show -- a configuration printed back: `bridle config`.
 */
#ifndef BRIDLE_CONF_SHOW_H
#define BRIDLE_CONF_SHOW_H

#include <stdio.h>

#include "conf/conf.h"

/* Print what is in effect for every service (or only for NAME), a key a line, aligned, and above it where it was
 * written: "# file:line" (there are no comments behind values). What is printed is itself a configuration that
 * reads back to the same, from any directory; included files are part of it, so include is but a comment. Returns
 * false when NAME is not there, or on a failure to print. ALL: defaults too, else only what was written. */
bool conf_show(FILE *out, const struct conf *conf, const char *name, bool all);

/* The same as a JSON object on one line: {"web": {"workers": {"value": "2", "file": "...", "line": 4}}}, with null and
 * 0 for a default; settings of [bridle] are under "[bridle]". Bytes that are no UTF-8 are written as \xHH. */
bool conf_show_json(FILE *out, const struct conf *conf, const char *name, bool all);

#endif

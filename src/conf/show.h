/*
 * show -- a configuration printed back: `bridle config`.
 */
#ifndef BRIDLE_CONF_SHOW_H
#define BRIDLE_CONF_SHOW_H

#include <stdio.h>

#include "conf/conf.h"

/* Print what is in effect for every service (or only for NAME), a key a line, aligned, with "# file:line" or
 * "# default" behind it. What is printed is itself a configuration that reads back to the same. Returns false
 * when NAME is not there. ALL: defaults too, else only what was written. */
bool conf_show(FILE *out, struct conf *conf, const char *name, bool all);

/* The same as a JSON object on one line: {"web": {"workers": {"value": "2", "file": "...", "line": 4}}}. */
bool conf_show_json(FILE *out, struct conf *conf, const char *name, bool all);

#endif

/*
 * complaints -- what is wrong with a configuration, or with what one is made from, as people read it.
 */
#ifndef BRIDLE_CLI_COMPLAINTS_H
#define BRIDLE_CLI_COMPLAINTS_H

#include <stdio.h>

#include "cli/paint.h"
#include "cli/trouble.h"
#include "conf/conf.h"

/* Print REPORT, "file:line: error: words" a line, in the order of files and lines, which it is brought into. */
void complaints_print(FILE *out, struct paint p, struct conf_report *report);

/* The first error of REPORT in T, of the configuration in PATH, from which WHAT ("your own signatures are") read. Returns false. */
bool complaints_tell(const char *path, const char *what, const struct conf_report *report, struct trouble *t);

#endif

/*
 * why_log -- what went wrong, from a log alone.
 */
#ifndef BRIDLE_CLI_WHY_LOG_H
#define BRIDLE_CLI_WHY_LOG_H

#include "cli/arguments.h"

/* Read the log that A names with --log, and print its incidents. Returns the exit status. */
int why_log(const struct arguments *a);

#endif

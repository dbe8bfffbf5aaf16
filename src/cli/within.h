/*
 * within -- whether this very command is run by a service that it asks something of: what it waited for would wait for it.
 */
#ifndef BRIDLE_CLI_WITHIN_H
#define BRIDLE_CLI_WITHIN_H

#include "cli/arguments.h"

/* Which command around its master we are run by, "exec_start_pre" and so on, where that is of service NAME (NULL: of any) of
 * the bridled that A is meant for; else NULL. By what the supervisor has put into the environment (around_environment.h): who
 * makes that up deceives himself alone. */
const char *within(const struct arguments *a, const char *name);

/* Say on standard error that the outcome of what NAME was asked for is not waited for, because COMMAND runs us. */
void within_tell(const char *name, const char *command);

#endif

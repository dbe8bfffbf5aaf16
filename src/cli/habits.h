/*
 * habits -- commands that bridle does not have, and that people type: which one they mean.
 */
#ifndef BRIDLE_CLI_HABITS_H
#define BRIDLE_CLI_HABITS_H

#include <stdbool.h>

#include "cli/arguments.h"
#include "cli/trouble.h"

/* A hint in T for A, whose command does not exist: what does here what it does elsewhere (habits.def), or that name and command
 * were exchanged ("bridle web restart"). False, and T as it was: it is none of these. */
bool habits_hint(const struct arguments *a, struct trouble *t);

#endif

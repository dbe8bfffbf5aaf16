/*
 * state -- what the state of a service means to people: its colour, and whether it serves.
 */
#ifndef BRIDLE_CLI_STATE_H
#define BRIDLE_CLI_STATE_H

#include <stdbool.h>

#include "cli/paint.h"

/* By the name of the state, as bridled tells it ("running"). Of one that is not known (a newer bridled): plain, and
 * not serving. */
enum colour state_colour(const char *name);
bool state_serves(const char *name);

/* Did what led to state NAME fail, as its REASON has it? Also where the old generation runs on beside no new one: whoever
 * deployed that thinks that it is in use; and where it is tried again, which a start that takes its whole time is mostly in. */
bool state_failed(const char *name, const char *reason);

#endif

/*
 * dropin -- what units of systemd are told for their last stop, so that it leaves alone what a successor uses: by files in the
 * runtime directory (systemd.unit(5)), for as long as it takes.
 */
#ifndef BRIDLE_CLI_DROPIN_H
#define BRIDLE_CLI_DROPIN_H

#include <stdbool.h>

#include "cli/trouble.h"

/* Have the stop of the NULL-ended UNITS leave their runtime directories and the files of their sockets. WITH_KILL: the main
 * process is killed, and that is no failure. False with T: nothing is changed. */
bool dropin_put(const char *const *units, bool with_kill, struct trouble *t);

/* Take it back, also what an earlier one left behind that was killed; where there is nothing, nothing is done. Not while the
 * units stop: it is looked at when their processes have ended. */
void dropin_take_away(const char *const *units);

#endif

/*
 * systemctl -- asking and telling systemd, by its own command (systemctl(1)), which is looked for in PATH.
 */
#ifndef BRIDLE_CLI_SYSTEMCTL_H
#define BRIDLE_CLI_SYSTEMCTL_H

#include <stdbool.h>
#include <stddef.h>

#include "cli/trouble.h"

enum { SYSTEMCTL_UNITS = 8 };

/* PROPERTY of UNIT into VALUE, without the end of its line. False with T: there is no systemctl, or it failed. */
bool systemctl_show(const char *unit, const char *property, char *value, size_t size, struct trouble *t);

/* Do VERB ("stop") to the NULL-ended UNITS (SYSTEMCTL_UNITS at most, perhaps none); waits for its end. What it says goes to
 * standard error. False with T. */
bool systemctl_do(const char *verb, const char *const *units, struct trouble *t);

/* Stop the UNITS (as above) at once, and nobody who needs them: --job-mode=ignore-dependencies of systemctl(1). False with T. */
bool systemctl_stop_alone(const char *const *units, struct trouble *t);

#endif

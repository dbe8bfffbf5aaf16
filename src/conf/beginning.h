/*
 * beginning -- what somebody does who has no configuration yet.
 */
#ifndef BRIDLE_CONF_BEGINNING_H
#define BRIDLE_CONF_BEGINNING_H

#include <stdbool.h>

#include "base/err.h"

/* Whether there is no file PATH at all; ERR says then what to begin one with. One that may not be looked for is not missing. */
bool beginning_is_missing(const char *path, struct err *err);

#endif

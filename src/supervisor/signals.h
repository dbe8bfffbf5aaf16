/*
 * signals -- signals as something to read: blocked for good, taken from a signalfd(2), so that no handler of ours ever
 * runs in the middle of anything.
 */
#ifndef BRIDLE_SUPERVISOR_SIGNALS_H
#define BRIDLE_SUPERVISOR_SIGNALS_H

#include <stdbool.h>

#include "base/err.h"

struct bridled;

/* Block what we take (CHLD, TERM, INT, QUIT, HUP) and what would end us for nothing (PIPE, USR1, USR2, ALRM), and begin to
 * listen. TERM, INT and QUIT stop everything (asked again: hurry), HUP reads the configuration anew. False with ERR. */
bool signals_listen(struct bridled *b, struct err *err);

#endif

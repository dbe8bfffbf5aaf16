/*
 * witness_unit -- whose a unit, a container or a program is that systemd, Docker or supervisord tell of: the same log has others.
 */
#ifndef BRIDLE_JUDGE_WITNESS_UNIT_H
#define BRIDLE_JUDGE_WITNESS_UNIT_H

#include "judge/witness.h"

/* Is WHAT, a line of a log, about a unit whose name is that of another well-known server? */
bool witness_is_others(const struct recognised *what);

#endif

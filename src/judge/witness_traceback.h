/*
 * witness_traceback -- what was raised, and where, as facts.
 */
#ifndef BRIDLE_JUDGE_WITNESS_TRACEBACK_H
#define BRIDLE_JUDGE_WITNESS_TRACEBACK_H

#include "judge/witness.h"

/* As witness_facts, of traceback T. */
unsigned witness_traceback(const struct traceback *t, enum fact found[WITNESS_FACTS]);

#endif

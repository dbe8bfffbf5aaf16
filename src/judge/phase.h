/*
 * phase -- phases of incidents by their names (cause_phases).
 */
#ifndef BRIDLE_JUDGE_PHASE_H
#define BRIDLE_JUDGE_PHASE_H

#include "core/cause.h"

/* The phase of that name; PHASE_UNKNOWN where none has it, or WORD is NULL. */
enum cause_phase phase_of(const char *word);

#endif

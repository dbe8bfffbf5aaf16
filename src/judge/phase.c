#include "judge/phase.h"

#include <string.h>

enum cause_phase
phase_of(const char *word)
{
	for (unsigned i = 0; word != NULL && i < PHASES; i++)
		if (strcmp(cause_phases[i], word) == 0)
			return (enum cause_phase)i;
	return PHASE_UNKNOWN;
}

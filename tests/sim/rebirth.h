/*
 * rebirth -- the supervisor of a world becomes another program that knows nothing but what the first one wrote down: by
 * re-exec, or by a crash.
 */
#ifndef BRIDLE_TESTS_REBIRTH_H
#define BRIDLE_TESTS_REBIRTH_H

#include <stdbool.h>

struct world;

/* Take its life through the format (wire/state.h), throw it away, and have it back. CRASHED: in the middle of writing the
 * next record, so that who is told to end is told again. */
void rebirth(struct world *w, bool crashed);

/* For tests/sim/mutants: the field that is forgotten on the way, by its number in the lists of wire/state.def; -1: none. */
extern int rebirth_forgets;
extern const char *const rebirth_fields[];
extern const int rebirth_field_count;

#endif

/*
 * state_life -- a life as a record of wire/state.h, and back. Pure, and a file of its own so that the simulated worlds
 * (tests/sim) take their lives through it as well.
 */
#ifndef BRIDLE_SUPERVISOR_STATE_LIFE_H
#define BRIDLE_SUPERVISOR_STATE_LIFE_H

#include <stdbool.h>

#include "core/life.h"
#include "wire/state.h"

/* WHERE = NUMBER of a record, into whatever type that has; GOOD goes false when it does not fit. */
#define STATE_TAKE(good, where, number) \
	do { \
		int64_t taken_ = (number); \
		(where) = (__typeof__(where))taken_; \
		(good) = (good) && (int64_t)(where) == taken_; \
	} while (0)

/* Fill the fields of *RECORD that come from a life. Nothing may wait to be carried out. */
void state_life_save(const struct life *l, struct state_service *record);

/* Fill all of *L from RECORD. False when a number does not fit; whether it makes sense is for life_restore. */
bool state_life_restore(struct life *l, const struct state_service *record);

#endif

/*
 * state_life.c -- both ways from one list (wire/state.def): what is saved is what is restored, by the same names.
 */
#include "supervisor/state_life.h"

#include <stddef.h>

/* Whoever adds a field says in wire/state.def whether it survives, and then here that it was thought of. */
_Static_assert(sizeof(void *) != 8 || (offsetof(struct life, orders) == 408 && sizeof(struct generation) == 64),
	"wire/state.def has a line for what must survive");
_Static_assert((int)STATE_GENERATIONS == (int)LIFE_SLOTS, "every slot is remembered");

void
state_life_save(const struct life *l, struct state_service *record)
{
#define LIFE_INT(tag, name, where) record->name = (int64_t)(where);
#include "wire/state.def"
	for (uint8_t i = 0; i < LIFE_SLOTS; i++) {
		const struct generation *g = &l->slots[i];
		struct state_generation *to = &record->generations[i];

#define GENERATION_INT(tag, name, where) to->name = (int64_t)(where);
#include "wire/state.def"
	}
}

/* STATE_TAKE: a number that does not fit its field is refused, and says so. Whether all of it
 * makes a life is for life_restore(). */
bool
state_life_restore(struct life *l, const struct state_service *record)
{
	bool good = true;

	*l = (struct life){ 0 };
#define LIFE_INT(tag, name, where) STATE_TAKE(good, where, record->name);
#include "wire/state.def"
	for (uint8_t i = 0; i < LIFE_SLOTS; i++) {
		struct generation *g = &l->slots[i];
		const struct state_generation *from = &record->generations[i];

#define GENERATION_INT(tag, name, where) STATE_TAKE(good, where, from->name);
#include "wire/state.def"
	}
	return good;
}

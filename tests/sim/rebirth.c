#include "rebirth.h"

#include <stdalign.h>
#include <string.h>

#include "supervisor/state_life.h"
#include "world.h"

/* An image with room for one service. */
static alignas(8) char image[3 * STATE_SLOT];

int rebirth_forgets = -1;

const char *const rebirth_fields[] = {
#define LIFE_INT(tag, name, where) #name,
#define GENERATION_INT(tag, name, where) #name,
#include "wire/state.def"
};
const int rebirth_field_count = sizeof rebirth_fields / sizeof rebirth_fields[0];

static void
forget(struct state_service *record)
{
	int n = 0;

#define LIFE_INT(tag, name, where) \
	if (n++ == rebirth_forgets) \
		record->name = 0;
#define GENERATION_INT(tag, name, where) \
	if (n++ == rebirth_forgets) \
		for (int i = 0; i < LIFE_SLOTS; i++) \
			record->generations[i].name = 0;
#include "wire/state.def"
}

/* The first bytes of a record that is never finished, where the next one would have gone: the one before must count. */
static void
begin_another(struct world *w, const struct state_service *record)
{
	static alignas(8) char before[sizeof image];
	struct state_service other = *record;

	memcpy(before, image, sizeof image);
	other.last_number++;
	other.due = 42;
	world_must(w, state_put_service(image, 0, &other), "a record does not fit");
	for (size_t i = 0, n = 0; i < sizeof image && n < 60; i++) {
		if (image[i] == before[i])
			continue;
		before[i] = image[i];
		n++;
	}
	memcpy(image, before, sizeof image);
}

/* Nothing that is remembered of a life may differ, whether this world would notice or not. */
static void
must_be_the_same(struct world *w, const struct life *before)
{
	struct state_service a = { 0 }, b = { 0 };

	state_life_save(before, &a);
	state_life_save(&w->life, &b);
	world_must(w, memcmp(&a, &b, sizeof a) == 0, "something is forgotten");
}

void
rebirth(struct world *w, bool crashed)
{
	struct state_service record = { .name = "web" };
	struct life before = w->life;
	struct err err;

	memset(image, 0, sizeof image);
	state_init(image, 1, "boot", "sim");
	state_life_save(&w->life, &record);
	world_must(w, state_put_service(image, 0, &record), "a record does not fit");
	if (crashed)
		begin_another(w, &record);
	memset(&w->life, 0xa5, sizeof w->life);
	memset(&record, 0xa5, sizeof record);
	world_must(w, state_check(image, sizeof image, &err) && state_get_service(image, 0, &record),
		"a record is lost");
	forget(&record);
	world_must(w, state_life_restore(&w->life, &record), "a number is lost");
	must_be_the_same(w, &before);
	world_must(w, life_restore(&w->life, crashed, w->now), "a life is not taken for one");
	promise_rebirth(w);
}

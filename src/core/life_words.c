/*
 * life_words.c -- states and events as people read them, from the lists that make the enums: neither can lack a word.
 */
#include "core/life.h"

static const char *const state_names[] = {
#define X(name, word, meaning) word,
	LIFE_STATES(X)
#undef X
};

static const char *const event_texts[] = {
#define X(name, meaning) meaning,
	LIFE_EVENTS(X)
#undef X
};

const char *
life_state_name(enum life_state state)
{
	return (unsigned)state < LIFE_STATE_COUNT ? state_names[state] : "unknown";
}

const char *
life_state_verb(enum life_state state)
{
	return state == LIFE_FAILED ? "has" : "is";
}

const char *
life_event_text(enum life_event event)
{
	return (unsigned)event < LIFE_EVENT_COUNT ? event_texts[event] : "unknown";
}

bool
life_event_ends(enum life_event event)
{
	return event == ON_DIED_NOW || event == ON_DIED_LATER || event == ON_DIED_GIVE_UP || event == ON_DIED_DONE ||
		event == ON_NEXT_DIED;
}

/* strcmp() is not ours to call: core calls nothing but itself, and a test watches that. */
static bool
same(const char *a, const char *b)
{
	while (*a != '\0' && *a == *b) {
		a++;
		b++;
	}
	return *a == *b;
}

enum life_state
life_state_by_name(const char *name)
{
	unsigned state = 0;

	while (state < LIFE_STATE_COUNT && !same(name, state_names[state]))
		state++;
	return (enum life_state)state;
}

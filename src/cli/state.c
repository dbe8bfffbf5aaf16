#include "cli/state.h"

#include <string.h>

#include "core/life.h"

/* A service that is being replaced or reloaded still answers on its old generation; whoever comes
 * while it is listening is answered, too. */
static const struct {
	enum colour colour;
	bool serves;
} states[LIFE_STATE_COUNT] = {
	[LIFE_STOPPED] = { COLOUR_FAINT, false },
	[LIFE_STARTING] = { COLOUR_BUSY, false },
	[LIFE_RUNNING] = { COLOUR_GOOD, true },
	[LIFE_RELOADING] = { COLOUR_BUSY, true },
	[LIFE_REPLACING] = { COLOUR_BUSY, true },
	[LIFE_STOPPING] = { COLOUR_BUSY, false },
	[LIFE_RESTARTING] = { COLOUR_BUSY, false },
	[LIFE_RETRYING] = { COLOUR_BAD, false },
	[LIFE_WAITING] = { COLOUR_BAD, false },
	[LIFE_FAILED] = { COLOUR_BAD, false },
	[LIFE_LISTENING] = { COLOUR_GOOD, true },
	[LIFE_QUEUED] = { COLOUR_BUSY, false },
	[LIFE_DONE] = { COLOUR_GOOD, true },
};

enum colour
state_colour(const char *name)
{
	enum life_state state = life_state_by_name(name);

	/* of a newer bridled: shown, and not judged */
	return state == LIFE_STATE_COUNT ? COLOUR_PLAIN : states[state].colour;
}

/* What a script means by "up", for the exit status of bridle status NAME. */
bool
state_serves(const char *name)
{
	enum life_state state = life_state_by_name(name);

	return state != LIFE_STATE_COUNT && states[state].serves;
}

/* What the watcher says of a running service begins so when it is about a replacement (watcher/words.c). */
static bool
is_without_its_next(const char *reason)
{
	static const char next[] = "the next generation ";

	return strncmp(reason, next, sizeof next - 1) == 0 && strcmp(reason, life_event_text(ON_NEXT_READY)) != 0 &&
		strcmp(reason, life_event_text(ON_NEXT_ASSUMED)) != 0;
}

/* It is being started once more, for the last start failed: so it says of that (watcher/words.c). */
static bool
is_another_try(const char *reason)
{
	static const char again[] = "trying again";

	return strncmp(reason, again, sizeof again - 1) == 0;
}

bool
state_failed(const char *name, const char *reason)
{
	enum life_state state = life_state_by_name(name);

	return state_colour(name) == COLOUR_BAD || (state == LIFE_RUNNING && is_without_its_next(reason)) ||
		(state == LIFE_STARTING && is_another_try(reason));
}

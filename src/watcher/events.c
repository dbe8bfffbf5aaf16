#include "watcher/events.h"

#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "core/life.h"
#include "watcher/client.h"
#include "watcher/reasons.h"
#include "watcher/services.h"

enum { SENTENCE = 480 };

/* Is the move's pid that of a master that ended? Else the event is about the one that lives. */
static bool
is_death(enum life_event event)
{
	return event == ON_DIED_NOW || event == ON_DIED_LATER || event == ON_DIED_GIVE_UP || event == ON_DIED_DONE ||
		event == ON_NEXT_DIED;
}

void
events_tell(struct client *c, const struct page_service *record, const struct link_record *move)
{
	char words[SENTENCE];
	struct text t;
	const struct page_generation *g = services_generation(record, move->generation);
	bool died = is_death((enum life_event)move->event);
	int32_t pid = died ? move->pid : g != NULL ? g->master : 0;
	json_t *event;

	if (c->waiter.name[0] != '\0' && strcmp(c->waiter.name, record->name) != 0)
		return;
	text_init(&t, words, sizeof words);
	reasons_of_move(&t, record, move);
	event = json_pack("{s:f, s:s, s:s, s:s, s:s, s:o, s:I}", "time", (double)clock_wall() / 1000, "service",
		record->name, "from", life_state_name((enum life_state)move->from), "to",
		life_state_name((enum life_state)move->to), "reason", words, "pid",
		pid != 0 ? json_integer(pid) : json_null(), "generation", (json_int_t)move->generation);
	client_continue(c, json_pack("{s:o}", "event", event));
}

void
events_tell_incident(struct client *c, const char *name, const char *json, size_t length)
{
	if (c->waiter.name[0] != '\0' && strcmp(c->waiter.name, name) != 0)
		return;
	client_continue(c, json_pack("{s:o?}", "incident", json_loadb(json, length, 0, NULL)));
}

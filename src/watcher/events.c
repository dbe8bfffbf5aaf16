#include "watcher/events.h"

#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "core/life.h"
#include "watcher/client.h"
#include "watcher/reasons.h"
#include "watcher/services.h"

enum { SENTENCE = 480 };

void
events_tell(struct client *c, const struct page_service *record, const struct link_record *move)
{
	char words[SENTENCE];
	struct text t;
	bool died = life_event_ends((enum life_event)move->event);
	uint32_t generation =
		died ? move->generation : record->generation; /* else the link has that of the last that ended */
	const struct page_generation *g = services_generation(record, generation);
	int32_t pid = died ? move->pid : g != NULL ? g->master : 0;
	json_t *event;

	if (c->waiter.name[0] != '\0' && strcmp(c->waiter.name, record->name) != 0)
		return;
	text_init(&t, words, sizeof words);
	reasons_of_move(&t, record, move);
	event = json_pack("{s:f, s:s, s:s, s:s, s:s, s:o, s:I}", "time", (double)clock_wall() / 1000, "service",
		record->name, "from", life_state_name((enum life_state)move->from), "to",
		life_state_name((enum life_state)move->to), "reason", words, "pid",
		pid != 0 ? json_integer(pid) : json_null(), "generation", (json_int_t)generation);
	/* never the last one: whoever watches hangs up when he has seen enough */
	client_continue(c, json_pack("{s:o}", "event", event));
}

void
events_tell_incident(struct client *c, const char *name, const char *json, size_t length)
{
	if (c->waiter.name[0] != '\0' && strcmp(c->waiter.name, name) != 0)
		return;
	client_continue(c, json_pack("{s:o?}", "incident", json_loadb(json, length, 0, NULL)));
}

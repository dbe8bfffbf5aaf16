#include "watcher/waiter_words.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/text.h"
#include "watcher/client.h"
#include "watcher/pools.h"
#include "watcher/reasons.h"
#include "watcher/watch.h"
#include "watcher/words.h"

enum { SENTENCE = 480 }; /* what is longer is cut (text.h) */

/* The next step, as it is typed: incidents are of Gunicorns, and who writes to standard output has no files. */
static void
hint_next(char *hint, size_t size, const struct watcher *w, const char *name)
{
	struct page_service record;
	uint32_t slot;
	bool known = services_find(&w->services, name, &slot) && services_read(&w->services, slot, &record);
	bool why = known && record.kind == PAGE_GUNICORN;
	bool logs = !known || record.settings.log == PAGE_LOG_FILE || record.settings.log == PAGE_LOG_BOTH;

	snprintf(hint, size, "%s%s%s%s%s", why ? "bridle why " : "", why ? name : "", why && logs ? ", " : "",
		logs ? "bridle logs " : "", logs ? name : "");
}

static void
add_workers(struct text *t, struct watcher *w, struct service *s, const struct page_service *record)
{
	struct workers_count count;

	if (s->sampler == NULL)
		return;
	/* The last look may be from before they were ready; only heartbeats, since somebody waits. */
	samples_look(w, s, record, WORKERS_HEARTBEATS);
	count = pools_seen(s->sampler, record, clock_now());
	text_addf(t, ", %u of %u workers %s", count.booted, record->wanted,
		s->sampler->workers.blind ? "assumed ready: their heartbeats cannot be seen" : "ready");
}

/* It was up, by the move that decided, and the page says that it has ended since: a program that exits at once, say, which proved
 * itself by being executed. */
static bool
has_ended_again(const struct page_service *record)
{
	return record->state == LIFE_RESTARTING || record->state == LIFE_STARTING || record->state == LIFE_RETRYING ||
		record->state == LIFE_WAITING || record->state == LIFE_FAILED;
}

/* "broken did not last, and is waiting: process 18 exited with status 1 after 136ms" */
static void
tell_not_lasting(struct client *c, const struct page_service *record)
{
	char words[SENTENCE], hint[160];
	struct text t;

	text_init(&t, words, sizeof words);
	text_addf(&t, "%s did not last, and %s %s: ", c->waiter.name, life_state_verb((enum life_state)record->state),
		life_state_name((enum life_state)record->state));
	if (!reasons_of_end(&t, record))
		reasons_of_state(&t, record);
	hint_next(hint, sizeof hint, c->w, c->waiter.name);
	client_failed(c, words, hint);
	client_next(c);
}

void
waiter_tell_done(struct client *c, struct service *s, const struct page_service *record)
{
	const struct page_generation *g = services_generation(record, record->generation);
	char words[SENTENCE];
	struct text t;

	if (c->waiter.goal != GOAL_DOWN && has_ended_again(record)) {
		tell_not_lasting(c, record);
		return;
	}
	text_init(&t, words, sizeof words);
	text_addf(&t, "%s is %s", c->waiter.name, life_state_name((enum life_state)record->state));
	if (c->waiter.goal != GOAL_DOWN) {
		text_addf(&t, ": generation %u", record->generation);
		/* of a Gunicorn its workers say more than the pid of its master */
		if (record->kind == PAGE_PROGRAM && g != NULL)
			text_addf(&t, ", pid %d", (int)g->master);
		add_workers(&t, c->w, s, record);
	}
	text_add(&t, ", ");
	words_took(&t, clock_now() - c->waiter.asked);
	if (c->waiter.note[0] != '\0')
		text_addf(&t, "; %s", c->waiter.note);
	client_message(c, words);
	client_next(c);
}

void
waiter_tell_failed(struct client *c, struct service *s, const struct page_service *record,
	const struct link_record *move)
{
	char words[SENTENCE], hint[160];
	struct text t;

	text_init(&t, words, sizeof words);
	text_addf(&t, "%s %s %s: ", c->waiter.name, life_state_verb((enum life_state)move->to),
		life_state_name((enum life_state)move->to));
	reasons_of_move(&t, record, move);
	/* else nobody was there to write anything */
	if (c->waiter.goal != GOAL_DOWN && (record->why[0] == '\0' || record->of_command != 0)) {
		size_t before = t.len;

		text_add(&t, "; its log says: ");
		/* it said nothing since it was asked: take that back */
		if (!reasons_from_log(c->w, &t, s->slot, &c->waiter.mark))
			t.at[t.len = before] = '\0';
	}
	/* A service that starts, but does not answer its probe, fails without a line in its log. */
	if (c->waiter.goal != GOAL_DOWN && s->sampler != NULL && s->sampler->probes.probe.trouble[0] != '\0')
		text_addf(&t, "; its probe: %s", s->sampler->probes.probe.trouble);
	hint_next(hint, sizeof hint, c->w, c->waiter.name);
	client_failed(c, words, hint);
	client_next(c);
}

void
waiter_tell_workers(struct client *c, uint32_t booted)
{
	char words[SENTENCE];
	struct text t;

	text_init(&t, words, sizeof words);
	text_addf(&t, "%s: %u of %u workers ready, ", c->waiter.name, booted, c->waiter.wanted);
	words_took(&t, clock_now() - c->waiter.asked);
	client_reply(c, json_pack("{s:s, s:I}", "message", words, "wanted", (json_int_t)c->waiter.wanted));
	client_next(c);
}

void
waiter_tell_accepted(struct client *c, const struct link_record *answer)
{
	struct waiter *waiter = &c->waiter;
	json_t *reply = json_object();
	char words[SENTENCE];

	if (answer->text[0] != '\0')
		text_copy(words, sizeof words, answer->text);
	else
		snprintf(words, sizeof words, "%s%saccepted", waiter->name, waiter->name[0] != '\0' ? ": " : "");
	json_object_set_new(reply, "message", json_string(words));
	/* its lines came before, each a record of its own, as the link's records have room for one */
	if (waiter->deed == DEED_REREAD)
		json_object_set_new(reply, "changes",
			waiter->lines != NULL ? json_incref(waiter->lines) : json_array());
	if (waiter->deed == DEED_SCALE)
		json_object_set_new(reply, "wanted", json_integer(waiter->wanted));
	client_reply(c, reply);
	client_next(c);
}

void
waiter_tell_complaints(struct client *c, const struct link_record *answer)
{
	json_t *lines = c->waiter.lines != NULL ? json_incref(c->waiter.lines) : json_array();

	client_error(c, VARLINK_INTERFACE ".BadConfiguration",
		json_pack("{s:s, s:o}", "reason", answer->text, "complaints", lines));
	client_next(c);
}

void
waiter_tell_process_failed(struct client *c, const struct link_record *answer)
{
	char words[SENTENCE], hint[160];
	uint32_t slot;
	struct text t;
	size_t before;

	text_init(&t, words, sizeof words);
	text_add(&t, answer->text);
	before = t.len;
	text_add(&t, "; its log says: ");
	if (!services_find(&c->w->services, c->waiter.name, &slot) ||
		!reasons_from_log(c->w, &t, slot, &c->waiter.mark))
		t.at[t.len = before] = '\0';
	hint_next(hint, sizeof hint, c->w, c->waiter.name);
	client_failed(c, words, hint);
	client_next(c);
}

void
waiter_tell_late(struct client *c)
{
	struct page_service record;
	struct workers_count count = { 0, 0 };
	char words[SENTENCE], hint[160];
	uint32_t slot;

	if (services_find(&c->w->services, c->waiter.name, &slot) && services_read(&c->w->services, slot, &record) &&
		c->w->services.at[slot].sampler != NULL)
		count = pools_seen(c->w->services.at[slot].sampler, &record, clock_now());
	snprintf(words, sizeof words, "%s: %u workers, %u of them ready, instead of %u", c->waiter.name, count.all,
		count.booted, c->waiter.wanted);
	hint_next(hint, sizeof hint, c->w, c->waiter.name);
	client_failed(c, words, hint);
}

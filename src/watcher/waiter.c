#include "watcher/waiter.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "watcher/client.h"
#include "watcher/events.h"
#include "watcher/pools.h"
#include "watcher/ready.h"
#include "watcher/reasons.h"
#include "watcher/watch.h"
#include "watcher/words.h"

enum {
	ANSWER_PATIENCE = 60000,  /* ms for the supervisor's answer: it may read a large configuration */
	WORKERS_PATIENCE = 60000, /* ms until the workers that were asked for have to be booted */
	SENTENCE = 480,
};

void
waiter_free(struct waiter *waiter)
{
	json_decref(waiter->lines);
	*waiter = (struct waiter){ .kind = WAIT_NOTHING };
}

/* ---- what each deed waits for ---- */

static bool
has_outcome(enum link_deed deed, enum outcome_goal *goal)
{
	static const struct {
		bool waits;
		enum outcome_goal goal;
	} outcomes[DEEDS] = {
		[DEED_START] = { true, GOAL_UP },
		[DEED_STOP] = { true, GOAL_DOWN },
		[DEED_RESTART] = { true, GOAL_UP_AGAIN },
		[DEED_RESTART_COLD] = { true, GOAL_UP_AGAIN },
		[DEED_RELOAD] = { true, GOAL_UP_AGAIN },
	};

	*goal = outcomes[deed].goal;
	return outcomes[deed].waits;
}

void
waiter_request(struct client *c, enum link_deed deed, const char *name, const struct page_service *record,
	uint32_t slot, int64_t arg, bool no_wait)
{
	struct link_record request = link_make(LINK_REQUEST);
	struct waiter *waiter = &c->waiter;

	*waiter = (struct waiter){ .kind = WAIT_ANSWER,
		.id = uplink_id(c->w),
		.deed = deed,
		.no_wait = no_wait,
		.asked = clock_now() };
	text_copy(waiter->name, sizeof waiter->name, name);
	request.deed = (uint8_t)deed;
	request.id = waiter->id;
	request.arg = arg;
	request.uid = c->peer.uid;
	request.service = record != NULL ? slot : UINT32_MAX;
	if (record != NULL) {
		waiter->before = record->generation;
		waiter->mark = reasons_mark(c->w, slot);
		request.incarnation = record->incarnation;
		request.generation = record->generation;
	}
	if (record != NULL)
		inquiry_asked(c->w, &c->w->services.at[slot], deed, c->peer.uid);
	if (uplink_send(c->w, &request)) {
		client_patience(c,
			deed == DEED_RELOAD ? MSEC_NEVER : ANSWER_PATIENCE); /* new code may be tried first */
		return;
	}
	client_failed(c, "the supervisor does not read", NULL);
	waiter_free(waiter);
}

/* ---- telling the outcome ---- */

static void
hint_logs(char *hint, size_t size, const char *name)
{
	snprintf(hint, size, "bridle logs %s", name);
}

static void
add_workers(struct text *t, struct watcher *w, struct service *s, const struct page_service *record)
{
	struct workers_count count;

	if (s->sampler == NULL)
		return;
	samples_look(w, s, record, WORKERS_HEARTBEATS);
	count = pools_seen(s->sampler, record, clock_now());
	text_addf(t, ", %u of %u workers %s", count.booted, record->wanted,
		s->sampler->workers.blind ? "assumed ready: their heartbeats cannot be seen" : "ready");
}

static void
tell_done(struct client *c, struct service *s, const struct page_service *record)
{
	const struct page_generation *g = services_generation(record, record->generation);
	char words[SENTENCE];
	struct text t;

	text_init(&t, words, sizeof words);
	text_addf(&t, "%s is %s", c->waiter.name, life_state_name((enum life_state)record->state));
	if (c->waiter.goal != GOAL_DOWN) {
		text_addf(&t, ": generation %u", record->generation);
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

static void
tell_failed(struct client *c, struct service *s, const struct page_service *record, const struct link_record *move)
{
	char words[SENTENCE], hint[80];
	struct text t;

	text_init(&t, words, sizeof words);
	text_addf(&t, "%s is %s: ", c->waiter.name, life_state_name((enum life_state)move->to));
	reasons_of_move(&t, record, move);
	if (c->waiter.goal != GOAL_DOWN && record->why[0] == '\0') { /* else nobody was there to write anything */
		size_t before = t.len;

		text_add(&t, "; its log says: ");
		if (!reasons_from_log(c->w, &t, s->slot, &c->waiter.mark))
			t.at[t.len = before] = '\0';
	}
	if (c->waiter.goal != GOAL_DOWN && s->sampler != NULL && s->sampler->probes.probe.trouble[0] != '\0')
		text_addf(&t, "; its probe: %s", s->sampler->probes.probe.trouble);
	hint_logs(hint, sizeof hint, c->waiter.name);
	client_failed(c, words, hint);
	client_next(c);
}

/* The move that led to the state in the page. */
static struct link_record
last_move(const struct page_service *record)
{
	struct link_record move = link_make(LINK_MOVED);
	msec now = clock_now();

	move.from = record->from;
	move.to = record->state;
	move.event = record->event;
	move.pid = record->last_pid;
	move.status = record->last_status;
	move.arg = record->due != MSEC_NEVER && record->due > now ? record->due - now : 0;
	return move;
}

static void
judge(struct client *c, struct service *s, const struct page_service *record, const struct link_record *move)
{
	switch (outcome_judge(c->waiter.goal, c->waiter.before, (enum life_state)move->to, (enum life_event)move->event,
		record->generation)) {
	case OUTCOME_WAIT: break;
	case OUTCOME_DONE: tell_done(c, s, record); break;
	case OUTCOME_FAILED: tell_failed(c, s, record, move); break;
	}
}

/* A state older than the request says nothing about it. */
static void
judge_page(struct client *c, struct service *s, const struct page_service *record)
{
	struct link_record move = last_move(record);

	if (record->since >= c->waiter.asked)
		judge(c, s, record, &move);
}

/* ---- workers ---- */

static void
tell_workers(struct client *c, uint32_t booted)
{
	char words[SENTENCE];
	struct text t;

	text_init(&t, words, sizeof words);
	text_addf(&t, "%s: %u of %u workers ready, ", c->waiter.name, booted, c->waiter.wanted);
	words_took(&t, clock_now() - c->waiter.asked);
	client_reply(c, json_pack("{s:s, s:I}", "message", words, "wanted", (json_int_t)c->waiter.wanted));
	client_next(c);
}

static void
wait_for_workers(struct client *c, struct service *s, const struct page_service *record)
{
	char words[SENTENCE];

	if (record->state == LIFE_RUNNING && !c->waiter.no_wait) {
		c->waiter.kind = WAIT_WORKERS;
		client_patience(c, WORKERS_PATIENCE);
		samples_moved(c->w, s);
		return;
	}
	snprintf(words, sizeof words, "%s: %u workers wanted%s", c->waiter.name, c->waiter.wanted,
		record->state == LIFE_RUNNING ? "" : " from when it runs");
	client_reply(c, json_pack("{s:s, s:I}", "message", words, "wanted", (json_int_t)c->waiter.wanted));
	client_next(c);
}

void
waiter_sampled(struct client *c, struct service *s, const struct page_service *record)
{
	struct workers_count count;

	if (c->waiter.kind != WAIT_WORKERS || strcmp(c->waiter.name, record->name) != 0)
		return;
	count = pools_seen(s->sampler, record, clock_now());
	if (count.all == c->waiter.wanted && count.booted == count.all)
		tell_workers(c, count.booted);
}

/* ---- the supervisor's answer ---- */

/* A deed that is done when it is accepted, or whose outcome nobody waits for. */
static void
tell_accepted(struct client *c, const struct link_record *answer)
{
	struct waiter *waiter = &c->waiter;
	json_t *reply = json_object();
	char words[SENTENCE];

	if (answer->text[0] != '\0')
		text_copy(words, sizeof words, answer->text);
	else
		snprintf(words, sizeof words, "%s%saccepted", waiter->name, waiter->name[0] != '\0' ? ": " : "");
	json_object_set_new(reply, "message", json_string(words));
	if (waiter->deed == DEED_REREAD)
		json_object_set_new(reply, "changes",
			waiter->lines != NULL ? json_incref(waiter->lines) : json_array());
	if (waiter->deed == DEED_SCALE)
		json_object_set_new(reply, "wanted", json_integer(waiter->wanted));
	client_reply(c, reply);
	client_next(c);
}

static void
accepted(struct client *c, const struct link_record *answer)
{
	struct waiter *waiter = &c->waiter;
	struct page_service record;
	uint32_t slot;

	if (waiter->name[0] == '\0' || !services_find(&c->w->services, waiter->name, &slot) ||
		!services_read(&c->w->services, slot, &record)) {
		tell_accepted(c, answer);
	} else if (waiter->deed == DEED_SCALE) {
		wait_for_workers(c, &c->w->services.at[slot], &record);
	} else if (waiter->no_wait || !has_outcome(waiter->deed, &waiter->goal)) {
		tell_accepted(c, answer);
	} else {
		waiter->kind = WAIT_OUTCOME;
		text_copy(waiter->note, sizeof waiter->note, answer->text);
		client_patience(c, MSEC_NEVER);
		judge_page(c, &c->w->services.at[slot], &record); /* a deed that was quick has its outcome already */
	}
}

/* A configuration that could not be taken up: the lines that came before the answer say why. */
static void
tell_complaints(struct client *c, const struct link_record *answer)
{
	json_t *lines = c->waiter.lines != NULL ? json_incref(c->waiter.lines) : json_array();

	client_error(c, VARLINK_INTERFACE ".BadConfiguration",
		json_pack("{s:s, s:o}", "reason", answer->text, "complaints", lines));
	client_next(c);
}

/* It was agreed to, and a process that had to do a part of it failed, and wrote why. */
static void
tell_process_failed(struct client *c, const struct link_record *answer)
{
	char words[SENTENCE], hint[80];
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
	hint_logs(hint, sizeof hint, c->waiter.name);
	client_failed(c, words, hint);
	client_next(c);
}

void
waiter_answered(struct client *c, const struct link_record *answer)
{
	char hint[80];

	if (c->waiter.deed == DEED_SCALE && answer->arg > 0)
		c->waiter.wanted = (uint32_t)answer->arg;
	switch ((enum link_result)answer->result) {
	case LINK_DONE: accepted(c, answer); break;
	case LINK_NOTHING: tell_accepted(c, answer); break;
	case LINK_REFUSED:
		if (c->waiter.deed == DEED_REREAD) {
			tell_complaints(c, answer);
			break;
		}
		if (answer->pid != 0) {
			tell_process_failed(c, answer);
			break;
		}
		snprintf(hint, sizeof hint, "bridle status %s", c->waiter.name);
		client_refused(c, answer->text, c->waiter.name[0] != '\0' ? hint : NULL);
		client_next(c);
		break;
	}
}

void
waiter_line(struct client *c, const struct link_record *line)
{
	enum { LINES = 1000 };

	if (c->waiter.lines == NULL)
		c->waiter.lines = json_array();
	if (json_array_size(c->waiter.lines) < LINES)
		json_array_append_new(c->waiter.lines, json_string(line->text));
}

/* ---- readiness and events ---- */

void
waiter_ready(struct client *c, const char *name, msec patience)
{
	if (ready_answer(c, name, patience <= 0))
		return;
	c->waiter = (struct waiter){ .kind = WAIT_READY };
	text_copy(c->waiter.name, sizeof c->waiter.name, name);
	client_patience(c, patience);
}

void
waiter_events(struct client *c, const char *name)
{
	c->waiter = (struct waiter){ .kind = WAIT_EVENTS };
	text_copy(c->waiter.name, sizeof c->waiter.name, name);
	client_patience(c, MSEC_NEVER);
}

/* ---- what happens ---- */

void
waiter_moved(struct client *c, struct service *s, const struct page_service *record, const struct link_record *move)
{
	bool mine = strcmp(c->waiter.name, record->name) == 0;

	switch (c->waiter.kind) {
	case WAIT_EVENTS: events_tell(c, record, move); break;
	case WAIT_READY:
		if (ready_answer(c, c->waiter.name, false))
			client_next(c);
		break;
	case WAIT_OUTCOME:
		if (mine)
			judge(c, s, record, move);
		break;
	case WAIT_WORKERS:
		if (mine && move->to != LIFE_RUNNING && move->to != LIFE_REPLACING && move->to != LIFE_RELOADING)
			tell_failed(c, s, record, move);
		break;
	case WAIT_NOTHING:
	case WAIT_ANSWER: break;
	}
}

void
waiter_incident(struct client *c, const char *name, const char *json, size_t length)
{
	if (c->waiter.kind == WAIT_EVENTS)
		events_tell_incident(c, name, json, length);
}

void
waiter_look(struct client *c)
{
	struct page_service record;
	uint32_t slot;

	if (c->waiter.kind == WAIT_READY) {
		if (ready_answer(c, c->waiter.name, false))
			client_next(c);
	} else if (c->waiter.kind == WAIT_OUTCOME && services_find(&c->w->services, c->waiter.name, &slot) &&
		services_read(&c->w->services, slot, &record)) {
		judge_page(c, &c->w->services.at[slot], &record);
	}
}

void
waiter_forgot(struct client *c, const char *name)
{
	if (c->waiter.name[0] == '\0' || strcmp(c->waiter.name, name) != 0)
		return;
	if (c->waiter.kind != WAIT_OUTCOME && c->waiter.kind != WAIT_WORKERS && c->waiter.kind != WAIT_READY)
		return;
	client_failed(c, "the service is not in the configuration any more", NULL);
	client_next(c);
}

static void
workers_late(struct client *c)
{
	struct page_service record;
	struct workers_count count = { 0, 0 };
	char words[SENTENCE], hint[80];
	uint32_t slot;

	if (services_find(&c->w->services, c->waiter.name, &slot) && services_read(&c->w->services, slot, &record) &&
		c->w->services.at[slot].sampler != NULL)
		count = pools_seen(c->w->services.at[slot].sampler, &record, clock_now());
	snprintf(words, sizeof words, "%s: %u workers, %u of them ready, instead of %u", c->waiter.name, count.all,
		count.booted, c->waiter.wanted);
	hint_logs(hint, sizeof hint, c->waiter.name);
	client_failed(c, words, hint);
}

void
waiter_expired(struct client *c)
{
	switch (c->waiter.kind) {
	case WAIT_ANSWER: client_failed(c, "the supervisor does not answer", NULL); break;
	case WAIT_WORKERS: workers_late(c); break;
	case WAIT_READY: ready_answer(c, c->waiter.name, true); break;
	case WAIT_NOTHING:
	case WAIT_OUTCOME:
	case WAIT_EVENTS: return;
	}
	client_next(c);
}

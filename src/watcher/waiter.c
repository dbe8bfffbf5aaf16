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
#include "watcher/waiter_words.h"
#include "watcher/watch.h"

/* A deed waits for the supervisor's answer (ANSWER). When it is accepted, most wait for what comes of it (OUTCOME, by
 * moves and by the page), a scaling for its workers (WORKERS, by looks). One that comes while another is under way waits
 * for its TURN, and is asked for anew. READY and EVENTS ask the supervisor for
 * nothing. Whatever ends a wait answers the call, and client_next() lets the next one begin. */

enum {
	ANSWER_PATIENCE = 60000,  /* ms for the supervisor's answer: it may read a large configuration */
	WORKERS_PATIENCE = 60000, /* ms until the workers that were asked for have to be booted */
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
		/* what is not here is done when it is accepted */
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
		.arg = arg,
		.asked = clock_now() };
	text_copy(waiter->name, sizeof waiter->name, name);
	request.deed = (uint8_t)deed;
	request.id = waiter->id;
	request.arg = arg;
	request.uid = c->peer.uid;
	request.service = record != NULL ? slot : UINT32_MAX;
	if (record != NULL) {
		waiter->before = record->generation;
		/* what its log says from here on is about what was asked for */
		waiter->mark = reasons_mark(c->w, slot);
		request.incarnation = record->incarnation;
		request.generation = record->generation;
	}
	if (record != NULL)
		/* before it is sent: what happens because of it must not be taken for a failure */
		inquiry_asked(c->w, &c->w->services.at[slot], deed, arg, c->peer.uid);
	if (uplink_send(c->w, &request)) {
		client_patience(c,
			deed == DEED_RELOAD ? MSEC_NEVER : ANSWER_PATIENCE); /* new code may be tried first */
		return;
	}
	/* the link's queue is full (uplink.h): nothing was asked for */
	client_failed(c, "the supervisor does not read", NULL);
	waiter_free(waiter);
}

/* The service that it waits for, by its name: its slot may have been given to another since, and it another slot. */
static bool
read_own(const struct client *c, uint32_t *slot, struct page_service *record)
{
	return services_find(&c->w->services, c->waiter.name, slot) && services_read(&c->w->services, *slot, record);
}

/* ---- the outcome ---- */

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

/* By the move, not by the page: two moves may have followed each other, and the first one decided it. */
static void
judge(struct client *c, struct service *s, const struct page_service *record, const struct link_record *move)
{
	switch (outcome_judge(c->waiter.goal, c->waiter.before, (enum life_state)move->to, (enum life_event)move->event,
		record->generation)) {
	case OUTCOME_WAIT: break;
	case OUTCOME_DONE: waiter_tell_done(c, s, record); break;
	case OUTCOME_FAILED: waiter_tell_failed(c, s, record, move); break;
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
wait_for_workers(struct client *c, struct service *s, const struct page_service *record)
{
	char words[PAGE_NAME + 64];

	if (record->state == LIFE_RUNNING && !c->waiter.no_wait) {
		c->waiter.kind = WAIT_WORKERS;
		client_patience(c, WORKERS_PATIENCE);
		/* he should not wait for the look at the next whole second */
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

	/* by its name, since it may have gone and come back in another slot */
	if (c->waiter.kind != WAIT_WORKERS || strcmp(c->waiter.name, record->name) != 0)
		return;
	count = pools_seen(s->sampler, record, clock_now());
	if (count.all == c->waiter.wanted && count.booted == count.all)
		waiter_tell_workers(c, count.booted);
}

/* ---- the supervisor's answer ---- */

static void
accepted(struct client *c, const struct link_record *answer)
{
	struct waiter *waiter = &c->waiter;
	struct page_service record;
	uint32_t slot;

	if (waiter->name[0] == '\0' || !read_own(c, &slot, &record)) {
		waiter_tell_accepted(c, answer);
	} else if (waiter->deed == DEED_SCALE) {
		wait_for_workers(c, &c->w->services.at[slot], &record);
	} else if (waiter->no_wait || !has_outcome(waiter->deed, &waiter->goal)) {
		waiter_tell_accepted(c, answer);
	} else {
		waiter->kind = WAIT_OUTCOME;
		if (answer->result == LINK_DONE) /* else it says what is so until the outcome is there */
			text_copy(waiter->note, sizeof waiter->note, answer->text);
		client_patience(c, MSEC_NEVER);
		judge_page(c, &c->w->services.at[slot], &record); /* a deed that was quick has its outcome already */
	}
}

/* Who asked for it is kept with what comes of it. */
static void
chronicle(struct client *c)
{
	const struct waiter *waiter = &c->waiter;
	uint32_t slot;

	if (waiter->name[0] == '\0')
		chronicle_asked(c->w, NULL, waiter->deed, waiter->arg, c->peer.uid, waiter->asked);
	else if (services_find(&c->w->services, waiter->name, &slot))
		chronicle_asked(c->w, &c->w->services.at[slot], waiter->deed, waiter->arg, c->peer.uid, waiter->asked);
}

static void
refused(struct client *c, const struct link_record *answer)
{
	char hint[80];

	snprintf(hint, sizeof hint, "bridle status %s", c->waiter.name);
	client_refused(c, answer->text, c->waiter.name[0] != '\0' ? hint : NULL);
	client_next(c);
}

/* Not while it is being replaced still; and whoever stopped it since asked for that later. */
static void
take_turn(struct client *c, struct service *s, const struct page_service *record, const struct link_record *move)
{
	if (move->to == LIFE_STOPPING || move->to == LIFE_STOPPED)
		waiter_tell_failed(c, s, record, move);
	else if (record->state != LIFE_REPLACING)
		waiter_request(c, c->waiter.deed, record->name, record, s->slot, c->waiter.arg, c->waiter.no_wait);
}

static void
wait_for_turn(struct client *c, const struct link_record *answer)
{
	struct page_service record;
	struct link_record move;
	uint32_t slot;

	if (c->waiter.no_wait || !read_own(c, &slot, &record)) {
		refused(c, answer);
		return;
	}
	c->waiter.kind = WAIT_TURN;
	client_patience(c, MSEC_NEVER);
	move = last_move(&record); /* it may have ended before the answer was here */
	take_turn(c, &c->w->services.at[slot], &record, &move);
}

void
waiter_answered(struct client *c, const struct link_record *answer)
{
	/* what was refused, or was so already, has changed nothing that the journal could tell */
	if (answer->result == LINK_DONE)
		chronicle(c);
	switch ((enum link_result)answer->result) {
	case LINK_DONE:
	case LINK_UNDER_WAY: accepted(c, answer); break;
	case LINK_NOTHING: waiter_tell_accepted(c, answer); break;
	case LINK_REFUSED:
		if (c->waiter.deed == DEED_REREAD) {
			waiter_tell_complaints(c, answer);
			break;
		}
		/* of a trial, which has a log to look into */
		if (answer->pid != 0) {
			waiter_tell_process_failed(c, answer);
			break;
		}
		refused(c, answer);
		break;
	case LINK_LATER: wait_for_turn(c, answer); break;
	}
}

void
waiter_line(struct client *c, const struct link_record *line)
{
	enum { LINES = 1000 }; /* of what a client is told: a configuration may be wrong in every line */

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
	case WAIT_TURN:
		if (mine)
			take_turn(c, s, record, move);
		break;
	case WAIT_OUTCOME:
		if (mine)
			judge(c, s, record, move);
		break;
	case WAIT_WORKERS:
		if (mine && move->to != LIFE_RUNNING && move->to != LIFE_REPLACING && move->to != LIFE_RELOADING)
			waiter_tell_failed(c, s, record, move);
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
	struct link_record move;
	uint32_t slot;

	if (c->waiter.kind == WAIT_READY && ready_answer(c, c->waiter.name, false)) {
		client_next(c); /* from here on it waits for something else, or nothing */
		return;
	}
	if ((c->waiter.kind != WAIT_OUTCOME && c->waiter.kind != WAIT_TURN) || !read_own(c, &slot, &record))
		return;
	move = last_move(&record);
	if (c->waiter.kind == WAIT_OUTCOME)
		judge_page(c, &c->w->services.at[slot], &record);
	else
		take_turn(c, &c->w->services.at[slot], &record, &move);
}

void
waiter_forgot(struct client *c, const char *name)
{
	if (c->waiter.name[0] == '\0' || strcmp(c->waiter.name, name) != 0)
		return;
	if (c->waiter.kind != WAIT_TURN && c->waiter.kind != WAIT_OUTCOME && c->waiter.kind != WAIT_WORKERS &&
		c->waiter.kind != WAIT_READY)
		return;
	/* it is forgotten when nothing of it is left, and the move that said so has gone with its slot (control.c) */
	if (c->waiter.kind == WAIT_OUTCOME && c->waiter.goal == GOAL_DOWN)
		client_message(c, "it is stopped, and not in the configuration any more");
	else
		client_failed(c, "the service is not in the configuration any more", NULL);
	client_next(c);
}

void
waiter_expired(struct client *c)
{
	switch (c->waiter.kind) {
	case WAIT_ANSWER: client_failed(c, "the supervisor does not answer", NULL); break;
	case WAIT_WORKERS: waiter_tell_late(c); break;
	case WAIT_READY: ready_answer(c, c->waiter.name, true); break;
	/* an outcome comes by the deadlines of the life, and events have no end: nobody set a time for these */
	case WAIT_NOTHING:
	case WAIT_TURN:
	case WAIT_OUTCOME:
	case WAIT_EVENTS: return;
	}
	client_next(c);
}

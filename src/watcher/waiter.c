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
#include "watcher/waiter_parts.h"
#include "watcher/waiter_words.h"
#include "watcher/watch.h"

/* A deed waits for the supervisor's answer (ANSWER). When it is accepted, most wait for what comes of it (OUTCOME, by
 * moves and by the page), a scaling for its workers (WORKERS, by looks). One that comes while another is under way waits
 * for its TURN, and is asked for anew. READY and EVENTS ask the supervisor for
 * nothing. Whatever ends a wait answers the call, and client_next() lets the next one begin. */

enum {
	ANSWER_PATIENCE = 60000,  /* ms for the supervisor's answer: it may read a large configuration */
};

void
waiter_free(struct waiter *waiter)
{
	json_decref(waiter->lines);
	*waiter = (struct waiter){ .kind = WAIT_NOTHING };
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

bool
waiter_read_own(const struct client *c, uint32_t *slot, struct page_service *record)
{
	return services_find(&c->w->services, c->waiter.name, slot) && services_read(&c->w->services, *slot, record);
}

/* ---- the outcome ---- */

struct link_record
waiter_last_move(const struct page_service *record)
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

void
waiter_judge_page(struct client *c, struct service *s, const struct page_service *record)
{
	struct link_record move = waiter_last_move(record);

	if (record->since >= c->waiter.asked)
		judge(c, s, record, &move);
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

void
waiter_take_turn(struct client *c, struct service *s, const struct page_service *record, const struct link_record *move)
{
	if (move->to == LIFE_STOPPING || move->to == LIFE_STOPPED)
		waiter_tell_failed(c, s, record, move);
	else if (record->state != LIFE_REPLACING)
		waiter_request(c, c->waiter.deed, record->name, record, s->slot, c->waiter.arg, c->waiter.no_wait);
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
			waiter_take_turn(c, s, record, move);
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
	if ((c->waiter.kind != WAIT_OUTCOME && c->waiter.kind != WAIT_TURN) || !waiter_read_own(c, &slot, &record))
		return;
	move = waiter_last_move(&record);
	if (c->waiter.kind == WAIT_OUTCOME)
		waiter_judge_page(c, &c->w->services.at[slot], &record);
	else
		waiter_take_turn(c, &c->w->services.at[slot], &record, &move);
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

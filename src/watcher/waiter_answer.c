/*
 * waiter_answer.c -- the supervisor's answer to what a client asked for: the end of its wait, or what it waits for from then on.
 */
#include "watcher/waiter.h"

#include <stdio.h>

#include "base/text.h"
#include "watcher/client.h"
#include "watcher/waiter_parts.h"
#include "watcher/waiter_words.h"
#include "watcher/watch.h"

enum { WORKERS_PATIENCE = 60000 /* ms until the workers that were asked for have to be booted */ };

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

static void
accepted(struct client *c, const struct link_record *answer)
{
	struct waiter *waiter = &c->waiter;
	struct page_service record;
	uint32_t slot;

	if (waiter->name[0] == '\0' || !waiter_read_own(c, &slot, &record)) {
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
		waiter_judge_page(c, &c->w->services.at[slot], &record); /* a deed that was quick has its outcome already */
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

static void
wait_for_turn(struct client *c, const struct link_record *answer)
{
	struct page_service record;
	struct link_record move;
	uint32_t slot;

	if (c->waiter.no_wait || !waiter_read_own(c, &slot, &record)) {
		refused(c, answer);
		return;
	}
	c->waiter.kind = WAIT_TURN;
	client_patience(c, MSEC_NEVER);
	move = waiter_last_move(&record); /* it may have ended before the answer was here */
	waiter_take_turn(c, &c->w->services.at[slot], &record, &move);
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

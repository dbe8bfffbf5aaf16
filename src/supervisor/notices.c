/*
 * notices.c -- a ring that overwrites its oldest. What is lost is told of by the page, which always
 * has the present; the log lacks those lines.
 */
#include "supervisor/notices.h"

#include <stdlib.h>

#include "base/log.h"
#include "base/text.h"
#include "supervisor/bridled.h"
#include "supervisor/service.h"
#include "wire/ending.h"

bool
notices_init(struct notices *n, uint32_t size)
{
	*n = (struct notices){ .ring = calloc(size, sizeof *n->ring), .size = size };
	return n->ring != NULL;
}

void
notices_free(struct notices *n)
{
	free(n->ring);
	n->ring = NULL;
}

void
notices_add(struct bridled *b, struct service *s, const struct life_order *order)
{
	struct notices *n = &b->notices;

	if (n->count == n->size) { /* never wait for the slow reader: the page holds what matters */
		n->first = (n->first + 1) % n->size;
		n->count--;
		n->lost = true;
	}
	n->ring[(n->first + n->count++) % n->size] = (struct notice){
		.service = s->slot,
		/* as they were when it moved: before it is told, the next one may have begun */
		.generation = s->last_generation,
		.pid = s->last_pid,
		.status = s->last_status,
		.from = order->from,
		.to = order->to,
		.event = order->event,
		.age = s->last_age,
		.wait = order->wait,
	};
}

void
notices_stays(struct bridled *b, struct service *s)
{
	const struct life_order order = {
		.kind = ORDER_MOVED, .from = (uint8_t)s->life.state, .to = (uint8_t)s->life.state, .event = ON_START
	};

	notices_add(b, s, &order);
	memory_later(s); /* that it was to be stopped is written down (ordering_stop) */
}

/* Trouble is loud, the ordinary is not. */
static enum log_level
level_of(const struct notice *n)
{
	if (n->to == LIFE_FAILED)
		return LOG_LEVEL_ERROR;
	if (n->to == LIFE_WAITING || n->to == LIFE_RETRYING || n->event == ON_NEXT_DIED || n->event == ON_DIED_NOW)
		return LOG_LEVEL_WARNING;
	return LOG_LEVEL_INFO;
}

static void
say(const struct service *s, const struct notice *n)
{
	char buffer[400];
	struct text t;

	text_init(&t, buffer, sizeof buffer);
	text_addf(&t, "%s: %s -> %s: ", s->name, life_state_name(n->from), life_state_name(n->to));
	if (life_event_ends(n->event) && n->pid != 0) {
		text_addf(&t, "master %d (generation %u) ", n->pid, n->generation);
		ending_add(&t, n->status);
		text_add(&t, " after ");
		text_add_duration(&t, n->age);
		text_add(&t, "; ");
	}
	/* of a program that proves nothing, nothing is claimed */
	if (n->event == ON_READY && s->kind == CONF_PROGRAM && plan_program_of(s->plan)->proof == PROOF_EXEC)
		text_add(&t, "executed");
	else if (life_event_ends(n->event) && n->pid == 0)
		ending_add_start(&t, n->status);
	else if (n->event == ON_TIMEOUT && n->from == LIFE_WAITING) /* that deadline was a wait */
		text_add(&t, "trying again");
	else
		text_add(&t, life_event_text(n->event));
	if (n->wait > 0) {
		text_add(&t, "; next start in ");
		text_add_duration(&t, n->wait);
	}
	log_at(level_of(n), "%s", buffer);
}

/* The same in numbers, for the watcher to judge and to answer those who wait. */
static struct link_record
to_record(const struct service *s, const struct notice *n)
{
	struct link_record r = link_make(LINK_MOVED);

	r.service = n->service;
	r.incarnation = s->incarnation;
	r.generation = n->generation;
	r.from = n->from;
	r.to = n->to;
	r.event = n->event;
	r.pid = n->pid;
	r.status = n->status;
	r.arg = n->wait;
	return r;
}

void
notices_tell(struct bridled *b)
{
	struct notices *n = &b->notices;

	if (n->count == 0)
		return;
	for (; n->count > 0; n->count--, n->first = (n->first + 1) % n->size) {
		const struct notice *notice = &n->ring[n->first];
		const struct service *s = b->services[notice->service];
		struct link_record record;

		if (s == NULL) /* forgotten since */
			continue;
		say(s, notice);
		record = to_record(s, notice);
		watcher_link_tell(b, &record);
	}
	if (n->lost)
		watcher_link_show_page(b);
	n->lost = false;
	watcher_link_flush(b);
}

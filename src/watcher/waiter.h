/*
 * waiter -- what a client is waiting for: the supervisor's answer, then the outcome of the deed (core/outcome.h), a number of
 * workers, readiness, or any event.
 */
#ifndef BRIDLE_WATCHER_WAITER_H
#define BRIDLE_WATCHER_WAITER_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/msec.h"
#include "core/outcome.h"
#include "watcher/reasons.h"
#include "wire/link.h"
#include "wire/page.h"

struct client;
struct service;
struct watcher;

enum waiter_kind {
	WAIT_NOTHING,
	WAIT_ANSWER,  /* to request `id` */
	WAIT_TURN,    /* until what was begun before has ended; then `deed` is asked for again */
	WAIT_OUTCOME, /* of `deed`, as `goal` says */
	WAIT_WORKERS, /* until `wanted` are booted */
	WAIT_READY,
	WAIT_EVENTS,
};

struct waiter {
	enum waiter_kind kind;
	uint32_t id; /* of the request */
	enum link_deed deed;
	enum outcome_goal goal;
	bool no_wait;    /* the answer is enough */
	uint32_t before; /* generation when it was asked for */
	uint32_t wanted;
	msec asked;
	char name[PAGE_NAME];     /* of the service; "": all */
	int64_t arg;              /* of the request */
	struct reasons_mark mark; /* where the log of the service ended when it was asked for */
	char note[LINK_TEXT];     /* what the supervisor had to say when it accepted the deed */
	json_t *lines;            /* that came before the answer; NULL: none */
};

/* Send DEED for service NAME ("": none of them) and let C wait for what comes of it. RECORD: the service's; NULL. */
void waiter_request(struct client *c, enum link_deed deed, const char *name, const struct page_service *record,
	uint32_t slot, int64_t arg, bool no_wait);

/* Wait until NAME ("": all that should be up) is ready; at most PATIENCE. Answers at once where that is clear. */
void waiter_ready(struct client *c, const char *name, msec patience);

/* Tell C of every move of NAME ("": all), as long as it is connected. */
void waiter_events(struct client *c, const char *name);

/* What the supervisor said to C's request. */
void waiter_answered(struct client *c, const struct link_record *answer);
void waiter_line(struct client *c, const struct link_record *line);

/* The service RECORD (in S) moved, as MOVE says. */
void waiter_moved(struct client *c, struct service *s, const struct page_service *record,
	const struct link_record *move);

/* An incident of service NAME, as in control.h. */
void waiter_incident(struct client *c, const char *name, const char *json, size_t length);

/* Moves may have been missed: look at the page. */
void waiter_look(struct client *c);

/* Its workers were looked at. */
void waiter_sampled(struct client *c, struct service *s, const struct page_service *record);

/* The service is not there any more. */
void waiter_forgot(struct client *c, const char *name);

/* Patience is at its end. */
void waiter_expired(struct client *c);

/* It waits for nothing any more. */
void waiter_free(struct waiter *waiter);

#endif

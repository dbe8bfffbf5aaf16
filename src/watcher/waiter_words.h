/*
 * waiter_words -- what a client that waited is told when it has its answer. Each but the last answers the call, and lets
 * the next one begin.
 */
#ifndef BRIDLE_WATCHER_WAITER_WORDS_H
#define BRIDLE_WATCHER_WAITER_WORDS_H

#include <stdint.h>

#include "wire/link.h"
#include "wire/page.h"

struct client;
struct service;

/* The outcome that C waited for, of the service of RECORD, in S: as it was asked for; or not, which MOVE decided. */
void waiter_tell_done(struct client *c, struct service *s, const struct page_service *record);
void waiter_tell_failed(struct client *c, struct service *s, const struct page_service *record,
	const struct link_record *move);

/* There are as many workers as were wanted, BOOTED. */
void waiter_tell_workers(struct client *c, uint32_t booted);

/* The supervisor's ANSWER is all: to a deed that is done when it is accepted, or whose outcome nobody waits for. */
void waiter_tell_accepted(struct client *c, const struct link_record *answer);

/* A configuration that could not be taken up: the lines that came before the answer say why. */
void waiter_tell_complaints(struct client *c, const struct link_record *answer);

/* It was agreed to, and a process that had to do a part of it failed, and wrote why. */
void waiter_tell_process_failed(struct client *c, const struct link_record *answer);

/* The workers did not become as many as were wanted in time. */
void waiter_tell_late(struct client *c);

#endif

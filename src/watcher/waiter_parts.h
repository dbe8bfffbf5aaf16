/*
 * waiter_parts -- what the files of waiter share.
 */
#ifndef BRIDLE_WATCHER_WAITER_PARTS_H
#define BRIDLE_WATCHER_WAITER_PARTS_H

#include <stdbool.h>
#include <stdint.h>

#include "wire/link.h"
#include "wire/page.h"

struct client;
struct service;

/* The service that C waits for, by its name: its slot may have been given to another since, and it another slot. False: it is not
 * there, or its record cannot be read (page_read). */
bool waiter_read_own(const struct client *c, uint32_t *slot, struct page_service *record);

/* The move that led to the state in RECORD, as LINK_MOVED would tell it now. */
struct link_record waiter_last_move(const struct page_service *record);

/* C waits for an outcome: the state in RECORD, which is that of S, may be it already. One that is older than the request says nothing
 * about it. */
void waiter_judge_page(struct client *c, struct service *s, const struct page_service *record);

/* C waits for its turn, and S has moved as MOVE says: C asks anew. Not while S is being replaced still; and whoever has S stopped
 * since asked for that later. */
void waiter_take_turn(struct client *c, struct service *s, const struct page_service *record,
	const struct link_record *move);

#endif

/*
 * life_feed -- the one place where a service moves. Pure, and of life alone: everybody else tells it events (life.h).
 */
#ifndef BRIDLE_CORE_LIFE_FEED_H
#define BRIDLE_CORE_LIFE_FEED_H

#include "core/life.h"

/* EVENT happens to L at NOW: it moves by its rule (life_rules.h), with the rule's deadline, and deeds and the news are queued as
 * orders. WAIT: how long it backs off, of an event whose rule says so; else nobody reads it. False: in this state there is
 * no rule for it, and nothing changed. */
bool life_feed(struct life *l, enum life_event event, msec wait, msec now);

/* Somebody may be gone, or a slot free: feed EMPTY and CLEAR, where L waits for that. */
void life_settle(struct life *l, msec now);

#endif

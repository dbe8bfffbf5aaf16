/*
 * events -- a move of a service, as org.bridle.Watch tells it.
 */
#ifndef BRIDLE_WATCHER_EVENTS_H
#define BRIDLE_WATCHER_EVENTS_H

#include "wire/link.h"
#include "wire/page.h"

struct client;

/* Tell C, which waits for events, that the service RECORD moved, as MOVE says, if C asked for it. */
void events_tell(struct client *c, const struct page_service *record, const struct link_record *move);

#endif

/*
 * events -- a move of a service, or an incident, as org.bridle.Watch tells it.
 */
#ifndef BRIDLE_WATCHER_EVENTS_H
#define BRIDLE_WATCHER_EVENTS_H

#include <stddef.h>

#include "wire/link.h"
#include "wire/page.h"

struct client;

/* Tell C, which waits for events, that the service RECORD moved, as MOVE says, if C asked for it. */
void events_tell(struct client *c, const struct page_service *record, const struct link_record *move);

/* The same of an incident of service NAME: a JSON object, LENGTH bytes. */
void events_tell_incident(struct client *c, const char *name, const char *json, size_t length);

#endif

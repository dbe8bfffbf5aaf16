/*
 * uplink -- the watcher's end of the link: what the supervisor says is checked and handed to those whom it
 * concerns; what the watcher asks for goes out without ever waiting.
 */
#ifndef BRIDLE_WATCHER_UPLINK_H
#define BRIDLE_WATCHER_UPLINK_H

#include <ev.h>
#include <stdbool.h>
#include <stdint.h>

#include "wire/link.h"

struct page_service;
struct watcher;

enum { UPLINK_QUEUE = 256 /* records that may wait for the supervisor to read */ };

struct uplink {
	int fd;
	uint32_t last_id;
	struct link_record *queue; /* NULL while nothing waits */
	uint32_t first, count;
	ev_io readable, writable;
};

/* FD is a SOCK_SEQPACKET socket, made non-blocking here. */
void uplink_open(struct watcher *w, int fd);

/* Give back its memory. */
void uplink_release(struct watcher *w);

/* A request for DEED on the service in SLOT and the current generation of its RECORD. Its incarnation goes along: should the
 * slot be another's by the time that it arrives, nothing is done. */
struct link_record uplink_request(enum link_deed deed, uint32_t slot, const struct page_service *record);

/* Say it. False: UPLINK_QUEUE records wait already, and it was dropped. */
bool uplink_send(struct watcher *w, const struct link_record *record);

/* Say it with FD attached, which stays ours. False: the supervisor does not take it now. */
bool uplink_send_with(struct watcher *w, const struct link_record *record, int fd);

/* A number for the next request; never 0. */
uint32_t uplink_id(struct watcher *w);

#endif

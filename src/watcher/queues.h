/*
 * queues -- how many connections wait to be accepted at the services' listeners (sock_diag(7)).
 */
#ifndef BRIDLE_WATCHER_QUEUES_H
#define BRIDLE_WATCHER_QUEUES_H

#include "base/msec.h"
#include "os/sockdiag.h"
#include "wire/page.h"

struct watcher;
struct service;

/* Of the running services that are due at NOW: all in one go. */
void queues_ask_due(struct watcher *w, msec now);

/* Of S, into its sampler. */
void queues_ask(struct watcher *w, struct service *s, const struct page_service *record);

/* Connections to the listeners of RECORD that were accepted and are open; -1: that cannot be seen. */
int64_t queues_open(struct watcher *w, const struct page_service *record);

/* Of each listener of RECORD: ANSWERS has room for PAGE_LISTENERS. */
void queues_of(struct watcher *w, const struct page_service *record, struct sockdiag_query *answers);

/* The socket for such questions, or -1. */
int queues_socket(struct watcher *w);

#endif

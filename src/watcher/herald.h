/*
 * herald -- incidents as syslog messages, to where `syslog_to` of [bridle] says. Whoever takes them holds nobody up: what
 * he does not take at once is lost, counted, and said when he takes the next one.
 */
#ifndef BRIDLE_WATCHER_HERALD_H
#define BRIDLE_WATCHER_HERALD_H

#include <stdbool.h>
#include <stdint.h>

struct docket_entry;
struct incident;
struct service;
struct watcher;

struct herald {
	int fd; /* connected; -1: not (yet) */
	uint64_t lost;
	bool told; /* that they are being lost */
};

/* Connected only with the first incident that is to be told, and anew after a failure. */
void herald_open(struct watcher *w);
void herald_close(struct watcher *w);

/* Incident I of S, kept as E, was found, or is another one than it was. */
void herald_tell(struct watcher *w, const struct service *s, const struct incident *i, const struct docket_entry *e);

#endif

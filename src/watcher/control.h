/*
 * control -- the control socket: who is connected, and who among them is to hear of what happened.
 */
#ifndef BRIDLE_WATCHER_CONTROL_H
#define BRIDLE_WATCHER_CONTROL_H

#include <ev.h>
#include <stdbool.h>

#include "base/err.h"
#include "wire/link.h"
#include "wire/page.h"

struct client;
struct service;
struct watcher;

enum {
	CONTROL_CLIENTS = 64,
	CONTROL_READERS = 32 /* of these, such as may only look: they cannot keep others out */
};

struct control {
	int fd; /* -1: there is none, for want of room */
	struct client *clients;
	unsigned count, readers;
	ev_io acceptable;
	ev_prepare reaper; /* runs when somebody hung up */
};

/* FD listens already; whoever comes waits in its queue. Nobody can come where it is no socket. False with ERR: it does not
 * listen. */
bool control_open(struct watcher *w, int fd, struct err *err);

/* Whoever comes is answered from now on. Again: nothing. */
void control_begin(struct watcher *w);

/* Everybody is hung up on. */
void control_close(struct watcher *w);

/* Somebody hung up: free them when the loop comes around, when nobody walks over the clients. */
void control_reap(struct watcher *w);

/* What the supervisor said, to whom it concerns. */
void control_answered(struct watcher *w, const struct link_record *answer);
void control_line(struct watcher *w, const struct link_record *line);
void control_moved(struct watcher *w, const struct link_record *move);

/* Moves may have been missed (the page is shown anew when the link was too full for them). */
void control_look(struct watcher *w);

/* An incident of S was found or changed: a JSON object, LENGTH bytes. */
void control_incident(struct watcher *w, const struct service *s, const char *json, size_t length);

/* The workers of S were looked at; S is going away. */
void control_sampled(struct watcher *w, struct service *s, const struct page_service *record);
void control_forgot(struct watcher *w, struct service *s);

#endif

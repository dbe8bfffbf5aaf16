/*
 * client -- one connection to the control socket: calls come in, one after the other; each is answered, at once or when
 * what it waits for has happened, before the next is looked at (varlink.org: replies come in the order of the calls).
 */
#ifndef BRIDLE_WATCHER_CLIENT_H
#define BRIDLE_WATCHER_CLIENT_H

#include <ev.h>
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "watcher/peer.h"
#include "watcher/waiter.h"
#include "wire/varlink.h"

struct watcher;

enum {
	CLIENT_OUT_MAX = 4 << 20,   /* bytes of replies that wait, once one does; who lets more wait is hung up on */
	CLIENT_EVENTS_MAX = 1 << 18 /* the same for one that only listens */
};

struct client {
	struct watcher *w;
	struct client *next;
	int fd;
	struct peer peer;
	ev_io readable, writable;
	ev_timer timer; /* idle, or the end of patience of what it waits for */
	ev_timer turn;  /* at once: calls that were sent ahead are carried out one a turn of the loop */
	struct varlink_in in;
	char *out;
	size_t out_len, out_done;
	bool more, oneway; /* of the call that is being answered */
	bool gone;         /* to be freed when nobody uses it */
	struct waiter waiter;
};

/* Take FD. NULL without memory (closed then). */
struct client *client_new(struct watcher *w, int fd, struct peer peer);

/* Close its connection, and give back its memory. For control.c alone, when nobody walks over the clients. */
void client_free(struct client *c);

/* Answer the call. PARAMETERS are taken (NULL: none). With continues, the call stays open. */
void client_reply(struct client *c, json_t *parameters);
void client_continue(struct client *c, json_t *parameters);
void client_error(struct client *c, const char *error, json_t *parameters);
/* The same with a frame made elsewhere, LENGTH bytes with its NUL; taken. NULL (no memory, too long): hung up. */
void client_send(struct client *c, char *frame, size_t length);

/* Errors of our interface. HINT may be NULL. */
void client_refused(struct client *c, const char *reason, const char *hint);
void client_failed(struct client *c, const char *reason, const char *hint);
void client_message(struct client *c, const char *message);

/* What it waited for is over: the reply was sent; the next call may come. */
void client_next(struct client *c);

/* Patience ends in so many ms, then waiter_expired; MSEC_NEVER: never. */
void client_patience(struct client *c, msec patience);

#endif

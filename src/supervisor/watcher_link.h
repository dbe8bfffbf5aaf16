/*
 * watcher_link -- our end of the link with the watcher: it never makes us wait, and who does not answer is found out. What comes
 * from there is a stranger's: it is checked (wire/link.h), and what it asks for is a short list (requests.h).
 */
#ifndef BRIDLE_SUPERVISOR_WATCHER_LINK_H
#define BRIDLE_SUPERVISOR_WATCHER_LINK_H

#include <ev.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "wire/link.h"

struct bridled;

enum {
	WATCHER_QUEUE = 512,     /* records that may wait for a slow watcher */
	WATCHER_PATIENCE = 5000, /* ms without an answer until it counts as hung */
};

struct watcher_link {
	int fd; /* our end; -1: none */
	ev_io readable, writable;
	/* runs while an answer to a ping, or the end of the watcher, is awaited: else it is killed */
	ev_timer patience;
	uint32_t ping;    /* number of the ping that was not answered yet; 0: none */
	uint32_t pings;
	struct link_record *queue;
	uint32_t first, count;
	bool overflowed;
};

/* Take what it needs, once. False with ERR: no memory. */
bool watcher_link_init(struct bridled *b, struct err *err);
void watcher_link_free(struct bridled *b);

/* FD, non-blocking, is our end of a fresh one, and the link's from now on. To close it tells the watcher to end. */
void watcher_link_open(struct bridled *b, int fd);
void watcher_link_close(struct bridled *b);

/* Its answer, or its end, is awaited for WATCHER_PATIENCE from now. */
void watcher_link_be_patient(struct bridled *b);

/* Ask for a sign of life, whatever it was asked before. */
void watcher_link_ask_anew(struct bridled *b);

/* Queue a record for it (dropped, and remembered, when it does not read), and send what is queued. Each flush asks
 * for a sign of life, so that silence is noticed without waking up for it. */
void watcher_link_tell(struct bridled *b, const struct link_record *record);
void watcher_link_flush(struct bridled *b);

/* Send RECORD at once, with descriptor FD attached. False: not now; everything that is shown will be shown again. */
bool watcher_link_hand(struct bridled *b, const struct link_record *record, int fd);

/* Make it look at the whole page anew. */
void watcher_link_show_page(struct bridled *b);

#endif

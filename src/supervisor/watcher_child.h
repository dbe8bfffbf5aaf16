/*
 * watcher_child -- the watcher as the supervisor sees it: a child that is started again whenever it ends, and a link that
 * never makes us wait. It is a stranger: what it sends is checked (wire/link.h), what it asks for is a short list
 * (requests.h).
 */
#ifndef BRIDLE_SUPERVISOR_WATCHER_CHILD_H
#define BRIDLE_SUPERVISOR_WATCHER_CHILD_H

#include <ev.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/msec.h"
#include "wire/link.h"

struct bridled;

enum {
	WATCHER_QUEUE = 512,     /* records that may wait for a slow watcher */
	WATCHER_PATIENCE = 5000, /* ms without an answer until it counts as hung */
};

struct watcher_child {
	pid_t pid; /* 0: none */
	int link;  /* our end; -1: none */
	ev_io readable, writable;
	ev_timer patience; /* runs while an answer to a ping is awaited */
	ev_timer again;    /* runs while the next start is delayed */
	msec started;
	uint64_t start;         /* the same in clock ticks since boot: with its pid, who it is */
	bool dismissed;         /* it was asked to end, because we are another program now */
	uint32_t starts, early; /* early: ends in a row soon after the start */
	uint32_t ping;          /* number of the ping that was not answered yet; 0: none */
	uint32_t pings;
	struct link_record *queue;
	uint32_t first, count;
	bool overflowed;
};

/* Take what it needs; start it. A watcher that cannot be started is tried again, services go on. */
bool watcher_child_init(struct bridled *b, struct err *err);
void watcher_child_start(struct bridled *b, msec now);

/* PID is the watcher of whoever was here before us in this process: its link is closed, so it ends, and is followed by
 * another. GUARDS: it would stay for somebody after us (os/deposit.h). False: it was reaped, and there is none. */
bool watcher_child_dismiss(struct bridled *b, pid_t pid, uint64_t start, bool guards);

/* It ended, or was stopped by a signal (then it is killed after WATCHER_PATIENCE unless it answers). */
void watcher_child_ended(struct bridled *b, int status, msec now);
void watcher_child_stopped(struct bridled *b);

/* Queue a record for it (dropped, and remembered, when it does not read), and send what is queued. Each flush asks
 * for a sign of life, so that silence is noticed without waking up for it. */
void watcher_child_tell(struct bridled *b, const struct link_record *record);
void watcher_child_flush(struct bridled *b);

/* Send RECORD at once, with descriptor FD attached. False: not now; everything that is shown will be shown again. */
bool watcher_child_hand(struct bridled *b, const struct link_record *record, int fd);

/* Make it look at the whole page anew. */
void watcher_child_show_page(struct bridled *b);

/* The end of everything: close the link, so that it writes what is left and ends. */
void watcher_child_release(struct bridled *b);
void watcher_child_free(struct bridled *b);

#endif

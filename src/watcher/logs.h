/*
 * logs -- the services' output: from their FIFOs into their files, and to standard output where that is wanted.
 *
 * One buffer serves all of them (the spool): it is read into, written from, and empty again before the next
 * FIFO is looked at. When to look is for intake.h.
 */
#ifndef BRIDLE_WATCHER_LOGS_H
#define BRIDLE_WATCHER_LOGS_H

#include <ev.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/msec.h"
#include "watcher/backlog.h"
#include "watcher/intake.h"
#include "watcher/lineformat.h"
#include "watcher/logfile.h"
#include "watcher/spool.h"

struct watcher;
struct service;
struct page_service;
struct console_line;

/* Of one service. */
struct log {
	int fifo;          /* -1: not open */
	uint32_t capacity; /* of the FIFO, bytes */
	struct intake_state intake;
	struct logfile file;
	struct lineformat format; /* where its output stands */
	uint64_t max_size;
	msec max_age;
	uint32_t keep;
	uint8_t to;                /* enum page_log */
	bool rotation_failed;      /* and said so */
	bool drop_rest;            /* the rest of a line whose beginning was dropped is still to come */
	struct backlog *backlog;   /* NULL while the file takes writes */
	struct console_line *line; /* NULL, or the beginning of a line for standard output */
};

struct logs {
	int run_dir, log_dir;
	msec flowed; /* when much was read last */
	struct spool spool;
	ev_timer idle, age;
};

/* Of a service whose output nobody reads yet. */
void log_init(struct log *log);

/* Open directories and spool. Needs the page. False with ERR. */
bool logs_open(struct watcher *w, int spool_fd, struct err *err);

/* After the services were followed for the first time: whatever a predecessor left is written, or nobody's. */
void logs_begin(struct watcher *w);

/* Begin to read the output of S, or take its new settings. */
void logs_follow(struct watcher *w, struct service *s, const struct page_service *record);

/* Where the output of S goes; with a note in the spool when the bytes are there (SPOOLED). */
struct batch_target logs_target(struct watcher *w, struct service *s, bool spooled);

/* Take what is in the FIFO of S, up to a buffer full, to where it belongs. Returns how much it was. */
size_t logs_take(struct watcher *w, struct service *s);

/* N BYTES of S were read: to standard output, where that is wanted, whatever becomes of them in its file. */
void logs_show(struct watcher *w, struct service *s, const char *bytes, size_t n);

/* Take all that is in its FIFO now, for somebody who wants to read the file. */
void logs_catch_up(struct watcher *w, struct service *s);

/* S is gone: take what is left in its FIFO, and let go. */
void logs_forget(struct watcher *w, struct service *s);

/* The last look: what is in the pipes now. */
void logs_drain(struct watcher *w);

#endif

/*
 * chronicle -- what happened to each service, in log_dir/history.jsonl: a line (wire/happening.h) for each move, deed,
 * scaling and incident. The file is all there is of it: nothing is kept in memory, and whoever asks has it read again. So
 * it outlives every watcher and every bridled.
 *
 * Moves while no watcher listens are not told to anybody. The page knows the last of each service: a watcher that begins adds
 * those that are later than what the journal has.
 */
#ifndef BRIDLE_WATCHER_CHRONICLE_H
#define BRIDLE_WATCHER_CHRONICLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/msec.h"
#include "judge/incident.h"
#include "wire/happening.h"
#include "wire/link.h"

struct service;
struct watcher;

/* Bytes after which it becomes history.jsonl.1: about 8,000 lines in both, and for each service some starts more. */
enum { CHRONICLE_FILE_SIZE = 1 << 20, CHRONICLE_SERVICE_SIZE = 1 << 12 };

struct chronicle {
	msec opened; /* monotonic: moves before this are in the journal */
	bool failed; /* it could not be written, and that was said */
	char *lines; /* not written yet, of what came together; NULL: nothing is gathered */
	size_t gathered;
};

/* A watcher begins, after the services were followed for the first time. */
void chronicle_open(struct watcher *w);

/* S moved, as MOVE says. */
void chronicle_moved(struct watcher *w, struct service *s, const struct link_record *move);

/* UID asked at AT (monotonic) for DEED, which was accepted. S: NULL where it is about none of them. */
void chronicle_asked(struct watcher *w, struct service *s, enum link_deed deed, int64_t arg, uint32_t uid, msec at);

/* Bridle itself moves the number of workers of S, because of WORDS. */
void chronicle_scaled(struct watcher *w, struct service *s, uint32_t from, uint32_t to, const char *words);

/* I of S was found, or is another than it seemed. ALARM: nobody wanted it. */
void chronicle_incident(struct watcher *w, struct service *s, const struct incident *i, bool alarm);

/* What is told from here on, until chronicle_append, is written at once: a line by itself costs four system calls, and where a
 * hundred services stop there are two hundred. */
void chronicle_gather(struct watcher *w);
void chronicle_append(struct watcher *w);

/* Show the lines about S, and about bridled itself, to TAKE, oldest first. */
typedef void chronicle_take(void *context, const struct happening *h);
void chronicle_read(struct watcher *w, const struct service *s, chronicle_take *take, void *context);

#endif

/*
 * docket -- the incidents that are kept: the latest of each service in memory, all of them in log_dir/incidents.jsonl, a line
 * each time one is found or changes (the last line of a number counts). A watcher that begins reads them back.
 */
#ifndef BRIDLE_WATCHER_DOCKET_H
#define BRIDLE_WATCHER_DOCKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/msec.h"
#include "core/cause.h"
#include "wire/page.h"

struct service;
struct watcher;

enum { DOCKET_KEPT = 16, DOCKET_FILE_SIZE = 4 << 20 /* then it becomes incidents.jsonl.1 */ };

struct docket_entry {
	uint32_t number; /* 0: none */
	enum cause cause;
	enum cause_phase phase;
	char own[PAGE_OWN_NAME]; /* CAUSE_OWN: the user's name for it; "" */
	msec first, last;        /* since 1970 */
	unsigned times, died;
	bool alarm;
	msec written; /* to the file; monotonic, 0: not by us */
	char *json;   /* the object, without newline */
	size_t length;
};

/* Of one service. */
struct docket {
	struct docket_entry at[DOCKET_KEPT];
	uint32_t count; /* incidents so far, which is the number of the latest */
};

/* Read back what is there. After the services were followed for the first time. */
void docket_open(struct watcher *w);

/* Keep ENTRY (its json is taken) for S: in place of the one with its number, or as the latest. TO_FILE: write it there, too. */
void docket_keep(struct watcher *w, struct service *s, struct docket_entry entry, bool to_file);

/* What was done about the latest incident (with the cause and phase of V, where V is not NULL), which is told already:
 * WORDS. */
void docket_amend(struct watcher *w, struct service *s, const struct cause_verdict *v, const char *words);

/* The one of that number, or NULL. */
struct docket_entry *docket_find(struct service *s, uint32_t number);

/* The one of which something was seen last: with the cause and phase of V, where V is not NULL, and the user's name OWN,
 * where that is not NULL; NULL: there is none. */
struct docket_entry *docket_latest(struct service *s, const struct cause_verdict *v, const char *own);

/* NULL is allowed: of a service without incidents. */
void docket_free(struct docket *d);

#endif

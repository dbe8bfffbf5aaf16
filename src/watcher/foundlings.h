/*
 * foundlings -- masters that are no children of the supervisor's, since another one started them: how they end is heard
 * here, by process events (deaths.h), and told when it asks.
 */
#ifndef BRIDLE_WATCHER_FOUNDLINGS_H
#define BRIDLE_WATCHER_FOUNDLINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "wire/page.h"

struct link_record;
struct watcher;

struct foundling {
	int32_t pid;
	uint32_t start; /* clock ticks since boot, lower half */
	uint32_t slot;  /* of its service */
	int32_t status; /* as of wait(2), once it has ended; ENDING_UNKNOWN */
};

/* Begins zeroed. */
struct foundlings {
	struct foundling *at;
	uint32_t count, size;
};

/* Forget all of them, and give their memory back. */
void foundlings_free(struct foundlings *f);

/* Those of the service in SLOT are the ones of RECORD from now on (NULL: it is gone). True when that is a change. One for
 * whom there is no memory is left out, and tried again at the next call. */
bool foundlings_follow(struct foundlings *f, uint32_t slot, const struct page_service *record);

/* Process PID, whoever that is, ended with STATUS. */
void foundlings_ended(struct foundlings *f, int32_t pid, int32_t status);

/* Answer QUESTION (LINK_HOW), from what was heard so far. */
void foundlings_answer(struct watcher *w, const struct link_record *question);

#endif

/*
 * reasons -- what page and link tell of a service, put into words (words.h).
 */
#ifndef BRIDLE_WATCHER_REASONS_H
#define BRIDLE_WATCHER_REASONS_H

#include <stdbool.h>

#include "base/text.h"
#include "wire/link.h"
#include "wire/page.h"

struct watcher;

/* Why the service is in its state; why it moved; how its last master ended (false: none has). */
void reasons_of_state(struct text *t, const struct page_service *record);
void reasons_of_move(struct text *t, const struct page_service *record, const struct link_record *move);
bool reasons_of_end(struct text *t, const struct page_service *record);

/* A place in the log of a service: what was written before is not about what comes. */
struct reasons_mark {
	uint64_t inode, size; /* of the file that is written to; 0: there is none yet */
};
struct reasons_mark reasons_mark(const struct watcher *w, uint32_t slot);

/* The line of its log, from MARK on, that most likely says what went wrong; false: none is at hand. */
bool reasons_from_log(struct watcher *w, struct text *t, uint32_t slot, const struct reasons_mark *mark);

#endif

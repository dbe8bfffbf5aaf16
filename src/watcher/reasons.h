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

/* The line of its log that most likely says what went wrong; false: none is at hand. */
bool reasons_from_log(struct watcher *w, struct text *t, uint32_t slot);

#endif

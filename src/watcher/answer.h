/*
 * answer -- the answer to org.bridle.Why, from the dockets.
 */
#ifndef BRIDLE_WATCHER_ANSWER_H
#define BRIDLE_WATCHER_ANSWER_H

#include <stddef.h>
#include <stdint.h>

struct watcher;

/* A reply frame (free() it; NULL: no memory, or too long) about the service in *SLOT, or all (NULL), which are judged now.
 * LAST: how many of each at most; 0: the latest alarm, or where there was none the latest. */
char *answer_frame(struct watcher *w, const uint32_t *slot, int64_t last, size_t *length);

#endif

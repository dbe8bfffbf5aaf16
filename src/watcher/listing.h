/*
 * listing -- the answer to org.bridle.List, written straight from page and samples: asked often, and for many.
 */
#ifndef BRIDLE_WATCHER_LISTING_H
#define BRIDLE_WATCHER_LISTING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct watcher;

/* A reply frame (free() it; NULL: no memory, or too long) with the service in *SLOT, or all (NULL). Not BRIEF: workers and
 * listeners are looked at now; PSS and descriptors only of one service. */
char *listing_frame(struct watcher *w, const uint32_t *slot, bool brief, size_t *length);

#endif

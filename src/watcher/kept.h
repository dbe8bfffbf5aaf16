/*
 * kept -- what was counted and measured of services, in memory that outlives the watcher: the next one goes on counting.
 *
 * A file in memory that the supervisor keeps, hands to every watcher, and never maps or reads (watcher/watcher.h). A record
 * a Gunicorn service that has run, found by its name; whoever reads it after another watcher believes none of it that
 * cannot be. Where there is no such file, it is memory of our own, and gone with us.
 */
#ifndef BRIDLE_WATCHER_KEPT_H
#define BRIDLE_WATCHER_KEPT_H

#include "core/figures.h"
#include "watcher/measures.h"
#include "wire/page.h"

struct kept_service {
	char name[PAGE_NAME];     /* "": free */
	struct figures figures;   /* `since` 0: nothing was heard yet */
	struct measures measures; /* `tally.looked` 0: it was not looked at yet */
};

struct kept {
	struct kept_header *header;
	struct kept_service *at;
};

/* Map FD, or take memory of our own; what is there of services that are not any more, or cannot be, is dropped. After the
 * page was mapped. False for want of memory: nothing is kept. */
bool kept_open(struct watcher *w, int fd);
void kept_close(struct watcher *w);

/* What there is of the service called NAME; NULL: nothing. */
struct kept_service *kept_find(const struct kept *k, const char *name);

/* The same, begun where there is none: zeroed. NULL: no room. */
struct kept_service *kept_begin(struct kept *k, const char *name);

/* The service called NAME is gone. */
void kept_forget(struct kept *k, const char *name);

#endif

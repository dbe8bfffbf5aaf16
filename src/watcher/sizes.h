/*
 * sizes -- how much memory a service takes, told to the supervisor, who must know it before there is a second generation.
 */
#ifndef BRIDLE_WATCHER_SIZES_H
#define BRIDLE_WATCHER_SIZES_H

#include "wire/page.h"

struct watcher;
struct service;

/* After a look at S, which runs: tell its size, when that is known and differs notably from what was told. */
void sizes_tell(struct watcher *w, struct service *s, const struct page_service *record);

#endif

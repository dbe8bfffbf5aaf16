/*
 * proofs -- how programs prove that they are ready: with sd_notify, by a newline on a descriptor, with an address that
 * takes connections. What comes is the program's word, taken from its own processes only; it becomes LINK_READY.
 *
 * Only programs that have a proof of their own cost anything: they are in a list, found by their slot.
 */
#ifndef BRIDLE_WATCHER_PROOFS_H
#define BRIDLE_WATCHER_PROOFS_H

#include <stdint.h>

#include "wire/page.h"

struct watcher;
struct service;
struct proof;

struct proofs {
	struct proof *first; /* NULL: none */
};

/* Begin with S, or take its new settings. */
void proofs_follow(struct watcher *w, struct service *s, const struct page_service *record);
void proofs_forget(struct watcher *w, uint32_t slot);

/* The service in SLOT moved. */
void proofs_moved(struct watcher *w, uint32_t slot);

/* FD, taken in any case, is the socket to which the service in SLOT speaks. */
void proofs_socket(struct watcher *w, uint32_t slot, int fd);

/* What the service in SLOT said of itself (STATUS=); "" when nothing. */
const char *proofs_status(const struct watcher *w, uint32_t slot);

/* All of them, at the end. */
void proofs_release(struct watcher *w);

#endif

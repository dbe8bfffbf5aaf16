/*
 * troubles -- trouble that the settings of a service may have something done about (on_boot_loop, on_flapping, on_hang,
 * on_oom): told to the supervisor, which decides, and says what it did.
 */
#ifndef BRIDLE_WATCHER_TROUBLES_H
#define BRIDLE_WATCHER_TROUBLES_H

#include <stdint.h>

#include "wire/link.h"

struct service;
struct watcher;

/* GENERATION of S has TROUBLE; PID: the worker that hangs, 0 for anything else. */
void troubles_judged(struct watcher *w, const struct service *s, uint32_t generation, enum link_trouble trouble,
	int32_t pid);

/* The supervisor did something: R is a LINK_POLICY. */
void troubles_answered(struct watcher *w, const struct link_record *r);

#endif

/*
 * counsel -- the answer to org.bridle.Advise: what was worked out (core/advise.h), each with its reason in a sentence, and
 * the figures. (What can be done about an incident is advice.h.)
 */
#ifndef BRIDLE_WATCHER_COUNSEL_H
#define BRIDLE_WATCHER_COUNSEL_H

#include <stddef.h>

#include "base/text.h"
#include "core/advise.h"
#include "wire/page.h"

struct service;
struct watcher;

/* A reply frame (free() it; NULL: no memory) about Gunicorn service S, which RECORD is of. */
char *counsel_frame(struct watcher *w, struct service *s, const struct page_service *record, size_t *length);

/* Append why A, of L, which was made of M, is advised. */
void counsel_reason(struct text *t, const struct advise_list *l, const struct advise_measures *m,
	const struct advice *a);

/* Append its value as bridle.ini has it. */
void counsel_value(struct text *t, const struct advice *a);

/* Append what is missing, and how much of it there is. */
void counsel_missing(struct text *t, enum advise_missing missing, const struct advise_measures *m);

#endif

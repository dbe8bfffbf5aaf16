/*
 * inquiry -- what went wrong with a service, while it goes on: lines, deaths and moves are told to its hearing, and what that
 * proves is kept in the docket, shown to those who watch, and told to whoever asks why.
 *
 * An incident is shown when nothing was told for a moment, and again whenever more changes it. When nothing was told for some
 * seconds its story is over; the same cause soon after is the same incident again.
 */
#ifndef BRIDLE_WATCHER_INQUIRY_H
#define BRIDLE_WATCHER_INQUIRY_H

#include <ev.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/msec.h"
#include "judge/hearing.h"
#include "judge/record.h"
#include "wire/link.h"
#include "wire/page.h"

struct watcher;
struct service;

enum { INQUIRY_DEATHS = 4, INQUIRY_WORDS = 200 };

/* Of one Gunicorn service. */
struct inquiry {
	struct recogniser recogniser;
	struct hearing hearing;
	struct watcher *w;
	uint32_t slot;
	bool served;                          /* told in this story: access lines come in thousands */
	uint32_t number;                      /* of the incident that the story is; 0: none yet */
	unsigned earlier_times, earlier_died; /* of that incident, before this story */
	msec first;                           /* of that incident; since 1970 */
	msec opened;                          /* when this story began to be one; since 1970 */
	unsigned died;                        /* in this story, not ended by us */
	struct record_death deaths[INQUIRY_DEATHS];
	unsigned deaths_count;
	msec due;     /* when to judge; MSEC_NEVER */
	msec quiet;   /* when the story is over if nothing more is told */
	msec written; /* when the file had it last */
	char did[INQUIRY_WORDS];
	char asked[INQUIRY_WORDS];
	msec asked_at;        /* 0: never */
	int32_t master_ended; /* pid that was told of last */
};

struct inquiries {
	ev_timer timer;
	msec due;
};

void inquiries_open(struct watcher *w);

/* Whatever is being told is over: the last word on each. */
void inquiries_end(struct watcher *w);

/* Begin with S, or go on with it; let go of it. */
void inquiry_follow(struct watcher *w, struct service *s, const struct page_service *record);
void inquiry_forget(struct watcher *w, struct service *s);

/* N BYTES of its output. */
void inquiry_read(struct service *s, const char *bytes, size_t n);

/* FACT was seen, about worker PID (0: about none). */
void inquiry_told(struct service *s, enum fact fact, int32_t pid);

/* A worker died: what is known of it is kept with the incident. The facts are told by the caller. */
void inquiry_death(struct service *s, const struct record_death *death);

/* The service moved; somebody asks for a deed. */
void inquiry_moved(struct watcher *w, struct service *s, const struct link_record *move);
void inquiry_asked(struct service *s, enum link_deed deed, uint32_t uid);

/* Judge now, for somebody who asks. */
void inquiry_look(struct watcher *w, struct service *s);

#endif

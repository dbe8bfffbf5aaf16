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
#include "watcher/lastline.h"
#include "wire/link.h"
#include "wire/page.h"

struct watcher;
struct service;

enum { INQUIRY_DEATHS = 4, INQUIRY_WORDS = 200 };

/* A story that is being told. */
struct inquiry_case {
	struct hearing hearing;
	uint32_t number;                      /* of the incident that it is; 0: none yet */
	unsigned earlier_times, earlier_died; /* of that incident, before this story */
	msec first;                           /* of that incident, and of this story; since 1970 */
	msec opened;
	unsigned died;                              /* in this story, not ended by us */
	struct record_death deaths[INQUIRY_DEATHS]; /* the latest */
	unsigned deaths_count;
	struct record_hang hang; /* of the last of them that had hung; `at` 0: none had */
	char did[INQUIRY_WORDS];
	char asked[INQUIRY_WORDS];      /* who had asked for something when it began; "": nobody */
	uint8_t asked_deed;             /* that, enum link_deed, */
	int32_t asked_signal;           /* and of DEED_SIGNAL, which */
	int32_t about;                  /* the worker that it is about; 0: no single one */
	char last_words[LASTLINE_TEXT]; /* of its output before the first process ended by itself; "": none */
};

/* Of one Gunicorn service, while there is something to be told of it: an ordinary one costs nothing. */
struct inquiry {
	struct watcher *w;
	uint32_t slot;
	struct recogniser *own;    /* has something open between two readings; NULL: the shared one will do */
	struct inquiry_case *told; /* NULL: nothing yet */
	msec due;                  /* when to judge; MSEC_NEVER */
	msec stirred;              /* since when there is something new to judge; 0: there is nothing */
	msec quiet;                /* when it is over if nothing more is told */
	uint8_t asked;             /* enum link_deed that a person asked for last, */
	int32_t asked_signal;      /* of DEED_SIGNAL; 0 with any other */
	int32_t asked_master;      /* whom it went to; 0: nobody was there */
	uint32_t asked_uid;
	msec asked_at;        /* and when; 0: never */
	int32_t master_ended; /* that was told of last */
	int32_t leaving;      /* the master that somebody besides us told to end, and that has not; 0: none */
	msec leaves_by;       /* when it has, at the latest */
};

struct inquiries {
	ev_timer timer;
	msec due;
	struct own *own;           /* the user's own signatures (own.h); NULL: none */
	struct recogniser *shared; /* reads for whoever has nothing open; NULL: nobody has said anything */
	uint32_t slot;             /* whom is being read for */
	bool reading;              /* a line is in hand: the spool is not free for another */
};

/* With the signatures of the page that is mapped now. */
void inquiries_open(struct watcher *w);

/* The page is another one, or was changed: look for the signatures that it has now. Where they are others, stories that are
 * being told are over: they may be named by the old ones. */
void inquiries_learn(struct watcher *w);

/* Whatever is being told is over: the last word on each. */
void inquiries_end(struct watcher *w);

/* Let go of S. */
void inquiry_forget(struct watcher *w, struct service *s);

/* N BYTES of its output. */
void inquiry_read(struct watcher *w, struct service *s, const char *bytes, size_t n);

/* FACT was seen, about worker PID (0: about none). */
void inquiry_told(struct watcher *w, struct service *s, enum fact fact, int32_t pid);

/* The same of what stands, and does not happen: it joins no story, and is shown at once. Whoever calls says it once. */
void inquiry_stands(struct watcher *w, struct service *s, enum fact fact, int32_t pid);

/* Where the story of S is one of timeouts, set it aside and return it: what is told until inquiry_rejoin() is an incident of its
 * own. NULL: it is not, and nothing was done. */
struct inquiry_case *inquiry_part(struct service *s);

/* Show what was told, and go on with STORY, which inquiry_part() returned; NULL: nothing is done. */
void inquiry_rejoin(struct service *s, struct inquiry_case *story);

/* A worker died: what is known of it is kept with the incident, if there is one; HANG: what
 * it had been doing, NULL: it did not hang. The facts are told by the caller, before. */
void inquiry_death(struct service *s, const struct record_death *death, const struct record_hang *hang);

/* A process that began at SINCE has ended by itself: what the service wrote last, within its life, goes with the incident, if
 * there is one. */
void inquiry_ended(struct service *s, msec since);

/* The service moved; somebody asks for a deed, with ARG as in wire/link.h. */
void inquiry_moved(struct watcher *w, struct service *s, const struct link_record *move);
void inquiry_asked(struct watcher *w, struct service *s, enum link_deed deed, int64_t arg, uint32_t uid);

/* Its settings had something done about an incident of CAUSE (CAUSE_UNKNOWN: the one that is being told): WORDS say what. */
void inquiry_did(struct watcher *w, struct service *s, enum cause cause, const char *words);

/* Judge now, for somebody who asks. */
void inquiry_look(struct watcher *w, struct service *s);

#endif

/*
 * inquiry_parts -- what the files of inquiry know of each other: inquiry.c has the stories and their time, inquiry_lines.c
 * reads, inquiry_moves.c hears of moves and deeds, inquiry_show.c says what was found.
 */
#ifndef BRIDLE_WATCHER_INQUIRY_PARTS_H
#define BRIDLE_WATCHER_INQUIRY_PARTS_H

#include "watcher/inquiry.h"

enum {
	SETTLE =
		1200, /* ms without anything new before a story is judged: a timeout is ABRT, and KILL a second later */
	RESTLESS = 5000, /* ms after which it is judged though there always is something new */
	LINGER = 3000,   /* ms after which it is over */
};

/* What service S is being told of; NULL only for want of memory. */
struct inquiry *inquiry_of(struct watcher *w, struct service *s);

/* The case that FACT, which is to be told, belongs to; NULL: it needs none, or there is no memory. */
struct inquiry_case *inquiry_case_for(struct watcher *w, struct service *s, enum fact fact);

/* Judge Q at DUE at the latest. */
void inquiry_wake_by(struct inquiry *q, msec due);

/* An exception that nothing follows is told when nothing has followed. */
void inquiry_flush(struct inquiry *q);

/* Into the docket, the file and to those who watch, as far as it is news. */
void inquiry_show(struct inquiry *q, struct service *s, const struct incident *i, bool over);

/* Master PID says that it was told to end: where that is no deed of ours, its story lasts as long as it does. */
void inquiry_leaves(struct watcher *w, struct service *s, int32_t pid);

/* Nothing was told of Q for LINGER: is there more to come? Then for as long again. */
bool inquiry_lasts(struct inquiry *q, msec now);

/* Who asked for something shortly before goes with the story that is being told: "bridle stop, by uid 0"; "": nobody. */
void inquiry_ask(struct inquiry *q, msec now);

#endif

/*
 * speakers -- the masters of one Gunicorn service by the numbers in its log: whose lines are its own, and whose are those of another
 * Gunicorn, which its application relays (a subprocess, a container's log, `tail -f`).
 */
#ifndef BRIDLE_WATCHER_SPEAKERS_H
#define BRIDLE_WATCHER_SPEAKERS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/msec.h"
#include "wire/recognise.h"

struct watcher;
struct service;
struct page_service;

enum { SPEAKERS = 8, SPEAKERS_JUDGED = 8 };

struct speaker {
	int32_t pid; /* 0: nobody */
	bool heard;  /* a line of its own had this number: the log tells pids as we see them */
};

/* What was found of somebody who is none of them. */
struct speaker_judged {
	int32_t pid; /* 0: nobody */
	bool of_master, stranger;
	msec until; /* until then it is not looked for in /proc again, whatever it writes */
};

/* Begins zeroed. */
struct speakers {
	struct speaker at[SPEAKERS]; /* the latest: what a master said last is read after its end */
	uint32_t next;
	struct speaker_judged judged[SPEAKERS_JUDGED]; /* by pid: those of one Gunicorn follow each other */
	int32_t raises; /* a stranger who said last that a traceback follows; 0: none, or it has come */
};

/* The masters of RECORD, and the one that ended last, are known from now on. */
void speakers_follow(struct speakers *k, const struct page_service *record);

/*
 * Is WHAT, a line with a speaker who is no known worker of S, said by somebody who is none of its own? S has a sampler. Only where
 * each living master has been heard under its pid; before that, and in a pid namespace of its own, nobody is a stranger. What only a
 * master says (arbiter.py, sock.py) must come from one, or from a living child of one, which USR2 made the next; of what a worker
 * says itself those alone are strangers who live and are of another family, for one that has just been born may be dead by now; one
 * that was a stranger a second ago still is, dead or not.
 */
bool speakers_stranger(struct watcher *w, struct service *s, const struct recognised *what);

/* Is WHAT, a traceback, the one that a stranger's line has announced? Ask of each, once. */
bool speakers_strange_traceback(struct speakers *k, const struct recognised *what);

#endif

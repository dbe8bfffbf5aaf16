/*
 * stop -- the ladder by which a generation is brought to its end.
 *
 *   nothing: it serves on while front ends find out             for `drain`
 *   TERM to the master (its workers finish their requests)      then
 *   QUIT to the master (Gunicorn 25+ then hurries)               after `graceful` more
 *   KILL to every process of the generation, again and again     after `total` from TERM, until nobody is left
 *
 * Once the master is dead, TERM goes to whoever is left, and KILL after `graceful` at the latest. Pure
 * arithmetic: the caller sends the signals and tells what happened. (Gunicorn's own stop:
 * arbiter.py stop() of 20.1.0 to 26.1.0; a second TERM is ignored by all, gunicorn-facts 3.1.)
 */
#ifndef BRIDLE_CORE_STOP_H
#define BRIDLE_CORE_STOP_H

#include <stdbool.h>

#include "base/msec.h"

struct stop_limits {
	msec drain;    /* from the decision to TERM; >= 0. Only for one that serves, and that nobody serves beside */
	msec graceful; /* from TERM to QUIT; >= 0 */
	msec total;    /* from TERM to KILL; >= 0, may be shorter than graceful */
	bool quit;     /* QUIT is one of the steps (Gunicorn) */
};

enum stop_stage {
	STOP_NOT,   /* nothing was asked */
	STOP_DRAIN, /* decided, but not told yet */
	STOP_TERM,  /* asked kindly */
	STOP_QUIT,  /* asked to hurry */
	STOP_KILL,  /* being made to; repeats */
};

/* What to send now. */
enum stop_deed {
	STOP_NOTHING,
	STOP_TERM_MASTER,
	STOP_TERM_REST, /* TERM to every process that is left, the master being dead */
	STOP_QUIT_MASTER,
	STOP_KILL_ALL,
};

struct stop {
	enum stop_stage stage;
	bool master; /* the master lived when last heard of */
	msec since;  /* when it began */
	msec due;    /* when stop_step has something to do; MSEC_NEVER when not */
	msec kill;   /* when KILL comes at the latest */
	msec pause;  /* between repeated KILLs: 50 ms, doubling to 1 s */
};

/* Begin at NOW. MASTER: whether the master still lives; without it there is no drain. Returns the first deed. */
enum stop_deed stop_begin(struct stop *s, const struct stop_limits *limits, bool master, msec now);

/* The master ended; others may live. Returns STOP_TERM_REST while the ladder is at TERM or QUIT. */
enum stop_deed stop_master_gone(struct stop *s, const struct stop_limits *limits, msec now);

/* Somebody is impatient: one rung up (drain -> TERM; TERM -> QUIT where it is one, else KILL; QUIT -> KILL). */
enum stop_deed stop_hurry(struct stop *s, const struct stop_limits *limits, msec now);

/* Time passed. Returns what is due at NOW and sets the next due; STOP_NOTHING before due. */
enum stop_deed stop_step(struct stop *s, const struct stop_limits *limits, msec now);

#endif

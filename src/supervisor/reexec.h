/*
 * reexec -- another program in our place, under the same pid, with the same children and descriptors: `bridle reexec`, and
 * what a crash leads to (os/crash.h).
 *
 * Before that is done for somebody who asked, the program that lies on the disk is asked by a child of ours whether it can
 * read what we remember, and the configuration: a "no" changes nothing.
 */
#ifndef BRIDLE_SUPERVISOR_REEXEC_H
#define BRIDLE_SUPERVISOR_REEXEC_H

#include <ev.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "os/crash.h"

struct bridled;
struct past;
struct supervisor_options;

/* Exit statuses of the child that asks (bridled --accepts-state). */
enum reexec_answer { REEXEC_YES = 0, REEXEC_BAD_CONFIGURATION = 1, REEXEC_OLDER = 4 };

enum { REEXEC_ARGUMENTS = 9 /* with every option of supervisor_options that goes along, and NULL */ };

struct reexec {
	char *argv[REEXEC_ARGUMENTS]; /* of the next program */
	char word[CRASH_WORD];        /* one of them */
	pid_t asker;                  /* 0: nobody is asked */
	uint32_t id;                  /* of the request that waits for it; 0: none */
	bool agreed;                  /* it is to be done before the loop waits again */
	ev_timer patience;
};

/* From the first moment on: a crash leads to another program, with what PAST says, or nothing to go on from yet.
 * OPTIONS and B stay where they are: the next program's words point into them. False with ERR: no memory. */
bool reexec_prepare(struct bridled *b, const struct supervisor_options *options, const struct past *past,
	struct err *err);

/* What we remember is what the next program goes on from now. */
void reexec_point(struct bridled *b, const struct past *past);

/* Ask whether it can be done, and answer request ID then. False with ERR: no. */
bool reexec_ask(struct bridled *b, uint32_t id, struct err *err);

/* Was PID the one that asked? */
bool reexec_reaped(struct bridled *b, pid_t pid, int status);

/* If it was agreed, do it: returns only when it cannot be done. */
void reexec_now(struct bridled *b);

/* At the end, after memory_end: whoever would go on after a crash finds nothing any more to go on from. */
void reexec_release(struct bridled *b);

#endif

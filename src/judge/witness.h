/*
 * witness -- what was recognised in a log, as facts that a story is told by. Here the bytes of wire meet the thinking of
 * core, which know nothing of each other.
 */
#ifndef BRIDLE_JUDGE_WITNESS_H
#define BRIDLE_JUDGE_WITNESS_H

#include "core/story.h"
#include "wire/recognise.h"

enum { WITNESS_FACTS = 11 };

/* The facts that WHAT stands for, into FACTS (FACT_NONE among them means nothing); returns how many. */
unsigned witness_facts(const struct recognised *what, enum fact found[WITNESS_FACTS]);

/* A line that may mean one thing or another by a status or a signal in it: true, and what it stands for, FACT_NONE among it, into
 * FACT. False: no number of its own decides. */
bool witness_number(const struct recognised *what, enum fact *fact);

/* Does WHAT say how a worker ended: by signal or status? */
bool witness_ends(const struct recognised *what);

/* With which status, as of wait(2); -1: it does not say. */
int32_t witness_status(const struct recognised *what);

/* WHAT as an event; `fact` is left to the caller. */
struct story_event witness_event(const struct recognised *what);

#endif

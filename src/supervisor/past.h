/*
 * past -- what was before us: who was here in this very process until it executed itself anew (re-exec, crash), or who ran
 * in the same run_dir and was killed. As an image of wire/state.h, read and checked.
 */
#ifndef BRIDLE_SUPERVISOR_PAST_H
#define BRIDLE_SUPERVISOR_PAST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "os/crash.h"
#include "wire/state.h"

struct bridled;
struct conf;

struct past {
	const void *image; /* NULL: there was nobody */
	size_t size;
	bool reborn;           /* in this process: its children and descriptors are ours */
	struct crash_word how; /* then: whether it crashed */
	struct state_bridled bridled;
	int *listeners; /* what the watcher of a killed one kept */
	size_t listener_count;
};

/* WORD is what we were given by --resume. Closes every descriptor from 3 on that the image does not name, so nothing may have
 * been opened yet; those that it names are close-on-exec again. False with ERR: nothing is known. */
bool past_inherit(struct past *p, const char *word, struct err *err);

/* Look for a killed one in b->run_dir, which must be locked. Its watcher has ended when this returns, having written what
 * it had and given us what it kept; b->statsd_port is its port. */
void past_find(struct past *p, struct bridled *b);

/* The listener INODE, if a watcher kept it, for the caller to close; else -1. */
int past_listener(struct past *p, uint64_t inode);

/* What bridled itself was: numbers and descriptors into B. Only of a reborn one. False: a number does not fit where it belongs, or
 * there is no memory. */
bool past_restore(const struct past *p, struct bridled *b);

/* How many services P knows that CONF does not. */
uint32_t past_strangers(const struct past *p, const struct conf *conf);

/* Were there five crashes within a minute before NOW? Then whatever we do, we should do less of it. */
bool past_is_loop(const struct past *p, msec now);

/* Let go of the image: nothing may be asked of P any more. */
void past_release(struct past *p);

#endif

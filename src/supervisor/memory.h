/*
 * memory -- what we must know after our own end: an image of wire/state.h that is kept current, so that it
 * is there whatever becomes of us. It is the file "state" in run_dir, which a bridled after us finds; where that file
 * cannot be had, an anonymous one, which only a crash and a re-exec survive.
 *
 * Who was started is in it at once. Other moves are before anybody is told of them and before we wait for more, once a round
 * for each service: one whose master was killed has a successor by then. Killed in between, we are followed by one that sees
 * who lives and who does not; what it does not see is how somebody ended whom we had reaped already.
 *
 * It is written with pwrite(2), not through a mapping: that costs two system calls a move (some two microseconds), but not
 * a page of ours a service, and a full disk is an error and no SIGBUS.
 */
#ifndef BRIDLE_SUPERVISOR_MEMORY_H
#define BRIDLE_SUPERVISOR_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "wire/state.h"

struct bridled;
struct service;

struct memory {
	int fd;      /* -1: not made yet; then nothing below does anything */
	bool named;  /* it is a file, "state.new" until memory_publish */
	bool said;   /* that something did not fit */
	bool behind; /* a service moved, and that has not been taken down */
};

/* Make one for b->capacity services: a file, still under another name (memory_publish), or memory where that cannot be had, which
 * is logged. False with ERR: neither. */
bool memory_make(struct bridled *b, struct err *err);

/* Everything that was restored is in it: from now on it is the one that counts, in place of whatever file was there (rename(2): one
 * or the other is found at any moment). */
void memory_publish(struct bridled *b);

/* Take down how a service, or bridled itself, is now. */
void memory_service(struct service *s);
void memory_bridled(struct bridled *b);

/* The same, by the next memory_catch_up, which takes down all that are due, and then deposits the listeners of those that
 * nobody serves (os/deposit.h). */
void memory_later(struct service *s);
void memory_catch_up(struct bridled *b);

/* Listeners were closed. Their addresses are free only when they lie nowhere any more, and others may be about to listen
 * there: the deposit is empty until the next memory_catch_up. */
void memory_closed(struct bridled *b);

/* The service in SLOT is no more. */
void memory_forget(struct bridled *b, uint32_t slot);

/* What a service, and bridled, would be remembered as. */
void memory_fill_service(struct service *s, struct state_service *record);
void memory_fill_bridled(struct bridled *b, struct state_bridled *record);

/* A copy of it in a sealed memfd, for another program; -1 with ERR. */
int memory_copy(struct bridled *b, struct err *err);

/* Call VISIT for every descriptor that another program needs. */
void memory_descriptors(struct bridled *b, void (*visit)(void *context, int fd), void *context);

/* The end: there is nothing to remember. */
void memory_end(struct bridled *b);

/* What this boot, of the machine or of our container, is called; pids and times of another mean nothing. */
void memory_boot(char boot[STATE_BOOT]);

#endif

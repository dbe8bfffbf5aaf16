/*
 * saturation -- does a service that runs still keep up? Each strain has to last before it is one, and to be gone for a while
 * before it can be another, so that what comes and goes is told of once, and what is over in a moment not at all. Pure.
 */
#ifndef BRIDLE_CORE_SATURATION_H
#define BRIDLE_CORE_SATURATION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/msec.h"

enum strain {
	STRAIN_QUEUE,   /* as many connections wait as there are workers, or more */
	STRAIN_MISSING, /* fewer workers have booted than are wanted */
	STRAIN_SURPLUS, /* there are more than are wanted */
	STRAIN_DROPS,   /* connections came that the queue had no room for */
	STRAIN_SPIN,    /* one worker keeps a processor busy, and most of the others have little to do */
	STRAINS
};

enum {
	SATURATION_GAP = 20000,     /* ms without a look: what was before says nothing about now */
	SATURATION_BUSY = 95,       /* per cent of one processor */
	SATURATION_LITTLE = 50,     /* the same, of the others together for each of them */
	SATURATION_RELEASE = 60000, /* ms that it has to be gone */
};

/* ms that a strain has to last. */
extern const msec saturation_hold[STRAINS];

/* Zeroed: nothing was seen. */
struct saturation {
	msec looked;
	int64_t dropped; /* as it was seen last; -1: unknown */
	struct {
		msec since, gone; /* it is seen, it is not seen any more: since when; 0: not */
		bool told;
	} at[STRAINS];
};

/* What was seen. */
struct saturation_seen {
	int64_t queue;   /* connections that wait; -1: unknown */
	int64_t dropped; /* that found no room so far; -1: unknown */
	uint32_t workers, wanted;
	uint32_t lingering; /* beside the workers: those that were told to go, and should have gone */
	int64_t booted;     /* of the workers; -1: unknown */
	bool settled;       /* nobody moves their number, and it runs: what differs is not meant */
};

/* One more look. Returns a bit for each strain (1 << STRAIN_QUEUE ...) that is found by it: it has lasted long enough now. The
 * strain of one worker is for saturation_spins. */
unsigned saturation_judge(struct saturation *s, const struct saturation_seen *seen, msec now);

/* One worker, of which TOLD is kept: FDS descriptors of the MOST that it may have (< 0: unknown). True once, when nine in
 * ten are open: what comes next is EMFILE, in whatever opens the last. */
bool saturation_scarce(bool *told, int64_t fds, int64_t most);

/* One worker, of which SINCE and TOLD are kept (zeroed at first): CPU in per cent of one processor, OTHERS: the mean of the
 * others (< 0: there are none, or it is unknown). True once, when it has been at it for saturation_hold[STRAIN_SPIN]. */
bool saturation_spins(msec *since, bool *told, float cpu, float others, msec now);

#endif

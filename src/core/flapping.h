/*
 * flapping -- workers that die again and again, whatever each of them dies of, while their master lives on: no single death
 * says so. Those that die together count as one, for one request, or one lack of memory, may take all of them. Pure.
 */
#ifndef BRIDLE_CORE_FLAPPING_H
#define BRIDLE_CORE_FLAPPING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/msec.h"

enum {
	FLAPPING_TIMES = 5,       /* so many */
	FLAPPING_SPAN = 300000,   /* ms within which they have to be */
	FLAPPING_TOGETHER = 1000, /* ms within which they are one */
	FLAPPING_CALM = 300000,   /* ms without any, until it may be told of again */
};

/* Zeroed: nobody has died. */
struct flapping {
	msec at[FLAPPING_TIMES]; /* the latest; 0: none yet */
	uint8_t next;            /* of them, to be written over: the oldest */
	bool told;
};

/* A worker died at NOW (> 0), which nobody had asked it to. True when that is found by it: once, until it was calm. */
bool flapping_died(struct flapping *f, msec now);

#endif

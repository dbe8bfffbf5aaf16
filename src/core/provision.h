/*
 * provision -- is a service made for what it is used for? What would be found out on a bad day: said once a start, and
 * nobody is alarmed. Pure.
 */
#ifndef BRIDLE_CORE_PROVISION_H
#define BRIDLE_CORE_PROVISION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/msec.h"

enum {
	PROVISION_USED = 100,    /* requests that make it one that is used */
	PROVISION_EVERY = 15000, /* ms between looks */
};

enum provision {
	PROVISION_SINGLE, /* it is used, and has one worker: while that loads, hangs or is recycled, nobody serves */
	PROVISION_MEMORY, /* as many workers as there may be, each as large as the largest now, do not fit */
	PROVISIONS
};

/* Zeroed: nothing was looked at. */
struct provisions {
	uint32_t generation; /* of which was told */
	unsigned told;       /* bits: 1 << PROVISION_SINGLE ... */
	msec looked;
};

struct provision_seen {
	uint32_t generation;
	uint32_t workers;  /* most that there may be */
	uint64_t requests; /* so far; 0 also where nobody counts */
	int64_t worker;    /* bytes: of the largest, */
	int64_t master;    /* of the master; -1: unknown, each */
	int64_t have;      /* that all of them may take together; -1: unknown */
};

/* Is it time for a look? */
bool provisions_due(const struct provisions *p, msec now);

/* Returns a bit for each that is found now and was not told of this generation. */
unsigned provisions_judge(struct provisions *p, const struct provision_seen *seen, msec now);

#endif

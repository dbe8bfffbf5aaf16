/*
 * recycle -- which worker is to be exchanged because of its memory: one at a time, and only after it was over
 * the limit in RECYCLE_SAMPLES samples in a row. Pure.
 */
#ifndef BRIDLE_CORE_RECYCLE_H
#define BRIDLE_CORE_RECYCLE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/msec.h"

enum { RECYCLE_SAMPLES = 3, RECYCLE_PATIENCE = 60000 /* ms a chosen one may take to go */ };

struct recycle {
	int32_t chosen; /* pid of the worker that was asked to go; 0: none */
	msec since;
};

struct recycle_worker {
	int32_t pid;
	uint64_t bytes; /* its memory */
	uint32_t over;  /* samples in a row over the limit: kept by the caller, updated by recycle_choose */
	bool booted;
};

/* One sample of all N workers of a ready service against LIMIT bytes (0: no limit). Returns the pid to recycle
 * now, or 0. The heaviest goes first; nobody is chosen while the last chosen one lives (up to
 * RECYCLE_PATIENCE) or any worker has not booted. */
int32_t recycle_choose(struct recycle *r, struct recycle_worker *workers, uint32_t n, uint64_t limit, msec now);

/* The limit, in bytes, for each of N WORKERS that follows from EACH (of one) and TOGETHER (of all); 0: none. Above TOGETHER the
 * heaviest is too heavy, whatever it weighs. */
uint64_t recycle_limit(const struct recycle_worker *workers, uint32_t n, uint64_t each, uint64_t together);

#endif

/*
 * health -- is a service that runs still well? So many failed probes among the last so many mean no. Pure.
 */
#ifndef BRIDLE_CORE_HEALTH_H
#define BRIDLE_CORE_HEALTH_H

#include <stdbool.h>
#include <stdint.h>

enum { HEALTH_WINDOW_MAX = 32 };

/* Zeroed: nothing is known. */
struct health {
	uint32_t failed; /* one bit a probe, the latest lowest */
};

/* One more probe, which was GOOD or not. True when it is the one that brings FAILURES (>= 1) among the last WINDOW
 * (FAILURES to HEALTH_WINDOW_MAX); then everything is forgotten, so that it takes as many again to say so again. */
bool health_judge(struct health *h, uint32_t failures, uint32_t window, bool good);

#endif

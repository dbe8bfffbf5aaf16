/*
 * replace -- a Gunicorn on listeners of ours is replaced, in the manner that is set, or that there is room for (core/manner.h);
 * and, where workers are exchanged one at a time, the steps of that, which the watcher asks for (core/exchange.h).
 */
#ifndef BRIDLE_SUPERVISOR_REPLACE_H
#define BRIDLE_SUPERVISOR_REPLACE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/msec.h"
#include "base/text.h"
#include "core/life.h"

struct service;

/* life_replace, or life_restart with `replace = stop-first`, and the same answer. When it is done in another manner than was
 * set, or nobody can know whether it fits, that is logged; the former is also added to SAID (may be NULL). Does not act yet. */
bool replace_begin(struct service *s, struct text *said, msec now);

/* The same by life_mend, where its settings want it. With `replace = stop-first` it is down for a moment, as set. False: it
 * may not be now, and nothing was changed. */
bool replace_mend(struct service *s, msec now);

/* With how many workers the generation in SLOT, which is about to be spawned, begins. Remembers it. */
uint32_t replace_workers(struct service *s, uint8_t slot);

/* S moved. A replacement that fails half way leaves the current generation with fewer workers than wanted, and there it stays:
 * one more would load the code that has just failed, unless the application is preloaded, and a Gunicorn whose worker does not
 * boot ends as a whole (gunicorn-facts 2.3, 3.3). Until there is a new generation, or another number is wanted. */
void replace_moved(struct service *s, enum life_state from, enum life_event event);

/* TTIN to the next master (UP), or TTOU to the current one. False: S is not being replaced worker by worker. */
bool replace_step(struct service *s, bool up, msec now);

#endif

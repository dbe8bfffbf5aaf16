/*
 * ages -- what follows from how old the workers of a story were when they died, were silent, or left. Pure.
 */
#ifndef BRIDLE_CORE_AGES_H
#define BRIDLE_CORE_AGES_H

#include <stdbool.h>
#include <stdint.h>

#include "core/story.h"

/* Seconds between its boot and its end, in whatever order they were told; -1 where one of them is not known. */
int64_t ages_of(const struct story_worker *w);

/* Has it ended by itself or by force? One that was only asked to leave has not. */
bool ages_died(const struct story_worker *w);

/* Adds to the evidence of S, which is about to be closed, what the ages of its workers prove together. */
void ages_derive(struct story *s);

#endif

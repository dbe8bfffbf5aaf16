/*
 * around_deeds -- what the hooks of a generation decide (core/hooks.h) is done. For the files of around alone.
 */
#ifndef BRIDLE_SUPERVISOR_AROUND_DEEDS_H
#define BRIDLE_SUPERVISOR_AROUND_DEEDS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/msec.h"
#include "core/hooks.h"

struct around_generation;
struct service;

/* What is kept of the generation in SLOT; NULL: the service has no commands, or there is no such slot. */
struct around_generation *around_at(const struct service *s, uint8_t slot);

/* Its commands by list; never NULL. */
const struct hook_plan *around_commands(const struct service *s);

/* Is the generation in SLOT being ended? Whoever is starts nothing new. */
bool around_is_ending(const struct service *s, uint8_t slot);

/* The life is told that generation NUMBER is ready, or ASSUMED to be. */
void around_say_ready(struct service *s, uint32_t number, bool assumed, msec now);

/* Do DEED for the generation in SLOT of S, which has commands, and whatever its outcome has the hooks decide. */
void around_perform(struct service *s, uint8_t slot, enum hook_deed deed, msec now);

#endif

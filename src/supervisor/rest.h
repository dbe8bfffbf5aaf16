/*
 * rest -- what is left of a generation whose master has ended: its orphans, which have become our children.
 */
#ifndef BRIDLE_SUPERVISOR_REST_H
#define BRIDLE_SUPERVISOR_REST_H

#include <stdint.h>
#include <sys/types.h>

#include "base/msec.h"

struct bridled;
struct service;

/* If something may have ended, or is to be signalled: find the orphans of every generation, signal them, and where a
 * generation without a master has none, report and act. */
void rest_look(struct bridled *b, msec now);

/* SIGNAL to every process of the generation in SLOT: its master with all below it at once, its orphans at the next
 * rest_look. */
void rest_signal(struct service *s, uint8_t slot, int signal);

/* Our children at this moment, in PIDS, which hold until the next call of this or of rest_look. Returns how many: at most
 * 32,768, and 0 where the kernel has no list of them. */
ssize_t rest_children(struct bridled *b, const pid_t **pids);

/* KILL to whoever is left in SLOT of S of a command that has ended, found at the next look. */
void rest_clear(struct service *s, uint8_t slot);

#endif

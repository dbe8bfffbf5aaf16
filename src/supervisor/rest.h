/*
 * rest -- what is left of a generation whose master has ended: its orphans, which have become our children.
 */
#ifndef BRIDLE_SUPERVISOR_REST_H
#define BRIDLE_SUPERVISOR_REST_H

#include <stdint.h>

#include "base/msec.h"

struct bridled;
struct service;

/* If something may have ended: find out which generations without a master have nobody left, and report and act. */
void rest_look(struct bridled *b, msec now);

/* SIGNAL to every process of the generation in SLOT: its master with all below it, and its orphans. */
void rest_signal(struct service *s, uint8_t slot, int signal);

#endif

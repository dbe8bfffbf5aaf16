/*
 * chance -- what a random world is made of: settings, and the ways of its processes.
 */
#ifndef BRIDLE_TESTS_CHANCE_H
#define BRIDLE_TESTS_CHANCE_H

#include "core/life.h"
#include "dice.h"
#include "kernel.h"

/* Mostly none of a kind, sometimes a few, rarely all. */
int chance_percent(struct dice *d);

/* Settings within what the configuration allows, edges included: waits that never grow, no grace, no limit. */
void chance_limits(struct dice *d, struct life_limits *limits);

/* The nature of a world; what boots takes up to twice START_TIMEOUT. */
void chance_nature(struct dice *d, struct nature *n, msec start_timeout);

#endif

/*
 * heir -- USR2 by hand: a master that opened its listeners itself starts another one beside it, and ends when it is told to
 * (gunicorn-facts 5.4). The other one is then our child, for we are a subreaper, and the service's master: it is no orphan to
 * be ended, and nothing is started beside it.
 */
#ifndef BRIDLE_SUPERVISOR_HEIR_H
#define BRIDLE_SUPERVISOR_HEIR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/msec.h"

struct service;

/* The master in SLOT was reaped with STATUS. False when nobody takes its place: then it is an end like any other. True: its
 * heir is the master now, as a new generation that has to be proven ready, and what the old one left is told to go. */
bool heir_takes_over(struct service *s, uint8_t slot, int status, msec now);

#endif

/*
 * reap -- waitpid(2) for everybody: masters, the watcher, and orphans that are nobody's.
 */
#ifndef BRIDLE_SUPERVISOR_REAP_H
#define BRIDLE_SUPERVISOR_REAP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/msec.h"

struct bridled;
struct service;

/* Reap whatever has ended and act on it. Called for SIGCHLD; merged signals are no loss, for it reaps until nobody
 * is left to reap, or comes back for the rest in the next round of the loop. Returns whether there were orphans among them: then
 * there may be more, and it is to be called again in a moment, without a signal. Until there are none, masters and the watcher are
 * looked after at each call, all others (orphans, trials, commands beside masters) the more seldom the more children we have: every
 * fifth of a second at worst. */
bool reap(struct bridled *b, msec now);

/* The master in SLOT ended with STATUS (or ENDING_UNKNOWN): act on it. In safe mode that is only remembered (resume.h). */
void reap_master(struct service *s, uint8_t slot, int status, msec now);

#endif

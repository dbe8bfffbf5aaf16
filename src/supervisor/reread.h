/*
 * reread -- a configuration read anew: all of it or nothing.
 */
#ifndef BRIDLE_SUPERVISOR_REREAD_H
#define BRIDLE_SUPERVISOR_REREAD_H

#include <stdbool.h>

#include "base/msec.h"

struct bridled;

/* Read the configuration again and touch only the services whose settings changed. Every difference, or every error, goes
 * line by line to WORD. False: there was an error, and nothing changed. New ones for which there is no slot yet, because those
 * that go are still there, set b->crowded. */
bool reread(struct bridled *b, void (*word)(void *context, const char *line), void *context, msec now);

/* The first time: make all services of b->conf. A service that cannot be planned yet is made all the same and tried
 * again at each start. False: for one there was no room, no memory or no pipe, which is told; those before it are made. */
bool reread_first(struct bridled *b);

/* Some that were in the way have gone: make those of b->conf that had to wait for their slots. */
void reread_late(struct bridled *b, msec now);

#endif

/*
 * lost -- children of ours of which nothing was written down any more: spawned between the last record and a crash. They are
 * known by their marker (os/tree.h).
 */
#ifndef BRIDLE_SUPERVISOR_LOST_H
#define BRIDLE_SUPERVISOR_LOST_H

#include <stdint.h>

struct bridled;
struct service;

/* The start of the master in SLOT was decided, but whether it came to that was not taken down: when it did, S has it from
 * now on. */
void lost_find(struct service *s, uint8_t slot);

/* An end to those of generations that nobody knows: they would serve beside what we start. When all services are restored;
 * until then every generation is an unknown one. */
void lost_end(struct bridled *b);

#endif

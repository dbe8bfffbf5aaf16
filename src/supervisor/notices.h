/*
 * notices -- what is to be told once the deeds are done: moves of services, collected while the loop works and told
 * before it waits again, as lines in our log and records on the link. Telling never delays acting.
 */
#ifndef BRIDLE_SUPERVISOR_NOTICES_H
#define BRIDLE_SUPERVISOR_NOTICES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/msec.h"
#include "core/life.h"
#include "wire/link.h"

struct bridled;
struct service;

struct notice {
	uint32_t service; /* slot */
	uint32_t generation;
	int32_t pid, status;
	uint8_t from, to, event;
	msec age;  /* of the master that ended */
	msec wait; /* until the next start, when backing off */
};

struct notices {
	struct notice *ring;
	uint32_t size, first, count;
	bool lost; /* the ring overflowed: the watcher is told to look at the whole page anew */
};

/* A ring for SIZE (> 0) moves, taken at load time. False: no memory. */
bool notices_init(struct notices *n, uint32_t size);
void notices_free(struct notices *n);

/* Remember that S moved as ORDER (ORDER_MOVED) says. Takes no memory: where the ring is full its oldest goes. */
void notices_add(struct bridled *b, struct service *s, const struct life_order *order);

/* Remember that S stays where it is, since a start was asked for: as a move from there to there. */
void notices_stays(struct bridled *b, struct service *s);

/* Tell everything: log lines, then the link. */
void notices_tell(struct bridled *b);

#endif

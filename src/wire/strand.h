/*
 * strand -- which lines of a log go on with the traceback that is open, where several writers share the log.
 *
 * `docker compose logs` and a journal hold lines of others between those of one traceback; whoever ships stdout and stderr
 * twice doubles each line. Neither ends a traceback, nor is it part of one. Pure.
 */
#ifndef BRIDLE_WIRE_STRAND_H
#define BRIDLE_WIRE_STRAND_H

#include <stdbool.h>
#include <stdint.h>

#include "wire/logform.h"

struct strand {
	uint32_t source; /* of the line that began it (struct logform); 0 when that did not say */
	uint32_t last;   /* a hash of the last line's message */
	size_t length;   /* and its length */
};

/* F belongs to the traceback; the first of its lines when it BEGINS. */
void strand_keep(struct strand *s, const struct logform *f, bool begins);

/* Does F, a line behind those that were kept, come from somebody else, or say the last one again? Then the traceback is to be left
 * as it is. */
bool strand_is_apart(const struct strand *s, const struct logform *f);

/* A number for N bytes, never 0: not for what an enemy chooses to collide, who gains a traceback that is put together wrong. */
uint32_t strand_hash(const char *bytes, size_t n);

#endif

/*
 * deeds -- what may be asked for of one service: start, stop, replace, reload, scale and the rest of wire/link.h, each a
 * few lines about what it means for this service as it is now, and the words that whoever asked is answered with.
 */
#ifndef BRIDLE_SUPERVISOR_DEEDS_H
#define BRIDLE_SUPERVISOR_DEEDS_H

#include <stdbool.h>

#include "base/msec.h"
#include "base/text.h"
#include "wire/link.h"

struct service;

/* An answer being made: LINK_DONE unless somebody says otherwise. */
struct answer {
	struct link_record record;
	int fd; /* that came with the request; -1: none, or it was taken */
	struct text text;
	bool later; /* it is given when something has ended */
};

/* It was RESULT, for a reason that is added to its words. */
void answer_say(struct answer *a, enum link_result result, const char *words);

/* Do for S what R asks for. Whoever calls lets S act afterwards. False: that is no deed on a service. */
bool deeds_do(struct service *s, const struct link_record *r, struct answer *a, msec now);

#endif

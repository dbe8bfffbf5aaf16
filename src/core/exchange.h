/*
 * exchange -- workers of two generations exchanged one at a time, where there is no room for both at full size. Pure.
 *
 * The new generation was started with one worker beside the old one. Once that is up, the old master is told TTOU, and when
 * one of its workers is gone the new one TTIN, in turn; at the end the old one has one worker left, and the new one all that
 * are wanted: then it takes over, and the old master is ended with its last worker. So there are never fewer workers than
 * wanted but for one that has just died, and never more than one too many.
 *
 * Every step rests on what is seen, not on what was sent: TTIN and TTOU may merge or be lost (gunicorn-facts 3.1), workers
 * die and are replaced by their masters, and whoever looks may be another one than before and remember nothing. So a first
 * step is taken only when nothing that a predecessor sent can still be on its way.
 *
 * A step that failed is nothing that can be mended here: a Gunicorn whose worker does not boot ends as a whole
 * (gunicorn-facts 2.3). It has the time of a start (life.h, life_stepped), then the new generation is ended. The old one keeps
 * the workers that it has left: one more would load the code that has just failed.
 */
#ifndef BRIDLE_CORE_EXCHANGE_H
#define BRIDLE_CORE_EXCHANGE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/msec.h"

enum exchange_deed {
	EXCHANGE_NOTHING,
	EXCHANGE_ONE_LESS, /* TTOU to the old master */
	EXCHANGE_ONE_MORE, /* TTIN to the new master */
	EXCHANGE_DONE,     /* the new one can take over */
};

/* Zeroed: nothing was seen yet. */
struct exchange {
	msec sent;               /* the last step; 0: none */
	bool growing;            /* that was one more, and it was not seen yet, */
	uint32_t before;         /* and the new one had so many then */
	uint32_t expected;       /* workers of both that do not go, as the last step should have left them */
	uint32_t staying, fresh; /* as they were seen last, */
	msec since;              /* since then */
};

struct exchange_seen {
	uint32_t wanted;  /* workers, >= 1 */
	uint32_t staying; /* living workers of the old one that were not told to go, */
	uint32_t leaving; /* and those that were */
	uint32_t fresh;   /* living workers of the new one, */
	uint32_t up;      /* and how many of these are proven to be up */
};

/* The next step, to be called with every look. DUE: when the exchange is given up should nothing happen (> NOW). A step that
 * is returned counts as taken. Who was told to go has half of the time until then, because requests are finished first; after
 * that he is not waited for. The same for one more that is not seen to come, which is then asked for again. */
enum exchange_deed exchange_step(struct exchange *e, const struct exchange_seen *seen, msec due, msec now);

#endif

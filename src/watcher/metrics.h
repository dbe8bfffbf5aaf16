/*
 * metrics -- what Gunicorns tell of themselves by statsd: heard, counted for the service that it is of, and sent on to
 * where the user wants it as well.
 *
 * Three datagrams a request would wake us as often. So the socket is only waited for while nobody has anything to say; then
 * it is read by the clock, ten times a second, and more often only where it would run full before. Any process of this
 * machine can send to it: figures are what is claimed, and no service is ended for what they say.
 */
#ifndef BRIDLE_WATCHER_METRICS_H
#define BRIDLE_WATCHER_METRICS_H

#include <ev.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/msec.h"

struct watcher;

struct metrics {
	int fd;     /* -1: there is none */
	int onward; /* what is sent on goes by it; -1: nothing was yet */
	ev_io readable;
	ev_timer tick;
	msec interval;           /* of the clock; 0: it stands */
	uint32_t aim;            /* datagrams to be found at each reading: a quarter of what there is room for */
	uint32_t empty;          /* readings in a row that found none */
	uint32_t last;           /* slot of who spoke last */
	uint64_t heard, refused; /* datagrams; those that were nobody's */
	uint32_t lost;           /* that found no room, as the kernel counts them; it begins anew after 2^32 */
	msec lost_told;          /* 0: never */
};

/* FD was inherited; it may be anything, and is then left alone. */
void metrics_open(struct watcher *w, int fd);
void metrics_close(struct watcher *w);

/* Take what has come, for somebody who asks. Returns how many datagrams it was. */
uint32_t metrics_take(struct watcher *w);

#endif

/*
 * probe -- one question to a service over its own socket, as any client would ask it: does it take a connection, does it
 * answer as it should? Never blocks. At most one at a time of each struct.
 */
#ifndef BRIDLE_WATCHER_PROBE_H
#define BRIDLE_WATCHER_PROBE_H

#include <ev.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/page.h"

enum probe_result {
	PROBE_GOOD,
	PROBE_BAD,
	PROBE_UNASKED /* the watcher's user may not connect: nothing is known */
};

struct probe {
	struct ev_loop *loop;
	int fd; /* -1: none is under way */
	bool sent;
	uint32_t connected; /* times, in all: connections that we brought */
	ev_io io;
	ev_timer timer;
	struct page_probe settings;
	char answer[16];    /* its beginning */
	size_t kept, taken; /* bytes of it kept, and read */
	char trouble[96];   /* what was wrong with the last one; "" when it was good */
	void (*done)(struct probe *probe, enum probe_result result);
	void *data; /* the caller's */
};

/* DONE is told how each one ended, from the loop or out of probe_ask itself. */
void probe_init(struct probe *p, struct ev_loop *loop, void (*done)(struct probe *, enum probe_result), void *data);

/* Ask as RECORD says. Only while none is under way. */
void probe_ask(struct probe *p, const struct page_service *record);

/* Forget the one that is under way, if any; DONE is not told. */
void probe_stop(struct probe *p);

#endif

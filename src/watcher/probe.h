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
	PROBE_UNASKED, /* the watcher's user may not connect: nothing is known */
	PROBE_MISSED /* somebody took the connection whom it is not for: he was asked nothing, and has it until the next end */
};

enum { PROBE_HELD = 32 /* such connections at most */ };

/* Who has a connection of ours: whom it is for, as far as can be seen; somebody else; or it waits to be accepted. */
enum probe_taker { PROBE_TAKEN, PROBE_TAKEN_BY_OTHER, PROBE_NOT_TAKEN };

struct probe {
	struct ev_loop *loop;
	int fd; /* -1: none is under way */
	bool sent;
	/* Asked for each connection before anything is sent; NULL: it is for whoever takes it. The caller sets it, before he asks. */
	enum probe_taker (*taker)(struct probe *probe);
	int held[PROBE_HELD]; /* taken by others, who are kept busy by them, so that the next one is somebody else's */
	uint8_t held_count, looked; /* and looks since the last of them */
	uint32_t connected;         /* times, in all: connections that we brought */
	ev_io io;
	ev_timer timer, again; /* the latter: who has taken it is looked at once more */
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

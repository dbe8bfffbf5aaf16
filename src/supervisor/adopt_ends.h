/*
 * adopt_ends -- how an adopted master ends: a pidfd tells that it has. How, the kernel tells from Linux 6.15 on, once its
 * parent has reaped it; else the watcher has heard it, by process events, and is asked. Of adopt.c alone.
 */
#ifndef BRIDLE_SUPERVISOR_ADOPT_ENDS_H
#define BRIDLE_SUPERVISOR_ADOPT_ENDS_H

#include <ev.h>
#include <stdbool.h>
#include <stdint.h>

struct link_record;
struct service;

struct adopted {
	struct service *service;
	uint8_t slot;
	int pidfd;      /* -1: none */
	unsigned asked; /* how it ended, so many times */
	bool awaited;   /* the watcher was asked, too, and has not answered */
	int told;       /* what it answered; ENDING_UNKNOWN */
	ev_io ended;
	ev_timer again;
};

/* A, of SLOT of S, has nobody yet. */
void adopt_ends_init(struct adopted *a, struct service *s, uint8_t slot);

/* Act on the end of the master that PIDFD holds, when it comes. PIDFD is A's from now on, which had none. */
void adopt_ends_await(struct adopted *a, int pidfd);

/* The watcher's answer. One that was not asked for, or is about another process, changes nothing. */
void adopt_ends_told(struct adopted *a, const struct link_record *answer);

/* Await nothing any more. */
void adopt_ends_let_go(struct adopted *a);

#endif

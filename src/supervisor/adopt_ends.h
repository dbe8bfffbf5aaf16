/*
 * adopt_ends -- how an adopted master ends: a pidfd tells that it has, and the kernel how, where it does. Of adopt.c alone.
 */
#ifndef BRIDLE_SUPERVISOR_ADOPT_ENDS_H
#define BRIDLE_SUPERVISOR_ADOPT_ENDS_H

#include <ev.h>
#include <stdint.h>

struct service;

struct adopted {
	struct service *service;
	uint8_t slot;
	int pidfd;      /* -1: none */
	unsigned asked; /* how it ended, so many times */
	ev_io ended;
	ev_timer again;
};

/* A, of SLOT of S, has nobody yet. */
void adopt_ends_init(struct adopted *a, struct service *s, uint8_t slot);

/* Act on the end of the master that PIDFD holds, when it comes. PIDFD is A's from now on, which had none. */
void adopt_ends_await(struct adopted *a, int pidfd);

/* Await nothing any more. */
void adopt_ends_let_go(struct adopted *a);

#endif

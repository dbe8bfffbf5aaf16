/*
 * door -- a listener that a generation alone has while a probe is asked and others may accept on those of the service: the one
 * that it is to replace, or whoever gave them (held.h), a Gunicorn that is being taken over, say.
 *
 * The kernel gives a connection to whoever comes first: what is answered there says nothing of the new generation. So that one
 * gets one listener more, of the family that the probe is asked in, behind all others, and the watcher asks there until it is
 * proven. Gunicorn takes as many listeners as LISTEN_FDS says (gunicorn-facts 5.2), and unlinks none of them.
 *
 * A unix door is `doorN` in run_dir, N the lowest that no other has (a slot is another's when the next bridled finds the
 * sections in another order), and the watcher's user alone may connect to it; it is removed as soon as its generation is proven
 * or is being ended. A TCP one has a free port of the loopback address, and stays as long as
 * the generation: its workers poll it, and one that is shut down under them ends them (accept(2), EINVAL).
 *
 * We do not keep it: the generation has it, and its address is all that is remembered, over our own end as well.
 */
#ifndef BRIDLE_SUPERVISOR_DOOR_H
#define BRIDLE_SUPERVISOR_DOOR_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/err.h"

struct service;
struct spawn_request;

struct door {
	uint32_t number; /* of the generation that has it; 0: there is none */
	uint16_t family; /* AF_UNIX, AF_INET, AF_INET6 */
	uint16_t port;   /* TCP, host order */
	uint32_t place;  /* unix: the number in its name */
};

/* The generation in SLOT is about to be started by R, whose listeners are in FDS (room for one more): tell it of them all, with
 * its door behind them where it gets one. *DOOR is the caller's to close after the start; -1: there is none. False with
 * ERR. */
bool door_open(struct service *s, uint8_t slot, struct spawn_request *r, int *fds, int *door, struct err *err);

/* After S moved: nobody is asked any more at the door of one that is proven, or is being ended. */
void door_follow(struct service *s);

/* Where it is, into A, which is all zero. Its length; 0: there is none. */
socklen_t door_address(const struct service *s, struct sockaddr_storage *a);

#endif

/*
 * arrivals -- each connection that arrives at a listener, told by an eventfd(2): polling by io_submit(2), of Linux 4.18.
 *
 * How we know that nothing came. poll(2) would not do: whoever serves the listener accepts first, and what has been accepted is
 * not seen any more. This poll ends with the wake-up itself (aio_poll_wake in the kernel's fs/aio.c), which comes when the
 * connection is established, for unix and for TCP, whoever accepts it and however soon.
 *
 * Nor would SIGIO do (fcntl(2), F_SETOWN), though it is older and counts each: which signal it is belongs to the open file. A
 * service has that too, and F_SETSIG asks nobody: SIGKILL, sent in the name of who set the owner.
 */
#ifndef BRIDLE_OS_ARRIVALS_H
#define BRIDLE_OS_ARRIVALS_H

#include <stdbool.h>
#include <stdint.h>

#include <linux/aio_abi.h>

#include "base/err.h"

struct arrivals {
	aio_context_t ring;
	int event_fd; /* readable: arrivals_next has something to tell; -1: not open */
};

/* One listener that is waited at. All zero: none. Stays where it is while `awaited`. */
struct arrival {
	struct iocb call;
	bool awaited; /* until arrivals_next has told of it */
};

/* For MOST listeners at once. False with ERR: the kernel has none for us. Ends with the process, or its next exec(2). */
bool arrivals_open(struct arrivals *a, unsigned most, struct err *err);

/* The next connection to the listener FD, or one that waits there already, is told as MARK, once; ONE is not awaited yet.
 * The socket stays open until then, or until it is cancelled. False: it cannot be had now. */
bool arrivals_await(struct arrivals *a, struct arrival *one, int fd, uint64_t mark);

/* Not any more. It is told all the same, soon: that nobody came. */
void arrivals_cancel(struct arrivals *a, struct arrival *one);

/* What was told next: its MARK, and whether somebody CAME. False: nothing more for now. */
bool arrivals_next(struct arrivals *a, uint64_t *mark, bool *came);

/* Did any arrive that was not told yet? */
bool arrivals_pending(const struct arrivals *a);

/* Nobody is told of connections to FD by signal any more, as those before us were. */
void arrivals_disown(int fd);

#endif

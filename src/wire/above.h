/*
 * above -- what systemd, and others that started us, put into our environment, and the datagrams that they want to read:
 * sd_notify(3), sd_watchdog_enabled(3), sd_listen_fds(3). Pure: words and bytes. NULL stands for a variable that is not set.
 */
#ifndef BRIDLE_WIRE_ABOVE_H
#define BRIDLE_WIRE_ABOVE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/un.h>

#include "base/msec.h"
#include "base/text.h"

enum { ABOVE_FDS_MOST = 256 /* sockets that we take at most */, ABOVE_STATUS = 400 };

/* The address that NOTIFY_SOCKET names: "/path", or "@name" in the abstract namespace, as long as an address may be. False:
 * it names none that we can use (vsock, say). */
bool above_address(const char *words, struct sockaddr_un *address, socklen_t *length);

/* Within how many ms, by WATCHDOG_USEC and WATCHDOG_PID, process SELF has to be heard of; 0: it has not. At least 1. */
msec above_watchdog(const char *usec, const char *pid, pid_t self);

/* How many sockets, from descriptor 3 on, LISTEN_FDS and LISTEN_PID hand to process SELF; 0: none, or for another. */
int above_sockets(const char *fds, const char *pid, pid_t self);

/* The name of socket number I in LISTEN_FDNAMES, which is not ended by NUL: *LENGTH bytes; "unknown" when it has none. */
const char *above_name(const char *names, int i, size_t *length);

/* What is said of the whole: of SERVICES that should be up, UP are; FAILED and MISSING are the names of those that were
 * given up and of those that are not up yet, with blanks between them, cut where there are many. */
void above_status(struct text *t, unsigned services, unsigned up, const char *failed, const char *missing);

/* A datagram of STATUS and, where they are not NULL, lines in front of it. STATUS goes on one line whatever is in it. */
void above_message(struct text *t, const char *lines, const char *status);

/* "RELOADING=1" and when, on CLOCK_MONOTONIC in microseconds: Type=notify-reload wants both in one datagram. */
void above_reloading(struct text *t, uint64_t usec);

#endif

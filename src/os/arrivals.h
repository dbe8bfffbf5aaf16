/*
 * arrivals -- each connection that arrives at a listener, told by a signal: SIGIO of fcntl(2), under a number of our own.
 *
 * How we know that nothing came. Polling the listener would not do: whoever serves it accepts first, and what has been
 * accepted is not seen any more. The signal is sent when the connection is established (the kernel's sock_def_readable,
 * for unix and for TCP), whoever accepts it and however soon. Queued signals are counted, none is merged with another
 * (signal(7), real-time signals); where the queue is full, the kernel sends SIGIO in its place, which says that some came.
 */
#ifndef BRIDLE_OS_ARRIVALS_H
#define BRIDLE_OS_ARRIVALS_H

#include <stdbool.h>

/* A real-time signal that neither C library keeps for itself (glibc 32 and 33, musl also 34). */
enum { ARRIVALS_SIGNAL = 40 };

/* From now on each connection to the listener FD sends this process ARRIVALS_SIGNAL with si_fd FD; or none does (ON false).
 * Belongs to the open file, so to everybody who has it: nobody else may use SIGIO on it. False: it cannot be had. */
bool arrivals_tell(int fd, bool on);

/* Are they still told? Whoever shares FD can set its flags. */
bool arrivals_told(int fd);

/* Did any arrive whose signal was not taken yet? The signals must be blocked. */
bool arrivals_pending(void);

#endif

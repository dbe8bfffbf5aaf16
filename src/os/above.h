/*
 * above -- saying things to whoever started us, and taking the sockets that came from there.
 */
#ifndef BRIDLE_OS_ABOVE_H
#define BRIDLE_OS_ABOVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/err.h"

enum { ABOVE_FIRST_FD = 3 /* SD_LISTEN_FDS_START */ };

/* A datagram socket (non-blocking, close-on-exec); -1 with ERR. */
int above_open(struct err *err);

/* Send the N BYTES. Never blocks. False: not now (the reader's queue is full), or nobody reads. */
bool above_send(int fd, const struct sockaddr_un *address, socklen_t length, const char *bytes, size_t n);

/* Write a newline to FD and close it, as s6 and dinit want to be told that we are ready. Never blocks. */
void above_newline(int fd);

/* Make what was left open at FD ours: close-on-exec. False: nothing is open there. */
bool above_keep(int fd);

/* Take FD as a listener: non-blocking. False with ERR: it is no stream socket that listens. */
bool above_listener(int fd, struct err *err);

/* Does FD listen at unix PATH, or at HOST (numeric, "" for every address, NULL: whichever) and PORT? */
bool above_is_unix(int fd, const char *path);
bool above_is_tcp(int fd, const char *host, uint16_t port);

/* CLOCK_MONOTONIC in microseconds. */
uint64_t above_microseconds(void);

#endif

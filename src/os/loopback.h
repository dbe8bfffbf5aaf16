/*
 * loopback -- a UDP socket that only this machine can send to.
 */
#ifndef BRIDLE_OS_LOOPBACK_H
#define BRIDLE_OS_LOOPBACK_H

#include <stdint.h>

#include "base/err.h"

/* Bound to 127.0.0.1 and *PORT, or to any port where *PORT is 0 or taken; then *PORT is its port. Non-blocking, close-on-exec,
 * and with as much room for what is not read yet as we may have. Whoever sends to it is never made to wait (udp(7)): what finds
 * no room is dropped. -1 with ERR. */
int loopback_open_udp(uint16_t *port, struct err *err);

/* The port that FD is bound to; 0 when it is no such socket. */
uint16_t loopback_port(int fd);

#endif

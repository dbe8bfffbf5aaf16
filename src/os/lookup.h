/*
 * lookup -- the address that a host's name stands for, as Gunicorn would have it.
 */
#ifndef BRIDLE_OS_LOOKUP_H
#define BRIDLE_OS_LOOKUP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/err.h"

/* ADDRESS, of LENGTH bytes, is the first of HOST with PORT; HOST "" is this machine by its loopback. Its IPv4 addresses come
 * before those of IPv6, for Gunicorn takes a name as IPv4 (gunicorn/sock.py, every version: AF_INET unless the address itself
 * is IPv6), and clients were told so. A name may take seconds: at load only; a number is read at once. False with ERR. */
bool lookup(const char *host, uint16_t port, struct sockaddr_storage *address, socklen_t *length, struct err *err);

#endif

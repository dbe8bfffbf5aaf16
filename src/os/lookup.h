/*
 * lookup -- the address that a host's name stands for, as Gunicorn would have it: its IPv4 addresses come before those of
 * IPv6, for Gunicorn takes a name as IPv4 (gunicorn/sock.py, every version: AF_INET unless the address itself is IPv6), and
 * clients were told so. The first of several: a name with several stands for one of them, and clients look it up themselves.
 */
#ifndef BRIDLE_OS_LOOKUP_H
#define BRIDLE_OS_LOOKUP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/err.h"

enum {
	LOOKUP_ADDRESS = 64, /* a number with its zone, and a NUL */
	LOOKUP_WORDS = 80    /* why there is none */
};

/* What somebody else was asked. */
struct lookup_answer {
	char address[LOOKUP_ADDRESS]; /* a number that lookup() takes; "": none */
	char words[LOOKUP_WORDS];     /* then, why */
};

/* ADDRESS, of LENGTH bytes, is HOST with PORT, found without asking anybody (base/hosts.h); HOST "" is this machine by its
 * loopback. False with ERR, also where somebody else may know it. */
bool lookup(const char *host, uint16_t port, struct sockaddr_storage *address, socklen_t *length, struct err *err);

/* A word among the hosts of lookup_ask: who follows it matters less. */
#define LOOKUP_BRIEF "-4"

/* For a process of its own: ask getaddrinfo(3) for each of HOSTS (NULL-ended), which takes as long as it takes, and write a
 * struct lookup_answer for each to FD, a file, at their places. Those behind LOOKUP_BRIEF are asked for as IPv4 alone, and a SIGALRM
 * ends it all after five seconds of that. False: not all could be written. */
bool lookup_ask(char *const *hosts, int fd);

#endif

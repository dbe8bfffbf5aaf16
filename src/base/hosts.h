/*
 * hosts -- what this machine knows of a host's name without asking anybody: a number, localhost, a line of /etc/hosts.
 *
 * getaddrinfo(3) asks whom nsswitch.conf(5) names, in its order, and waits for them: 20 s and more for a name server that is
 * silent (resolv.conf(5), timeout and attempts). Nothing here waits for anything but the disk.
 */
#ifndef BRIDLE_BASE_HOSTS_H
#define BRIDLE_BASE_HOSTS_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/socket.h>

/* The first address of HOST in FAMILY (AF_INET, AF_INET6), of LENGTH bytes, with port 0. False: it has none here, and ADDRESS
 * is as it was. HOST "" has none. */
bool hosts_find(const char *host, int family, struct sockaddr_storage *address, socklen_t *length);

/* The same, by FILE in the place of /etc/hosts, and by nothing else: hosts(5), read from where it is to its end or HOST. */
bool hosts_find_in(FILE *file, const char *host, int family, struct sockaddr_storage *address, socklen_t *length);

#endif

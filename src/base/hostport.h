/*
 * hostport -- "ADDRESS:PORT" of numbers, such as 127.0.0.1:514 and [::1]:514, as a socket address. Names are not looked up.
 */
#ifndef BRIDLE_BASE_HOSTPORT_H
#define BRIDLE_BASE_HOSTPORT_H

#include <stdbool.h>
#include <sys/socket.h>

/* False when WORDS is nothing of the kind; then nothing is changed. */
bool hostport_parse(const char *words, struct sockaddr_storage *address, socklen_t *length);

#endif

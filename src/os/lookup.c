/*
 * lookup.c -- getaddrinfo(3) twice rather than AF_UNSPEC once: its order is the
 * resolver's own (gai.conf(5)), ours is Gunicorn's.
 */
#include "os/lookup.h"

#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>

bool
lookup(const char *host, uint16_t port, struct sockaddr_storage *address, socklen_t *length, struct err *err)
{
	struct addrinfo hints = { .ai_family = AF_INET, .ai_socktype = SOCK_STREAM }, *list = NULL;
	const char *node = *host != '\0' ? host : NULL;
	char service[8];
	int failure;

	snprintf(service, sizeof service, "%u", (unsigned)port);
	failure = getaddrinfo(node, service, &hints, &list);
	if (failure != 0) {
		hints.ai_family = AF_INET6;
		failure = getaddrinfo(node, service, &hints, &list);
	}
	if (failure != 0)
		return err_set(err, failure == EAI_SYSTEM ? errno : 0, "cannot look up '%s': %s", host,
			gai_strerror(failure));
	*address = (struct sockaddr_storage){ 0 };
	/* the first: a name with several stands for one of them, and clients look it up themselves */
	memcpy(address, list->ai_addr, list->ai_addrlen);
	*length = list->ai_addrlen;
	freeaddrinfo(list);
	return true;
}

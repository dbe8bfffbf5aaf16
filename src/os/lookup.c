/*
 * lookup.c -- each family by itself rather than AF_UNSPEC once: its order is the resolver's own (gai.conf(5)), ours is
 * Gunicorn's.
 */
#include "os/lookup.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

#include "base/hosts.h"
#include "base/text.h"

static void
set_port(struct sockaddr_storage *address, uint16_t port)
{
	if (address->ss_family == AF_INET)
		((struct sockaddr_in *)(void *)address)->sin_port = htons(port);
	else
		((struct sockaddr_in6 *)(void *)address)->sin6_port = htons(port);
}

bool
lookup(const char *host, uint16_t port, struct sockaddr_storage *address, socklen_t *length, struct err *err)
{
	const char *name = *host != '\0' ? host : "localhost";

	if (!hosts_find(name, AF_INET, address, length) && !hosts_find(name, AF_INET6, address, length))
		return err_set(err, 0, "'%s' is no address, and no name in /etc/hosts", host);
	set_port(address, port);
	return true;
}

enum { BRIEF = 5 /* s: as long as one name server is waited for (resolv.conf(5), timeout) */ };

static void
ask(const char *host, bool four_alone, struct lookup_answer *answer)
{
	struct addrinfo hints = { .ai_family = AF_INET, .ai_socktype = SOCK_STREAM }, *list = NULL;
	int failure = getaddrinfo(host, NULL, &hints, &list);

	if (failure != 0 && !four_alone) {
		hints.ai_family = AF_INET6;
		failure = getaddrinfo(host, NULL, &hints, &list);
	}
	if (failure == 0)
		failure = getnameinfo(list->ai_addr, list->ai_addrlen, answer->address, sizeof answer->address, NULL, 0,
			NI_NUMERICHOST);
	if (failure != 0)
		text_copy(answer->words, sizeof answer->words,
			failure == EAI_SYSTEM ? strerror(errno) : gai_strerror(failure));
	if (list != NULL)
		freeaddrinfo(list);
}

/* At its place each: what some module of the resolver writes to the same descriptor (2 is it, too) moves nothing. */
bool
lookup_ask(char *const *hosts, int fd)
{
	bool brief = false;
	off_t at = 0;

	for (; *hosts != NULL; hosts++) {
		struct lookup_answer answer = { 0 };

		if (strcmp(*hosts, LOOKUP_BRIEF) == 0) {
			brief = true;
			alarm(BRIEF);
			continue;
		}
		ask(*hosts, brief, &answer);
		if (pwrite(fd, &answer, sizeof answer, at) != sizeof answer)
			return false;
		at += (off_t)sizeof answer;
	}
	return true;
}

#include "base/hosts.h"

#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* As getaddrinfo(3) takes numbers, so "127.1" and "fe80::1%eth0" as well. */
static bool
take_number(const char *words, int family, struct sockaddr_storage *address, socklen_t *length)
{
	const struct addrinfo hints = { .ai_family = family, .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICHOST };
	struct addrinfo *list = NULL;

	if (getaddrinfo(words, NULL, &hints, &list) != 0)
		return false;
	*address = (struct sockaddr_storage){ 0 };
	memcpy(address, list->ai_addr, list->ai_addrlen);
	*length = list->ai_addrlen;
	freeaddrinfo(list);
	return true;
}

/* hosts(5): an address and its names, up to a #. The address of LINE, where HOST is among them; else NULL. */
static const char *
address_of(char *line, const char *host)
{
	char *rest = NULL, *number, *word;

	line[strcspn(line, "#")] = '\0';
	number = strtok_r(line, " \t\n", &rest);
	while ((word = strtok_r(NULL, " \t\n", &rest)) != NULL)
		if (strcasecmp(word, host) == 0)
			return number;
	return NULL;
}

bool
hosts_find_in(FILE *file, const char *host, int family, struct sockaddr_storage *address, socklen_t *length)
{
	bool found = false;
	char *line = NULL;
	size_t size = 0;

	while (!found && getline(&line, &size, file) > 0) {
		const char *number = address_of(line, host);

		/* a name may have a line for each family */
		found = number != NULL && take_number(number, family, address, length);
	}
	free(line);
	return found;
}

/* gethostent(3) would read it for us, but musl's knows of nobody. */
static bool
find_in_etc(const char *host, int family, struct sockaddr_storage *address, socklen_t *length)
{
	FILE *file = fopen("/etc/hosts", "re");
	bool found = file != NULL && hosts_find_in(file, host, family, address, length);

	if (file != NULL)
		fclose(file);
	return found;
}

bool
hosts_find(const char *host, int family, struct sockaddr_storage *address, socklen_t *length)
{
	if (host[0] == '\0')
		return false;
	if (take_number(host, family, address, length) || find_in_etc(host, family, address, length))
		return true;
	/* resolvers know it without asking (RFC 6761, 6.3) */
	return strcasecmp(host, "localhost") == 0 &&
		take_number(family == AF_INET ? "127.0.0.1" : "::1", family, address, length);
}

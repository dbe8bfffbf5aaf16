#include "base/hostport.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <string.h>

#include "base/text.h"

/* The kernel wants the length of that family and no other (bind(2), EINVAL); what is behind it stays zero, so that two
 * addresses can be compared as bytes. */
static bool
take(const char *host, uint16_t port, bool six, struct sockaddr_storage *address, socklen_t *length)
{
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6, .sin6_port = htons(port) };
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(port) };

	if (six ? inet_pton(AF_INET6, host, &in6.sin6_addr) != 1 : inet_pton(AF_INET, host, &in.sin_addr) != 1)
		return false;
	memset(address, 0, sizeof *address);
	*length = six ? sizeof in6 : sizeof in;
	memcpy(address, six ? (const void *)&in6 : (const void *)&in, *length);
	return true;
}

/* The last colon is the port's: an address of version 6 has some itself, and needs its
 * brackets for that (RFC 3986, 3.2.2). */
bool
hostport_parse(const char *words, struct sockaddr_storage *address, socklen_t *length)
{
	const char *colon = strrchr(words, ':'), *end;
	bool six = words[0] == '[';
	char host[INET6_ADDRSTRLEN];
	int64_t port;
	size_t n;

	if (colon == NULL || colon == words || !text_parse_int(colon + 1, 1, UINT16_MAX, &port))
		return false;
	end = six ? colon - 1 : colon;
	if (six && *end != ']')
		return false;
	words += six;
	n = end > words ? (size_t)(end - words) : 0;
	if (n == 0 || n >= sizeof host)
		return false;
	memcpy(host, words, n);
	host[n] = '\0';
	return take(host, (uint16_t)port, six, address, length);
}

/*
 * check_names -- hosts in bind that somebody else has to be asked for.
 *
 * bridled looks a name up by itself, with getaddrinfo(3), when it opens a listener: while a name server is silent, that is
 * 20 s by resolv.conf(5) in which nothing else is done for any service.
 */
#include "conf/check_rules.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* As getaddrinfo(3) takes them, which asks nobody about "127.1" either. No host at all is every address; an IPv6 address may have a
 * zone behind it. */
static bool
is_number(const char *host)
{
	struct in_addr in;

	return host[0] == '\0' || strchr(host, ':') != NULL || inet_aton(host, &in) != 0;
}

/* hosts(5): an address and its names, up to a #. */
static bool
line_names(char *line, const char *host)
{
	char *rest = NULL, *word;

	line[strcspn(line, "#")] = '\0';
	strtok_r(line, " \t\n", &rest);
	while ((word = strtok_r(NULL, " \t\n", &rest)) != NULL)
		if (strcasecmp(word, host) == 0)
			return true;
	return false;
}

/* gethostent(3) would ask for us, but musl's knows of nobody. */
static bool
is_in_hosts(const char *host)
{
	FILE *hosts = fopen("/etc/hosts", "re");
	bool found = false;
	char *line = NULL;
	size_t size = 0;

	while (hosts != NULL && !found && getline(&line, &size, hosts) > 0)
		found = line_names(line, host);
	free(line);
	if (hosts != NULL)
		fclose(hosts);
	return found;
}

void
check_names(const struct check *check)
{
	for (uint32_t i = 0; i < check->service.bind.count; i++) {
		const struct conf_bind *bind = &check->service.bind.at[i];

		/* nss-myhostname(8) and resolvers know localhost without asking (RFC 6761) */
		if (bind->family == CONF_BIND_TCP && !is_number(bind->host) &&
			strcasecmp(bind->host, "localhost") != 0 && !is_in_hosts(bind->host))
			check_say(check, CONF_WARNING, "bind",
				"'%s' is a name that is not in /etc/hosts: at each start bridled waits for a name server, and "
				"does nothing else meanwhile: write its address",
				bind->host);
	}
}

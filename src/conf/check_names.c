/*
 * check_names -- hosts in bind that somebody else has to be asked for: who is not there at a boot, or answers otherwise, decides
 * whether the service starts, and where it listens.
 */
#include "conf/check_rules.h"

#include "base/hosts.h"

static bool
is_known(const char *host)
{
	struct sockaddr_storage address;
	socklen_t length;

	return hosts_find(host, AF_INET, &address, &length) || hosts_find(host, AF_INET6, &address, &length);
}

/* No host at all is every address. */
void
check_names(const struct check *check)
{
	for (uint32_t i = 0; i < check->service.bind.count; i++) {
		const struct conf_bind *bind = &check->service.bind.at[i];

		if (bind->family == CONF_BIND_TCP && bind->host[0] != '\0' && !is_known(bind->host))
			check_say(check, CONF_WARNING, "bind",
				"'%s' is a name that is not in /etc/hosts: a name server is asked for it at each start that opens "
				"it, and without an answer the service does not start: write its address",
				bind->host);
	}
}

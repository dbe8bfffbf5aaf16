/* Where a Gunicorn's figures go: to us, and on to where the user wants them. */
#include <netdb.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "base/log.h"
#include "conf/statsd.h"
#include "supervisor/plan_parts.h"

/* Gunicorn sends by IPv4 alone (instrument/statsd.py: AF_INET). Looked up at load time, as addresses to listen on are. */
static bool
look_up(const char *host, uint32_t *address)
{
	const struct addrinfo hints = { .ai_family = AF_INET, .ai_socktype = SOCK_DGRAM };
	struct addrinfo *found = NULL;
	struct sockaddr_in in;

	if (getaddrinfo(host, NULL, &hints, &found) != 0)
		return false;
	memcpy(&in, found->ai_addr, sizeof in);
	/* the first, which Python's connect() would take, too */
	*address = in.sin_addr.s_addr;
	freeaddrinfo(found);
	return true;
}

/* 0 wherever something else decides where they go: taken away unseen, they would be missed elsewhere. */
uint16_t
plan_statsd(struct plan *p, const struct conf_section *section, const struct conf_service *s, uint16_t port)
{
	char host[NI_MAXHOST];
	uint32_t address = 0;
	uint16_t to;

	if (s->kind != CONF_GUNICORN || s->statsd == 0 || port == 0 ||
		!conf_statsd_is_free(section, s, p->change_user ? p->uid : (uid_t)-1) ||
		!conf_statsd_wanted(section, host, sizeof host, &to))
		return 0;
	if (host[0] != '\0' && !look_up(host, &address)) {
		log_warning("%s: cannot look up statsd_host '%s': its figures go there by themselves, if they can",
			s->name, host);
		return 0;
	}
	p->settings->statsd_address = address;
	p->settings->statsd_port = to;
	return port;
}

/* Where a Gunicorn's figures go: to us, and on to where the user wants them. */
#include <netdb.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "base/hosts.h"
#include "base/log.h"
#include "conf/statsd.h"
#include "supervisor/plan_parts.h"

/* Gunicorn sends by IPv4 alone (instrument/statsd.py: AF_INET). A name that only somebody else knows is asked for at the first
 * start. */
static bool
look_up(struct plan *p, const char *host, struct err *err)
{
	struct sockaddr_storage address;
	struct sockaddr_in in;
	socklen_t length;

	if (!hosts_find(host, AF_INET, &address, &length))
		return names_add(&p->names, NAMES_STATSD, host, err);
	memcpy(&in, &address, sizeof in);
	p->settings->statsd_address = in.sin_addr.s_addr;
	return true;
}

/* 0 wherever something else decides where they go: taken away unseen, they would be missed elsewhere. */
uint16_t
plan_statsd(struct plan *p, const struct conf_section *section, const struct conf_service *s, uint16_t port)
{
	char host[NI_MAXHOST];
	struct err err;
	uint16_t to;

	if (s->kind != CONF_GUNICORN || s->statsd == 0 || port == 0 ||
		!conf_statsd_is_free(section, s, p->change_user ? p->uid : (uid_t)-1) ||
		!conf_statsd_wanted(section, host, sizeof host, &to))
		return 0;
	if (host[0] != '\0' && !look_up(p, host, &err)) {
		log_warning("%s: statsd_host '%s': %s: its figures go there by themselves", s->name, host, err.text);
		return 0;
	}
	p->settings->statsd_port = to;
	return port;
}

/*
 * statsd -- may Bridle have a Gunicorn's figures sent to itself? Only where nobody else decided on that in a place that we
 * cannot set right: a flag of ours would win over Gunicorn's configuration file.
 */
#ifndef BRIDLE_CONF_STATSD_H
#define BRIDLE_CONF_STATSD_H

#include <sys/types.h>

#include "conf/conf.h"

/* Whether it may, for SERVICE, which is SECTION decoded. Gunicorn's configuration file is looked into, where there is one that
 * we take (source.h; OWNER: a user who may own it, or (uid_t)-1); one that we do not take may hold anything, and then the
 * answer is no. */
bool conf_statsd_is_free(const struct conf_section *section, const struct conf_service *service, uid_t owner);

/* Where the user wants them to go: HOST of at most SIZE - 1 bytes and *PORT, from statsd_host of SECTION; "" nowhere else.
 * False when it is no host and port of UDP: a unix socket. */
bool conf_statsd_wanted(const struct conf_section *section, char *host, size_t size, uint16_t *port);

#endif

/*
 * flags -- the settings of a Gunicorn as its command-line flags.
 */
#ifndef BRIDLE_CONF_FLAGS_H
#define BRIDLE_CONF_FLAGS_H

#include "conf/command.h"
#include "conf/wordlist.h"

/* Append to ARGV what SERVICE, which is SECTION decoded, is to say to Gunicorn of VERSION, but for --workers, args and
 * the application. Addresses are only named when no listener is handed over: Gunicorn ignores them otherwise. Its figures go to
 * STATSD_PORT of 127.0.0.1 (wire/statsd.h); 0: where the user says. */
void flags_add(struct wordlist *argv, const struct conf_section *section, const struct conf_service *service,
	struct conf_version version, bool has_listeners, uint16_t statsd_port);

#endif

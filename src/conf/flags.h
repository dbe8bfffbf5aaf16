/*
 * flags -- the settings of a Gunicorn as its command-line flags.
 */
#ifndef BRIDLE_CONF_FLAGS_H
#define BRIDLE_CONF_FLAGS_H

#include "conf/command.h"
#include "conf/wordlist.h"

/* Append to ARGV what SERVICE, which is SECTION decoded, is to say to Gunicorn of VERSION, but for --workers, args and
 * the application. Addresses are only named when no listener is handed over: Gunicorn ignores them otherwise. */
void flags_add(struct wordlist *argv, const struct conf_section *section, const struct conf_service *service,
	struct conf_version version, bool has_listeners);

#endif

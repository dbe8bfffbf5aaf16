/*
 * hook -- a command around a service, as it is written: prefixes, program, arguments.
 *
 *	-	its failure does not matter
 *	+	it runs as the user that runs bridled, without what limits the service
 *
 * A line may hold several commands with a ; of its own between them, neither quoted nor behind a backslash. No shell is run.
 */
#ifndef BRIDLE_CONF_HOOK_H
#define BRIDLE_CONF_HOOK_H

#include <stdbool.h>

#include "conf/arena.h"
#include "conf/conf.h"

enum { HOOK_COMMANDS_MAX = 32 /* of a list */ };

/* The commands of LINE, each quoted anew, in ARENA. False with ERR: an unknown prefix, nothing to run. */
bool hook_split(struct arena *arena, const char *line, struct conf_words *commands, struct err *err);

struct conf_hook {
	bool ignored;            /* - */
	bool privileged;         /* + */
	struct conf_words words; /* the first one without its prefixes */
	const char *path;        /* what is executed: words.at[0], found */
};

/* Whether SERVICE has any in one of its keys. Most have none, and what commands need is made for none of those. */
bool hook_any(const struct conf_service *service);

/* One COMMAND that hook_split made, for SERVICE. Its program is looked for as `command` is; what cannot be found is an
 * error, unless failures are ignored. False with ERR. */
bool hook_parse(struct arena *arena, const struct conf_service *service, const char *command, struct conf_hook *hook,
	struct err *err);

#endif

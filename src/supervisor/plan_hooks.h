/*
 * plan_hooks -- the commands around a service, worked out when its configuration is loaded: vectors, and an environment
 * with room for what is known only when one is run.
 */
#ifndef BRIDLE_SUPERVISOR_PLAN_HOOKS_H
#define BRIDLE_SUPERVISOR_PLAN_HOOKS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "conf/command.h"
#include "conf/conf.h"
#include "core/hooks.h"

enum { PLAN_HOOK_VARIABLES = 6 /* that one command is given beside the service's */ };

struct plan_hook {
	const char *path;
	char **argv;
	bool privileged; /* runs as we do, without what limits the service */
};

struct plan_hook_environment {
	char **at;      /* NULL-ended, with room for PLAN_HOOK_VARIABLES more behind those that it has */
	uint32_t count; /* of those */
};

struct plan_hooks {
	struct hook_plan order;
	struct plan_hook *lists[HOOK_LIST_COUNT];       /* order.count of each */
	struct plan_hook *on_failure;                   /* NULL: none */
	struct plan_hook_environment as_service, as_we; /* its own, without descriptors, TMPDIR and sockets; and that of
	                                                 * privileged ones (conf/command.h, own_envp) */
	char *generation; /* BRIDLE_GENERATION=..., the last of each, for which a command that belongs to none has
	                   * something else there */
	void *arena;      /* all of it lives there */
};

/* Those of SERVICE into *HOOKS, NULL when there are none; NAMES: the one that looks names up, which is no command, is among
 * them. COMMAND is the service's own: what its environment points to is shared, so that a generation patched there is seen here. False with ERR, which begins with the key. */
bool plan_hooks_new(struct plan_hooks **hooks, const struct conf_service *service, const struct conf_command *command,
	bool names, struct err *err);
void plan_hooks_free(struct plan_hooks *hooks);

#endif

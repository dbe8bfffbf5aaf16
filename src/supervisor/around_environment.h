/*
 * around_environment -- what a command around a service is told beside the service's own environment.
 */
#ifndef BRIDLE_SUPERVISOR_AROUND_ENVIRONMENT_H
#define BRIDLE_SUPERVISOR_AROUND_ENVIRONMENT_H

#include <stdint.h>

#include "supervisor/plan_hooks.h"

struct service;

/* Where the strings are: they have to last until the command was executed. */
struct around_variables {
	char text[PLAN_HOOK_VARIABLES][256];
	unsigned count;
};

/* For the command that runs next for SLOT: BRIDLE_COMMAND, the key that it is of; MAINPID while there is a master; after its end
 * SERVICE_RESULT, EXIT_CODE and EXIT_STATUS as in systemd.exec(5). They are put into the environment of the plan's hooks. */
void around_variables(struct around_variables *v, struct service *s, uint8_t slot);

/* For on_failure: BRIDLE_REASON, and BRIEFING_COUNT variables of TOLD, unless that is NULL. There is no BRIDLE_GENERATION: it
 * belongs to none, and is not ended with one. */
void around_reason(struct around_variables *v, struct service *s, const char *reason, char *const *told);

#endif

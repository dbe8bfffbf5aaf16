/*
 * plan_endings -- which ends of a service's main process mean something else than usual: success_exit_status and those that
 * restart it, or do not, whatever `restart` says.
 */
#ifndef BRIDLE_SUPERVISOR_PLAN_ENDINGS_H
#define BRIDLE_SUPERVISOR_PLAN_ENDINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "conf/conf.h"
#include "core/restart.h"

/* Bit n: exit status n; signal n + 1. */
struct endings {
	uint32_t statuses[8];
	uint64_t signals;
};

struct plan_endings {
	struct endings success, prevent, force;
};

/* Work it out from SERVICE; *ENDINGS is NULL when nothing is other than usual. False with ERR. */
bool plan_endings_new(struct plan_endings **endings, const struct conf_service *service, struct err *err);
void plan_endings_free(struct plan_endings *endings);

/* Whether a process that ended with wait status STATUS did so as it should. ENDINGS may be NULL here and below. */
bool plan_endings_is_success(const struct plan_endings *endings, int status);

/* What is done about it: never where a restart is prevented, else always where it is forced, else POLICY
 * (systemd.service(5), RestartPreventExitStatus=). */
enum restart_policy plan_endings_policy(const struct plan_endings *endings, int status, enum restart_policy policy);

#endif

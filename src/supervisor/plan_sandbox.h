/*
 * plan_sandbox -- what the sandbox keys of a service ask for, as steps of its plan: which of the ways that this machine has
 * gives each key, and which keys none of them gives.
 *
 * Paths by a mount namespace, by one in a user namespace where we are not root, else by Landlock, which cannot do all of it.
 * System calls by a filter. What remains is refused, unless sandbox = best-effort.
 */
#ifndef BRIDLE_SUPERVISOR_PLAN_SANDBOX_H
#define BRIDLE_SUPERVISOR_PLAN_SANDBOX_H

#include "supervisor/plan.h"

/* Add to PLAN, whose account is settled, what S asks for; RUN_DIR is where its temporary directories will be. Under
 * best-effort what cannot be given is named in plan->settings->withheld, and logged. False with ERR. */
bool plan_sandbox(struct plan *plan, const struct conf_service *s, const char *run_dir, struct err *err);

#endif

/*
 * around_command -- one command around a master: started, and what failed told. For the files of around alone.
 */
#ifndef BRIDLE_SUPERVISOR_AROUND_COMMAND_H
#define BRIDLE_SUPERVISOR_AROUND_COMMAND_H

#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/msec.h"
#include "core/hooks.h"

struct plan_hook;
struct service;

/* How COMMAND of S is started in the cgroup of CGROUP_FD (-1: ours), with what the plan's environment says now. */
struct spawn_request around_request(const struct service *s, const struct plan_hook *command, int cgroup_fd);

/* Start the command that the hooks of SLOT point to. -1: it could not be, which was told, or there is none any more. */
pid_t around_run(struct service *s, uint8_t slot);

/* What failed is told in the log at once, and in the page until the next start: the command that H points to, and its END, in
 * words or as a wait status. */
void around_tell(struct service *s, const struct hooks *h, const char *end);
void around_tell_status(struct service *s, const struct hooks *h, int status);

/* on_failure (around_failure.c): whether that was PID, which ended with STATUS; when it has run for long enough (MSEC_NEVER: it
 * does not run); and what is to be done then. Only for services with commands. */
void around_failure_resume(struct service *s, msec now); /* it was restored */
bool around_failure_reaped(struct service *s, pid_t pid, int status);
msec around_failure_due(const struct service *s);
void around_failure_tick(struct service *s, msec now);

#endif

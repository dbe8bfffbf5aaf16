/*
 * plan_parts -- what plan.c has others work out: one file a part, each with what the service S asks for. False with ERR.
 */
#ifndef BRIDLE_SUPERVISOR_PLAN_PARTS_H
#define BRIDLE_SUPERVISOR_PLAN_PARTS_H

#include "supervisor/plan.h"

/* When it is started again, how it is ended, how long its start may last. Cannot fail. */
void plan_life(struct plan *p, const struct conf_service *s);

/* What the watcher must know of it, which goes to the page as it is here; and its switches. `limits` must be there. CPUS: usable
 * ones. False: no memory. */
bool plan_settings(struct plan *p, const struct conf_service *s, unsigned cpus);

/* What the watcher is told of its command, and of how it proves that it is ready; both must be there. Cannot fail. */
void plan_shown(struct plan *p, const struct conf_section *section, const struct conf_service *s);

/* User, group, supplementary groups, and who owns its unix sockets. */
bool plan_account(struct plan *p, const struct conf_service *s, struct err *err);

/* Limits of its processes, and how they are scheduled, as steps. */
bool plan_limits(struct plan *p, const struct conf_service *s, struct err *err);

/* What it as a whole may take, and the steps into its groups. Neither is made nor written here (service_bound). */
bool plan_bounds(struct plan *p, const struct conf_service *s, const char *run_dir, int cgroup_fd, struct err *err);

/* The directories that are made for it, and its secrets. */
bool plan_directories(struct plan *p, const struct conf_service *s, const struct plan_home *home, struct err *err);
bool plan_credentials(struct plan *p, const struct conf_service *s, const char *run_dir, struct err *err);

/* Its command and environment. ERR begins with its name. */
bool plan_command(struct plan *p, const struct conf_section *section, const struct conf_service *s,
	const struct plan_home *home, struct err *err);

/* Where its figures go: PORT of 127.0.0.1 (0: we hear none), or 0 when that is not ours to say. Cannot fail: a service runs
 * without. */
uint16_t plan_statsd(struct plan *p, const struct conf_section *section, const struct conf_service *s, uint16_t port);

/* What a trial of its code is called with; `command` must be there. */
bool plan_trial(struct plan *p, struct err *err);

#endif

/*
 * belongings -- what is made for a service and for each of its generations before they start, and removed when nobody of
 * them is left: control groups, directories, credentials, System V IPC.
 */
#ifndef BRIDLE_SUPERVISOR_BELONGINGS_H
#define BRIDLE_SUPERVISOR_BELONGINGS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/clock.h"
#include "base/err.h"

struct service;
struct spawn_request;

/* Write the bounds of S's plan, which has just become its own, to the group around all of its generations. What the kernel does not
 * keep is said, once a plan; the plan's settings, which must not be in the page yet, tell the watcher to see to memory_max then. */
void service_bound(struct service *s);

/* Give the generation in SLOT a control group of its own, if such services get one and it has none yet. It goes without
 * where that fails. */
void service_make_cgroup(struct service *s, uint8_t slot);

/* Another group in place of the one that SLOT has, if it has one and nobody is in it: after cgroup_kill() nobody may be born
 * in the old one any more. */
void service_renew_cgroup(struct service *s, uint8_t slot);

/* Make its directories and credentials (what is there already stays as it is), and spawn() REQUEST, a child of S. What hung
 * once may hang again, and we with it for a while: from then on S starts in processes of their own memory. -1 with ERR. */
pid_t service_spawn(struct service *s, struct spawn_request *request, struct err *err);

/* Let go of what was made for the generation in SLOT: its group, its directory for heartbeats. */
void service_clear_away(struct service *s, uint8_t slot);

/* Once it is stopped and nobody of it is left: remove its credentials, its IPC, and directories that no other service
 * needs. Nothing before that. */
void service_remove_places(struct service *s, msec now);

#endif

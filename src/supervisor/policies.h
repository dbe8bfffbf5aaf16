/*
 * policies -- what the settings of a service have done about an incident (on_boot_loop, on_flapping, on_hang, on_oom). The
 * watcher says what it has judged; whether something follows from it is decided by core/policy.h, and what the life of the
 * service allows.
 */
#ifndef BRIDLE_SUPERVISOR_POLICIES_H
#define BRIDLE_SUPERVISOR_POLICIES_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/msec.h"

struct link_record;
struct service;

/* R, a LINK_JUDGED, is about S: do what follows, and tell the watcher of it. */
void policies_judged(struct service *s, const struct link_record *r, msec now);

/* TERM to worker PID of S, after which its master starts another one. False: that is no child of its master. */
bool policies_recycle(struct service *s, pid_t pid);

#endif

/*
 * landlock -- a view (view.h) without mounts: rules that even a plain user may give itself (Linux 5.13).
 *
 * What is hidden cannot be opened, but is still seen by stat(2); what is read-only can still change its mode and times. Rules
 * only ever allow, and count for everything below: around a place that is less open than what holds it, each neighbour gets
 * a rule, so what is made there later, beside it, is not reachable.
 */
#ifndef BRIDLE_OS_LANDLOCK_H
#define BRIDLE_OS_LANDLOCK_H

#include "os/view.h"

/* The version of Landlock that the kernel has; 0: none, or it is switched off. */
int landlock_version(void);

/* The step that keeps to VIEW, in the last phase: no_new_privs must have come before. Places with VIEW_EMPTY count as
 * inaccessible. False with ERR. */
bool landlock_add(const struct view *view, int version, struct steps *steps, struct err *err);

#endif

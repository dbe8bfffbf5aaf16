/*
 * cgroup -- a control group (v2) for each generation, where the hierarchy can be written: then ending a generation
 * is one write, and nobody escapes it. Without one, tree.h does the work.
 */
#ifndef BRIDLE_OS_CGROUP_H
#define BRIDLE_OS_CGROUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* Find the v2 mount (unified or hybrid) and make a directory of ours below the group that we are in, named after
 * RUN_DIR so that two bridleds do not share one. Close-on-exec; -1 with ERR saying why there is none (not an error for
 * the caller: it is said once). */
int cgroup_open(const char *run_dir, struct err *err);

/* Close ROOT, and remove its directory if no group is left in it. */
void cgroup_close(int root);

/* What our directory is called in every hierarchy: "bridle-run-bridle" of "/run/bridle". False: too long. */
bool cgroup_name_for(const char *run_dir, char *name, size_t size);

/* Make CONTROLLER ("memory") usable for the groups below ROOT. The kernel wants no process in a group that gives its
 * controllers on (cgroups(7), no internal processes): so we, and whoever is below us there, move into a leaf "bridled"
 * of ROOT first. False when the controller is not there, or strangers share our group. */
bool cgroup_enable(int root, const char *controller);

/* What a bridled that was killed gave on to the groups of its services, in the unit of systemd whose ExecStopPost= we are, is
 * given on no more: until then the kernel lets nobody into the unit's own group, where systemd starts the next one. The
 * services lose their bounds until that one writes them again. False with ERR. */
bool cgroup_let_go(struct err *err);

/* A group "SERVICE.GENERATION" below ROOT, for spawn; one that is there already is taken. -1 with ERR. */
int cgroup_make(int root, const char *service, uint32_t generation, struct err *err);

/* Does anything live in GROUP or below it (cgroup.events: populated)? True also when that cannot be read: what is not
 * known to be gone is not gone. */
bool cgroup_populated(int group);

/* SIGKILL to all of it and below (cgroup.kill, Linux 5.14). False when there is no such file. */
bool cgroup_kill(int group);

/* Every pid in GROUP itself; one that runs in another pid namespace is shown as 0. Returns how many. */
unsigned cgroup_visit(int group, void (*visit)(void *context, int32_t pid), void *context);

/* SIGNAL to each process in GROUP itself that is still there when it is sent; who is forked meanwhile may be missed. */
void cgroup_signal(int group, int signal);

/* Remove "SERVICE.GENERATION", and the groups that a service made below it. False while something lives in it; true
 * when it is gone, or never was. */
bool cgroup_remove(int root, const char *service, uint32_t generation);

#endif

/*
 * hierarchy -- the control group hierarchies of this machine: v2, where all controllers are one tree, and those of v1, a
 * tree for each (cgroups(7)). A hybrid machine has both, and each controller in one of them.
 */
#ifndef BRIDLE_OS_HIERARCHY_H
#define BRIDLE_OS_HIERARCHY_H

#include <stdbool.h>
#include <stddef.h>

enum { HIERARCHY_PATH = 1024 };

/* The group ("/a/b") that the file CGROUPS (as /proc/PID/cgroup) names in the v1 hierarchy of CONTROLLER; NULL: in v2.
 * False: there is none, or its name does not fit into SIZE. */
bool hierarchy_group(const char *cgroups, const char *controller, char *group, size_t size);

/* Where that hierarchy is mounted, by the file MOUNTINFO (as /proc/PID/mountinfo): "/sys/fs/cgroup", on hybrid machines
 * "/sys/fs/cgroup/unified" for v2 (systemd's choice), or anywhere. False as above. */
bool hierarchy_mount(const char *mountinfo, const char *controller, char *point, size_t size);

/* The directory of GROUP there. A container that keeps the host's names of groups has a part of the host's tree mounted (the
 * fourth field of MOUNTINFO): what is above that part is not in its paths. False: no such hierarchy, or not in that part. */
bool hierarchy_path(const char *mountinfo, const char *controller, const char *group, char *path, size_t size);

/* The directory of our own group there. Where its name means nothing here, that is the mount
 * itself. False when there is no such hierarchy. */
bool hierarchy_own(const char *controller, char *path, size_t size);

#endif

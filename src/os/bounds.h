/*
 * bounds -- what a service as a whole may take: memory, processor, tasks, disk, by a control group around all of its
 * generations, in v2 or in the hierarchies of v1, wherever this machine has each controller.
 *
 * The group is "SERVICE.service" below the directory that cgroup.h makes for a bridled; generations are below it (a
 * generation without bounds is "SERVICE.N" beside it: no service can take the name of another's). In v1 the group has no
 * groups below, and a process enters it by a step of its start.
 */
#ifndef BRIDLE_OS_BOUNDS_H
#define BRIDLE_OS_BOUNDS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/text.h"
#include "os/steps.h"

#define BOUND_INFINITY UINT64_MAX
#define BOUND_NONE (UINT64_MAX - 1) /* not asked for */

struct bounds {
	uint64_t memory_max, memory_high, memory_swap_max; /* bytes */
	uint64_t tasks_max;
	uint64_t cpu_quota;  /* hundredths of a percent of one processor */
	uint64_t cpu_weight; /* 1 to 10000, 0: only what nobody else wants */
	uint64_t io_weight;  /* 1 to 10000 */
};

/* In the order of the list in bounds_rows.c. */
enum bound {
	BOUND_MEMORY_MAX,
	BOUND_MEMORY_HIGH,
	BOUND_MEMORY_SWAP_MAX,
	BOUND_TASKS_MAX,
	BOUND_CPU_QUOTA,
	BOUND_CPU_WEIGHT,
	BOUND_IO_WEIGHT,
	BOUND_COUNT
};

/* The key that each comes from. */
const char *bounds_key(enum bound bound);

/* Whether anything is asked for. */
bool bounds_any(const struct bounds *bounds);

/* Whether BOUND is asked for. */
bool bounds_wants(const struct bounds *bounds, enum bound bound);

/* Make the group of SERVICE in each hierarchy that has a controller which BOUNDS needs, for the bridled whose v2 directory
 * is ROOT (-1: it has none) and whose run directory is RUN_DIR, and write them; what is not asked for and was before is as the
 * kernel makes a group again. Bit n of what is returned: bound n is kept by the kernel. WHY gets the reason for the first that
 * is not. */
unsigned bounds_apply(const struct bounds *bounds, int root, const char *run_dir, const char *service, struct err *why);

/* What bounds_apply() would return, found out in a group that nobody is in, and that is gone again: the one that SERVICE
 * has, and who is in it, are left as they are. */
unsigned bounds_try(const struct bounds *bounds, int root, const char *run_dir, const char *service, struct err *why);

/* Steps that enter the v1 groups of the bounds in KEPT, which need not be there yet. False with ERR: no memory. */
bool bounds_steps(struct steps *steps, const struct bounds *bounds, unsigned kept, const char *run_dir,
	const char *service, struct err *err);

/* The v2 group of SERVICE, open; -1: it has none. */
int bounds_group(int root, const char *service);

/* Remove the groups of SERVICE, where nobody is left in them. */
void bounds_remove(int root, const char *run_dir, const char *service);

/* What to write into FILE of a group for BOUND, of VERSION 1 or 2: "max", "1048576", "20000 100000". False when it has
 * no such file there. */
bool bounds_text(const struct bounds *bounds, enum bound bound, int version, const char **file, struct text *text);

#endif

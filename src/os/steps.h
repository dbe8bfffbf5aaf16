/*
 * steps -- what a child does, between fork and exec, beside what every child does: one step a limit, a namespace, a filter.
 *
 * A plan makes the list when the configuration is loaded, each step with all that it needs and the words for its failure;
 * spawn_child.c takes them in the child, in the order of their phases and within a phase in the order in which they were added.
 * Most services have none: spawn is then given no list, and a start costs nothing more.
 */
#ifndef BRIDLE_OS_STEPS_H
#define BRIDLE_OS_STEPS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

enum step_phase {
	STEP_FIRST, /* in its session and cgroup, descriptors in place, still who we are: limits, mounts, namespaces */
	STEP_RIGHTS, /* the same, when nothing needs our rights over the machine any more: users of its own, capabilities */
	STEP_USER, /* has become the user and changed to its directory */
	STEP_LAST, /* nothing but exec follows: filters */
	STEP_PHASES
};

/* In the child, which may be running on its parent's memory: system calls only, as spawn_child.c says, and no more of
 * the stack than a path takes (cradle.c). OF is what was added, and is not to be written to. False with errno. */
typedef bool (*step_take)(const void *of);

struct child_step {
	struct child_step *next;
	step_take take;
	const void *of;
	const char *words; /* "set limit_nofile to 1024": behind "cannot " */
};

/* All zero: none. */
struct steps {
	struct child_step *first[STEP_PHASES];
};

/* An empty list, for the caller to free; NULL: no memory. */
struct steps *steps_new(void);
void steps_free(struct steps *steps); /* or NULL */

/* Free what was added: the list is empty again. */
void steps_release(struct steps *steps);

/* Add one behind those of PHASE: TAKE with a copy of the SIZE bytes at OF (aligned for anything). False with ERR: no
 * memory. */
bool steps_add(struct steps *steps, enum step_phase phase, step_take take, const void *of, size_t size, struct err *err,
	const char *fmt, ...) __attribute__((format(printf, 7, 8)));

/* Whether there is one at all. */
bool steps_any(const struct steps *steps);

/* In the child: take those of PHASE. The one that failed, with errno; NULL when all is well. */
const struct child_step *steps_take(const struct steps *steps, enum step_phase phase);

#endif

/*
 * census -- processes as /proc shows them at one moment, all of them or one and its descendants: in one array, so that
 * who descends from whom takes one look, however deep somebody nests (a climb for each would let a service keep us busy
 * for minutes).
 *
 * Its memory is asked of the kernel for as long as it lasts, and given back.
 */
#ifndef BRIDLE_OS_CENSUS_H
#define BRIDLE_OS_CENSUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "os/tree.h"

#define CENSUS_NONE UINT32_MAX

struct census_entry {
	struct tree_process process;
	int32_t threads;
	uint32_t parent, child, sibling; /* indices; CENSUS_NONE: none */
	uint32_t note;                   /* the caller's; 0 at first */
};

struct census {
	struct census_entry *at; /* in order of pid; below somebody: that one, its children, theirs ... */
	uint32_t count;
	size_t size; /* bytes of memory */
	bool sorted; /* by pid */
};

/* Look at everything. False: no memory, or no /proc; there is nothing to release then. */
bool census_take(struct census *c);

/* Look at PID and its descendants only, by the lists of children: where children_listed(). False: no memory. Nobody is
 * in it when PID is gone. */
bool census_take_below(struct census *c, pid_t pid);

/* Give its memory back. Only of one that was taken. */
void census_release(struct census *c);

/* The index of PID. */
uint32_t census_find(const struct census *c, pid_t pid);

/* Who comes after INDEX in a walk of ROOT and its descendants, parents before children; CENSUS_NONE: the end. */
uint32_t census_next(const struct census *c, uint32_t root, uint32_t index);

#endif

/*
 * census -- every process that /proc shows, at one moment: in one array, so that who descends from whom takes one
 * look, however deep somebody nests (a climb for each would let a service keep us busy for minutes).
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
	uint32_t parent, child, sibling; /* indices; CENSUS_NONE: none */
	uint32_t note;                   /* the caller's; 0 at first */
};

struct census {
	struct census_entry *at; /* in order of pid */
	uint32_t count;
	size_t size;             /* bytes of memory */
};

/* Look. False: no memory, or no /proc; what was seen until then is given back. */
bool census_take(struct census *c);
void census_release(struct census *c);

/* The index of PID. */
uint32_t census_find(const struct census *c, pid_t pid);

/* Who comes after INDEX in a walk of ROOT and its descendants, parents before children; CENSUS_NONE: the end. */
uint32_t census_next(const struct census *c, uint32_t root, uint32_t index);

#endif

/*
 * steal -- how much of the processors' time the host of this virtual machine gave to others (proc_stat(5)).
 */
#ifndef BRIDLE_OS_STEAL_H
#define BRIDLE_OS_STEAL_H

#include <stdint.h>

/* Ticks of all processors since boot. `all` 0: not known. */
struct steal {
	uint64_t all, stolen;
};

/* What FILE says, "/proc/stat" but in tests. Cannot fail. */
struct steal steal_look(const char *file);

/* Hundredths of a per cent between BEFORE and NOW; -1: one of them is not known, or no time passed. */
int32_t steal_between(const struct steal *before, const struct steal *now);

#endif

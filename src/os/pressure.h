/*
 * pressure -- how much of the last ten seconds somebody on this machine had to wait for memory, disks or processors (PSI; the
 * kernel's accounting/psi.rst).
 */
#ifndef BRIDLE_OS_PRESSURE_H
#define BRIDLE_OS_PRESSURE_H

#include <stdint.h>

struct pressure {
	int32_t memory, io, cpu; /* hundredths of a per cent ("some"); -1: this kernel does not say */
};

/* What DIR says, "/proc/pressure" but in tests. Cannot fail. */
struct pressure pressure_look(const char *dir);

#endif

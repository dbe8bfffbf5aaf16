/*
 * machine -- what the first process of a whole machine must see to, which that of a container need not: when it ends, the
 * kernel panics, so it never ends, but switches the machine off.
 */
#ifndef BRIDLE_OS_MACHINE_H
#define BRIDLE_OS_MACHINE_H

#include <stdbool.h>

/* Are we the first process of a machine? That of a container is not: for it, reboot(2) would be a signal to itself
 * (pid_namespaces(7)). */
bool machine_is_ours(void);

/* Ctrl-Alt-Del becomes SIGINT to us, in place of a restart without a word. Where that is not allowed, nothing changes. */
void machine_take(void);

/* End every process but us (SIGTERM, SIGKILL after five seconds), bring the disks to rest and switch the machine off, or
 * start it anew (AGAIN). Blocks. Returns only where the kernel does not let us. */
void machine_end(bool again);

#endif

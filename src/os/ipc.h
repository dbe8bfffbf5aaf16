/*
 * ipc -- what processes share beyond their end: System V IPC objects, POSIX shared memory and message queues.
 */
#ifndef BRIDLE_OS_IPC_H
#define BRIDLE_OS_IPC_H

#include <stdbool.h>

/* Remove all that is ours: segments, semaphores and queues of System V, files of ours in /dev/shm and /dev/mqueue. For a
 * process that has become the user whose they are, so that the kernel keeps it to those, whatever moves under its hands.
 * False when something is left. */
bool ipc_remove_own(void);

#endif

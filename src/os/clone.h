/*
 * clone -- clone(2) and clone3(2) as cradle.c needs them: the C libraries have no clone3 that takes a function and a stack,
 * and musl's clone refuses CLONE_CHILD_CLEARTID.
 */
#ifndef BRIDLE_OS_CLONE_H
#define BRIDLE_OS_CLONE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* A child that runs FUNCTION(ARGUMENT) on STACK (lowest address, aligned to 16; SIZE bytes) in our memory, and ends with
 * what that returns. CGROUP_FD: directory descriptor of the cgroup v2 to be born in, -1 for our own. Unlike vfork(2) it
 * returns at once: STACK and ARGUMENT must last until the child has executed a program or ended, which sets *RUNNING
 * to 0 and wakes its futex (CLONE_CHILD_CLEARTID).
 *
 * Returns its pid, or -1 with errno: ENOSYS on machines that we have no assembly for; with a cgroup also before Linux
 * 5.7 and under the seccomp filters of container runtimes. */
pid_t clone_shared(int (*function)(void *), void *argument, void *stack, size_t size, int cgroup_fd, uint32_t *running);

#endif

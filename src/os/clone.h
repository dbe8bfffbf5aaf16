/*
 * clone -- clone3(2) as spawn.c needs it: the C libraries have no call for it that takes a function and a stack.
 */
#ifndef BRIDLE_OS_CLONE_H
#define BRIDLE_OS_CLONE_H

#include <stddef.h>
#include <sys/types.h>

/* A child born in the cgroup v2 of directory descriptor CGROUP_FD, which runs FUNCTION(ARGUMENT) on STACK (lowest
 * address, aligned to 16; SIZE bytes) and ends with what that returns. It shares our memory, and we wait until it
 * has executed a program or ended (CLONE_VM | CLONE_VFORK). Returns its pid, or -1 with errno: ENOSYS before
 * Linux 5.7, under seccomp filters of container runtimes, and on machines that we have no assembly for. */
pid_t clone_into_cgroup(int (*function)(void *), void *stack, size_t size, void *argument, int cgroup_fd);

#endif

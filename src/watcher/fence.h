/*
 * fence -- what the process that looks never asks of the kernel, refused to whoever takes it over.
 *
 * Its capabilities are for looking, and would do more: trace a process, take a descriptor out of it, open files by handle, set up
 * the network. None of that goes without system calls that it has no use for (seccomp(2)). What is left is in SECURITY.md.
 */
#ifndef BRIDLE_WATCHER_FENCE_H
#define BRIDLE_WATCHER_FENCE_H

#include <stdbool.h>

#include "base/err.h"

/* LeakSanitizer traces its own process at the end: built with it, ptrace(2) and clone(2) stay. */
#if defined(__SANITIZE_ADDRESS__)
#define FENCE_LETS_TRACE 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define FENCE_LETS_TRACE 1
#endif
#endif
#ifndef FENCE_LETS_TRACE
#define FENCE_LETS_TRACE 0
#endif

/* From now on, in this process and for ever: no program is executed, no process made, traced or signalled, no socket but unix, IP
 * and netlink ones opened; those calls fail with EPERM, sockets with EAFNOSUPPORT. What is of another architecture ends us.
 * no_new_privs must be set. False with ERR where the kernel has no filters: nothing is refused then. */
bool fence_close(struct err *err);

#endif

/*
 * syscalls -- system calls by name, for the architecture that we are built for: numbers, groups, and what a list of
 * system_call_filter makes of each call.
 *
 * The table of names and numbers is made from the kernel's own headers when Bridle is built. Calls that those do not have
 * cannot be named by number here; a list of what is allowed answers them with ENOSYS, as an older kernel would.
 */
#ifndef BRIDLE_SANDBOX_SYSCALLS_H
#define BRIDLE_SANDBOX_SYSCALLS_H

#include <stdbool.h>
#include <stdint.h>

enum { SYSCALLS_MAX = 1024 /* numbers below this can be filtered; 6.18 is at 470 */ };

/* What becomes of a call. An errno (1...4095) fails it; the kernel knows none above. */
enum { SYSCALL_ALLOW = 0, SYSCALL_KILL = 0xffff };

/* The number of call NAME; -1 when this architecture has none. */
int syscalls_number(const char *name);

/* The name of call NUMBER; NULL when there is none. */
const char *syscalls_name(int number);

/* Whether NAME is a group ("@system-service"). */
bool syscalls_is_group(const char *name);

/* Whether NAME is a call of any architecture that we know of, or a group. */
bool syscalls_is_known(const char *name);

/* Call VISIT(number, of) for each call of NAME, a call or a group; those that this machine lacks are passed over. */
void syscalls_each(const char *name, void (*visit)(int number, void *of), void *of);

/* An errno by its name ("EPERM") or number, or "kill" as SYSCALL_KILL; -1 when it is neither. */
int syscalls_error(const char *word);

/*
 * What the COUNT words at WORDS come to: ACTION[number] for each call below SYSCALLS_MAX. A word is a call or group, with ~
 * in front when it is not to be allowed, with :ERRNO behind for how it fails; the first decides what becomes of
 * calls that are not named. What @default has is in every list of what is allowed. ERROR is how calls fail that say
 * nothing else. Returns whether it is a list of what is allowed. Without words everything is allowed.
 */
bool syscalls_resolve(const char *const *words, uint32_t count, uint16_t error, uint16_t action[SYSCALLS_MAX]);

#endif

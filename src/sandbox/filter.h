/*
 * filter -- what a service may ask of the kernel, as a program of seccomp(2).
 *
 * Our own compiler rather than libseccomp: it needs a table of numbers, which the kernel's headers are, and comparisons of
 * one or two arguments, which are below; the supervisor gets no library more, and the static build none. It knows one
 * architecture, ours: calls of any other (32-bit programs on a 64-bit kernel, x32) end the process, so that
 * no other numbering is a way around a filter. Pure: a program comes out, nobody runs it.
 */
#ifndef BRIDLE_SANDBOX_FILTER_H
#define BRIDLE_SANDBOX_FILTER_H

#include <stdbool.h>
#include <stdint.h>

#include <linux/filter.h>

#include "sandbox/syscalls.h"

/* What is asked for, decoded. All zero: nothing is filtered. */
struct filter_wishes {
	const char *const *calls; /* system_call_filter: syscalls_resolve */
	uint32_t call_count;
	uint16_t call_error;      /* errno or SYSCALL_KILL for those */
	bool native;              /* calls of our architecture only, and nothing else */
	bool limits_families;     /* socket(2) only for .. */
	uint64_t families;        /* .. these */
	uint32_t forbidden_clone; /* CLONE_NEW* that clone, unshare and setns must not have */
	bool lock_personality, no_write_execute, no_realtime, no_suid_sgid;
	bool no_modules, no_kernel_log, no_clock, no_hostname, no_raw_io, no_tunables;
};

/* More than this the kernel does not take (BPF_MAXINSNS). */
enum { FILTER_MAX = 4096 };

/* Whether W asks for anything. */
bool filter_any(const struct filter_wishes *w);

/* The program for W into CODE, which has room for FILTER_MAX. PERSONALITY: the one to be locked (personality(2)). Returns
 * its length; 0 when it would be too long. */
unsigned filter_compile(const struct filter_wishes *w, uint32_t personality, struct sock_filter code[FILTER_MAX]);

#endif

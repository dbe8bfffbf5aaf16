#include "os/clone.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <sys/syscall.h>

#ifndef SYS_clone3
#define SYS_clone3 435 /* the same everywhere: calls newer than 5.0 are numbered alike */
#endif
#ifndef CLONE_INTO_CGROUP
#define CLONE_INTO_CGROUP UINT64_C(0x200000000)
#endif

/* struct clone_args of <linux/sched.h>, which cannot be included beside <sched.h> everywhere */
struct clone3_args {
	uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls, set_tid, set_tid_size, cgroup;
};

/* The child comes out of the system call on an empty stack, so it cannot return from a C function: it calls FUNCTION
 * and exits within the assembly. What it must know travels in registers, which the kernel keeps. */
#if defined(__x86_64__)

static long
clone3_call(const struct clone3_args *args, int (*function)(void *), void *argument)
{
	long result = SYS_clone3;
	register int (*call)(void *) __asm__("r8") = function;
	register void *with __asm__("r9") = argument;

	__asm__ volatile("syscall\n\t"
		     "testq %%rax, %%rax\n\t"
		     "jnz 1f\n\t"
		     "xorl %%ebp, %%ebp\n\t" /* the outermost frame, for those who walk stacks */
		     "movq %%r9, %%rdi\n\t"
		     "callq *%%r8\n\t"
		     "movl %%eax, %%edi\n\t"
		     "movl %[exit], %%eax\n\t"
		     "syscall\n"
		     "1:"
		     : "+a"(result)
		     : "D"(args), "S"(sizeof *args), "r"(call), "r"(with), [exit] "i"(SYS_exit)
		     : "rcx", "r11", "memory", "cc");
	return result;
}

#elif defined(__aarch64__)

static long
clone3_call(const struct clone3_args *args, int (*function)(void *), void *argument)
{
	register long x8 __asm__("x8") = SYS_clone3;
	register long x0 __asm__("x0") = (long)args;
	register long x1 __asm__("x1") = sizeof *args;
	register int (*call)(void *) __asm__("x10") = function;
	register void *with __asm__("x11") = argument;

	__asm__ volatile("svc #0\n\t"
		     "cbnz x0, 1f\n\t"
		     "mov x29, #0\n\t" /* the outermost frame, for those who walk stacks */
		     "mov x0, x11\n\t"
		     "blr x10\n\t"
		     "mov x8, %[exit]\n\t"
		     "svc #0\n"
		     "1:"
		     : "+r"(x0)
		     : "r"(x8), "r"(x1), "r"(call), "r"(with), [exit] "i"(SYS_exit)
		     : "memory", "cc");
	return x0;
}

#else

static long
clone3_call(const struct clone3_args *args, int (*function)(void *), void *argument)
{
	(void)args, (void)function, (void)argument;
	return -ENOSYS;
}

#endif

pid_t
clone_into_cgroup(int (*function)(void *), void *stack, size_t size, void *argument, int cgroup_fd)
{
	const struct clone3_args args = {
		.flags = CLONE_VM | CLONE_VFORK | CLONE_INTO_CGROUP,
		.exit_signal = SIGCHLD,
		.stack = (uint64_t)(uintptr_t)stack,
		.stack_size = size,
		.cgroup = (uint64_t)cgroup_fd,
	};
	long result = clone3_call(&args, function, argument);

	if (result >= 0)
		return (pid_t)result;
	errno = (int)-result;
	return -1;
}

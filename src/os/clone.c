/*
 * clone.c -- clone(2) with our memory and a stack of its own, without vfork(2)'s wait: the C library has no function that
 * does this and also tells, by CLONE_CHILD_CLEARTID, when the child has left our memory.
 */
#include "os/clone.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>

#ifndef SYS_clone3
#define SYS_clone3 435 /* the same everywhere: calls newer than 5.0 are numbered alike */
#endif
#ifndef CLONE_INTO_CGROUP
#define CLONE_INTO_CGROUP UINT64_C(0x200000000)
#endif

/* struct clone_args of <linux/sched.h>, which cannot be included beside <sched.h> everywhere */
struct clone3_args {
	uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls, set_tid, set_tid_size,
		cgroup;
};

/*
 * System call NUMBER with five arguments. The child comes out of it on an empty stack, so it cannot return from a C
 * function: it calls FUNCTION(ARGUMENT) and exits within the assembly. What it must know travels in registers, which the
 * kernel keeps.
 */
#if defined(__x86_64__)

static long
call(long number, const long *args, int (*function)(void *), void *argument)
{
	long result = number;
	register long a4 __asm__("r10") = args[3];
	register long a5 __asm__("r8") = args[4];
	register int (*to_call)(void *) __asm__("r9") = function;
	register void *with __asm__("r12") = argument;

	/* clang-format off */
	__asm__ volatile("syscall\n\t"
		     "testq %%rax, %%rax\n\t"
		     "jnz 1f\n\t"
		     "xorl %%ebp, %%ebp\n\t" /* the outermost frame, for those who walk stacks */
		     "movq %%r12, %%rdi\n\t"
		     "callq *%%r9\n\t"
		     "movl %%eax, %%edi\n\t"
		     "movl %[exit], %%eax\n\t"
		     "syscall\n"
		     "1:"
		     : "+a"(result)
		     : "D"(args[0]), "S"(args[1]), "d"(args[2]), "r"(a4), "r"(a5), "r"(to_call), "r"(with),
		     [exit] "i"(SYS_exit)
		     : "rcx", "r11", "memory", "cc");
	/* clang-format on */
	return result;
}

#elif defined(__aarch64__)

static long
call(long number, const long *args, int (*function)(void *), void *argument)
{
	register long x8 __asm__("x8") = number;
	register long x0 __asm__("x0") = args[0];
	register long x1 __asm__("x1") = args[1];
	register long x2 __asm__("x2") = args[2];
	register long x3 __asm__("x3") = args[3];
	register long x4 __asm__("x4") = args[4];
	register int (*to_call)(void *) __asm__("x10") = function;
	register void *with __asm__("x11") = argument;

	/* clang-format off */
	__asm__ volatile("svc #0\n\t"
		     "cbnz x0, 1f\n\t"
		     "mov x29, #0\n\t" /* the outermost frame, for those who walk stacks */
		     "mov x0, x11\n\t"
		     "blr x10\n\t"
		     "mov x8, %[exit]\n\t"
		     "svc #0\n"
		     "1:"
		     : "+r"(x0)
		     : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(to_call), "r"(with), [exit] "i"(SYS_exit)
		     : "memory", "cc");
	/* clang-format on */
	return x0;
}

#else

static long
call(long number, const long *args, int (*function)(void *), void *argument)
{
	(void)number, (void)args, (void)function, (void)argument;
	return -ENOSYS;
}

#endif

/* CLONE_VM and not CLONE_VFORK; SIGCHLD, so that it is a child like any other. No CLONE_FILES, no CLONE_SIGHAND:
 * descriptors and handlers are its own to change. */
static long
call_clone(int (*function)(void *), void *argument, char *stack_end, uint32_t *running)
{
	const long flags = CLONE_VM | CLONE_CHILD_CLEARTID | SIGCHLD, tid = (long)(uintptr_t)running;
	/* after the stack: parent's tid, and then child's tid and thread area, which x86 has in one order and ARM in the
	 * other (clone(2)); without CLONE_SETTLS the latter is not looked at, so both may have the same value */
	const long args[5] = { flags, (long)(uintptr_t)stack_end, 0, tid, tid };

	return call(SYS_clone, args, function, argument);
}

/* clone(2) has no argument left for the group: only clone3(2), Linux 5.7, starts a child in it. */
static long
call_clone3(int (*function)(void *), void *argument, void *stack, size_t size, int cgroup_fd, uint32_t *running)
{
	const struct clone3_args how = {
		.flags = CLONE_VM | CLONE_CHILD_CLEARTID | CLONE_INTO_CGROUP,
		.child_tid = (uint64_t)(uintptr_t)running,
		.exit_signal = SIGCHLD,
		.stack = (uint64_t)(uintptr_t)stack,
		.stack_size = size,
		.cgroup = (uint64_t)cgroup_fd,
	};
	const long args[5] = { (long)(uintptr_t)&how, sizeof how };

	return call(SYS_clone3, args, function, argument);
}

pid_t
clone_shared(int (*function)(void *), void *argument, void *stack, size_t size, int cgroup_fd, uint32_t *running)
{
	long result;

	/* before there is a child: the kernel sets it to 0, maybe at once */
	*running = 1;
	/* clone3(2) is told where the stack begins and its size, clone(2) its upper end, from where it grows down */
	if (cgroup_fd >= 0)
		result = call_clone3(function, argument, stack, size, cgroup_fd, running);
	else
		result = call_clone(function, argument, (char *)stack + size, running);
	if (result >= 0)
		return (pid_t)result;
	errno = (int)-result;
	return -1;
}

/* filter: the program for a sandbox, first run by a machine of our own for every call, then by the kernel in a child. */
#include "unit.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/audit.h>
#include <linux/seccomp.h>

#include "os/confine.h"
#include "os/steps.h"
#include "sandbox/filter.h"
#include "sandbox/nameset.h"

static struct sock_filter code[FILTER_MAX];

/* What the kernel would do: the few instructions that filters use (seccomp(2), bpf's classic form). */
static uint32_t
execute(unsigned length, const struct seccomp_data *data)
{
	uint32_t a = 0;

	for (unsigned at = 0, taken = 0; at < length; at++) {
		const struct sock_filter *i = &code[at];

		assert_true(taken++ < length);
		switch (i->code) {
		case BPF_LD | BPF_W | BPF_ABS: memcpy(&a, (const char *)data + i->k, sizeof a); break;
		case BPF_ALU | BPF_AND | BPF_K: a &= i->k; break;
		case BPF_JMP | BPF_JA: at += i->k; break;
		case BPF_JMP | BPF_JEQ | BPF_K: at += a == i->k ? i->jt : i->jf; break;
		case BPF_JMP | BPF_JGE | BPF_K: at += a >= i->k ? i->jt : i->jf; break;
		case BPF_JMP | BPF_JSET | BPF_K: at += (a & i->k) != 0 ? i->jt : i->jf; break;
		case BPF_RET | BPF_K: return i->k;
		default: fail_msg("instruction %u: code %#x", at, i->code);
		}
	}
	fail_msg("it runs over its end");
	return 0;
}

#if defined(__x86_64__)
enum { NATIVE = (int)AUDIT_ARCH_X86_64, FOREIGN = (int)AUDIT_ARCH_I386 };
#elif defined(__aarch64__)
enum { NATIVE = (int)AUDIT_ARCH_AARCH64, FOREIGN = (int)AUDIT_ARCH_ARM };
#endif

static struct seccomp_data
call(int number, uint64_t a0, uint64_t a1, uint64_t a2, uint64_t a3)
{
	return (struct seccomp_data){ .nr = number, .arch = (uint32_t)NATIVE, .args = { a0, a1, a2, a3 } };
}

static const struct filter_wishes all_wishes = { .limits_families = true,
	.families = UINT64_C(1) << AF_UNIX | 1 << AF_INET,
	.forbidden_clone = CLONE_NEWUSER | CLONE_NEWNET,
	.lock_personality = true,
	.no_write_execute = true,
	.no_realtime = true,
	.no_suid_sgid = true,
	.no_modules = true,
	.no_kernel_log = true,
	.no_clock = true,
	.no_hostname = true,
	.no_raw_io = true };

static void
every_call_fares_as_the_list_says(void **state)
{
	static const char *const lists[][3] = { { "@system-service", "~@privileged", NULL },
		{ "~@debug", "~@mount", NULL }, { "read", NULL, NULL }, { "@system-service", "ptrace:EIO", NULL } };
	static uint16_t action[SYSCALLS_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
		uint32_t count = lists[i][1] == NULL ? 1 : 2;
		const struct filter_wishes w = { .calls = lists[i], .call_count = count, .call_error = EPERM };
		unsigned length = filter_compile(&w, 0, code);

		assert_true(length > 0 && length <= FILTER_MAX);
		syscalls_resolve(lists[i], count, EPERM, action);
		for (int n = 0; n < SYSCALLS_MAX; n++) {
			const struct seccomp_data data = call(n, 0, 0, 0, 0);
			uint32_t wanted =
				action[n] == SYSCALL_ALLOW ? SECCOMP_RET_ALLOW : SECCOMP_RET_ERRNO | action[n];

			if (execute(length, &data) != wanted)
				fail_msg("list %zu, call %d", i, n);
		}
	}
}

static void
arguments_are_looked_at(void **state)
{
	const uint64_t wide = UINT64_C(0xdead00000000); /* the upper half of an int argument means nothing */
	const struct {
		struct seccomp_data data;
		int error;
	} cases[] = {
		{ call(SYS_socket, AF_UNIX, 0, 0, 0), 0 },
		{ call(SYS_socket, wide | AF_INET, 0, 0, 0), 0 },
		{ call(SYS_socket, AF_INET6, 0, 0, 0), EAFNOSUPPORT },
		{ call(SYS_socket, wide | AF_NETLINK, 0, 0, 0), EAFNOSUPPORT },
		{ call(SYS_clone, SIGCHLD, 0, 0, 0), 0 },
		{ call(SYS_clone, SIGCHLD | CLONE_NEWUTS, 0, 0, 0), 0 },
		{ call(SYS_clone, SIGCHLD | CLONE_NEWUSER, 0, 0, 0), EPERM },
		{ call(SYS_unshare, CLONE_NEWNET | CLONE_NEWUTS, 0, 0, 0), EPERM },
		{ call(SYS_setns, 3, CLONE_NEWUTS, 0, 0), 0 },
		{ call(SYS_setns, 3, 0, 0, 0), EPERM },
		{ call(435 /* clone3 */, 0, 0, 0, 0), ENOSYS },
		{ call(SYS_personality, 7, 0, 0, 0), 0 },
		{ call(SYS_personality, 0xffffffff, 0, 0, 0), 0 },
		{ call(SYS_personality, 8, 0, 0, 0), EPERM },
		{ call(SYS_mmap, 0, 4096, PROT_READ | PROT_WRITE, 0), 0 },
		{ call(SYS_mmap, 0, 4096, PROT_READ | PROT_EXEC, 0), 0 },
		{ call(SYS_mmap, 0, 4096, PROT_WRITE | PROT_EXEC, 0), EPERM },
		{ call(SYS_mprotect, 0, 4096, PROT_EXEC, 0), EPERM },
		{ call(SYS_mprotect, 0, 4096, PROT_READ, 0), 0 },
		{ call(SYS_sched_setscheduler, 0, 0, 0, 0), 0 },
		{ call(SYS_sched_setscheduler, 0, 5, 0, 0), 0 },
		{ call(SYS_sched_setscheduler, 0, 1, 0, 0), EPERM },
		{ call(SYS_sched_setscheduler, 0, 0x40000002, 0, 0), EPERM },
		{ call(SYS_fchmodat, 0, 0, 0755, 0), 0 },
		{ call(SYS_fchmodat, 0, 0, 04755, 0), EPERM },
		{ call(SYS_openat, 0, 0, 0, 06000), 0 }, /* no file is made: the mode is not looked at */
		{ call(SYS_openat, 0, 0, 0100, 0644), 0 },
		{ call(SYS_openat, 0, 0, 0100, 02644), EPERM },
		{ call(437 /* openat2 */, 0, 0, 0, 0), ENOSYS },
		{ call(425 /* io_uring_setup */, 0, 0, 0, 0), ENOSYS }, /* it opens sockets and makes files, too */
		{ call(SYS_delete_module, 0, 0, 0, 0), EPERM },
		{ call(SYS_syslog, 0, 0, 0, 0), EPERM },
		{ call(SYS_clock_settime, 0, 0, 0, 0), EPERM },
		{ call(SYS_sethostname, 0, 0, 0, 0), EPERM },
		{ call(SYS_read, 0, 0, 0, 0), 0 },
		{ call(100000, 0, 0, 0, 0), 0 },
	};
	unsigned length = filter_compile(&all_wishes, 7, code);

	(void)state;
	assert_true(length > 0);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		uint32_t wanted =
			cases[i].error == 0 ? SECCOMP_RET_ALLOW : SECCOMP_RET_ERRNO | (uint32_t)cases[i].error;

		if (execute(length, &cases[i].data) != wanted)
			fail_msg("case %zu: %#x", i, execute(length, &cases[i].data));
	}
}

/* With READ_IMPLIES_EXEC what is mapped to be read and written is executable as well (personality(2)). */
static void
nothing_read_is_executable(void **state)
{
	const struct filter_wishes w = { .no_write_execute = true };
	const struct {
		struct seccomp_data data;
		uint32_t wanted;
	} cases[] = {
		{ call(SYS_personality, 0x0400000, 0, 0, 0), SECCOMP_RET_ERRNO | EPERM },
		{ call(SYS_personality, 0x0440000, 0, 0, 0), SECCOMP_RET_ERRNO | EPERM },
		{ call(SYS_personality, 0x0040000, 0, 0, 0), SECCOMP_RET_ALLOW },
		{ call(SYS_personality, 0xffffffff, 0, 0, 0), SECCOMP_RET_ALLOW },
	};
	unsigned length = filter_compile(&w, 0, code);

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		if (execute(length, &cases[i].data) != cases[i].wanted)
			fail_msg("case %zu: %#x", i, execute(length, &cases[i].data));
}

/* A list that refuses a call is not softened by a rule for its arguments. */
static void
the_list_wins(void **state)
{
	static const char *const list[] = { "~socket" };
	struct filter_wishes w = all_wishes;
	struct seccomp_data data = call(SYS_socket, AF_UNIX, 0, 0, 0);
	unsigned length;

	(void)state;
	w.calls = list;
	w.call_count = 1;
	w.call_error = EBUSY;
	length = filter_compile(&w, 0, code);
	assert_int_equal(execute(length, &data), SECCOMP_RET_ERRNO | EBUSY);
}

static void
other_architectures_end_the_process(void **state)
{
	const struct filter_wishes w = { .native = true };
	struct seccomp_data data = call(SYS_read, 0, 0, 0, 0);
	unsigned length = filter_compile(&w, 0, code);

	(void)state;
	assert_int_equal(execute(length, &data), SECCOMP_RET_ALLOW);
	data.arch = (uint32_t)FOREIGN;
	assert_int_equal(execute(length, &data), SECCOMP_RET_KILL_PROCESS);
#if defined(__x86_64__)
	data = call(0x40000000 | SYS_read, 0, 0, 0, 0); /* x32 */
	assert_int_equal(execute(length, &data), SECCOMP_RET_KILL_PROCESS);
#endif
}

static void
nothing_asked_is_nothing(void **state)
{
	static const struct filter_wishes none;

	(void)state;
	assert_false(filter_any(&none));
	assert_true(filter_any(&all_wishes));
}

/* Run ATTEMPT in a child behind W, as spawn would; its wait status. */
static int
behind(const struct filter_wishes *w, int (*attempt)(void))
{
	unsigned length = filter_compile(w, (uint32_t)personality(0xffffffff), code);
	struct steps steps = { 0 };
	struct err err;
	int status = -1;
	pid_t pid;

	assert_true(confine_no_new_privileges(&steps, &err) && confine_filter(&steps, code, length, &err));
	pid = fork();
	if (pid == 0)
		_exit(steps_take(&steps, STEP_LAST) != NULL ? 99 : attempt());
	waitpid(pid, &status, 0);
	steps_release(&steps);
	return status;
}

/* Raw calls: the C library may ask more than one question. */
static int
try_what_is_forbidden(void)
{
	if (syscall(SYS_socket, AF_INET6, SOCK_STREAM, 0) != -1 || errno != EAFNOSUPPORT)
		return 1;
	if (syscall(SYS_unshare, CLONE_NEWUSER) != -1 || errno != EPERM)
		return 2;
	if (syscall(SYS_personality, 8) != -1 || errno != EPERM)
		return 3;
	if (mmap(NULL, 4096, PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED ||
		errno != EPERM)
		return 4;
	if (syscall(SYS_fchmodat, -100, "/nowhere", 04755) != -1 || errno != EPERM)
		return 5;
	if (syscall(SYS_fchmodat, -100, "/nowhere", 0755) != -1 || errno != ENOENT)
		return 6;
	if (syscall(425 /* io_uring_setup */, 0, NULL) != -1 || errno != ENOSYS)
		return 7;
	return syscall(SYS_socket, AF_UNIX, SOCK_STREAM, 0) >= 0 ? 0 : 8;
}

static void
the_kernel_does_so(void **state)
{
	(void)state;
	assert_int_equal(behind(&all_wishes, try_what_is_forbidden), 0);
}

static int
ask_for_priority(void)
{
	syscall(SYS_getpriority, 0, 0);
	return 0;
}

static void
a_call_that_is_not_in_the_list_ends_the_process(void **state)
{
	static const char *const list[] = { "~getpriority" };
	const struct filter_wishes w = { .calls = list, .call_count = 1, .call_error = SYSCALL_KILL };
	int status = behind(&w, ask_for_priority);

	(void)state;
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_call_fares_as_the_list_says),
		cmocka_unit_test(arguments_are_looked_at),
		cmocka_unit_test(nothing_read_is_executable),
		cmocka_unit_test(the_list_wins),
		cmocka_unit_test(other_architectures_end_the_process),
		cmocka_unit_test(nothing_asked_is_nothing),
		cmocka_unit_test(the_kernel_does_so),
		cmocka_unit_test(a_call_that_is_not_in_the_list_ends_the_process),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

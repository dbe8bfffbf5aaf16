/* sets: names with ~ (nameset), and what lists of system calls come to (syscalls). */
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>

#include "sandbox/nameset.h"
#include "sandbox/syscalls.h"

enum { MOST_WORDS = 6 };

#define BIT(n) (UINT64_C(1) << (n))

static uint32_t
count_words(const char *const *words)
{
	uint32_t n = 0;

	while (n < MOST_WORDS && words[n] != NULL)
		n++;
	return n;
}

static void
names_become_sets(void **state)
{
	const uint64_t all = nameset_all(NAMESET_CAPABILITIES), spaces = nameset_all(NAMESET_NAMESPACES);
	const struct {
		enum nameset_kind kind;
		const char *words[MOST_WORDS];
		uint64_t set;
	} cases[] = {
		{ NAMESET_CAPABILITIES, { NULL }, 0 },
		{ NAMESET_CAPABILITIES, { "cap_chown", "CAP_KILL" }, BIT(0) | BIT(5) },
		{ NAMESET_CAPABILITIES, { "~cap_chown", "~cap_kill" }, all & ~(BIT(0) | BIT(5)) },
		{ NAMESET_CAPABILITIES, { "~cap_chown", "cap_chown" }, all },
		{ NAMESET_CAPABILITIES, { "cap_chown", "cap_kill", "~cap_chown" }, BIT(5) },
		{ NAMESET_CAPABILITIES, { "none" }, 0 },
		{ NAMESET_CAPABILITIES, { "~none" }, all },
		{ NAMESET_CAPABILITIES, { "cap_chown", "none", "cap_kill" }, BIT(5) },
		{ NAMESET_FAMILIES, { "AF_UNIX", "af_inet6" }, BIT(1) | BIT(10) },
		{ NAMESET_NAMESPACES, { "none" }, 0 },
		{ NAMESET_NAMESPACES, { "~net" }, spaces & ~BIT(2) },
		{ NAMESET_SECURE_BITS, { "keep-caps", "noroot-locked" }, BIT(4) | BIT(1) },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		if (nameset_resolve(cases[i].kind, cases[i].words, count_words(cases[i].words)) != cases[i].set)
			fail_msg("case %zu", i);
}

static void
names_have_numbers(void **state)
{
	(void)state;
	assert_int_equal(nameset_number(NAMESET_CAPABILITIES, "cap_sys_admin"), 21);
	assert_int_equal(nameset_number(NAMESET_FAMILIES, "AF_NETLINK"), 16);
	assert_int_equal(nameset_number(NAMESET_CAPABILITIES, "cap_none"), -1);
	assert_string_equal(nameset_word(NAMESET_CAPABILITIES, 40), "cap_checkpoint_restore");
	assert_string_equal(nameset_word(NAMESET_CAPABILITIES, 63), "");
	for (int i = 0; nameset_word(NAMESET_NAMESPACES, i)[0] != '\0'; i++)
		assert_true(nameset_clone_flag(i) != 0);
}

static void
calls_have_numbers(void **state)
{
	(void)state;
	assert_int_equal(syscalls_number("read"), SYS_read);
	assert_int_equal(syscalls_number("no_such_call"), -1);
	assert_string_equal(syscalls_name(SYS_execve), "execve");
	assert_true(
		syscalls_is_known("@system-service") && syscalls_is_known("mmap2") && !syscalls_is_known("@nothing"));
	assert_int_equal(syscalls_error("EPERM"), EPERM);
	assert_int_equal(syscalls_error("99"), 99);
	assert_int_equal(syscalls_error("kill"), SYSCALL_KILL);
	assert_int_equal(syscalls_error("4096"), -1);
	assert_int_equal(syscalls_error("EWHAT"), -1);
}

static void
count(int number, void *of)
{
	(void)number;
	++*(unsigned *)of;
}

/* Every name in a group is a group or, on the machine that these lists were made for, a call; and no group is in itself. */
static void
groups_are_what_they_say(void **state)
{
	static const char *const groups[] = {
#define SYSCALL_GROUP(name, calls, meaning) name,
#include "sandbox/groups.def"
#undef SYSCALL_GROUP
	};

	(void)state;
	for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++) {
		unsigned calls = 0;

		assert_true(syscalls_is_group(groups[i]));
		syscalls_each(groups[i], count, &calls);
#if defined(__x86_64__)
		assert_true(calls > 0);
#endif
	}
}

static void
lists_become_actions(void **state)
{
	static const struct {
		const char *words[MOST_WORDS];
		uint16_t error;
		int call, expected;
	} cases[] = {
		{ { NULL }, EPERM, SYS_ptrace, SYSCALL_ALLOW },
		{ { "@system-service" }, EPERM, SYS_read, SYSCALL_ALLOW },
		{ { "@system-service" }, EPERM, SYS_ptrace, EPERM },
		{ { "@system-service" }, SYSCALL_KILL, SYS_mount, SYSCALL_KILL },
		{ { "read" }, EPERM, SYS_execve, SYSCALL_ALLOW }, /* @default is always in */
		{ { "read" }, EPERM, SYS_write, EPERM },
		{ { "read" }, EPERM, SYSCALLS_MAX - 1, ENOSYS }, /* nobody knows it */
		{ { "~@debug" }, EPERM, SYS_ptrace, EPERM },
		{ { "~@debug" }, EPERM, SYS_read, SYSCALL_ALLOW },
		{ { "~@debug" }, EPERM, SYSCALLS_MAX - 1, SYSCALL_ALLOW },
		{ { "~@debug", "ptrace" }, EPERM, SYS_ptrace, SYSCALL_ALLOW },
		{ { "~ptrace:EIO" }, EPERM, SYS_ptrace, EIO },
		{ { "~ptrace:kill" }, EPERM, SYS_ptrace, SYSCALL_KILL },
		{ { "@system-service", "~@chown" }, EPERM, SYS_fchown, EPERM },
		{ { "@system-service", "ptrace:EBUSY" }, EPERM, SYS_ptrace, EBUSY },
	};
	static uint16_t action[SYSCALLS_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		syscalls_resolve(cases[i].words, count_words(cases[i].words), cases[i].error, action);
		if (action[cases[i].call] != cases[i].expected)
			fail_msg("case %zu: %d", i, action[cases[i].call]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_become_sets),
		cmocka_unit_test(names_have_numbers),
		cmocka_unit_test(calls_have_numbers),
		cmocka_unit_test(groups_are_what_they_say),
		cmocka_unit_test(lists_become_actions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

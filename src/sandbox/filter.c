#include "sandbox/filter.h"

#include <errno.h>
#include <sched.h>
#include <stddef.h>
#include <string.h>
#include <sys/syscall.h>

#include <linux/audit.h>
#include <linux/seccomp.h>

#if defined(__x86_64__)
#define NATIVE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define NATIVE AUDIT_ARCH_AARCH64
#elif defined(__i386__)
#define NATIVE AUDIT_ARCH_I386
#elif defined(__arm__)
#define NATIVE AUDIT_ARCH_ARM
#elif defined(__riscv) && __riscv_xlen == 64
#define NATIVE AUDIT_ARCH_RISCV64
#elif defined(__powerpc64__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define NATIVE AUDIT_ARCH_PPC64LE
#elif defined(__s390x__)
#define NATIVE AUDIT_ARCH_S390X
#else
#error "which AUDIT_ARCH_ of <linux/audit.h> is this?"
#endif

enum {
	X32_BIT = 0x40000000, /* __X32_SYSCALL_BIT: the other numbering of x86-64 */
	SHORT_JUMP = 255,
	MODE_SPECIAL = 06000,       /* set-user-ID, set-group-ID */
	CREATES = 0100 | 020000000, /* O_CREAT | __O_TMPFILE of asm-generic/fcntl.h; every machine above has these */
	EXECUTABLE = 4,
	WRITABLE = 2,                /* PROT_EXEC, PROT_WRITE */
	SHARED_EXECUTABLE = 0100000, /* SHM_EXEC */
	READ_EXECUTES = 0x0400000,   /* READ_IMPLIES_EXEC of personality(2) */
};

static const uint32_t asks_only = 0xffffffff; /* personality(2) changes nothing then */

/* How one argument, or two, must not be. Only the lower half is looked at: every argument below is an int, or has its
 * flags there. */
enum test {
	TEST_NONE,
	TEST_ANY,         /* fails when any bit of `value` is set */
	TEST_ALL,         /* ... when all are */
	TEST_BOTH,        /* ... when any of `value` is, and any of `value2` in argument 2 */
	TEST_ZERO_OR_ANY, /* ... when it is 0, or any bit of `value` is set */
	TEST_ANY_BUT,     /* ... when any bit of `value` is set, unless it is `value2` */
	TEST_EITHER,      /* ... unless it is `value` or `value2` */
	TEST_SET          /* ... unless its bit is in `set` */
};

struct check {
	uint8_t test, argument, argument2;
	uint16_t error;
	uint32_t value, value2;
	uint64_t set;
};

struct compiler {
	struct sock_filter *code;
	unsigned length;
	uint16_t action[SYSCALLS_MAX];
	struct check checks[SYSCALLS_MAX];
	uint16_t first[SYSCALLS_MAX + 1]; /* of each stretch of numbers that fare alike */
	unsigned stretches;
	uint16_t beyond; /* numbers of SYSCALLS_MAX and above */
};

/* ---- what is asked for, call by call ---- */

static void
check(struct compiler *c, const char *name, struct check what)
{
	int number = syscalls_number(name);

	if (number >= 0 && number < SYSCALLS_MAX)
		c->checks[number] = what;
}

static void
refuse_one(int number, void *of)
{
	struct compiler *c = of;

	if (c->action[number] == SYSCALL_ALLOW)
		c->action[number] = EPERM;
}

static void
refuse(struct compiler *c, const char *name)
{
	syscalls_each(name, refuse_one, c);
}

/* What cannot be looked into, because its arguments are behind a pointer: programs take ENOSYS for an older kernel, and
 * use the call that can. */
static void
pretend_missing(struct compiler *c, const char *name)
{
	int number = syscalls_number(name);

	if (number >= 0 && number < SYSCALLS_MAX && c->action[number] == SYSCALL_ALLOW)
		c->action[number] = ENOSYS;
}

static void
restrict_namespaces(struct compiler *c, uint32_t flags)
{
#if defined(__s390x__)
	const uint8_t flags_at = 1; /* clone(2): stack and flags are the other way round */
#else
	const uint8_t flags_at = 0;
#endif
	check(c, "clone", (struct check){ TEST_ANY, flags_at, 0, EPERM, flags, 0, 0 });
	check(c, "unshare", (struct check){ TEST_ANY, 0, 0, EPERM, flags, 0, 0 });
	/* 0: any kind that the descriptor is of */
	check(c, "setns", (struct check){ TEST_ZERO_OR_ANY, 1, 0, EPERM, flags, 0, 0 });
	pretend_missing(c, "clone3");
}

static void
restrict_suid_sgid(struct compiler *c)
{
	static const struct {
		const char *name;
		uint8_t mode;
	} makers[] = { { "chmod", 1 }, { "fchmod", 1 }, { "fchmodat", 2 }, { "fchmodat2", 2 }, { "creat", 1 },
		{ "mkdir", 1 }, { "mkdirat", 2 }, { "mknod", 1 }, { "mknodat", 2 } };

	for (size_t i = 0; i < sizeof makers / sizeof makers[0]; i++)
		check(c, makers[i].name, (struct check){ TEST_ANY, makers[i].mode, 0, EPERM, MODE_SPECIAL, 0, 0 });
	check(c, "open", (struct check){ TEST_BOTH, 1, 2, EPERM, CREATES, MODE_SPECIAL, 0 });
	check(c, "openat", (struct check){ TEST_BOTH, 2, 3, EPERM, CREATES, MODE_SPECIAL, 0 });
	pretend_missing(c, "openat2");
}

/* What is mapped may not become executable later, even alone: it may have been written to before (systemd.exec(5),
 * MemoryDenyWriteExecute=). */
static void
deny_write_execute(struct compiler *c)
{
	const struct check executable = { TEST_ANY, 2, 0, EPERM, EXECUTABLE, 0, 0 };

	check(c, "mmap", (struct check){ TEST_ALL, 2, 0, EPERM, WRITABLE | EXECUTABLE, 0, 0 });
	check(c, "mmap2", (struct check){ TEST_ALL, 2, 0, EPERM, WRITABLE | EXECUTABLE, 0, 0 });
	check(c, "mprotect", executable);
	check(c, "pkey_mprotect", executable);
	check(c, "shmat", (struct check){ TEST_ANY, 2, 0, EPERM, SHARED_EXECUTABLE, 0, 0 });
	/* else the kernel makes executable what is mapped to be read, where no filter sees it (do_mmap) */
	check(c, "personality", (struct check){ TEST_ANY_BUT, 0, 0, EPERM, READ_EXECUTES, asks_only, 0 });
}

static void
gather(struct compiler *c, const struct filter_wishes *w, uint32_t personality)
{
	/* SCHED_OTHER, SCHED_BATCH, SCHED_IDLE of sched(7) */
	const struct check not_realtime = { TEST_SET, 1, 0, EPERM, 0, 0, UINT64_C(1) << 0 | 1 << 3 | 1 << 5 };

	c->beyond = syscalls_resolve(w->calls, w->call_count, w->call_error, c->action) ? ENOSYS : SYSCALL_ALLOW;
	/* it opens sockets and makes files without a call that a filter sees (IORING_OP_SOCKET, IORING_OP_OPENAT: io_uring(7)) */
	if (w->limits_families || w->no_suid_sgid)
		pretend_missing(c, "io_uring_setup");
	if (w->limits_families)
		check(c, "socket", (struct check){ TEST_SET, 0, 0, EAFNOSUPPORT, 0, 0, w->families });
	if (w->forbidden_clone != 0)
		restrict_namespaces(c, w->forbidden_clone);
	if (w->no_write_execute)
		deny_write_execute(c);
	/* behind it: where the personality stays as it is, that bit does, too */
	if (w->lock_personality)
		check(c, "personality", (struct check){ TEST_EITHER, 0, 0, EPERM, personality, asks_only, 0 });
	if (w->no_realtime) {
		check(c, "sched_setscheduler", not_realtime);
		refuse(c, "sched_setattr"); /* its policy is behind a pointer */
	}
	if (w->no_suid_sgid)
		restrict_suid_sgid(c);
	if (w->no_modules)
		refuse(c, "@module");
	if (w->no_kernel_log)
		refuse(c, "syslog");
	if (w->no_clock)
		refuse(c, "@clock");
	if (w->no_raw_io)
		refuse(c, "@raw-io");
	if (w->no_tunables)
		refuse(c, "_sysctl");
	if (w->no_hostname) {
		refuse(c, "sethostname");
		refuse(c, "setdomainname");
	}
}

/* ---- instructions ---- */

/* Counted on where there is no room: filter_compile() tells by the length that it is too long. */
static void
emit(struct compiler *c, struct sock_filter instruction)
{
	if (c->length < FILTER_MAX)
		c->code[c->length] = instruction;
	c->length++;
}

static void
load(struct compiler *c, size_t offset)
{
	emit(c, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset));
}

static void
jump(struct compiler *c, unsigned how, uint32_t value, unsigned yes, unsigned no)
{
	emit(c, (struct sock_filter)BPF_JUMP((uint16_t)(BPF_JMP | how), value, (uint8_t)yes, (uint8_t)no));
}

static void
answer(struct compiler *c, uint16_t action)
{
	uint32_t value = action == SYSCALL_ALLOW ? SECCOMP_RET_ALLOW :
		action == SYSCALL_KILL           ? SECCOMP_RET_KILL_PROCESS :
						   SECCOMP_RET_ERRNO | action;

	emit(c, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, value));
}

static void
load_argument(struct compiler *c, unsigned n)
{
	size_t offset = offsetof(struct seccomp_data, args) + n * sizeof(uint64_t);

#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	offset += sizeof(uint32_t);
#endif
	load(c, offset);
}

static void
load_call(struct compiler *c)
{
	load(c, offsetof(struct seccomp_data, nr));
}

/* How many of the 64 numbers of SET are in it. */
static unsigned
members(uint64_t set)
{
	unsigned n = 0;

	for (; set != 0; set &= set - 1)
		n++;
	return n;
}

/* Each ends with two answers, the call's being allowed first. Jumps skip so many instructions. */
static void
emit_check(struct compiler *c, const struct check *k)
{
	unsigned left = members(k->set);

	load_argument(c, k->argument);
	switch ((enum test)k->test) {
	case TEST_NONE: break;
	case TEST_ANY: jump(c, BPF_JSET | BPF_K, k->value, 1, 0); break;
	case TEST_ALL:
		emit(c, (struct sock_filter)BPF_STMT(BPF_ALU | BPF_AND | BPF_K, k->value));
		jump(c, BPF_JEQ | BPF_K, k->value, 1, 0);
		break;
	case TEST_BOTH:
		jump(c, BPF_JSET | BPF_K, k->value, 0, 2);
		load_argument(c, k->argument2);
		jump(c, BPF_JSET | BPF_K, k->value2, 1, 0);
		break;
	case TEST_ZERO_OR_ANY:
		jump(c, BPF_JEQ | BPF_K, 0, 2, 0);
		jump(c, BPF_JSET | BPF_K, k->value, 1, 0);
		break;
	case TEST_ANY_BUT:
		jump(c, BPF_JEQ | BPF_K, k->value2, 1, 0);
		jump(c, BPF_JSET | BPF_K, k->value, 1, 0);
		break;
	case TEST_EITHER:
		jump(c, BPF_JEQ | BPF_K, k->value, 1, 0);
		jump(c, BPF_JEQ | BPF_K, k->value2, 0, 1);
		break;
	case TEST_SET:
		for (unsigned i = 0; i < 64; i++)
			if (k->set >> i & 1)
				jump(c, BPF_JEQ | BPF_K, i, left--, 0);
		jump(c, BPF_JA, 1, 0, 0);
		break;
	}
	answer(c, SYSCALL_ALLOW);
	answer(c, k->error);
}

/* ---- numbers that fare alike are a stretch; a tree of comparisons finds the stretch of a call ---- */

static bool
is_checked(const struct compiler *c, unsigned number)
{
	return number < SYSCALLS_MAX && c->action[number] == SYSCALL_ALLOW && c->checks[number].test != TEST_NONE;
}

static uint16_t
action_of(const struct compiler *c, unsigned number)
{
	return number < SYSCALLS_MAX ? c->action[number] : c->beyond;
}

/* The last, which begins with SYSCALLS_MAX, is of all calls beyond. */
static void
find_stretches(struct compiler *c)
{
	c->stretches = 0;
	for (unsigned n = 0; n <= SYSCALLS_MAX; n++)
		if (n == 0 || is_checked(c, n) || is_checked(c, n - 1) || action_of(c, n) != action_of(c, n - 1))
			c->first[c->stretches++] = (uint16_t)n;
}

static void
emit_leaf(struct compiler *c, unsigned stretch)
{
	unsigned number = c->first[stretch];

	if (is_checked(c, number))
		emit_check(c, &c->checks[number]);
	else
		answer(c, action_of(c, number));
}

/* Stretches FROM up to, not including, TO. What is far away is reached by a jump of its own: conditional ones go 255
 * instructions at most (linux/Documentation/networking/filter.rst). */
static void
emit_tree(struct compiler *c, unsigned from, unsigned to)
{
	unsigned middle = from + (to - from) / 2, at = c->length, skipped;

	if (to - from == 1) {
		emit_leaf(c, from);
		return;
	}
	jump(c, BPF_JGE | BPF_K, c->first[middle], 0, 1);
	jump(c, BPF_JA, 0, 0, 0);
	emit_tree(c, from, middle);
	skipped = c->length - at - 2;
	/* how far it is shows only now, with the lower half in place */
	if (at + 1 < FILTER_MAX)
		c->code[at + 1].k = skipped;
	emit_tree(c, middle, to);
}

static void
emit_head(struct compiler *c)
{
	load(c, offsetof(struct seccomp_data, arch));
	jump(c, BPF_JEQ | BPF_K, NATIVE, 1, 0);
	answer(c, SYSCALL_KILL);
	load_call(c);
#if defined(__x86_64__)
	jump(c, BPF_JGE | BPF_K, X32_BIT, 0, 1);
	answer(c, SYSCALL_KILL);
#endif
}

bool
filter_any(const struct filter_wishes *w)
{
	return w->call_count > 0 || w->native || w->limits_families || w->forbidden_clone != 0 || w->lock_personality ||
		w->no_write_execute || w->no_realtime || w->no_suid_sgid || w->no_modules || w->no_kernel_log ||
		w->no_clock || w->no_hostname || w->no_raw_io || w->no_tunables;
}

unsigned
filter_compile(const struct filter_wishes *w, uint32_t personality, struct sock_filter code[FILTER_MAX])
{
	struct compiler c = { .code = code };

	gather(&c, w, personality);
	find_stretches(&c);
	emit_head(&c);
	emit_tree(&c, 0, c.stretches);
	return c.length <= FILTER_MAX ? c.length : 0;
}

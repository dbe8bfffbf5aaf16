/*
 * fuzz_filter -- the input is what a sandbox asks of system calls: bytes that switch rules on, then words of a list. What
 * comes out is a program that the kernel takes: every path ends, within it, and says what is to be done. It is never
 * too long.
 */
#include <string.h>

#include <linux/seccomp.h>

#include "fuzz.h"
#include "sandbox/filter.h"

enum { MOST_WORDS = 64, SWITCHES = 12 };

/* As seccomp(2) checks: only forward, never over the end, and an answer last. */
static void
check_program(const struct sock_filter *code, unsigned length)
{
	MUST(length > 0 && length <= FILTER_MAX);
	MUST(code[length - 1].code == (BPF_RET | BPF_K));
	for (unsigned at = 0; at < length; at++) {
		const struct sock_filter *i = &code[at];

		if (i->code == (BPF_JMP | BPF_JA))
			MUST(i->k < length - at - 1);
		else if ((i->code & 7) == BPF_JMP)
			MUST(at + 1 + i->jt < length && at + 1 + i->jf < length);
		else if ((i->code & 7) == BPF_RET)
			MUST(i->k == SECCOMP_RET_ALLOW || i->k == SECCOMP_RET_KILL_PROCESS ||
				(i->k & ~0xfffu) == SECCOMP_RET_ERRNO);
	}
}

/* The words of TEXT, parted by blanks and cut there, into AT. */
static uint32_t
split(char *text, const char **at)
{
	uint32_t count = 0;

	for (char *word = strtok(text, " \n"); word != NULL && count < MOST_WORDS; word = strtok(NULL, " \n"))
		at[count++] = word;
	return count;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct sock_filter code[FILTER_MAX];
	const char *words[MOST_WORDS];
	struct filter_wishes w;
	bool on[SWITCHES];
	char text[2048];

	if (size < SWITCHES || size - SWITCHES >= sizeof text)
		return 0;
	for (unsigned i = 0; i < SWITCHES; i++)
		on[i] = data[i] & 1;
	memcpy(text, data + SWITCHES, size - SWITCHES);
	text[size - SWITCHES] = '\0';
	w = (struct filter_wishes){ .calls = words,
		.call_error = on[0] ? SYSCALL_KILL : 1,
		.limits_families = on[1],
		.families = data[1] * UINT64_C(0x0101010101010101),
		.forbidden_clone = on[2] ? 0x10000000 : 0,
		.lock_personality = on[3],
		.no_write_execute = on[4],
		.no_realtime = on[5],
		.no_suid_sgid = on[6],
		.no_modules = on[7],
		.no_kernel_log = on[8],
		.no_clock = on[9],
		.no_hostname = on[10],
		.no_raw_io = on[11] };
	w.call_count = split(text, words);
	check_program(code, filter_compile(&w, 0, code));
	return 0;
}

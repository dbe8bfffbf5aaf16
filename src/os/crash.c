/*
 * crash.c -- a handler for what kills. It runs with a heap and a loop of which nothing is known any more, so it touches
 * neither: it writes down when and why in a word of argv that is there already, and executes this same program anew,
 * which reads the state that was kept beside.
 */
#include "os/crash.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { STACK = 32768, DIGITS = 16 /* of a field: it is written in place, so it has as many whatever it says */ };

static const int deadly[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT };

/* Above a pid, in the place of an address. None looks so: where the highest bit is set the next ones are as well (x86_64's mm.rst,
 * arm64's memory.rst), as in that of a pointer that is -1. */
static const uint64_t SENT = UINT64_C(1) << 63;

/* A signal handler takes no argument of ours. */
static struct {
	const char *program;
	char *const *argv;
	char *word;
	int highest;
	long pid;
	volatile sig_atomic_t depth;
	struct crash_word next;
} guard;

/* ---- the word: fields of 16 hexadecimal digits ---- */

static void
write_field(char **at, uint64_t number)
{
	for (int i = DIGITS; i-- > 0; number >>= 4)
		(*at)[i] = "0123456789abcdef"[number & 15];
	(*at)[DIGITS] = ':';
	*at += DIGITS + 1;
}

static bool
read_field(const char **at, uint64_t *number)
{
	*number = 0;
	for (int i = 0; i < DIGITS; i++, (*at)++) {
		const char *digit = **at == '\0' ? NULL : strchr("0123456789abcdef", **at);

		if (digit == NULL)
			return false;
		*number = *number << 4 | (uint64_t)(digit - "0123456789abcdef");
	}
	return *(*at)++ == ':';
}

_Static_assert(CRASH_WORD > (3 + CRASH_TIMES) * (DIGITS + 1), "all fields fit");

void
crash_word_write(char *word, const struct crash_word *from)
{
	write_field(&word, (uint64_t)from->fd);
	write_field(&word, (uint64_t)from->signal);
	write_field(&word, from->address);
	for (int i = 0; i < CRASH_TIMES; i++)
		write_field(&word, (uint64_t)from->times[i]);
	*word = '\0';
}

bool
crash_word_read(const char *word, struct crash_word *to)
{
	uint64_t fd, signal, time;

	if (!read_field(&word, &fd) || !read_field(&word, &signal) || !read_field(&word, &to->address))
		return false;
	to->fd = (int)fd;
	to->signal = (int)signal;
	for (int i = 0; i < CRASH_TIMES; i++) {
		if (!read_field(&word, &time))
			return false;
		to->times[i] = (msec)time;
	}
	return *word == '\0' && fd <= INT32_MAX && signal <= 64;
}

pid_t
crash_sender(const struct crash_word *word)
{
	return word->address >> 32 == SENT >> 32 ? (pid_t)(word->address & INT32_MAX) : 0;
}

/* ---- the handler: system calls only ---- */

static void
note(int signal, const siginfo_t *info)
{
	struct timespec now = { 0 };

	syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &now);
	for (int i = CRASH_TIMES - 1; i > 0; i--)
		guard.next.times[i] = guard.next.times[i - 1];
	guard.next.times[0] = (msec)now.tv_sec * 1000 + now.tv_nsec / 1000000;
	guard.next.signal = signal;
	/* si_code > 0: the kernel saw us do it; else somebody sent it */
	guard.next.address =
		info->si_code > 0 ? (uint64_t)(uintptr_t)info->si_addr : (uint64_t)info->si_pid | SENT;
	crash_word_write(guard.word, &guard.next);
}

/* Somebody may send one while the next program has no handler yet: blocked signals stay so over exec(2), and wait. */
static void
hold_signals(int how)
{
	uint64_t set = 0;

	for (size_t i = 0; i < sizeof deadly / sizeof deadly[0]; i++)
		set |= UINT64_C(1) << (deadly[i] - 1);
	syscall(SYS_rt_sigprocmask, how, &set, NULL, sizeof set);
}

/* Whoever lowered the soft limit of ours, the next program opens its libraries under it, before it can raise it again (ld.so(8) gives
 * up at EMFILE). */
static void
lift_limit(void)
{
	struct { /* as the kernel has it, on every machine (struct rlimit64) */
		uint64_t soft, hard;
	} limit;

	if (syscall(SYS_prlimit64, 0, RLIMIT_NOFILE, NULL, &limit) != 0)
		return;
	limit.soft = limit.hard;
	syscall(SYS_prlimit64, 0, RLIMIT_NOFILE, &limit, NULL);
}

static void
go_on_as_another(void)
{
	hold_signals(SIG_BLOCK);
	lift_limit();
	/* which of them are worth keeping only the heap knows: all go over, and the next program closes what its list does
	 * not name (supervisor/past.c) */
	for (int fd = 3; fd < guard.highest; fd++)
		syscall(SYS_fcntl, fd, F_SETFD, 0);
	/* this very image, which can certainly read the state; by its name where there is no /proc */
	syscall(SYS_execve, "/proc/self/exe", guard.argv, environ);
	syscall(SYS_execve, guard.program, guard.argv, environ);
	hold_signals(SIG_UNBLOCK);
}

static void
on_crash(int signal, siginfo_t *info, void *context)
{
	static const char words[] = "bridled crashed and cannot execute itself\n";
	ssize_t n;

	(void)context;
	if (syscall(SYS_getpid) != guard.pid) /* a child on our memory, on its way to exec (os/cradle.c) */
		syscall(SYS_exit_group, 127);
	/* a crash within the handler is no news: the first one is told */
	if (guard.depth++ == 0)
		note(signal, info);
	/* executing may crash, too (a full stack, a broken argv): not for ever */
	if (guard.depth <= 3)
		go_on_as_another();
	n = write(2, words, sizeof words - 1);
	(void)n;
	/* the end of PID 1 is the end of the machine: better one that hangs, whose services serve */
	while (guard.pid == 1)
		syscall(SYS_rt_sigsuspend, NULL, 0);
	sigaction(signal, &(struct sigaction){ .sa_handler = SIG_DFL }, NULL);
	syscall(SYS_kill, guard.pid, signal);
}

void
crash_hold(bool hold)
{
	hold_signals(hold ? SIG_BLOCK : SIG_UNBLOCK);
}

/* SA_NODEFER: a crash in the handler comes here as well. SA_ONSTACK: of a stack that is full none is left to run on. */
bool
crash_guard(const char *program, char *const *argv, char *word, int highest, struct err *err)
{
	static char stack[STACK];
	const stack_t own = { .ss_sp = stack, .ss_size = sizeof stack };
	struct sigaction act = { .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER };

	guard.program = program;
	guard.argv = argv;
	guard.word = word;
	guard.highest = highest;
	guard.pid = getpid();
	if (sigaltstack(&own, NULL) != 0)
		return err_set(err, errno, "cannot have a stack for signals");
	act.sa_sigaction = on_crash;
	sigemptyset(&act.sa_mask);
	for (size_t i = 0; i < sizeof deadly / sizeof deadly[0]; i++)
		if (sigaction(deadly[i], &act, NULL) != 0)
			return err_set(err, errno, "cannot handle signal %d", deadly[i]);
	crash_hold(false);
	return true;
}

void
crash_tell(int fd, const msec times[CRASH_TIMES])
{
	guard.next.fd = fd;
	memcpy(guard.next.times, times, sizeof guard.next.times);
}

#include "wire/ending.h"

#include <signal.h>
#include <sys/wait.h>

#include "wire/link.h"

/* sysexits and shells agree on these two only; Gunicorn's own codes (3, 4) mean what they say only with one worker
 * (gunicorn-facts 2.3), so they are left to whoever has seen the workers. */
static const char *
exit_hint(int code)
{
	switch (code) {
	case 126: return " (found, but not executable)";
	case 127: return " (command not found)";
	default: return "";
	}
}

/* What else ends or stops processes (signal(7)), beside the signals that may be asked for. (sigabbrev_np(3) is glibc's alone.) */
/* clang-format off */
static const struct { int number; const char *name; } others[] = {
	{ SIGILL, "ILL" }, { SIGTRAP, "TRAP" }, { SIGBUS, "BUS" }, { SIGFPE, "FPE" }, { SIGSEGV, "SEGV" },
	{ SIGPIPE, "PIPE" }, { SIGALRM, "ALRM" }, { SIGXCPU, "XCPU" }, { SIGXFSZ, "XFSZ" }, { SIGSYS, "SYS" },
	{ SIGTSTP, "TSTP" }, { SIGVTALRM, "VTALRM" }, { SIGPROF, "PROF" }, { SIGIO, "IO" }, { SIGPWR, "PWR" },
};
/* clang-format on */

bool
ending_add_signal(struct text *t, int signal)
{
	const char *name = link_signal_name(signal);

	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
		if (others[i].number == signal)
			name = others[i].name;
	/* real-time signals, and what is new */
	return name[0] == '?' ? text_addf(t, "signal %d", signal) : text_addf(t, "SIG%s", name);
}

bool
ending_add(struct text *t, int status)
{
	if (status == ENDING_UNKNOWN)
		return text_add(t, "ended (how cannot be known: it was started by a bridled that was killed)");
	if (WIFEXITED(status))
		return text_addf(t, "exited with status %d%s", WEXITSTATUS(status), exit_hint(WEXITSTATUS(status)));
	if (!WIFSIGNALED(status))
		return text_addf(t, "ended with wait status %#x", (unsigned)status);
	text_add(t, "was killed by ");
	ending_add_signal(t, WTERMSIG(status));
	return text_add(t, WCOREDUMP(status) ? " (core dumped)" : "");
}

bool
ending_is_clean(int status)
{
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

bool
ending_add_start(struct text *t, int status)
{
	return text_add(t,
		status == ENDING_UNKNOWN ? "bridled ended while it was being started" : "it could not be started");
}

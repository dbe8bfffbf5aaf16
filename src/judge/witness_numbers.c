/* What the numbers of a line mean: a status or a signal, a process, or how many there are. */
#include "judge/witness.h"

#include <signal.h>

int32_t
witness_status(const struct recognised *what)
{
	static const struct {
		enum signature signature;
		int signal;
	} sent[] = { { SIGNATURE_SENT_KILL, SIGKILL }, { SIGNATURE_SENT_TERM, SIGTERM },
		{ SIGNATURE_SENT_SEGV, SIGSEGV }, { SIGNATURE_SENT_ABRT, SIGABRT }, { SIGNATURE_SENT_BUS, SIGBUS },
		{ SIGNATURE_SENT_ILL, SIGILL }, { SIGNATURE_SENT_FPE, SIGFPE }, { SIGNATURE_SENT_TRAP, SIGTRAP } };
	const struct signature_match *m = &what->match;

	if (m->signature == SIGNATURE_EXITED || m->signature == SIGNATURE_EXITED_STOP)
		return (m->detail & 0xff) << 8;
	/* the one has the signal alone, the other the whole status: both are as wait(2) gives them */
	if (m->signature == SIGNATURE_TERMINATED || m->signature == SIGNATURE_SENT_CODE)
		return m->detail & 0xff;
	for (unsigned i = 0; i < sizeof sent / sizeof sent[0]; i++)
		if (sent[i].signature == m->signature)
			return sent[i].signal;
	return -1;
}

struct story_event
witness_event(const struct recognised *what)
{
	struct story_event e = { .line = what->line,
		.second = what->second,
		.speaker = what->speaker,
		.pid = what->match.pid };

	/* numbers that are no processes */
	if (what->kind == RECOGNISED_LINE && what->match.signature == SIGNATURE_WORKERS) {
		e.pid = 0;
		e.number = what->match.pid;
	} else if (what->kind == RECOGNISED_LINE && what->match.signature == SIGNATURE_STARTING_RELEASE) {
		e.pid = 0;
	}
	return e;
}

/* What the numbers of a line mean: a status or a signal, a process, or how many there are. */
#include "judge/witness.h"

#include <signal.h>

#include "judge/ended.h"

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

/* Where the line has no number, it was some signal all the same. */
static enum fact
fact_of_signal(int number)
{
	return (number & 0x7f) != 0 ? ended_worker(number & 0x7f) : FACT_SIGNALLED;
}

/* What `systemctl status` shows of the process above the lines of the journal, and what platforms say of it: the run that they are
 * of may be told there. */
static enum fact
fact_of_status(int status)
{
	switch (status) {
	case 1: /* an error before there are workers; HaltServer, where a release raises it twice */
	case 3:
	case 4:
	case 255: return FACT_ENDED_START; /* sys.exit(-1) of Arbiter.run(): something in the master raised */
	case 127: return FACT_NOT_RUN;
	default: return FACT_NONE;
	}
}

/* What it ends with before it runs anything: systemd.exec(5), Process Exit Codes. Platforms have no such range: 241 is
 * sys.exit(-15) there. */
static bool
is_of_systemd(const struct recognised *what)
{
	return what->match.detail >= 200 && what->match.detail <= 245;
}

bool
witness_number(const struct recognised *what, enum fact *fact)
{
	const struct signature_match *m = &what->match;

	switch ((int)m->signature) { /* most lines have no number that matters */
	case SIGNATURE_TERMINATED:
	case SIGNATURE_SENT_CODE: /* a wait status with the core flag: wait(2) */
		*fact = fact_of_signal(m->detail);
		return true;
	case SIGNATURE_ENDED_STATUS:
	case SIGNATURE_ENDED_COMMAND:
		*fact = is_of_systemd(what) ? FACT_NOT_RUN : fact_of_status(m->detail);
		return true;
	case SIGNATURE_ENDED_CLOUD_RUN:
	case SIGNATURE_ENDED_RENDER:
	case SIGNATURE_ENDED_RENDER_RUN:
	case SIGNATURE_ENDED_FLY: /* they count what is no process where others have one */
		*fact = fact_of_status((int)m->pid);
		return true;
	case SIGNATURE_EXITED:
	case SIGNATURE_EXITED_STOP:
		/* the code where a status of wait(2) has it */
		*fact = m->detail == 0 ? FACT_NONE : ended_worker((m->detail & 0xff) << 8);
		return true;
	default: return false;
	}
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

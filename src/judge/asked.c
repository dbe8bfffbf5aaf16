#include "judge/asked.h"

#include <signal.h>

#define IN(phase) (1U << PHASE_##phase)

enum {
	CAUSES_MOST = 8,                        /* of a line */
	LOADED = IN(BOOT) | IN(STARTUP_CONFIG), /* whatever makes workers loads the code that lies there now */
};

/* By phase where all of that phase may follow from it, and else by cause (CAUSE_UNKNOWN: no more). */
static const struct {
	enum link_deed deed;
	int32_t signal;
	unsigned phases;
	enum cause causes[CAUSES_MOST];
} lines[] = {
	{ DEED_START, 0, LOADED, { CAUSE_WORKERS_MISSING } },
	{ DEED_STOP, 0, IN(SHUTDOWN), { CAUSE_UNKNOWN } },
	{ DEED_RESTART, 0, LOADED | IN(SHUTDOWN), { CAUSE_WORKERS_MISSING } },
	{ DEED_RESTART_COLD, 0, LOADED | IN(SHUTDOWN), { CAUSE_WORKERS_MISSING } },
	{ DEED_RELOAD, 0, LOADED | IN(SHUTDOWN) | IN(RELOAD), { CAUSE_WORKERS_MISSING } },
	/* fewer workers cannot keep up, and more of them need what is not there */
	{ DEED_SCALE, 0, LOADED,
		{ CAUSE_TTOU, CAUSE_WORKERS_MISSING, CAUSE_WORKERS_SURPLUS, CAUSE_QUEUE_STANDS, CAUSE_QUEUE_OVERFLOWS,
			CAUSE_OOM_KILL, CAUSE_FORK_FAILED } },
	{ DEED_SIGNAL, SIGHUP, LOADED | IN(RELOAD), { CAUSE_WORKERS_MISSING } },
	{ DEED_SIGNAL, SIGTERM, IN(SHUTDOWN), { CAUSE_MASTER_STOPPED, CAUSE_MASTER_GONE } },
	{ DEED_SIGNAL, SIGINT, IN(SHUTDOWN), { CAUSE_MASTER_STOPPED, CAUSE_MASTER_GONE } },
	{ DEED_SIGNAL, SIGQUIT, IN(SHUTDOWN), { CAUSE_MASTER_STOPPED, CAUSE_MASTER_GONE } },
	{ DEED_SIGNAL, SIGKILL, 0, { CAUSE_MASTER_KILLED } },
	{ DEED_SIGNAL, SIGABRT, 0, { CAUSE_MASTER_CRASH } },
	{ DEED_SIGNAL, SIGUSR1, 0, { CAUSE_LOG_REOPEN } },
	{ DEED_SIGNAL, SIGUSR2, LOADED, { CAUSE_UPGRADE, CAUSE_SECOND_FAILED } },
	{ DEED_SIGNAL, SIGTTIN, LOADED, { CAUSE_WORKERS_SURPLUS, CAUSE_OOM_KILL, CAUSE_FORK_FAILED } },
	{ DEED_SIGNAL, SIGTTOU, 0, { CAUSE_TTOU, CAUSE_WORKERS_MISSING, CAUSE_QUEUE_STANDS, CAUSE_QUEUE_OVERFLOWS } },
	{ DEED_SIGNAL, SIGWINCH, 0, { CAUSE_WINCH, CAUSE_WORKERS_MISSING, CAUSE_QUEUE_STANDS, CAUSE_QUEUE_OVERFLOWS } },
};

bool
asked_explains(enum link_deed deed, int32_t signal, const struct cause_verdict *v)
{
	for (unsigned i = 0; i < sizeof lines / sizeof lines[0]; i++) {
		if (lines[i].deed != deed || (deed == DEED_SIGNAL && lines[i].signal != signal))
			continue;
		if ((lines[i].phases & 1U << v->phase) != 0)
			return true;
		for (unsigned k = 0; k < CAUSES_MOST && lines[i].causes[k] != CAUSE_UNKNOWN; k++)
			if (lines[i].causes[k] == v->cause)
				return true;
		return false;
	}
	return false;
}

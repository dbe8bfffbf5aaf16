#include "judge/ended.h"

#include <signal.h>
#include <stdbool.h>

/* Those that a process gets for what it did itself. */
static bool
is_crash(int number)
{
	switch (number) {
	case SIGSEGV:
	case SIGABRT:
	case SIGBUS:
	case SIGILL:
	case SIGFPE:
	case SIGTRAP:
	case SIGSYS: return true; /* a system call that a filter forbids (seccomp(2)) */
	default: return false;
	}
}

/* Taken apart by hand, as the kernel puts it together (wait(2)): it may come from a process event or a line of a log. */
enum fact
ended_worker(int32_t status)
{
	int number = status & 0x7f;

	if (number != 0)
		return is_crash(number)   ? FACT_CRASHED :
			number == SIGKILL ? FACT_KILLED :
			number == SIGTERM ? FACT_TERMED :
					    FACT_SIGNALLED;
	switch (status >> 8 & 0xff) {
	case 0: return FACT_EXITING;
	case 3: return FACT_EXITED_3; /* Arbiter.WORKER_BOOT_ERROR */
	case 4: return FACT_EXITED_4; /* Arbiter.APP_LOAD_ERROR */
	default: return FACT_EXITED;
	}
}

/* Whatever its exit status: Gunicorn's own (3, 4) say what they mean only with one worker (gunicorn-facts 2.3), and the
 * workers were seen. */
enum fact
ended_master(int32_t status)
{
	int number = status & 0x7f;

	if (number == SIGKILL)
		return FACT_MASTER_KILLED;
	if (is_crash(number))
		return FACT_MASTER_CRASHED;
	return status != 0 ? FACT_MASTER_EXITED : FACT_MASTER_LEFT;
}

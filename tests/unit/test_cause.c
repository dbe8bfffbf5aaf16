#include "unit.h"

#include <string.h>

#include "core/story.h"

enum { T0 = 1000 };

struct step {
	enum fact fact;
	int at; /* seconds */
	int32_t pid, speaker;
};

static struct cause_verdict
judge(const struct step *steps, unsigned n)
{
	struct story s;

	story_init(&s);
	for (unsigned i = 0; i < n; i++) {
		const struct step *step = &steps[i];
		struct story_event e = { step->fact, i + 1, T0 + step->at, step->speaker, step->pid };

		assert_false(story_turns(&s, &e));
		story_tell(&s, &e);
	}
	return cause_judge(story_close(&s, false));
}

#define BOOT(at, pid) \
	{ \
		FACT_BOOTING, at, pid, pid \
	}
#define EXIT(at, pid) \
	{ \
		FACT_EXITING, at, pid, pid \
	}

/* clang-format off */
static const struct tale {
	const char *name, *phase;
	unsigned confident; /* or 0: only likely */
	struct step steps[12];
} tales[] = {
	{ "healthy.start", "boot", 1,
		{ { FACT_STARTING, 0 }, { FACT_LISTENING, 0 }, BOOT(0, 10), BOOT(0, 11), { FACT_READY, 1, 0, 10 } } },
	/* the log ends before anybody says that the application was loaded */
	{ "healthy.start", "boot", 0, { { FACT_STARTING, 0 }, { FACT_LISTENING, 0 }, BOOT(0, 10), BOOT(0, 11) } },
	{ "runtime.timeout", "runtime", 1,
		{ BOOT(0, 10), { FACT_SERVED, 9 }, { FACT_TIMEOUT, 90, 10, 1 }, { FACT_KILLED, 91, 10, 1 }, BOOT(91, 12) } },
	/* one alone, and nothing shows that it ever served: loading takes as long with some */
	{ "runtime.timeout", "runtime", 0,
		{ BOOT(0, 10), { FACT_TIMEOUT, 90, 10, 1 }, { FACT_KILLED, 91, 10, 1 }, BOOT(91, 12) } },
	{ "runtime.timeout", "runtime", 1, { BOOT(0, 10), { FACT_TIMEOUT, 131, 10, 1 }, BOOT(131, 12) } },
	{ "runtime.timeout", "runtime", 1, { { FACT_TIMEOUT, 0, 10, 1 }, BOOT(0, 12) } },
	{ "runtime.timeout", "runtime", 0, { { FACT_TIMEOUT, 0, 10, 1 }, { FACT_TIMEOUT, 9, 11, 1 } } },
	{ "runtime.timeout", "runtime", 1, { { FACT_SERVED, 0 }, { FACT_TIMEOUT, 0, 10, 1 }, { FACT_TIMEOUT, 9, 11, 1 } } },
	{ "runtime.timeout", "runtime", 0,
		{ BOOT(0, 10), BOOT(0, 11), { FACT_TIMEOUT, 30, 10, 1 }, { FACT_TIMEOUT, 40, 11, 1 } } },
	{ "runtime.timeout", "runtime", 1,
		{ BOOT(0, 10), BOOT(0, 11), { FACT_TIMEOUT, 30, 10, 1 }, { FACT_TIMEOUT, 41, 11, 1 } } },
	{ "runtime.killed-9-unexplained", "runtime", 1, { BOOT(0, 10), { FACT_KILLED, 91, 10, 1 }, BOOT(91, 12) } },
	{ "boot.killed-9-unexplained", "boot", 1,
		{ BOOT(0, 10), { FACT_KILLED, 1, 10, 1 }, BOOT(1, 11), { FACT_KILLED, 2, 11, 1 }, BOOT(2, 12) } },
	{ "runtime.oom-kill", "runtime", 1,
		{ BOOT(0, 10), { FACT_OOM, 60, 10, 0 }, { FACT_KILLED, 60, 10, 1 }, BOOT(61, 12) } },
	{ "runtime.crash-signal", "runtime", 1, { { FACT_CRASHED, 60, 10, 1 }, BOOT(61, 12) } },
	{ "runtime.crash-signal", "runtime", 1, { BOOT(0, 10), { FACT_CRASHED, 131, 10, 1 }, BOOT(131, 12) } },
	{ "runtime.crash-signal", "runtime", 0, { BOOT(0, 10), { FACT_CRASHED, 60, 10, 1 }, BOOT(61, 12) } },
	{ "runtime.crash-signal", "runtime", 0, { { FACT_CRASHED, 60, 10, 1 }, { FACT_CRASHED, 90, 11, 1 } } },
	{ "boot.crash-signal", "boot", 1,
		{ BOOT(0, 10), { FACT_CRASHED, 0, 10, 1 }, BOOT(0, 11), { FACT_CRASHED, 0, 11, 1 }, BOOT(0, 12) } },
	{ "boot.crash-signal", "boot", 1,
		{ BOOT(0, 10), { FACT_TIMEOUT, 30, 10, 1 }, { FACT_KILLED, 31, 10, 1 }, BOOT(31, 11), { FACT_CRASHED, 31, 11, 1 },
		  BOOT(31, 12), { FACT_CRASHED, 32, 12, 1 }, BOOT(32, 13), { FACT_CRASHED, 32, 13, 1 } } },
	{ "boot.unexplained", "boot", 0, { { FACT_AT_BOOT, 0, 0, 10 } } },
	/* seen by Bridle, not said by a log */
	{ "boot.crash-signal", "boot", 0, { { FACT_CRASHED, 0, 10, 1 }, { FACT_DIED_UNSEEN, 0, 10, 0 } } },
	{ "boot.app-sysexit", "boot", 0, { { FACT_EXITED, 0, 10, 1 }, { FACT_DIED_UNSEEN, 0, 10, 0 } } },
	{ "runtime.queue-standing", "runtime", 1, { BOOT(0, 10), { FACT_QUEUE_STANDS, 90, 0, 0 } } },
	{ "runtime.unhealthy", "runtime", 1, { BOOT(0, 10), { FACT_UNHEALTHY, 90, 0, 0 } } },
	{ "runtime.workers-missing", "runtime", 1, { BOOT(0, 10), { FACT_WORKERS_MISSING, 90, 0, 0 } } },
	{ "runtime.workers-surplus", "runtime", 1, { BOOT(0, 10), { FACT_WORKERS_SURPLUS, 90, 0, 0 } } },
	{ "runtime.flapping", "runtime", 1, { BOOT(0, 10), { FACT_WORKERS_FLAP, 90, 0, 0 } } },
	{ "advice.single-worker", "runtime", 1, { { FACT_ONE_WORKER, 90, 0, 0 } } },
	{ "runtime.fd-scarce", "runtime", 1, { { FACT_FDS_SCARCE, 90, 10, 0 } } },
	{ "advice.memory", "runtime", 1, { { FACT_NO_ROOM, 90, 0, 0 } } },
	{ "recycle.hang", "recycle", 1, { { FACT_HANG_RECYCLED, 90, 10, 0 } } },
	{ "runtime.worker-spins", "runtime", 1, { BOOT(0, 10), { FACT_WORKER_SPINS, 90, 10, 0 } } },
	/* what is closer to the cause comes first */
	{ "runtime.timeout", "runtime", 1,
		{ { FACT_SERVED, 0 }, { FACT_QUEUE_STANDS, 90, 0, 0 }, { FACT_TIMEOUT, 90, 10, 1 }, { FACT_KILLED, 91, 10, 1 }, BOOT(91, 12) } },
	{ "runtime.killed-9-sent", "runtime", 1,
		{ BOOT(0, 10), { FACT_KILLED, 9, 10, 0 }, { FACT_DIED_UP, 9, 10, 0 }, { FACT_NO_OOM, 9, 0, 0 } } },
	{ "runtime.killed-9-sent", "boot", 1,
		{ BOOT(0, 10), { FACT_KILLED, 9, 10, 0 }, { FACT_DIED_BOOTING, 9, 10, 0 }, { FACT_NO_OOM, 9, 0, 0 } } },
	{ "boot.killed-9-unexplained", "boot", 1,
		{ BOOT(0, 10), { FACT_KILLED, 9, 10, 0 }, { FACT_DIED_BOOTING, 9, 10, 0 } } },
	{ "boot.app-sysexit", "boot", 1, { BOOT(0, 10), { FACT_EXITED, 9, 10, 0 }, { FACT_DIED_BOOTING, 9, 10, 0 } } },
	{ "boot.crash-signal", "boot", 1,
		{ BOOT(0, 10), { FACT_CRASHED, 9, 10, 0 }, { FACT_DIED_BOOTING, 9, 10, 0 } } },
	{ "runtime.crash-signal", "runtime", 1,
		{ BOOT(0, 10), { FACT_CRASHED, 0, 10, 0 }, { FACT_DIED_UP, 0, 10, 0 }, BOOT(0, 11),
			{ FACT_CRASHED, 1, 11, 0 }, { FACT_DIED_UP, 1, 11, 0 } } },
	{ "runtime.worker-exit", "runtime", 1,
		{ BOOT(0, 10), { FACT_EXITED_3, 9, 10, 0 }, { FACT_DIED_UP, 9, 10, 0 },
			{ FACT_REASON_BOOT, 9, 0, 1 } } },
	{ "master.killed", "runtime", 1, { BOOT(0, 10), { FACT_MASTER_KILLED, 9, 0, 0 }, { FACT_KILLED, 10, 10, 0 } } },
	/* soon after a deployment, while the old one ends */
	{ "master.killed", "runtime", 1,
		{ BOOT(0, 10), { FACT_STOP, 8, 0, 0 }, { FACT_MASTER_KILLED, 9, 0, 0 }, { FACT_SHUTTING_DOWN, 9, 0, 0 } } },
	{ "master.crash", "runtime", 1,
		{ BOOT(0, 10), { FACT_STOP, 8, 0, 0 }, { FACT_MASTER_CRASHED, 9, 0, 0 }, { FACT_SHUTTING_DOWN, 9, 0, 0 } } },
	{ "master.crash", "runtime", 1, { BOOT(0, 10), { FACT_MASTER_CRASHED, 9, 0, 0 } } },
	{ "runtime.oom-kill", "boot", 1,
		{ BOOT(0, 10), { FACT_KILLED, 9, 10, 0 }, { FACT_OOM, 9, 10, 0 }, { FACT_DIED_BOOTING, 9, 10, 0 } } },
	{ "boot.start-timeout", "boot", 1, { BOOT(0, 10), { FACT_START_TIMEOUT, 60, 0, 0 }, { FACT_STOP, 60, 0, 1 } } },
	/* what a command says before it fails looks as if a request had raised it */
	{ "boot.command-failed", "boot", 1, { { FACT_COMMAND_FAILED, 9, 0, 0 } } },
	{ "boot.command-failed", "boot", 1,
		{ { FACT_AT_REQUEST, 9, 0, 0 }, { FACT_X_OTHER, 9, 0, 0 }, { FACT_COMMAND_FAILED, 9, 0, 0 } } },
	/* who dies while it loads is followed by another one until Bridle ends them all: that is not what went wrong */
	{ "boot.app-sysexit", "boot", 1,
		{ BOOT(0, 10), { FACT_EXITED, 1, 10, 0 }, { FACT_START_TIMEOUT, 60, 0, 0 }, { FACT_STOP, 60, 0, 1 } } },
	{ "boot.app-sysexit", "boot", 1,
		{ BOOT(0, 10), EXIT(1, 10), { FACT_DIED_BOOTING, 1, 10, 0 }, { FACT_START_TIMEOUT, 60, 0, 0 },
			{ FACT_STOP, 60, 0, 1 } } },
	{ "boot.crash-signal", "boot", 1,
		{ BOOT(0, 10), { FACT_CRASHED, 1, 10, 0 }, { FACT_START_TIMEOUT, 60, 0, 0 }, { FACT_STOP, 60, 0, 1 } } },
	{ "recycle.memory-max-worker", "recycle", 1,
		{ BOOT(0, 10), { FACT_RECYCLED, 60, 10, 0 }, EXIT(60, 10), BOOT(60, 11) } },
	{ "boot.app-sysexit", "boot", 1,
		{ BOOT(0, 10), { FACT_EXITED, 0, 10, 1 }, BOOT(0, 11), { FACT_EXITED, 1, 11, 1 }, BOOT(1, 12) } },
	{ "runtime.worker-exit", "runtime", 0, { BOOT(0, 10), { FACT_EXITED, 40, 10, 1 }, BOOT(40, 11) } },
	{ "runtime.worker-exit", "runtime", 0, { BOOT(0, 10), { FACT_QUIT, 40, 10, 0 }, BOOT(40, 11) } },
	{ "recycle.reload-hup", "reload", 1,
		{ BOOT(0, 10), { FACT_HUP, 9, 0, 1 }, BOOT(9, 11), { FACT_QUIT, 9, 10, 0 } } },
	{ "master.stopped", "runtime", 1,
		{ BOOT(0, 10), { FACT_STOP, 9, 0, 1 }, EXIT(9, 10), { FACT_SHUTTING_DOWN, 9, 0, 1 },
			{ FACT_MASTER_LEFT, 9, 0, 0 } } },
	{ "master.gone-unexplained", "runtime", 1, { BOOT(0, 10), { FACT_MASTER_LEFT, 9, 0, 0 } } },
	{ "boot.timeout", "boot", 1,
		{ BOOT(0, 10), { FACT_TIMEOUT, 30, 10, 1 }, EXIT(30, 10), BOOT(30, 11), { FACT_TIMEOUT, 60, 11, 1 },
			EXIT(60, 11), BOOT(60, 12) } },
	{ "runtime.timeout", "runtime", 1,
		{ BOOT(0, 10), { FACT_TIMEOUT, 90, 10, 1 }, EXIT(90, 10), BOOT(90, 11), { FACT_TIMEOUT, 160, 11, 1 },
			EXIT(160, 11), BOOT(161, 12) } },
	{ "boot.timeout", "boot", 0,
		{ { FACT_TIMEOUT, 0, 10, 1 }, { FACT_TIMEOUT, 0, 11, 1 }, { FACT_TIMEOUT, 0, 12, 1 },
			{ FACT_KILLED, 1, 10, 1 }, { FACT_KILLED, 1, 11, 1 }, { FACT_KILLED, 1, 12, 1 } } },
	{ "runtime.timeout", "runtime", 1,
		{ BOOT(0, 10), BOOT(0, 11), BOOT(0, 12), { FACT_TIMEOUT, 900, 10, 1 }, { FACT_TIMEOUT, 900, 11, 1 },
			{ FACT_TIMEOUT, 900, 12, 1 }, { FACT_KILLED, 901, 10, 1 }, { FACT_KILLED, 901, 11, 1 },
			{ FACT_KILLED, 901, 12, 1 } } },
	{ "boot.import-missing", "boot", 1,
		{ BOOT(0, 10), { FACT_WORKER_EXCEPTION, 0, 0, 10 }, { FACT_X_MISSING, 0, 0, 10 },
			{ FACT_AT_BOOT, 0, 0, 10 }, EXIT(0, 10), { FACT_EXITED_3, 0, 10, 1 }, { FACT_TERMED, 0, 11, 1 },
			{ FACT_REASON_BOOT, 0, 0, 1 } } },
	{ "boot.unexplained", "boot", 0, { { FACT_ENDED_BOOT, 0 } } },
	{ "unknown", "unknown", 0, { { FACT_SERVED, 0 }, { FACT_ENDED_BOOT, 9 } } },
	/* workers are seen to beat, though no line of theirs stands beside it */
	{ "runtime.dependency-down", "runtime", 1, { { FACT_SERVING, 0 }, { FACT_X_DEPENDENCY, 0 } } },
	{ "runtime.dependency-down", "runtime", 0, { { FACT_X_DEPENDENCY, 0 } } },
	{ "boot.app-exception", "boot", 1, { { FACT_X_OTHER, 0 }, { FACT_ENDED_BOOT, 0 } } },
	/* a stack that loads something may be any program's */
	{ "boot.app-exception", "boot", 0, { { FACT_X_OTHER, 0 }, { FACT_AT_BOOT, 0 } } },
	{ "boot.app-exception", "boot", 1, { { FACT_X_OTHER, 0 }, { FACT_AT_BOOT, 0 }, { FACT_IN_LOAD, 0 } } },
	{ "boot.app-exception", "boot", 1, { BOOT(0, 10), { FACT_X_OTHER, 0 }, { FACT_AT_BOOT, 0 } } },
	{ "boot.app-attribute", "boot", 0, { { FACT_ENDED_APP, 0 } } },
	{ "boot.app-exception", "boot", 1, { { FACT_X_OTHER, 0 }, { FACT_CONTAINER_BOOT, 0 } } },
	{ "boot.app-exception", "boot", 0,
		{ { FACT_LISTENING, 0 }, BOOT(0, 10), { FACT_X_OTHER, 0 }, { FACT_CONTAINER_BOOT, 0 } } },
	{ "unknown", "unknown", 0, { { FACT_SERVED, 0 }, { FACT_CONTAINER_BOOT, 9 } } },
	{ "unknown", "unknown", 0, { { FACT_SERVED, 0 }, { FACT_CONTAINER_APP, 9 } } },
	{ "unknown", "unknown", 0, { { FACT_SERVED, 0 }, { FACT_UNIT_KILLED, 9 } } },
	{ "shutdown.requested", "shutdown", 0, { { FACT_STOP, 0 }, { FACT_CONTAINER_BOOT, 9 } } },
	{ "shutdown.requested", "shutdown", 0, { { FACT_STOP, 0 }, { FACT_CONTAINER_APP, 9 } } },
	{ "boot.import-missing", "startup-config", 1, { { FACT_X_MISSING, 0 }, { FACT_AT_LAUNCH, 0 } } },
	{ "boot.import-missing", "startup-config", 1, { { FACT_NO_PROGRAM, 0 } } },
	{ "boot.config-error", "startup-config", 0, { { FACT_NOT_RUN, 0 } } },
	{ "boot.import-broken", "startup-config", 1, { { FACT_X_BROKEN, 0 }, { FACT_AT_LAUNCH, 0 } } },
	{ "client.noise", "runtime", 1, { { FACT_CLIENT_GONE, 0, 0, 9 }, { FACT_AT_REQUEST, 0, 0, 9 } } },
	{ "runtime.unhandled-exception", "runtime", 0, { { FACT_AT_REQUEST, 0, 0, 9 } } },
	{ "runtime.timeout", "runtime", 1, { { FACT_REQUEST_ERROR, 0, 0, 9 }, { FACT_X_ABORT, 0, 0, 9 } } },
	{ "healthy.start", "boot", 0, { { FACT_READY, 0, 0, 9 } } },
	{ "boot.unexplained", "boot", 1, { BOOT(0, 10), { FACT_TERMED, 0, 11, 1 }, { FACT_REASON_BOOT, 0, 0, 1 } } },
	{ "boot.config-error", "startup-config", 1, { { FACT_ARGUMENTS, 0 } } },
	{ "boot.app-sysexit", "boot", 1, { BOOT(0, 10), { FACT_ARGUMENTS, 0 }, EXIT(0, 10) } },
	{ "runtime.dependency-down", "runtime", 1,
		{ { FACT_X_DEPENDENCY, 0 }, { FACT_AT_REQUEST, 0 }, { FACT_REQUEST_ERROR, 0 } } },
	{ "boot.dependency-down", "boot", 1, { { FACT_X_DEPENDENCY, 0 }, { FACT_AT_BOOT, 0 } } },
	{ "runtime.worker-left", "runtime", 0, { BOOT(0, 10), BOOT(0, 11), EXIT(50, 10), BOOT(51, 12) } },
	{ "runtime.vanished", "runtime", 0, { BOOT(0, 10), BOOT(0, 11), BOOT(50, 12) } },
	{ "boot.vanished", "boot", 0, { BOOT(0, 10), BOOT(2, 11), BOOT(4, 12), BOOT(6, 13) } },
	{ "recycle.max-requests", "recycle", 1,
		{ BOOT(0, 10), { FACT_AUTORESTART, 9, 0, 10 }, EXIT(9, 10), BOOT(9, 11) } },
	{ "recycle.reload-hup", "reload", 1, { BOOT(0, 10), { FACT_HUP, 9, 0, 1 }, BOOT(9, 11), EXIT(9, 10) } },
	{ "recycle.ttou", "recycle", 1,
		{ BOOT(0, 10), { FACT_TTIN, 9, 0, 1 }, BOOT(9, 11), { FACT_TTOU, 12, 0, 1 }, EXIT(12, 10) } },
	{ "shutdown.requested", "shutdown", 1,
		{ BOOT(0, 10), { FACT_STOP, 9, 0, 1 }, EXIT(9, 10), { FACT_SHUTTING_DOWN, 10, 0, 1 } } },
	{ "shutdown.forced-kill", "shutdown", 1,
		{ BOOT(0, 10), BOOT(0, 11), { FACT_STOP, 9, 0, 1 }, EXIT(9, 10), { FACT_SHUTTING_DOWN, 39, 0, 1 } } },
	{ "master.fork-failed", "boot", 1, { { FACT_MAIN_LOOP, 0 }, { FACT_IN_FORK, 0 }, { FACT_X_AGAIN, 0 } } },
	{ "runtime.reentrant-logging", "runtime", 1, { { FACT_X_REENTRANT, 0 }, { FACT_MAIN_LOOP, 0 } } },
	{ "healthy.start", "boot", 0, { { FACT_STARTING, 0 }, { FACT_MUTE, 0 }, { FACT_LISTENING, 0 }, BOOT(0, 10) } },
	/* the same, and a stack of its loading that nobody told to the end */
	{ "boot.unexplained", "boot", 0, { { FACT_STARTING, 0 }, { FACT_MUTE, 0 }, { FACT_LISTENING, 0 }, BOOT(0, 10), { FACT_AT_BOOT, 0, 0, 10 } } },
	{ "boot.unexplained", "boot", 0, { { FACT_LISTENING, 0 }, BOOT(0, 10), { FACT_AT_BOOT, 0, 0, 10 } } },
	{ "boot.unexplained", "boot", 0, { { FACT_STARTING, 0 }, BOOT(0, 10), { FACT_COMPLAINT, 0, 0, 10 }, { FACT_AT_BOOT, 0, 0, 10 } } },
	/* the next second alone: late, or in somebody's place */
	{ "runtime.vanished", "runtime", 0, { { FACT_MUTE, 0 }, BOOT(0, 10), BOOT(0, 11), BOOT(1, 12) } },
	{ "healthy.start", "boot", 0, { { FACT_LISTENING, 0 }, BOOT(0, 10), BOOT(1, 17) } },
	/* and an error of which nothing is known */
	{ "healthy.start", "boot", 0, { { FACT_LISTENING, 0 }, BOOT(0, 10), { FACT_COMPLAINT, 5, 0, 1 } } },
	{ "shutdown.requested", "shutdown", 0, { { FACT_X_INTERRUPT, 0 } } },
	{ "shutdown.requested", "shutdown", 0, { EXIT(0, 10), EXIT(0, 11), { FACT_SHUTTING_DOWN, 0, 0, 1 } } },
	/* the last to fail is the logger of a master that gives up */
	{ "boot.import-missing", "boot", 1,
		{ { FACT_X_MISSING, 0, 0, 9 }, { FACT_EXITED_3, 0, 9, 1 }, { FACT_X_REENTRANT, 0 }, { FACT_REASON_BOOT, 0 } } },
	{ "runtime.reentrant-logging", "boot", 1, { { FACT_EXITED_3, 0, 9, 1 }, { FACT_X_REENTRANT, 0 } } },
	{ "master.crash", "runtime", 1, { { FACT_MAIN_LOOP, 0 }, { FACT_X_OTHER, 0 }, { FACT_AT_MASTER, 0 } } },
	{ "master.crash", "runtime", 1, { { FACT_X_OTHER, 0 }, { FACT_AT_MASTER, 0 } } },
	{ "boot.app-exception", "boot", 1, { { FACT_X_OTHER, 0 }, { FACT_AT_MASTER, 0 }, { FACT_REASON_BOOT, 0 } } },
	{ "master.crash", "recycle", 1, { { FACT_PIDFILE, 0 }, { FACT_USR2, 0 }, { FACT_MAIN_LOOP, 0 } } },
	{ "runtime.unhandled-exception", "recycle", 1, { { FACT_X_LEAVING, 0 } } },
	/* what excludes a cause: that a request was served, or handled */
	{ "runtime.unhandled-exception", "runtime", 1,
		{ { FACT_X_MISSING, 0 }, { FACT_AT_REQUEST, 0 }, { FACT_REQUEST_ERROR, 0 } } },
	{ "runtime.crash-signal", "runtime", 1,
		{ BOOT(0, 10), { FACT_SERVED, 0 }, { FACT_CRASHED, 1, 10, 1 }, BOOT(1, 11),
			{ FACT_CRASHED, 2, 11, 1 } } },
	{ "unknown", "unknown", 0, { { FACT_AT_MASTER, 0 } } },
	{ "runtime.worker-left", "runtime", 0, { { FACT_SIGNALLED, 0, 10, 1 } } },
	/* asked to go, and killed because it did not: the request is the cause */
	{ "recycle.reload-hup", "reload", 1,
		{ BOOT(0, 10), { FACT_HUP, 9, 0, 1 }, BOOT(9, 11), EXIT(9, 10), { FACT_KILLED, 10, 10, 1 } } },
	{ "recycle.reload-hup", "reload", 1, { { FACT_HUP, 9, 0, 1 }, BOOT(9, 11), { FACT_KILLED, 10, 10, 1 } } },
	{ "runtime.killed-9-unexplained", "runtime", 1,
		{ BOOT(0, 10), { FACT_HUP, 9, 0, 1 }, BOOT(9, 11), EXIT(9, 10), { FACT_KILLED, 80, 11, 1 } } },
	/* requests were answered before the first boot that is here: it takes somebody's place */
	{ "runtime.vanished", "runtime", 0, { { FACT_SERVED, 0 }, BOOT(70, 11) } },
	{ "healthy.start", "boot", 1,
		{ { FACT_STARTING, 0 }, { FACT_LISTENING, 0 }, { FACT_SERVED, 1 }, BOOT(1, 11) } },
	/* eight workers are many, but not when nothing came between their numbers */
	{ "healthy.start", "boot", 0,
		{ { FACT_MUTE, 0 }, { FACT_LISTENING, 0 }, BOOT(0, 10), BOOT(0, 11), BOOT(0, 12), BOOT(0, 13), BOOT(0, 14),
			BOOT(0, 15), BOOT(0, 16), BOOT(0, 17) } },
	{ "boot.vanished", "boot", 0,
		{ { FACT_MUTE, 0 }, { FACT_LISTENING, 0 }, BOOT(0, 10), BOOT(0, 11), BOOT(0, 14), BOOT(0, 17), BOOT(0, 20),
			BOOT(0, 23), BOOT(0, 26), BOOT(0, 29) } },
	/* an exception that somebody caught, and went on; and one that nobody did */
	{ "unknown", "unknown", 0, { { FACT_X_OTHER, 0 }, { FACT_SERVED, 0 } } },
	{ "healthy.start", "boot", 1,
		{ { FACT_STARTING, 0 }, { FACT_LISTENING, 0 }, BOOT(0, 10), { FACT_X_OTHER, 9 }, { FACT_SERVED, 9 } } },
	{ "runtime.unhandled-exception", "runtime", 0,
		{ { FACT_X_OTHER, 0 }, { FACT_SERVED, 0 }, { FACT_ANSWER_500, 0 } } },
	{ "boot.app-sysexit", "boot", 1, { { FACT_PARSER, 0 }, { FACT_ARGUMENTS, 0 } } },
	{ "boot.config-error", "startup-config", 1, { { FACT_CONFIG, 0 }, { FACT_PARSER, 0 } } },
	{ "master.crash", "runtime", 1, { BOOT(0, 10), { FACT_SHELL_CRASH, 0 }, { FACT_PARENT_CHANGED, 1, 0, 10 } } },
	/* a worker that says what only a master says is an application that quotes */
	{ "healthy.start", "boot", 0,
		{ { FACT_LISTENING, 0 }, BOOT(0, 10), { FACT_TIMEOUT, 5, 99, 10 }, { FACT_KILLED, 5, 99, 10 } } },
};
/* Rows of causes.def that no tale shows: each by the fewest facts at which leaving it out would say something else. */
static const struct row {
	const char *name, *phase;
	unsigned confidence;
	enum fact facts[4];
} rows[] = {
	{ "boot.app-exception", "boot", 70, { FACT_X_OTHER, FACT_ENDED_START } },
	{ "boot.unexplained", "boot", 60, { FACT_NEVER_UP } },
	{ "own.signature", "startup-config", 95, { FACT_OWN_CONFIG } },
	{ "own.signature", "boot", 95, { FACT_OWN_BOOT } },
	{ "own.signature", "runtime", 95, { FACT_OWN_RUNTIME } },
	{ "own.signature", "recycle", 95, { FACT_OWN_RECYCLE } },
	{ "own.signature", "reload", 95, { FACT_OWN_RELOAD } },
	{ "own.signature", "shutdown", 95, { FACT_OWN_SHUTDOWN } },
	{ "runtime.reentrant-logging", "boot", 95, { FACT_X_REENTRANT, FACT_REASON_BOOT } },
	{ "boot.env-missing", "boot", 75, { FACT_SAID_MISSING, FACT_REASON_BOOT } },
	{ "boot.env-missing", "boot", 75, { FACT_SAID_MISSING, FACT_EXITED_3 } },
	{ "boot.unexplained", "boot", 90, { FACT_BOOTING, FACT_REASON_BOOT } },
	{ "boot.unexplained", "boot", 75, { FACT_REASON_BOOT } }, /* its beginning is cut off */
	{ "runtime.oom-kill", "boot", 95, { FACT_OOM, FACT_LOOP } },
	{ "runtime.oom-kill", "runtime", 95, { FACT_OOM_PLATFORM } },
	{ "boot.fork-safety", "boot", 95, { FACT_FORKED, FACT_BOOTING } },
	{ "boot.fork-safety", "boot", 95, { FACT_FORKED, FACT_STARTING } },
	{ "boot.fork-safety", "boot", 80, { FACT_FORKED } },
	{ "boot.fork-safety", "runtime", 95, { FACT_FORKED, FACT_CRASHED } },
	{ "master.fork-failed", "runtime", 95, { FACT_IN_FORK, FACT_X_AGAIN, FACT_UP } },
	{ "master.fork-failed", "runtime", 95, { FACT_IN_FORK, FACT_X_NO_MEMORY, FACT_UP } },
	{ "master.fork-failed", "boot", 95, { FACT_IN_FORK, FACT_X_AGAIN } },
	{ "master.fork-failed", "boot", 95, { FACT_IN_FORK, FACT_X_NO_MEMORY } },
	{ "master.fork-failed", "boot", 85, { FACT_MAIN_LOOP, FACT_X_NO_MEMORY } },
	{ "master.fork-failed", "boot", 80, { FACT_MAIN_LOOP, FACT_X_AGAIN } },
	{ "master.crash", "reload", 90, { FACT_MAIN_LOOP, FACT_HUP } },
	{ "master.crash", "runtime", 75, { FACT_MAIN_LOOP } },
	{ "boot.log-unwritable", "startup-config", 85, { FACT_IN_LOGGER } },
	{ "boot.app-sysexit", "boot", 95, { FACT_LEFT_AGAIN, FACT_DIED_BOOTING } },
	{ "boot.app-sysexit", "boot", 95, { FACT_ARGUMENTS, FACT_BOOTING } },
	{ "boot.app-sysexit", "boot", 95, { FACT_ARGUMENTS, FACT_EXITING } },
	{ "boot.app-sysexit", "boot", 90, { FACT_USAGE, FACT_BOOTING } },
	{ "boot.app-sysexit", "boot", 90, { FACT_USAGE, FACT_EXITING } },
	{ "boot.config-error", "startup-config", 95, { FACT_CONFIG } },
	{ "boot.config-error", "startup-config", 75, { FACT_CONFIG_OTHER } },
	{ "boot.app-attribute", "boot", 90, { FACT_REASON_APP } },
	{ "boot.app-attribute", "boot", 75, { FACT_EXITED_4 } },
	{ "boot.import-missing", "boot", 95, { FACT_X_MISSING, FACT_IN_BOOT } },
	{ "boot.import-missing", "boot", 90, { FACT_X_MISSING } },
	{ "boot.import-broken", "boot", 95, { FACT_X_BROKEN, FACT_IN_BOOT } },
	{ "boot.import-broken", "boot", 90, { FACT_X_BROKEN } },
	{ "boot.dependency-down", "boot", 75, { FACT_X_DEPENDENCY, FACT_IN_BOOT, FACT_SERVED } },
	{ "boot.dependency-down", "boot", 80, { FACT_IN_CONNECT, FACT_IN_BOOT } },
	{ "boot.timeout", "boot", 95, { FACT_TIMEOUT, FACT_IN_ABORT, FACT_AT_BOOT } },
	{ "boot.timeout", "boot", 95, { FACT_TIMEOUT, FACT_DIED_BOOTING } },
	{ "boot.timeout", "boot", 75, { FACT_TIMEOUT, FACT_TOGETHER } },
	{ "boot.timeout", "boot", 75, { FACT_TIMEOUT, FACT_NONE_READY } },
	{ "boot.timeout", "boot", 75, { FACT_TIMEOUT, FACT_DEV_SERVER } },
	{ "runtime.timeout", "runtime", 95, { FACT_TIMEOUT, FACT_UP, FACT_DEV_SERVER } },
	{ "boot.app-exception", "boot", 75, { FACT_X_OTHER, FACT_IN_BOOT, FACT_SERVED } },
	/* caught, and printed, by a service that serves */
	{ "unknown", "unknown", 0, { FACT_X_ENVIRONMENT, FACT_SERVING, FACT_BOOTING } },
	{ "unknown", "unknown", 0, { FACT_X_SYNTAX, FACT_SERVING, FACT_BOOTING } },
	{ "unknown", "unknown", 0, { FACT_X_MISSING, FACT_SERVING, FACT_BOOTING } },
	{ "unknown", "unknown", 0, { FACT_X_BROKEN, FACT_SERVING, FACT_BOOTING } },
	{ "unknown", "unknown", 0, { FACT_X_CIRCULAR, FACT_SERVING, FACT_BOOTING } },
	{ "unknown", "unknown", 0, { FACT_X_OTHER, FACT_SERVING, FACT_BOOTING } },
	{ "runtime.unhandled-exception", "runtime", 60, { FACT_X_SYNTAX, FACT_SERVING, FACT_ANSWER_500 } },
	{ "boot.env-missing", "boot", 95, { FACT_X_ENVIRONMENT, FACT_SERVING, FACT_IN_BOOT } },
	{ "boot.syntax-error", "boot", 95, { FACT_X_SYNTAX, FACT_SERVED, FACT_IN_BOOT } },
	{ "boot.import-circular", "boot", 95, { FACT_X_CIRCULAR, FACT_SERVING, FACT_IN_BOOT } },
	{ "boot.app-exception", "boot", 85, { FACT_X_DISK, FACT_IN_BOOT } },
	{ "boot.app-exception", "boot", 85, { FACT_X_FILES, FACT_IN_BOOT } },
	{ "boot.app-exception", "boot", 85, { FACT_X_THREAD, FACT_IN_BOOT } },
	{ "boot.app-sysexit", "boot", 90, { FACT_X_EXIT, FACT_AT_BOOT } },
	{ "runtime.timeout", "runtime", 90, { FACT_IN_ABORT } },
	{ "runtime.timeout", "runtime", 60, { FACT_TIMEOUT, FACT_IN_BOOT } },
	{ "runtime.fd-exhausted", "runtime", 95, { FACT_X_FILES } },
	{ "runtime.fd-exhausted", "runtime", 85, { FACT_DELETED_TMP } },
	{ "boot.crash-signal", "boot", 80, { FACT_CRASHED, FACT_POST_FORK } },
	{ "boot.crash-signal", "boot", 80, { FACT_CRASHED, FACT_NEVER_UP } },
	{ "runtime.crash-signal", "runtime", 95, { FACT_CRASHED, FACT_DIED_UP } },
	{ "runtime.crash-signal", "runtime", 90, { FACT_CRASHED, FACT_UP } },
	{ "runtime.crash-signal", "runtime", 60, { FACT_SHELL_CRASH } },
	{ "runtime.worker-exit", "runtime", 95, { FACT_EXITED_4, FACT_DIED_UP } },
	{ "runtime.worker-exit", "runtime", 90, { FACT_EXITED, FACT_UP } },
	{ "runtime.worker-exit", "runtime", 85, { FACT_WORKER_EXCEPTION, FACT_AT_LOOP } },
	{ "runtime.worker-exit", "runtime", 80, { FACT_WORKER_EXCEPTION, FACT_AT_REQUEST } },
	{ "boot.bind-unexplained", "startup-config", 90, { FACT_RETRYING } },
	{ "boot.bind-unexplained", "startup-config", 75, { FACT_CANNOT_CONNECT } },
	{ "boot.syntax-error", "startup-config", 95, { FACT_X_SYNTAX, FACT_AT_LAUNCH } },
	{ "client.noise", "runtime", 90, { FACT_X_PEER } },
	{ "client.noise", "runtime", 75, { FACT_X_AGAIN } },
	{ "runtime.unhandled-exception", "shutdown", 80, { FACT_X_LEAVING, FACT_STOP } },
	{ "runtime.unhandled-exception", "runtime", 95, { FACT_REQUEST_ERROR, FACT_X_OTHER } },
	{ "runtime.unhandled-exception", "runtime", 95, { FACT_REQUEST_ERROR, FACT_AT_REQUEST } },
	{ "runtime.unhandled-exception", "runtime", 95, { FACT_REQUEST_ERROR, FACT_ANSWER_500 } },
	{ "runtime.unhandled-exception", "runtime", 75, { FACT_REQUEST_ERROR } },
	{ "runtime.unhandled-exception", "runtime", 75, { FACT_AT_REQUEST, FACT_X_OTHER } },
	{ "boot.app-sysexit", "boot", 90, { FACT_EXITING, FACT_DIED_BOOTING } },
	{ "boot.unexplained", "boot", 75, { FACT_EXITED_3 } },
	{ "boot.unexplained", "boot", 80, { FACT_STARTUP_FAILED } },
	{ "boot.unexplained", "boot", 70, { FACT_CONTAINER_BOOT } },
	{ "boot.app-attribute", "boot", 60, { FACT_CONTAINER_APP } },
	{ "boot.unexplained", "boot", 75, { FACT_WORKER_EXCEPTION } },
	{ "master.gone-unexplained", "runtime", 90, { FACT_PARENT_CHANGED } },
	{ "recycle.usr2-upgrade", "recycle", 95, { FACT_USR2 } },
	{ "recycle.usr2-upgrade", "recycle", 85, { FACT_PROMOTED } },
	{ "recycle.platform", "shutdown", 90, { FACT_PLATFORM_STOP } },
	{ "recycle.platform", "shutdown", 60, { FACT_STOP, FACT_COLD_START } },
	{ "shutdown.forced-kill", "shutdown", 95, { FACT_ENDED_KILL } },
	{ "shutdown.forced-kill", "shutdown", 95, { FACT_UNIT_KILLED, FACT_STOP } },
	{ "shutdown.forced-kill", "shutdown", 70, { FACT_UNIT_KILLED } },
	{ "shutdown.forced-kill", "shutdown", 85, { FACT_STOP, FACT_KILLED } },
	{ "shutdown.forced-kill", "shutdown", 85, { FACT_STOP, FACT_SILENT } },
	{ "shutdown.forced-kill", "shutdown", 70, { FACT_STOP, FACT_SILENT, FACT_ENDED_SOON } },
	{ "shutdown.requested", "shutdown", 75, { FACT_STOP } },
	{ "recycle.ttou", "recycle", 95, { FACT_TTOU } },
	{ "recycle.ttou", "recycle", 95, { FACT_TTIN } },
	{ "proxy.upstream-refused", "runtime", 90, { FACT_PROXY_REFUSED } },
	{ "proxy.upstream-refused", "boot", 90, { FACT_PROXY_REFUSED, FACT_DOWN } },
	{ "proxy.upstream-refused", "runtime", 90, { FACT_PROXY_REFUSED, FACT_DOWN, FACT_UP } },
	{ "runtime.saturation", "runtime", 90, { FACT_PROXY_BUSY } },
	{ "runtime.saturation", "runtime", 80, { FACT_ANSWER_504 } },
	{ "runtime.saturation", "runtime", 75, { FACT_PROXY_TIMEOUT } },
	{ "boot.app-sysexit", "boot", 75, { FACT_LEFT_AGAIN } },
	{ "runtime.worker-left", "runtime", 60, { FACT_TERMED } },
	{ "shutdown.requested", "shutdown", 75, { FACT_TERMED, FACT_SHUTTING_DOWN } },
	{ "client.noise", "runtime", 90, { FACT_INVALID_REQUEST } },
	{ "client.noise", "runtime", 75, { FACT_CLIENT_GONE } },
	{ "boot.unexplained", "boot", 80, { FACT_MASTER_EXITED } },
	{ "master.gone-unexplained", "runtime", 80, { FACT_MASTER_EXITED, FACT_READY } },
	{ "noise.control-socket", "boot", 95, { FACT_CONTROL, FACT_STARTING } },
	{ "noise.control-socket", "boot", 95, { FACT_CONTROL, FACT_BOOTING } },
	{ "noise.control-socket", "runtime", 95, { FACT_CONTROL } },
	{ "healthy.start", "boot", 75, { FACT_STARTING, FACT_BOOTING } },
	{ "healthy.start", "boot", 75, { FACT_LISTENING } },
	{ "healthy.start", "boot", 60, { FACT_LISTENING, FACT_COMPLAINT } },
	{ "runtime.vanished", "runtime", 75, { FACT_VANISHED } },
	{ "runtime.worker-left", "runtime", 75, { FACT_LEFT } },
	{ "boot.app-exception", "boot", 60, { FACT_X_OTHER, FACT_BOOTING } },
	{ "runtime.unhandled-exception", "runtime", 60, { FACT_X_OTHER } },
};
/* clang-format on */

static unsigned
length_of(const struct tale *t)
{
	unsigned n = 0;

	while (n < sizeof t->steps / sizeof t->steps[0] && t->steps[n].fact != FACT_NONE)
		n++;
	return n;
}

static void
each_tale_has_its_cause(void **state)
{
	(void)state;
	for (unsigned i = 0; i < sizeof tales / sizeof tales[0]; i++) {
		const struct tale *t = &tales[i];
		struct cause_verdict v = judge(t->steps, length_of(t));

		if (strcmp(causes[v.cause].name, t->name) != 0 || strcmp(cause_phases[v.phase], t->phase) != 0)
			fail_msg("tale %u: %s in %s instead of %s in %s", i, causes[v.cause].name,
				cause_phases[v.phase], t->name, t->phase);
		if ((v.confidence >= CAUSE_CONFIDENT) != (t->confident != 0))
			fail_msg("tale %u, %s: confidence %u", i, t->name, v.confidence);
	}
}

static void
each_row_of_facts_has_its_cause(void **state)
{
	(void)state;
	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct row *r = &rows[i];
		struct cause_evidence e = { .count = { 0 } };
		struct cause_verdict v;

		for (unsigned k = 0; k < sizeof r->facts / sizeof r->facts[0] && r->facts[k] != FACT_NONE; k++)
			e.count[r->facts[k]] = 1;
		v = cause_judge(&e);
		if (strcmp(causes[v.cause].name, r->name) != 0 || strcmp(cause_phases[v.phase], r->phase) != 0 ||
			v.confidence != r->confidence)
			fail_msg("row %u: %s in %s, %u %%, instead of %s in %s, %u %%", i, causes[v.cause].name,
				cause_phases[v.phase], v.confidence, r->name, r->phase, r->confidence);
	}
}

/* What proves a cause is among the facts, and each fact of a verdict was told or follows. */
static void
verdicts_name_their_facts(void **state)
{
	(void)state;
	for (unsigned i = 0; i < sizeof tales / sizeof tales[0]; i++) {
		struct cause_verdict v = judge(tales[i].steps, length_of(&tales[i]));

		assert_true((v.cause == CAUSE_UNKNOWN) == (v.facts[0] == FACT_NONE));
		assert_true((v.cause == CAUSE_UNKNOWN) == (v.confidence == 0));
	}
}

/* An order to stop after a fault, a new master after the end of one, and a long silence begin another story. */
static void
where_a_story_turns(void **state)
{
	static const struct {
		struct step first[3], then;
		bool turns;
	} cases[] = {
		{ { { FACT_TIMEOUT, 0, 10, 1 } }, { FACT_KILLED, 1, 10, 1 }, false },
		{ { { FACT_TIMEOUT, 0, 10, 1 } }, { FACT_TIMEOUT, STORY_SILENCE, 11, 1 }, false },
		{ { { FACT_TIMEOUT, 0, 10, 1 } }, { FACT_TIMEOUT, STORY_SILENCE + 1, 11, 1 }, true },
		{ { { FACT_TIMEOUT, 0, 10, 1 } }, { FACT_BOOTING, STORY_SILENCE + 1, 11, 11 }, false },
		{ { { FACT_AUTORESTART, 0, 0, 10 } }, { FACT_STOP, STORY_SILENCE, 0, 1 }, false },
		{ { { FACT_AUTORESTART, 0, 0, 10 } }, { FACT_STOP, STORY_SILENCE + 1, 0, 1 }, true },
		{ { { FACT_TIMEOUT, 0, 10, 1 } }, { FACT_STOP, 5, 0, 1 }, true },
		{ { { FACT_TERMED, 0, 10, 1 } }, { FACT_STOP, 1, 0, 1 }, false },
		{ { { FACT_TERMED, 0, 10, 1 } }, { FACT_STOP, 60, 0, 1 }, true },
		{ { { FACT_TERMED, 0, 10, 1 }, { FACT_CRASHED, 0, 11, 1 } }, { FACT_STOP, 1, 0, 1 }, true },
		{ { { FACT_USR2, 0, 0, 1 } }, { FACT_STARTING, 0, 0, 2 }, false },
		{ { { FACT_USR2, 0, 0, 1 } }, { FACT_STOP, 5, 0, 1 }, false },
		{ { { FACT_REASON_BOOT, 0, 0, 1 } }, { FACT_STARTING, 0, 0, 2 }, true },
		{ { { FACT_STARTING, 0, 0, 1 }, { FACT_LISTENING, 0, 0, 1 } }, { FACT_TIMEOUT, 5000, 10, 1 }, false },
		{ { { FACT_STOP, 0, 0, 1 }, { FACT_SHUTTING_DOWN, 0, 0, 1 } }, { FACT_MASTER_KILLED, 1, 0, 0 }, true },
		{ { { FACT_STOP, 0, 0, 1 }, { FACT_SHUTTING_DOWN, 0, 0, 1 } }, { FACT_MASTER_CRASHED, 1, 0, 0 }, true },
		{ { { FACT_STOP, 0, 0, 1 }, { FACT_SHUTTING_DOWN, 0, 0, 1 }, { FACT_PARENT_CHANGED, 1, 0, 20 } },
			{ FACT_MASTER_KILLED, 1, 0, 0 }, true },
		{ { { FACT_STOP, 0, 0, 1 }, { FACT_SHUTTING_DOWN, 0, 0, 1 }, { FACT_QUIT, 1, 20, 0 } },
			{ FACT_MASTER_KILLED, 1, 0, 0 }, false },
		{ { { FACT_STOP, 0, 0, 1 }, { FACT_PARENT_CHANGED, 1, 0, 20 } }, { FACT_MASTER_KILLED, 1, 0, 0 },
			false },
		{ { { FACT_STOP, 0, 0, 1 } }, { FACT_MASTER_KILLED, 1, 0, 0 }, false },
		{ { { FACT_REASON_BOOT, 0, 0, 1 } }, { FACT_MASTER_KILLED, 1, 0, 0 }, false },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const struct step *then = &cases[i].then;
		struct story_event e;
		struct story s;

		story_init(&s);
		for (unsigned k = 0; k < 3 && cases[i].first[k].fact != FACT_NONE; k++) {
			const struct step *f = &cases[i].first[k];

			e = (struct story_event){ f->fact, k + 1, T0 + f->at, f->speaker, f->pid };
			story_tell(&s, &e);
		}
		e = (struct story_event){ then->fact, 9, T0 + then->at, then->speaker, then->pid };
		if (story_turns(&s, &e) != cases[i].turns)
			fail_msg("case %u", i);
	}
}

/* The dead do not live on into the next story; the living do, and are not new there. */
static void
who_lives_on(void **state)
{
	static const struct step before[] = { BOOT(0, 10), BOOT(0, 11), { FACT_CRASHED, 90, 10, 1 }, BOOT(90, 12) };
	struct story s;

	(void)state;
	story_init(&s);
	for (unsigned i = 0; i < 4; i++) {
		struct story_event e = { before[i].fact, i + 1, T0 + before[i].at, before[i].speaker, before[i].pid };

		story_tell(&s, &e);
	}
	story_close(&s, false);
	story_next(&s);
	assert_int_equal(s.count, 2);
	assert_int_equal(s.workers[0].pid, 11);
	assert_int_equal(s.workers[1].pid, 12);
	assert_int_equal(cause_judge(story_close(&s, false)).cause, CAUSE_UNKNOWN);
}

/* More workers than there is room for: the oldest are forgotten, nothing is written elsewhere. */
static void
many_workers(void **state)
{
	struct story s;

	(void)state;
	story_init(&s);
	for (int32_t pid = 1; pid <= 3 * STORY_WORKERS; pid++) {
		struct story_event e = { FACT_BOOTING, (uint64_t)pid, T0, pid, pid };

		story_tell(&s, &e);
	}
	assert_int_equal(s.count, STORY_WORKERS);
	assert_int_equal(s.workers[STORY_WORKERS - 1].pid, 3 * STORY_WORKERS);
}

/* Every cause has a proof that some facts fulfil, a name of its own in its phase, and advice; none is shadowed by those above it. */
static void
the_catalogue(void **state)
{
	(void)state;
	for (unsigned i = CAUSE_UNKNOWN + 1; i < CAUSES; i++) {
		assert_true(strchr(causes[i].name, '.') != NULL);
		assert_true(strlen(causes[i].what) > 5 && strlen(causes[i].advice) > 5);
		for (unsigned k = 0; k < i; k++)
			assert_true(strcmp(causes[i].name, causes[k].name) != 0 || causes[i].phase != causes[k].phase);
		if (!cause_is_provable((enum cause)i))
			fail_msg("%s: no proof of it can be the first that holds", causes[i].name);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_tale_has_its_cause),
		cmocka_unit_test(each_row_of_facts_has_its_cause),
		cmocka_unit_test(verdicts_name_their_facts),
		cmocka_unit_test(where_a_story_turns),
		cmocka_unit_test(who_lives_on),
		cmocka_unit_test(many_workers),
		cmocka_unit_test(the_catalogue),
	};

	return cmocka_run_group_tests_name("cause", tests, NULL, NULL);
}

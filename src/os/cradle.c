#include "os/cradle.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdalign.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "os/clone.h"

enum {
	CRADLE_SIZE = 16384,
	/* The deepest frame in the child is that of view_take_way(), which holds the longest path (gcc -fstack-usage: 4.3 KiB,
	 * 4.6 with sanitizers); all others are under 1 KiB. There is no guard below: the mapping ends there. */
	STACK_SIZE = CRADLE_SIZE - 512,
	FUTEX_WAIT = 0,        /* of <linux/futex.h> */
	LOOK_EVERY = 10000000, /* nanoseconds */
	LOOKS_MOST = SPAWN_PATIENCE * 1000000LL / LOOK_EVERY,
	LAST_LOOKS = 5, /* at one that was killed: who holds us even then is left alone (await_start) */
};

/* Has the child ended, or been stopped? It has been no program of its own until now, so that is no news of a service. */
static int
news_of(pid_t pid)
{
	siginfo_t info = { .si_pid = 0 };

	if (waitid(P_PID, (id_t)pid, &info, WEXITED | WSTOPPED | WNOHANG | WNOWAIT) != 0 || info.si_pid == 0)
		return 0;
	return info.si_code;
}

/* Where a child lives until it is a program of its own. The request is a copy, for the same reason. */
struct cradle {
	alignas(16) char stack[STACK_SIZE];
	uint32_t running; /* the kernel's, as long as the child has our memory: CLONE_CHILD_CLEARTID */
	struct spawn_job job;
	struct spawn_request request;
};

_Static_assert(sizeof(struct cradle) <= CRADLE_SIZE, "what is beside the stack shares a page with its beginning");

/* The one that is used again and again. */
static struct cradle *cradle;

/* Taken with the first start and kept: a later one must not fail for want of memory. */
static bool
have_cradle(void)
{
	void *at;

	if (cradle != NULL)
		return true;
	at = mmap(NULL, sizeof *cradle, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (at == MAP_FAILED)
		return false;
	cradle = at;
	return true;
}

/* End it, and see for a moment whether it does end. */
static bool
ends_when_killed(struct cradle *c, pid_t pid)
{
	const struct timespec moment = { .tv_nsec = LOOK_EVERY };

	kill(pid, SIGKILL);
	for (int i = 0; i < LAST_LOOKS && __atomic_load_n(&c->running, __ATOMIC_ACQUIRE) != 0; i++)
		syscall(SYS_futex, &c->running, FUTEX_WAIT, 1, &moment, NULL, 0);
	return __atomic_load_n(&c->running, __ATOMIC_ACQUIRE) == 0;
}

/*
 * Wait until the child has left our memory. vfork(2) would wait in the kernel, until then and for nothing else: but between
 * becoming the user and exec(2) the child can be stopped by any process of that user, SIGSTOP cannot be blocked, and we
 * would be held as long as they please (tried: a loop of kill(2) on the pids to come takes a few starts). So we look
 * from time to time, and end a child that somebody stopped.
 *
 * That user can also see to it that chdir(2) or exec(2) never return: by a FUSE mount of his own, made after the
 * configuration was loaded, whose server reads the question and does not answer (fs/fuse/dev.c, request_wait_answer: then not
 * even SIGKILL ends the wait). No look before would help, for he can mount between it and the deed. So after SPAWN_PATIENCE
 * it is killed, and when that does not end it, left alone with its cradle: what is killed never comes back to its program, only
 * the kernel has still to do with it, which will at its end write to `running`. Returns false when it was left so.
 */
static bool
await_start(struct cradle *c, pid_t pid)
{
	const struct timespec patience = { .tv_nsec = LOOK_EVERY };
	int looks = 0;

	while (__atomic_load_n(&c->running, __ATOMIC_ACQUIRE) != 0) {
		if (syscall(SYS_futex, &c->running, FUTEX_WAIT, 1, &patience, NULL, 0) == 0 || errno != ETIMEDOUT)
			continue;
		switch (news_of(pid)) {
		case CLD_STOPPED:
			c->request.failed = SPAWN_STOPPED;
			kill(pid, SIGKILL);
			break;
		case CLD_EXITED:
		case CLD_KILLED:
		case CLD_DUMPED: return true; /* before Linux 5.16, who dumps core tells no futex */
		default: break;               /* a slow disk */
		}
		if (++looks < LOOKS_MOST)
			continue;
		c->request.failed = SPAWN_STALLED;
		return ends_when_killed(c, pid);
	}
	return true;
}

/*
 * The kernel wakes us in the middle of the child's execve(2) (exec_mmap, mm_release), and often on the processor that the child
 * is on: it would have to wait with half a program until we have written down, logged and told the watcher that it runs, 100
 * microseconds of a restart of 500 (bench/README.md). Nobody waits for that, and everybody for the service, so it goes first.
 * We lose our turn by it, once a start: a few milliseconds at most where others want the processor, too (sched_yield(2)).
 */
static void
let_it_begin(void)
{
	sched_yield();
}

static pid_t
run_in(struct cradle *c)
{
	struct spawn_job *job = &c->job;
	pid_t pid = -1;

	if (job->request->cgroup_fd >= 0) {
		/* the other way in, writing to cgroup.procs, waits for a grace period of RCU: 0.5 ms and more */
		job->in_cgroup = true;
		pid = clone_shared(spawn_child, job, c->stack, sizeof c->stack, job->request->cgroup_fd, &c->running);
		job->in_cgroup = pid >= 0;
	}
	if (pid < 0)
		pid = clone_shared(spawn_child, job, c->stack, sizeof c->stack, -1, &c->running);
	return pid;
}

pid_t
cradle_run(const struct spawn_job *job)
{
	struct spawn_request *r = job->request;
	pid_t pid;
	bool left;

	if (!have_cradle())
		return -1;
	cradle->job = *job;
	cradle->request = *r;
	/* the caller's own would be gone, with its stack, under a child that is left alone */
	cradle->job.request = &cradle->request;
	pid = run_in(cradle);
	if (pid < 0)
		return pid;
	left = !await_start(cradle, pid);
	let_it_begin();
	r->failed = cradle->request.failed;
	r->failed_step = cradle->request.failed_step;
	r->error = cradle->request.error;
	if (left)
		cradle = NULL; /* its own for good */
	return pid;
}

#include "os/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdalign.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "os/clone.h"
#include "os/scheduling.h"

#if defined(__has_include)
#if __has_include(<valgrind/valgrind.h>)
#include <valgrind/valgrind.h>
#endif
#endif
#ifndef RUNNING_ON_VALGRIND
#define RUNNING_ON_VALGRIND 0
#endif

#ifndef SYS_close_range
#define SYS_close_range 436 /* the same everywhere: calls newer than 5.0 are numbered alike */
#endif

enum {
	CRADLE_SIZE = 16384,
	STACK_SIZE = CRADLE_SIZE - 512, /* the child's deepest frame is under 1 KiB; sanitizers need several times that */
	FIRST_LISTENER = 3, /* SD_LISTEN_FDS_START of sd_listen_fds(3) */
	LISTEN_PID_DIGITS = 10,
	FUTEX_WAIT = 0, /* of <linux/futex.h> */
	LOOK_EVERY = 10000000, /* nanoseconds */
	LOOKS_MOST = SPAWN_PATIENCE * 1000000LL / LOOK_EVERY,
	LAST_LOOKS = 5,
	STATUS_NOT_STARTED = 127, /* what a shell says of a command that it could not start */
};

/* What the parent works out, so that the child has next to nothing to do. */
struct job {
	struct spawn_request *request;
	uint64_t to_default;  /* signals to put back, bit n - 1 */
	int first_unwanted;   /* descriptors from here on are not for the program */
	int spare;            /* above every descriptor that is a source */
	bool in_cgroup;       /* born there: nothing to enter */
	struct rlimit descriptors;
};

/*
 * In the child. It may be running on its parent's memory, thread pointer and errno: so nothing here but system calls,
 * and syscall(2) itself wherever the C library does more than the kernel (its setuid tells other threads, its getpid
 * may be remembered, its sigaction keeps books).
 */

/* exec(2) keeps what is ignored. Handlers it resets by itself, but ours must not run on shared memory once the mask
 * opens, so both kinds are put back. */
static void
reset_signals(uint64_t to_default)
{
	static const uint64_t standard[8]; /* struct sigaction of the kernel: SIG_DFL is 0, as are flags and mask */

	for (long n = 1; to_default != 0; n++, to_default >>= 1)
		if (to_default & 1)
			syscall(SYS_rt_sigaction, n, standard, NULL, sizeof(uint64_t));
}

static bool
lead_session(const struct job *job)
{
	syscall(SYS_umask, job->request->umask);
	return syscall(SYS_setsid) >= 0;
}

static bool
enter_cgroup(const struct job *job)
{
	int fd;
	ssize_t n;

	if (job->request->cgroup_fd < 0 || job->in_cgroup)
		return true;
	fd = openat(job->request->cgroup_fd, "cgroup.procs", O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	n = write(fd, "0", 1); /* 0 is whoever writes: cgroups(7) */
	close(fd);
	return n == 1;
}

/* A source among the targets would be overwritten before its turn, so it is kept above all of them first. The child's
 * table is a copy: nothing up there is missed. */
static int
source(const struct job *job, int fd)
{
	return fd < job->first_unwanted ? job->spare + fd : fd;
}

static bool
save_source(const struct job *job, int fd)
{
	return fd < 0 || fd >= job->first_unwanted || dup3(fd, job->spare + fd, O_CLOEXEC) >= 0;
}

static bool
place_descriptors(const struct job *job)
{
	const struct spawn_request *r = job->request;

	if (!save_source(job, r->null_fd) || !save_source(job, r->output_fd))
		return false;
	for (uint32_t i = 0; i < r->listener_count; i++)
		if (!save_source(job, r->listeners[i]))
			return false;
	if (dup2(source(job, r->null_fd), 0) < 0)
		return false;
	if (r->output_fd >= 0 && (dup2(source(job, r->output_fd), 1) < 0 || dup2(source(job, r->output_fd), 2) < 0))
		return false;
	for (uint32_t i = 0; i < r->listener_count; i++)
		if (dup2(source(job, r->listeners[i]), FIRST_LISTENER + (int)i) < 0)
			return false;
	/* Ours are all close-on-exec; this is for what our own parent left open. Before Linux 5.9 that leaks. */
	syscall(SYS_close_range, job->first_unwanted, ~0U, 0);
	return true;
}

static bool
become_groups(const struct job *job)
{
	const struct spawn_request *r = job->request;

	return !r->change_user || syscall(SYS_setgroups, r->group_count, r->groups) == 0;
}

static bool
become_group(const struct job *job)
{
	gid_t gid = job->request->gid;

	return !job->request->change_user || syscall(SYS_setresgid, gid, gid, gid) == 0;
}

/* This also makes our shared memory undumpable (commit_creds, unless fs.suid_dumpable says otherwise): nobody of that
 * user can trace the child and write to what is the supervisor's (ptrace(2)). */
static bool
become_user(const struct job *job)
{
	uid_t uid = job->request->uid;

	return !job->request->change_user || syscall(SYS_setresuid, uid, uid, uid) == 0;
}

static bool
change_directory(const struct job *job)
{
	return job->request->directory == NULL || chdir(job->request->directory) == 0;
}

static void
write_listen_pid(char *digits)
{
	unsigned long pid = (unsigned long)syscall(SYS_getpid);
	int n = 1;

	for (unsigned long rest = pid; rest > 9; rest /= 10)
		n++;
	if (n < LISTEN_PID_DIGITS)
		digits[n] = '\0';
	for (; n > 0; pid /= 10)
		digits[--n] = (char)('0' + pid % 10);
}

static bool
settle(const struct job *job)
{
	static const uint64_t nothing; /* the kernel's empty signal set */

	/* only now: descriptors of ours may have numbers above it. Lowering a soft limit cannot fail. */
	if (job->descriptors.rlim_max != 0)
		setrlimit(RLIMIT_NOFILE, &job->descriptors);
	if (job->request->listen_pid != NULL)
		write_listen_pid(job->request->listen_pid);
	return syscall(SYS_rt_sigprocmask, SIG_SETMASK, &nothing, NULL, sizeof nothing) == 0;
}

static bool
take_all(const struct job *job, enum step_phase phase)
{
	if (job->request->steps != NULL)
		job->request->failed_step = steps_take(job->request->steps, phase);
	return job->request->failed_step == NULL;
}

static bool
take_first(const struct job *job)
{
	return take_all(job, STEP_FIRST);
}

static bool
take_as_user(const struct job *job)
{
	return take_all(job, STEP_USER);
}

static bool
take_last(const struct job *job)
{
	return take_all(job, STEP_LAST);
}

static bool
run(const struct job *job)
{
	execve(job->request->path, job->request->argv, job->request->envp);
	return false;
}

static const struct { enum spawn_step step; bool (*take)(const struct job *job); } steps[] = {
	{ SPAWN_SESSION, lead_session },
	{ SPAWN_CGROUP, enter_cgroup },
	{ SPAWN_DESCRIPTORS, place_descriptors },
	{ SPAWN_STEP, take_first },
	{ SPAWN_GROUPS, become_groups },
	{ SPAWN_GROUP, become_group },
	{ SPAWN_USER, become_user },
	{ SPAWN_DIRECTORY, change_directory },
	{ SPAWN_STEP, take_as_user },
	{ SPAWN_EXEC, settle },
	{ SPAWN_STEP, take_last },
	{ SPAWN_EXEC, run },
};

/* Returns, rather than exits, when a step failed: clone(2) ends the child with what it returns, and sanitizers look
 * for a known stack in everything that is declared never to return. */
static int
child(void *argument)
{
	const struct job *job = argument;

	reset_signals(job->to_default);
	for (unsigned i = 0; i < sizeof steps / sizeof steps[0]; i++) {
		if (steps[i].take(job))
			continue;
		job->request->error = errno;
		job->request->failed = steps[i].step;
		break;
	}
	return STATUS_NOT_STARTED;
}

/* In the parent, from here on. */

static bool
describe(const struct spawn_request *r, struct err *err)
{
	switch (r->failed) {
	case SPAWN_OK: return true;
	case SPAWN_CLONE: return err_set(err, r->error, "cannot make a process");
	case SPAWN_SESSION: return err_set(err, r->error, "cannot start a session");
	case SPAWN_CGROUP: return err_set(err, r->error, "cannot enter the cgroup");
	case SPAWN_DESCRIPTORS: return err_set(err, r->error, "cannot arrange descriptors");
	case SPAWN_GROUPS: return err_set(err, r->error, "cannot set the supplementary groups");
	case SPAWN_GROUP: return err_set(err, r->error, "cannot become group %u", (unsigned)r->gid);
	case SPAWN_USER: return err_set(err, r->error, "cannot become user %u", (unsigned)r->uid);
	case SPAWN_DIRECTORY: return err_set(err, r->error, "cannot change to directory '%s'", r->directory);
	case SPAWN_EXEC: return err_set(err, r->error, "cannot execute '%s'", r->path);
	case SPAWN_STEP: return err_set(err, r->error, "cannot %s", r->failed_step->words);
	case SPAWN_STALLED:
		return err_set(err, 0, "it did not get so far as to execute '%s': something that it needs hangs", r->path);
	case SPAWN_STOPPED: return err_set(err, 0, "somebody stopped it before it could execute '%s'", r->path);
	}
	return false;
}

/* Remembered, because 64 questions take 10 microseconds of the some 400 that a start takes, and the answer does not
 * change: see the header. */
static uint64_t
signals_to_default(void)
{
	static uint64_t remembered;

	if (remembered != 0)
		return remembered;
	remembered = UINT64_C(1) << (SIGPIPE - 1);
	for (long n = 1; n <= 64; n++) {
		uint64_t old[8] = { 0 }; /* the kernel's struct sigaction: the handler comes first */

		/* not sigaction(3), which hides the two signals that the C library has for itself: somebody above
		 * us may have ignored those, too */
		if (syscall(SYS_rt_sigaction, n, NULL, old, sizeof(uint64_t)) == 0 && old[0] != 0)
			remembered |= UINT64_C(1) << (n - 1);
	}
	return remembered;
}

static void
prepare(struct job *job, struct spawn_request *r)
{
	int highest = r->null_fd > r->output_fd ? r->null_fd : r->output_fd;

	*job = (struct job){ .request = r, .to_default = signals_to_default() };
	job->first_unwanted = FIRST_LISTENER + (int)r->listener_count;
	for (uint32_t i = 0; i < r->listener_count; i++)
		if (r->listeners[i] > highest)
			highest = r->listeners[i];
	job->spare = (highest < job->first_unwanted ? job->first_unwanted : highest) + 1;
	if (r->descriptors != 0 && getrlimit(RLIMIT_NOFILE, &job->descriptors) == 0)
		job->descriptors.rlim_cur = r->descriptors;
	r->failed = SPAWN_OK;
	r->failed_step = NULL;
	r->error = 0;
}

/* The child of a plain fork cannot tell us what failed, so it tells its log. */
static void
tell_log(struct spawn_request *r)
{
	struct err err = { 0 };

	describe(r, &err);
	dprintf(r->failed <= SPAWN_DESCRIPTORS && r->output_fd >= 0 ? r->output_fd : 2, "bridled: %s\n", err.text);
}

static pid_t
start_apart(struct job *job)
{
	pid_t pid = fork();

	if (pid == 0) {
		child(job);
		tell_log(job->request);
		_exit(STATUS_NOT_STARTED);
	}
	return pid;
}

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
	struct job job;
	struct spawn_request request;
};

_Static_assert(sizeof(struct cradle) <= CRADLE_SIZE, "what is beside the stack shares a page with its beginning");

/* The one that is used again and again. */
static struct cradle *cradle;

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

static pid_t
run_in(struct cradle *c)
{
	struct job *job = &c->job;
	pid_t pid = -1;

	if (job->request->cgroup_fd >= 0) {
		/* the other way in, writing to cgroup.procs, waits for a grace period of RCU: 0.5 ms and more */
		job->in_cgroup = true;
		pid = clone_shared(child, job, c->stack, sizeof c->stack, job->request->cgroup_fd, &c->running);
		job->in_cgroup = pid >= 0;
	}
	if (pid < 0)
		pid = clone_shared(child, job, c->stack, sizeof c->stack, -1, &c->running);
	return pid;
}

static pid_t
run_shared(const struct job *job)
{
	struct spawn_request *r = job->request;
	pid_t pid;
	bool left;

	if (!have_cradle())
		return -1;
	cradle->job = *job;
	cradle->request = *r;
	cradle->job.request = &cradle->request;
	pid = run_in(cradle);
	if (pid < 0)
		return pid;
	left = !await_start(cradle, pid);
	r->failed = cradle->request.failed;
	r->failed_step = cradle->request.failed_step;
	r->error = cradle->request.error;
	if (left)
		cradle = NULL; /* its own for good */
	return pid;
}

/* Who shares our memory shares our place in the order in which the kernel ends processes for want of it (fs/proc/base.c,
 * __set_oom_adj: but for a child of vfork(2), which this is not). */
static pid_t
start_shared(struct job *job)
{
	int score;
	bool keep = job->request->keep_oom && scheduling_read_oom(&score);
	pid_t pid = run_shared(job);

	if (keep)
		scheduling_write_oom(score);
	return pid;
}

static pid_t
start(struct job *job)
{
	pid_t pid;

	/* valgrind cannot follow two processes in one memory */
	if (job->request->may_stall || RUNNING_ON_VALGRIND)
		return start_apart(job);
	pid = start_shared(job);
	/* a machine that clone.c does not know, or an emulation of Linux */
	if (pid < 0 && (errno == EINVAL || errno == ENOSYS))
		return start_apart(job);
	return pid;
}

/* UNSURE: it may live on, and is then nobody to wait for. */
static void
reap(pid_t pid, bool unsure)
{
	while (waitpid(pid, NULL, unsure ? WNOHANG : 0) < 0 && errno == EINTR)
		;
}

pid_t
spawn(struct spawn_request *r, struct err *err)
{
	sigset_t all, old;
	struct job job;
	pid_t pid;

	prepare(&job, r);
	/* no handler of ours may run in the child, on our memory: it opens its mask when it has none any more */
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &old);
	pid = start(&job);
	if (pid < 0) {
		r->error = errno;
		r->failed = SPAWN_CLONE;
	} else if (r->failed != SPAWN_OK) {
		reap(pid, r->failed == SPAWN_STALLED);
		pid = -1;
	}
	sigprocmask(SIG_SETMASK, &old, NULL);
	describe(r, err);
	return pid;
}

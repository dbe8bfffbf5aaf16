/*
 * spawn.c -- the parent's half of a start: everything is worked out before there is a child, because that can do nothing
 * but system calls; afterwards its failure is put into words.
 */
#include "os/spawn.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "os/cradle.h"
#include "os/scheduling.h"
#include "os/spawn_child.h"

#if defined(__has_include)
#if __has_include(<valgrind/valgrind.h>)
#include <valgrind/valgrind.h>
#endif
#endif
#ifndef RUNNING_ON_VALGRIND
#define RUNNING_ON_VALGRIND 0
#endif

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
		return err_set(err, 0, "it did not get so far as to execute '%s': something that it needs hangs",
			r->path);
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
prepare(struct spawn_job *job, struct spawn_request *r)
{
	int highest = r->null_fd > r->output_fd ? r->null_fd : r->output_fd;

	highest = r->mount_fd > highest ? r->mount_fd : highest;
	*job = (struct spawn_job){ .request = r, .to_default = signals_to_default() };
	job->first_unwanted = SPAWN_FIRST_LISTENER + (int)r->listener_count;
	for (uint32_t i = 0; i < r->listener_count; i++)
		/* above all of them there is room for copies (spawn_child.c, source) */
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
	/* until descriptors are in their places its 2 is ours, and its log has the number that it was opened with */
	dprintf(r->failed <= SPAWN_DESCRIPTORS && r->output_fd >= 0 ? r->output_fd : 2, "bridled: %s\n", err.text);
}

/* Its child has memory of its own, and may take as long as it likes. */
static pid_t
start_apart(struct spawn_job *job)
{
	pid_t pid = fork();

	if (pid == 0) {
		spawn_child(job);
		tell_log(job->request);
		_exit(SPAWN_NOT_STARTED);
	}
	return pid;
}

/* Who shares our memory shares our place in the order in which the kernel ends processes for want of it (fs/proc/base.c,
 * __set_oom_adj: but for a child of vfork(2), which this is not). */
static pid_t
start_shared(struct spawn_job *job)
{
	int score;
	bool keep = job->request->keep_oom && scheduling_read_oom(&score);
	pid_t pid = cradle_run(job);

	if (keep)
		scheduling_write_oom(score);
	return pid;
}

static pid_t
start(struct spawn_job *job)
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
	struct spawn_job job;
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

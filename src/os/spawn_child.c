#include "os/spawn_child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/keyctl.h>

#ifndef SYS_close_range
#define SYS_close_range 436 /* the same everywhere: calls newer than 5.0 are numbered alike */
#endif

enum { LISTEN_PID_DIGITS = 10 };

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

/* A session of its own: no terminal of ours sends it signals, and its members are known by it (tree_leftovers.c). */
static bool
lead_session(const struct spawn_job *job)
{
	syscall(SYS_umask, job->request->umask);
	return syscall(SYS_setsid) >= 0;
}

/* So it does not possess what is in ours, and others do not what it keeps (keyrings(7); KeyringMode=private of
 * systemd.exec(5)). While it is root: the keyring counts as root's, and no user who used up his own keys is without one. Run by
 * anybody else, it is one of that user's 200 (kernel.keys.maxkeys): with as many in use, ours is kept. Where a kernel or the
 * filter of a container has no keys for us, it has none for the service. */
static bool
own_keyring(const struct spawn_job *job)
{
	(void)job;
	syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL);
	return true;
}

static bool
enter_cgroup(const struct spawn_job *job)
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
source(const struct spawn_job *job, int fd)
{
	return fd < job->first_unwanted ? job->spare + fd : fd;
}

static bool
save_source(const struct spawn_job *job, int fd)
{
	return fd < 0 || fd >= job->first_unwanted || dup3(fd, job->spare + fd, O_CLOEXEC) >= 0;
}

static bool
place_descriptors(const struct spawn_job *job)
{
	const struct spawn_request *r = job->request;

	if (!save_source(job, r->null_fd) || !save_source(job, r->output_fd) ||
		(r->mount_fd > 0 && !save_source(job, r->mount_fd)))
		return false;
	for (uint32_t i = 0; i < r->listener_count; i++)
		if (!save_source(job, r->listeners[i]))
			return false;
	if (dup2(source(job, r->null_fd), 0) < 0)
		return false;
	if (r->output_fd >= 0 && (dup2(source(job, r->output_fd), 1) < 0 || dup2(source(job, r->output_fd), 2) < 0))
		return false;
	for (uint32_t i = 0; i < r->listener_count; i++)
		if (dup2(source(job, r->listeners[i]), SPAWN_FIRST_LISTENER + (int)i) < 0)
			return false;
	/* last: what was saved up there is in its place by now */
	if (r->mount_fd > 0 && source(job, r->mount_fd) != SPAWN_MOUNT &&
		dup3(source(job, r->mount_fd), SPAWN_MOUNT, O_CLOEXEC) < 0)
		return false;
	/* Ours are all close-on-exec; this is for what our own parent left open. Before Linux 5.9 that leaks. */
	if (r->mount_fd > 0 && job->first_unwanted <= SPAWN_MOUNT)
		syscall(SYS_close_range, job->first_unwanted, SPAWN_MOUNT - 1, 0);
	syscall(SYS_close_range, r->mount_fd > 0 ? SPAWN_MOUNT + 1 : job->first_unwanted, ~0U, 0);
	return true;
}

/* While it is root: only then may groups be set, and after them user and group (setgroups(2)). */
static bool
become_groups(const struct spawn_job *job)
{
	const struct spawn_request *r = job->request;

	return !r->change_user || syscall(SYS_setgroups, r->group_count, r->groups) == 0;
}

static bool
become_group(const struct spawn_job *job)
{
	gid_t gid = job->request->gid;

	return !job->request->change_user || syscall(SYS_setresgid, gid, gid, gid) == 0;
}

/* This also makes our shared memory undumpable (commit_creds, unless fs.suid_dumpable says otherwise): nobody of that
 * user can trace the child and write to what is the supervisor's (ptrace(2)). */
static bool
become_user(const struct spawn_job *job)
{
	uid_t uid = job->request->uid;

	return !job->request->change_user || syscall(SYS_setresuid, uid, uid, uid) == 0;
}

/* As the user, so that root enters nothing which he could not. */
static bool
change_directory(const struct spawn_job *job)
{
	return job->request->directory == NULL || chdir(job->request->directory) == 0;
}

/* Only the child knows its number, and Gunicorn compares it with its own (gunicorn-facts 5.2). */
static void
write_listen_pid(char *digits)
{
	unsigned long pid = (unsigned long)syscall(SYS_getpid);
	int n = 1;

	for (unsigned long rest = pid; rest > 9; rest /= 10)
		n++;
	/* the slot has room for the longest; what follows a shorter one is cut off */
	if (n < LISTEN_PID_DIGITS)
		digits[n] = '\0';
	for (; n > 0; pid /= 10)
		digits[--n] = (char)('0' + pid % 10);
}

static bool
settle(const struct spawn_job *job)
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
take_all(const struct spawn_job *job, enum step_phase phase)
{
	if (job->request->steps != NULL)
		job->request->failed_step = steps_take(job->request->steps, phase);
	return job->request->failed_step == NULL;
}

static bool
take_first(const struct spawn_job *job)
{
	return take_all(job, STEP_FIRST);
}

static bool
take_rights(const struct spawn_job *job)
{
	return take_all(job, STEP_RIGHTS);
}

static bool
take_as_user(const struct spawn_job *job)
{
	return take_all(job, STEP_USER);
}

static bool
take_last(const struct spawn_job *job)
{
	return take_all(job, STEP_LAST);
}

/* Comes back only when it failed. */
static bool
run(const struct spawn_job *job)
{
	execve(job->request->path, job->request->argv, job->request->envp);
	return false;
}

static const struct {
	enum spawn_step step;
	bool (*take)(const struct spawn_job *job);
} steps[] = {
	{ SPAWN_SESSION, lead_session },
	{ SPAWN_SESSION, own_keyring },
	{ SPAWN_CGROUP, enter_cgroup },
	{ SPAWN_DESCRIPTORS, place_descriptors },
	{ SPAWN_STEP, take_first },
	{ SPAWN_STEP, take_rights },
	{ SPAWN_GROUPS, become_groups },
	{ SPAWN_GROUP, become_group },
	{ SPAWN_USER, become_user },
	{ SPAWN_DIRECTORY, change_directory },
	{ SPAWN_STEP, take_as_user },
	{ SPAWN_EXEC, settle },
	{ SPAWN_STEP, take_last },
	{ SPAWN_EXEC, run },
};

int
spawn_child(void *argument)
{
	const struct spawn_job *job = argument;

	reset_signals(job->to_default);
	for (unsigned i = 0; i < sizeof steps / sizeof steps[0]; i++) {
		if (steps[i].take(job))
			continue;
		job->request->error = errno;
		job->request->failed = steps[i].step;
		break;
	}
	return SPAWN_NOT_STARTED;
}

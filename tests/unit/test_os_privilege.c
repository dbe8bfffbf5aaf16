/* privilege: what the watcher is left with. Each in a process of its own. */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "os/privilege.h"

enum { WATCHER = 4320, SERVICE = 4330 };

/* The hexadecimal number after NAME in /proc/self/status. */
static unsigned long long
status_mask(const char *name)
{
	char line[256];
	unsigned long long mask = ~0ULL;
	FILE *f = fopen("/proc/self/status", "re");
	size_t n = strlen(name);

	while (f != NULL && fgets(line, sizeof line, f) != NULL)
		if (strncmp(line, name, n) == 0 && line[n] == ':')
			mask = strtoull(line + n + 1, NULL, 16);
	if (f != NULL)
		fclose(f);
	return mask;
}

/* Run CHECK as the watcher in a child; it returns 0, or the number of what is wrong. */
static void
assert_as_watcher(int (*check)(unsigned long long had, pid_t other))
{
	int status, pipes[2];
	char byte;
	pid_t other, pid;

	assert_int_equal(pipe(pipes), 0);
	other = fork();
	if (other == 0) {
		if (setgid(SERVICE) != 0 || setuid(SERVICE) != 0)
			_exit(1);
		close(pipes[1]);
		_exit(read(pipes[0], &byte, 1) != 0);
	}
	pid = fork();
	if (pid == 0) {
		unsigned long long had = status_mask("CapPrm");
		static const gid_t group = 4444;
		struct err err = { 0 };

		if (setgroups(1, &group) != 0)
			_exit(101);
		if (!privilege_watcher(WATCHER, WATCHER, &err)) {
			fprintf(stderr, "%s\n", err.text);
			_exit(100);
		}
		_exit(check(had, other));
	}
	waitpid(pid, &status, 0);
	close(pipes[0]);
	close(pipes[1]);
	waitpid(other, NULL, 0);
	assert_int_equal(status, 0);
}

static bool
needs_root(void)
{
	if (geteuid() == 0)
		return false;
	print_message("needs root\n");
	return true;
}

static int
check_ids(unsigned long long had, pid_t other)
{
	uid_t r, e, s;
	gid_t rg, eg, sg;

	(void)had, (void)other;
	if (getresuid(&r, &e, &s) != 0 || r != WATCHER || e != WATCHER || s != WATCHER)
		return 1;
	if (getresgid(&rg, &eg, &sg) != 0 || rg != WATCHER || eg != WATCHER || sg != WATCHER)
		return 2;
	if (getgroups(0, NULL) != 0)
		return 3;
	return setuid(0) == 0 ? 4 : 0;
}

static void
becomes_the_user(void **state)
{
	(void)state;
	if (needs_root())
		skip();
	assert_as_watcher(check_ids);
}

static int
check_capabilities(unsigned long long had, pid_t other)
{
	unsigned long long want =
		1ULL << CAP_SYS_PTRACE | 1ULL << CAP_DAC_READ_SEARCH | 1ULL << CAP_NET_ADMIN | 1ULL << CAP_SYSLOG;
	struct err err;

	(void)other;
	if (status_mask("CapPrm") != (want & had) || status_mask("CapEff") != (want & had))
		return 1;
	if (status_mask("CapInh") != 0 || status_mask("CapAmb") != 0)
		return 2;
	if ((had >> CAP_SETPCAP & 1) && status_mask("CapBnd") != 0)
		return 3;
	if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1)
		return 4;
	if (prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 0)
		return 5;
	want &= ~(1ULL << CAP_NET_ADMIN | 1ULL << CAP_SYSLOG);
	if (!privilege_begun(&err))
		return 6;
	return status_mask("CapPrm") == (want & had) && status_mask("CapEff") == (want & had) ? 0 : 7;
}

static void
keeps_few_capabilities(void **state)
{
	(void)state;
	if (needs_root())
		skip();
	assert_as_watcher(check_capabilities);
}

/* What the capabilities are for: heartbeat files and memory of another user's worker. */
static int
check_sight(unsigned long long had, pid_t other)
{
	char path[64], target[64];
	struct stat st;
	int fd;

	if (!(had >> CAP_SYS_PTRACE & 1) || !(had >> CAP_DAC_READ_SEARCH & 1))
		return 0;
	snprintf(path, sizeof path, "/proc/%d/fd/0", (int)other);
	if (readlink(path, target, sizeof target) < 0 || stat(path, &st) != 0)
		return 1;
	snprintf(path, sizeof path, "/proc/%d/smaps_rollup", (int)other);
	fd = open(path, O_RDONLY);
	if (fd < 0 || read(fd, target, sizeof target) <= 0)
		return 2;
	/* but no power over it: what it may trace it may write to, had it not to open the file as anybody else does */
	snprintf(path, sizeof path, "/proc/%d/mem", (int)other);
	if (open(path, O_RDWR) >= 0 || errno != EACCES)
		return 3;
	snprintf(path, sizeof path, "/proc/%d/mem", (int)getppid());
	if (open(path, O_WRONLY) >= 0 || errno != EACCES)
		return 4;
	return kill(other, SIGKILL) == 0 ? 5 : 0;
}

static void
sees_workers_of_others(void **state)
{
	(void)state;
	if (needs_root())
		skip();
	assert_as_watcher(check_sight);
}

/* Without root there is nothing to drop but what execve could give. */
static void
is_modest_without_root(void **state)
{
	int status;
	pid_t pid = fork();

	(void)state;
	if (pid == 0) {
		struct err err;

		if (geteuid() == 0 && (setgid(SERVICE) != 0 || setuid(SERVICE) != 0))
			_exit(1);
		if (!privilege_watcher(WATCHER, WATCHER, &err))
			_exit(2);
		_exit(getuid() != WATCHER && prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 ? 0 : 3);
	}
	waitpid(pid, &status, 0);
	assert_int_equal(status, 0);
}

static void
raises_the_limit_of_descriptors(void **state)
{
	struct rlimit limit;
	unsigned long old;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	limit.rlim_cur = 100;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	privilege_descriptors(&old);
	assert_int_equal(old, 100);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	assert_int_equal(limit.rlim_cur, limit.rlim_max);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(becomes_the_user),
		cmocka_unit_test(keeps_few_capabilities),
		cmocka_unit_test(sees_workers_of_others),
		cmocka_unit_test(is_modest_without_root),
		cmocka_unit_test(raises_the_limit_of_descriptors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* fence: what the watcher can ask of the kernel no more, tried in processes of their own. */
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "watcher/fence.h"

#ifndef SYS_io_uring_setup
#define SYS_io_uring_setup 425 /* the same everywhere: calls newer than 5.0 are numbered alike */
#endif
#ifndef SYS_clone3
#define SYS_clone3 435
#endif
#ifndef SYS_pidfd_send_signal
#define SYS_pidfd_send_signal 424
#endif
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif
#ifndef SYS_pidfd_getfd
#define SYS_pidfd_getfd 438
#endif

/* Each would fail with another errno, or do nothing, where nothing refused it. */
/* clang-format off */
static const struct { const char *name; long number; long arguments[4]; bool traces; } refused[] = {
	{ "ptrace",            SYS_ptrace,            { 0x4206 /* PTRACE_SEIZE */, -1 }, true },
	{ "clone",             SYS_clone,             { 0x10000 /* CLONE_THREAD without CLONE_SIGHAND */ }, true },
	{ "clone3",            SYS_clone3,            { 0 }, false },
	{ "execve",            SYS_execve,            { 0 }, false },
	{ "execveat",          SYS_execveat,          { -1 }, false },
	{ "kill",              SYS_kill,              { 0, 0 }, false },
	{ "process_vm_readv",  SYS_process_vm_readv,  { 1 }, false },
	{ "process_vm_writev", SYS_process_vm_writev, { 1 }, false },
	{ "pidfd_getfd",       SYS_pidfd_getfd,       { -1, 0 }, false },
	{ "pidfd_send_signal", SYS_pidfd_send_signal, { -1, 0 }, false },
	{ "kcmp",              SYS_kcmp,              { 1, -1 }, false },
	{ "perf_event_open",   SYS_perf_event_open,   { 0 }, false },
	{ "bpf",               SYS_bpf,               { 0 }, false },
	{ "open_by_handle_at", SYS_open_by_handle_at, { -1 }, false },
	{ "mount",             SYS_mount,             { 0 }, false },
	{ "unshare",           SYS_unshare,           { 0 }, false },
	{ "setns",             SYS_setns,             { -1 }, false },
	{ "init_module",       SYS_init_module,       { 0 }, false },
	{ "setuid",            SYS_setuid,            { -1 }, false },
	{ "io_uring_setup",    SYS_io_uring_setup,    { 0 }, false },
	{ "userfaultfd",       SYS_userfaultfd,       { -1 }, false },
};
/* clang-format on */

static bool
has_filters(void)
{
	if (getenv("BRIDLE_VALGRIND") != NULL) {
		print_message("valgrind knows no seccomp(2)\n");
		return false;
	}
	return prctl(PR_GET_SECCOMP, 0, 0, 0, 0) == 0;
}

/* Run CHECK behind the fence; it returns 0, or the number of what is wrong. */
static int
behind(int (*check)(void))
{
	struct err err = { 0 };
	int status = -1;
	pid_t pid = fork();

	if (pid == 0) {
		if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || !fence_close(&err)) {
			fprintf(stderr, "%s\n", err.text);
			_exit(100);
		}
		_exit(check());
	}
	waitpid(pid, &status, 0);
	return status;
}

static int
try_what_is_refused(void)
{
	int wrong = 0;

	for (unsigned i = 0; i < sizeof refused / sizeof refused[0]; i++) {
		const long *a = refused[i].arguments;

		if (refused[i].traces && FENCE_LETS_TRACE)
			continue;
		if (syscall(refused[i].number, a[0], a[1], a[2], a[3]) == -1 && errno == EPERM)
			continue;
		fprintf(stderr, "%s: errno %d\n", refused[i].name, errno);
		wrong = 1;
	}
	return wrong;
}

static void
reaches_into_nobody(void **state)
{
	(void)state;
	if (!has_filters())
		skip();
	assert_int_equal(behind(try_what_is_refused), 0);
}

static int
try_sockets(void)
{
	static const int used[] = { AF_UNIX, AF_INET, AF_NETLINK };

	for (unsigned i = 0; i < sizeof used / sizeof used[0]; i++)
		if (socket(used[i], SOCK_DGRAM, used[i] == AF_NETLINK ? 4 /* NETLINK_SOCK_DIAG */ : 0) < 0 &&
			errno == EAFNOSUPPORT)
			return 1;
	return socket(AF_PACKET, SOCK_RAW, 0) == -1 && errno == EAFNOSUPPORT ? 0 : 2;
}

static void
has_the_sockets_that_it_uses(void **state)
{
	(void)state;
	if (!has_filters())
		skip();
	assert_int_equal(behind(try_sockets), 0);
}

static bool has_pidfds; /* Linux 5.3, and no filter of a container's */

static int
try_ordinary_work(void)
{
	FILE *f = fopen("/proc/self/stat", "re");
	int fd = (int)syscall(SYS_memfd_create, "incident", MFD_CLOEXEC), ends[2];
	void *memory = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (f == NULL || fgetc(f) == EOF || fd < 0 || memory == MAP_FAILED)
		return 1;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends) != 0 || inotify_init1(IN_CLOEXEC) < 0)
		return 2;
	return !has_pidfds || syscall(SYS_pidfd_open, getppid(), 0) >= 0 ? 0 : 3;
}

static void
goes_on_working(void **state)
{
	int pidfd = (int)syscall(SYS_pidfd_open, getpid(), 0);

	(void)state;
	if (!has_filters())
		skip();
	has_pidfds = pidfd >= 0;
	close(pidfd);
	assert_int_equal(behind(try_ordinary_work), 0);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(reaches_into_nobody),
		cmocka_unit_test(has_the_sockets_that_it_uses),
		cmocka_unit_test(goes_on_working),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * pidfd.c -- system calls by number, for C libraries that know none of them. None of them waits, but for pidfd_wait.
 */
#include "os/pidfd.h"

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "os/tree.h"

#ifndef SYS_pidfd_send_signal
#define SYS_pidfd_send_signal 424
#endif
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif
#ifndef SYS_pidfd_getfd
#define SYS_pidfd_getfd 438
#endif

/* struct pidfd_info of <linux/pidfd.h>, which few systems have yet, in its first size. */
struct info {
	uint64_t mask;
	uint64_t cgroup;
	uint32_t ids[11]; /* pid, tgid, ppid, and the eight of its credentials */
	int32_t exit_code;
};
_Static_assert(sizeof(struct info) == 64, "PIDFD_INFO_SIZE_VER0");

#define GET_INFO _IOWR(0xFF, 11, struct info)
enum { INFO_EXIT = 8 };

int
pidfd_open_process(pid_t pid, uint32_t start)
{
	int fd = (int)syscall(SYS_pidfd_open, pid, 0);
	struct tree_process p;

	if (fd < 0)
		return -1;
	/* the order matters: who is looked at after it was opened is the one that was opened, or gone */
	if (tree_look(pid, &p) && (uint32_t)p.start == start)
		return fd;
	close(fd);
	return -1;
}

/* To whom the descriptor was opened for, whoever has his number now. */
bool
pidfd_signal(int pidfd, int signal)
{
	return syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0) == 0;
}

enum pidfd_answer
pidfd_status(int pidfd, int *status)
{
	struct info info = { .mask = INFO_EXIT };

	if (ioctl(pidfd, GET_INFO, &info) != 0)
		return errno == ESRCH ? PIDFD_LATER : PIDFD_NEVER;
	if ((info.mask & INFO_EXIT) == 0)
		return PIDFD_LATER;
	*status = info.exit_code;
	return PIDFD_KNOWN;
}

/* Not by the kernel's release: seccomp(2) filters of container runtimes refuse what they do not know. */
bool
pidfd_tells(void)
{
	enum { ENDS_WITH = 7 };
	int fd, status = 0;
	bool tells;
	pid_t pid = fork();

	if (pid == 0)
		_exit(ENDS_WITH);
	if (pid < 0)
		return false;
	/* nobody else can have its number before we have reaped it */
	fd = (int)syscall(SYS_pidfd_open, pid, 0);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	tells = fd >= 0 && pidfd_status(fd, &status) == PIDFD_KNOWN && status == ENDS_WITH << 8;
	if (fd >= 0)
		close(fd);
	return tells;
}

int
pidfd_take(int pidfd, int n)
{
	return (int)syscall(SYS_pidfd_getfd, pidfd, n, 0);
}

bool
pidfd_wait(int pidfd, msec patience)
{
	struct pollfd wait = { .fd = pidfd, .events = POLLIN };

	return poll(&wait, 1, (int)patience) > 0;
}

#include "os/vigil.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#include "os/pidfd.h"

int
vigil_open(struct err *err)
{
	int vigil = epoll_create1(EPOLL_CLOEXEC);

	if (vigil < 0)
		err_set(err, errno, "cannot wait for the ends of others");
	return vigil;
}

static bool
is_too_many(int fd)
{
	struct rlimit limit;

	return getrlimit(RLIMIT_NOFILE, &limit) == 0 && (rlim_t)fd >= limit.rlim_cur - limit.rlim_cur / 4;
}

/* Nothing is asked for: EPOLLIN is there as soon as it has ended, and would wake us for as long as its parent leaves it a zombie, of
 * whom nothing is told yet. EPOLLHUP, which needs no asking, comes when it was reaped (pidfd_poll() in fs/pidfs.c, Linux 6.9; its
 * status is kept before that, pidfs_exit(), 6.15); by the edge, so that each is told once. */
int
vigil_hold(int vigil, pid_t pid, uint32_t start, uint64_t key)
{
	struct epoll_event wish = { .events = EPOLLET, .data.u64 = key };
	int fd = pidfd_open_process(pid, start);

	if (fd < 0)
		return -1;
	if (!is_too_many(fd) && epoll_ctl(vigil, EPOLL_CTL_ADD, fd, &wish) == 0)
		return fd;
	close(fd);
	return -1;
}

/* One at a time: what is done about it may close others, who are then not told any more. */
bool
vigil_next(int vigil, uint64_t *key)
{
	struct epoll_event event;

	if (epoll_wait(vigil, &event, 1, 0) != 1)
		return false;
	*key = event.data.u64;
	return true;
}

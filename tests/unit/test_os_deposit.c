#include "unit.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "os/deposit.h"
#include "os/listener.h"
#include "os/pidfd.h"
#include "os/tree.h"

enum { MANY = DEPOSIT_MOST + 50, SOON = 10000 /* ms */ };

static struct deposit
made(void)
{
	struct deposit d;
	struct err err;

	assert_true(deposit_make(&d, &err));
	return d;
}

static void
release(struct deposit *d)
{
	close(d->in);
	close(d->out);
}

/* A pipe whose writing end lies in D alone; its reading end. */
static int
put_pipe(struct deposit *d)
{
	int ends[2];

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	assert_true(deposit_put(d, &ends[1], 1));
	close(ends[1]);
	return ends[0];
}

/* Nobody can write to it any more. */
static bool
ended_within(int reading, int ms)
{
	struct pollfd p = { .fd = reading };

	return poll(&p, 1, ms) == 1 && (p.revents & POLLHUP) != 0;
}

static void
what_lies_there_stays_open(void **state)
{
	struct deposit d = made();
	int first = put_pipe(&d), second = put_pipe(&d);

	(void)state;
	assert_int_equal(d.packets, 2);
	close(d.in); /* who put it there is gone */
	assert_false(ended_within(first, 0));
	deposit_drop(&d, 1);
	assert_true(ended_within(first, SOON));
	assert_false(ended_within(second, 0));
	close(d.out);
	assert_true(ended_within(second, SOON));
	close(first);
	close(second);
}

struct found {
	uint64_t inodes[MANY + 1];
	size_t n;
};

static void
find(void *context, int fd)
{
	struct found *found = context;

	assert_true(found->n < MANY && (fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
	found->inodes[found->n++] = listener_inode(fd);
	close(fd);
}

static int
ourselves(void)
{
	struct tree_process p;

	assert_true(tree_look(getpid(), &p));
	return pidfd_open_process(getpid(), (uint32_t)p.start);
}

static void
all_of_it_is_fetched(void **state)
{
	struct deposit d = made();
	struct found found = { .n = 0 };
	int self = ourselves(), fds[MANY], probe = pidfd_take(self, d.out);

	(void)state;
	if (probe < 0)
		skip(); /* a security module, or an old kernel */
	close(probe);
	for (int i = 0; i < MANY; i++)
		assert_true((fds[i] = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) >= 0);
	assert_true(deposit_put(&d, fds, DEPOSIT_MOST) && deposit_put(&d, fds + DEPOSIT_MOST, MANY - DEPOSIT_MOST));
	deposit_fetch(self, d.out, d.inode + 1, find, &found); /* somebody else's */
	assert_int_equal(found.n, 0);
	deposit_fetch(self, d.out, d.inode, find, &found);
	assert_int_equal(found.n, MANY);
	for (int i = 0; i < MANY; i++) {
		assert_true(found.inodes[i] == listener_inode(fds[i]));
		close(fds[i]);
	}
	deposit_fetch(self, d.out, d.inode, find, &found); /* nothing is left */
	assert_int_equal(found.n, MANY);
	close(self);
	release(&d);
}

static void
what_is_no_deposit_is_left_alone(void **state)
{
	struct found found = { .n = 0 };
	int self = ourselves(), ends[2];

	(void)state;
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	deposit_fetch(self, ends[0], 1, find, &found);
	deposit_fetch(self, ends[0], 0, find, &found);
	assert_int_equal(found.n, 0);
	close(ends[0]);
	close(ends[1]);
	close(self);
}

/* A process that guards D for MOST, having another descriptor besides: *OTHER hears when that is closed. */
static pid_t
start_guard(struct deposit *d, msec most, int *other)
{
	int ends[2];
	sigset_t taken;
	pid_t pid;

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	sigemptyset(&taken);
	sigaddset(&taken, DEPOSIT_TAKEN);
	sigprocmask(SIG_BLOCK, &taken, NULL);
	pid = fork();
	if (pid == 0) {
		close(d->in);
		deposit_guard(d->out, most);
		_exit(fcntl(ends[1], F_GETFD) < 0 ? 0 : 1); /* 1: nothing was closed */
	}
	assert_true(pid > 0);
	sigprocmask(SIG_UNBLOCK, &taken, NULL);
	close(ends[1]);
	*other = ends[0];
	release(d);
	return pid;
}

static int
status_of(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static void
it_is_guarded_until_it_is_taken(void **state)
{
	struct deposit d = made();
	int there = put_pipe(&d), other;
	pid_t pid = start_guard(&d, 10 * SOON, &other);

	(void)state;
	if (!ended_within(other, SOON)) {
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		fail_msg("its other descriptors are open still");
	}
	assert_false(ended_within(there, 0));
	assert_int_equal(kill(pid, DEPOSIT_TAKEN), 0);
	assert_true(ended_within(there, SOON));
	assert_int_equal(status_of(pid), 0);
	close(there);
	close(other);
}

static void
not_for_ever(void **state)
{
	struct deposit d = made();
	int there = put_pipe(&d), other;
	pid_t pid = start_guard(&d, 20, &other);

	(void)state;
	assert_int_equal(status_of(pid), 0);
	assert_true(ended_within(there, SOON));
	close(there);
	close(other);
}

static void
where_nothing_lies_nobody_stays(void **state)
{
	struct deposit d = made();
	int there = put_pipe(&d), other;
	pid_t pid;

	(void)state;
	deposit_drop(&d, 1);
	pid = start_guard(&d, 100 * SOON, &other);
	assert_int_equal(status_of(pid), 1);
	close(there);
	close(other);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_lies_there_stays_open),
		cmocka_unit_test(all_of_it_is_fetched),
		cmocka_unit_test(what_is_no_deposit_is_left_alone),
		cmocka_unit_test(it_is_guarded_until_it_is_taken),
		cmocka_unit_test(not_for_ever),
		cmocka_unit_test(where_nothing_lies_nobody_stays),
	};
	struct rlimit limit = { 1024, 1024 };

	/* in flight a plain user may have as many as it may open: here, and no more (unix(7)) */
	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max < 4096 ? limit.rlim_max : 4096;
	setrlimit(RLIMIT_NOFILE, &limit);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

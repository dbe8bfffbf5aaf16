#include "unit.h"

#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "os/pidfd.h"
#include "os/tree.h"
#include "os/vigil.h"

static int
open_vigil(void)
{
	struct err err = { 0 };
	int vigil = vigil_open(&err);

	assert_true(vigil >= 0);
	if (!pidfd_tells()) {
		print_message("the kernel does not tell how others end (Linux 6.15)\n");
		close(vigil);
		skip();
	}
	return vigil;
}

/* A child that waits for its end, held as KEY. */
static pid_t
make_child(int vigil, uint64_t key, int *pidfd)
{
	struct tree_process p;
	pid_t pid = fork();

	if (pid == 0)
		for (;;)
			pause();
	assert_true(pid > 0 && tree_look(pid, &p));
	assert_int_equal(vigil_hold(vigil, pid, (uint32_t)p.start + 1, key), -1); /* somebody else */
	*pidfd = vigil_hold(vigil, pid, (uint32_t)p.start, key);
	return pid;
}

static bool
is_readable(int vigil)
{
	struct pollfd look = { .fd = vigil, .events = POLLIN };

	return poll(&look, 1, 0) == 1;
}

/* A zombie is nobody's news yet: how it ended is told when it was reaped, and it wakes us then and not before. */
static void
tells_of_the_reaped_once(void **state)
{
	int vigil = open_vigil(), pidfds[2], status = 0;
	pid_t first = make_child(vigil, UINT64_C(7) << 32 | 1, &pidfds[0]), second = make_child(vigil, 2, &pidfds[1]);
	uint64_t key = 0;

	(void)state;
	assert_true(pidfds[0] >= 0 && pidfds[1] >= 0);
	assert_false(is_readable(vigil) || vigil_next(vigil, &key));
	kill(first, SIGKILL);
	assert_true(pidfd_wait(pidfds[0], 10000));
	assert_false(is_readable(vigil) || vigil_next(vigil, &key));
	assert_int_equal(pidfd_status(pidfds[0], &status), PIDFD_LATER);
	waitpid(first, NULL, 0);
	assert_true(is_readable(vigil) && vigil_next(vigil, &key));
	assert_true(key == (UINT64_C(7) << 32 | 1));
	assert_int_equal(pidfd_status(pidfds[0], &status), PIDFD_KNOWN);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	assert_false(is_readable(vigil) || vigil_next(vigil, &key));
	kill(second, SIGKILL);
	waitpid(second, NULL, 0);
	assert_true(vigil_next(vigil, &key) && key == 2);
	close(pidfds[0]);
	close(pidfds[1]);
	close(vigil);
}

static void
says_nothing_of_who_was_let_go(void **state)
{
	int vigil = open_vigil(), pidfd;
	pid_t pid = make_child(vigil, 1, &pidfd);
	uint64_t key;

	(void)state;
	close(pidfd);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	assert_false(is_readable(vigil) || vigil_next(vigil, &key));
	close(vigil);
}

/* Logs and clients need some as well. */
static void
leaves_descriptors_for_others(void **state)
{
	enum { MAY_HAVE = 80, TAKEN = 60 };
	int vigil = open_vigil(), pidfd, refused, fd;
	struct rlimit before, few;
	pid_t first, second;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	few = (struct rlimit){ .rlim_cur = MAY_HAVE, .rlim_max = before.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	first = make_child(vigil, 1, &pidfd);
	while ((fd = dup(vigil)) < TAKEN - 1)
		assert_true(fd >= 0);
	second = make_child(vigil, 2, &refused);
	fd = dup(vigil);
	for (int taken = pidfd + 1; taken <= TAKEN; taken++)
		close(taken);
	setrlimit(RLIMIT_NOFILE, &before);
	kill(first, SIGKILL);
	kill(second, SIGKILL);
	waitpid(first, NULL, 0);
	waitpid(second, NULL, 0);
	assert_true(pidfd >= 0 && refused == -1);
	assert_int_equal(fd, TAKEN);
	close(pidfd);
	close(vigil);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_of_the_reaped_once),
		cmocka_unit_test(says_nothing_of_who_was_let_go),
		cmocka_unit_test(leaves_descriptors_for_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

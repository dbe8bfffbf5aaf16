#include "unit.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "os/borrow.h"
#include "os/pidfd.h"
#include "os/tree.h"

/* A child that waits for its end; its place among processes. */
static pid_t
make_child(struct tree_process *p)
{
	pid_t pid = fork();

	if (pid == 0)
		for (;;)
			pause();
	assert_true(pid > 0 && tree_look(pid, p));
	return pid;
}

static void
end(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void
opens_nobody_else(void **state)
{
	struct tree_process p;
	pid_t pid = make_child(&p);
	int fd = pidfd_open_process(pid, (uint32_t)p.start);

	(void)state;
	assert_true(fd >= 0);
	assert_true((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
	assert_true(pidfd_open_process(pid, (uint32_t)p.start + 1) < 0);
	assert_false(pidfd_wait(fd, 0));
	end(pid);
	assert_true(pidfd_open_process(pid, (uint32_t)p.start) < 0);
	assert_true(pidfd_wait(fd, 1000));
	assert_false(pidfd_signal(fd, SIGTERM));
	close(fd);
}

/* What the kernel does not tell is not made up; before it is reaped nobody can know. */
static void
knows_how_it_ended(void **state)
{
	struct tree_process p;
	pid_t pid = make_child(&p);
	int fd = pidfd_open_process(pid, (uint32_t)p.start), status = 1234;
	enum pidfd_answer answer = pidfd_status(fd, &status);

	(void)state;
	assert_int_not_equal(answer, PIDFD_KNOWN);
	assert_true(pidfd_signal(fd, SIGTERM));
	assert_true(pidfd_wait(fd, 10000));
	waitpid(pid, NULL, 0);
	if (answer == PIDFD_NEVER)
		skip();
	assert_int_equal(pidfd_status(fd, &status), PIDFD_KNOWN);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
	close(fd);
}

static void
copies_a_descriptor(void **state)
{
	int pipe_ends[2], fd, copy;
	struct stat a, b;
	struct tree_process p;
	pid_t pid;

	(void)state;
	assert_int_equal(pipe(pipe_ends), 0);
	pid = make_child(&p);
	fd = pidfd_open_process(pid, (uint32_t)p.start);
	copy = pidfd_take(fd, pipe_ends[1]);
	assert_true(pidfd_take(fd, 1000) < 0);
	end(pid);
	close(fd);
	if (copy < 0)
		skip(); /* a security module, or an old kernel */
	assert_int_equal(fstat(copy, &a), 0);
	assert_int_equal(fstat(pipe_ends[1], &b), 0);
	assert_true(a.st_ino == b.st_ino && copy != pipe_ends[1]);
	assert_true((fcntl(copy, F_GETFD) & FD_CLOEXEC) != 0);
	close(copy);
	close(pipe_ends[0]);
	close(pipe_ends[1]);
}

/* A program may have opened many files before it comes to its listener: Gunicorn with preload_app. */
static void
finds_a_socket_among_many(void **state)
{
	int near = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), far = fcntl(near, F_DUPFD_CLOEXEC, 400), pidfd, copy;
	struct tree_process p;
	struct stat st, copied;
	bool may;
	pid_t pid;

	(void)state;
	assert_true(far >= 400 && fstat(far, &st) == 0);
	close(near);
	pid = make_child(&p);
	close(far); /* the child alone has it now */
	pidfd = pidfd_open_process(pid, (uint32_t)p.start);
	copy = pidfd_take(pidfd, far);
	may = copy >= 0;
	close(copy);
	copy = borrow_socket(pidfd, pid, st.st_ino);
	assert_int_equal(borrow_socket(pidfd, pid, st.st_ino + UINT32_MAX), -1);
	end(pid);
	close(pidfd);
	if (!may)
		skip(); /* a security module, or an old kernel */
	assert_int_equal(fstat(copy, &copied), 0);
	assert_true(copied.st_ino == st.st_ino && copied.st_dev == st.st_dev);
	assert_true((fcntl(copy, F_GETFD) & FD_CLOEXEC) != 0);
	close(copy);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(opens_nobody_else),
		cmocka_unit_test(knows_how_it_ended),
		cmocka_unit_test(copies_a_descriptor),
		cmocka_unit_test(finds_a_socket_among_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "unit.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "os/procevents.h"
#include "wire/procevent.h"

/* Fork a child of this process that ends with CODE; returns its pid once it has ended. */
static pid_t
child(int code)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(code);
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	return pid;
}

/* What is heard of PID; any event of a process that is no child of ours fails the test. */
static void
hear(int fd, pid_t pid, bool *forked, int *status)
{
	_Alignas(8) char buffer[PROCEVENTS_BUFFER];
	struct procevent e;
	size_t n, at, step;
	bool lost;

	*forked = false;
	*status = -1;
	while ((n = procevents_read(fd, buffer, sizeof buffer, &lost)) > 0) {
		assert_false(lost);
		for (at = 0; at < n && (step = procevent_read(&e, buffer + at, n - at)) > 0;
			at += (step + 3) & ~(size_t)3) {
			if (e.kind != PROCEVENT_FORK && e.kind != PROCEVENT_EXIT)
				continue;
			assert_int_equal(e.parent, getpid());
			if (e.pid != pid)
				continue;
			*forked = *forked || e.kind == PROCEVENT_FORK;
			*status = e.kind == PROCEVENT_EXIT ? e.status : *status;
		}
	}
}

static void
hears_of_the_children_of_those_it_is_told(void **state)
{
	struct err err;
	pid_t self = getpid(), pid;
	int fd = procevents_open(&err), status;
	bool forked;

	(void)state;
	if (fd < 0) {
		print_message("skipped: %s\n", err.text);
		skip();
	}
	pid = child(7); /* of nobody that is asked for */
	hear(fd, pid, &forked, &status);
	assert_false(forked);
	assert_int_equal(status, -1);
	assert_true(procevents_only(fd, &self, 1, NULL, 0, &err));
	if (system("sh -c 'exit 1; true' | cat") < 0) /* grandchildren are no concern */
		fail();
	pid = child(7);
	hear(fd, pid, &forked, &status);
	assert_true(forked);
	assert_int_equal(status, 7 << 8);
	close(fd);
}

/* Of somebody who is to be heard of himself, whoever his parent is: his end, and nothing more. */
static void
hears_of_the_ends_of_others(void **state)
{
	struct err err;
	int fd = procevents_open(&err), status, hold[2];
	pid_t other;
	bool forked;

	(void)state;
	if (fd < 0) {
		print_message("skipped: %s\n", err.text);
		skip();
	}
	assert_int_equal(pipe(hold), 0);
	other = fork();
	if (other == 0) {
		char byte;

		close(hold[1]);
		_exit(read(hold[0], &byte, 1) == 0 ? 5 : 6); /* until we let it go */
	}
	assert_true(procevents_only(fd, NULL, 0, &other, 1, &err));
	close(hold[0]);
	hear(fd, child(7), &forked, &status); /* none of them */
	assert_int_equal(status, -1);
	close(hold[1]);
	assert_int_equal(waitpid(other, NULL, 0), other);
	hear(fd, other, &forked, &status);
	assert_false(forked);
	assert_int_equal(status, 5 << 8);
	close(fd);
}

/* More than the socket holds: that is said, and what comes later is heard. */
static void
says_what_was_thrown_away(void **state)
{
	struct err err;
	pid_t self = getpid(), pid;
	int fd = procevents_open(&err), small = 0, status;
	_Alignas(8) char buffer[PROCEVENTS_BUFFER];
	bool forked, lost, any = false;

	(void)state;
	if (fd < 0) {
		print_message("skipped: %s\n", err.text);
		skip();
	}
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small), 0);
	assert_true(procevents_only(fd, &self, 1, NULL, 0, &err));
	for (int i = 0; i < 100; i++)
		child(0);
	while (procevents_read(fd, buffer, sizeof buffer, &lost) > 0)
		any = any || lost;
	assert_true(any || lost);
	pid = child(7);
	hear(fd, pid, &forked, &status);
	assert_int_equal(status, 7 << 8);
	close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hears_of_the_children_of_those_it_is_told),
		cmocka_unit_test(hears_of_the_ends_of_others),
		cmocka_unit_test(says_what_was_thrown_away),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

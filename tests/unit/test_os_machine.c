/* machine: whose process 1 we are. That of a real one is tried in tests/vm. */
#include "unit.h"

#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include "os/machine.h"

static void
is_not_ours(void **state)
{
	(void)state;
	assert_false(machine_is_ours());
}

/* To switch the machine off because a container ends would be a pity. */
static void
a_container_is_no_machine(void **state)
{
	int status;
	pid_t pid = fork();

	(void)state;
	if (pid == 0) {
		pid_t first;

		if (unshare(CLONE_NEWPID) != 0 && unshare(CLONE_NEWUSER | CLONE_NEWPID) != 0)
			_exit(77);
		first = fork();
		if (first == 0)
			_exit(getpid() == 1 && !machine_is_ours() ? 0 : 1);
		_exit(waitpid(first, &status, 0) == first && WIFEXITED(status) ? WEXITSTATUS(status) : 2);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == 77) {
		print_message("no pid namespace can be made here\n");
		skip();
	}
	assert_int_equal(WEXITSTATUS(status), 0);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_not_ours),
		cmocka_unit_test(a_container_is_no_machine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* log: a reader that stopped costs lines, never time. */
#include "unit.h"

#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"

/* With END as standard error, of which nobody reads: as many lines as would fill it many times over. */
static void
say_much(int end)
{
	dup2(end, 2);
	log_open("test", LOG_LEVEL_INFO);
	alarm(10); /* for a log that waits */
	for (int i = 0; i < 20000; i++)
		log_info("line %d", i);
}

static void
never_waits_for_its_reader(int ends[2])
{
	char text[4096];
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		say_much(ends[1]);
		fcntl(ends[0], F_SETFL, O_NONBLOCK);
		while (read(ends[0], text, sizeof text) > 0)
			;
		log_info("the reader is back");
		ssize_t n = read(ends[0], text, sizeof text - 1);

		text[n > 0 ? n : 0] = '\0';
		_exit(strstr(text, "lines of this log were lost") != NULL &&
					strstr(text, "the reader is back") != NULL ?
				0 :
				1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	close(ends[0]);
	close(ends[1]);
}

static void
never_waits_for_a_pipe(void **state)
{
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	never_waits_for_its_reader(ends);
}

/* What systemd gives a service; it cannot be opened anew. */
static void
never_waits_for_a_socket(void **state)
{
	int ends[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	never_waits_for_its_reader(ends);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(never_waits_for_a_pipe),
		cmocka_unit_test(never_waits_for_a_socket),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

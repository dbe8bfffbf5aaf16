/* arrivals: real listeners, accepted from at once, whose connections are told all the same. */
#include "unit.h"

#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "os/arrivals.h"
#include "os/listener.h"
#include "scratch.h"

static int
block(void **state)
{
	sigset_t set;

	(void)state;
	sigemptyset(&set);
	sigaddset(&set, ARRIVALS_SIGNAL);
	sigaddset(&set, SIGIO);
	return sigprocmask(SIG_BLOCK, &set, NULL);
}

/* How many signals wait, and that all are about FD. */
static int
take(int fd)
{
	const struct timespec now = { 0 };
	siginfo_t info;
	sigset_t set;
	int n = 0;

	sigemptyset(&set);
	sigaddset(&set, ARRIVALS_SIGNAL);
	sigaddset(&set, SIGIO);
	while (sigtimedwait(&set, &info, &now) > 0) {
		assert_int_equal(info.si_signo, ARRIVALS_SIGNAL);
		assert_int_equal(info.si_fd, fd);
		n++;
	}
	return n;
}

/* Somebody comes, is accepted, and has gone again. */
static void
come_and_go(int listener)
{
	struct sockaddr_storage address;
	socklen_t size = sizeof address;
	int client, server;

	assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &size), 0);
	client = socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(connect(client, (struct sockaddr *)&address, size), 0);
	server = accept(listener, NULL, NULL);
	assert_true(server >= 0);
	close(server);
	close(client);
}

static void
expect_all(int listener)
{
	assert_false(arrivals_told(listener));
	come_and_go(listener);
	assert_int_equal(take(listener), 0);
	assert_true(arrivals_tell(listener, true));
	assert_true(arrivals_told(listener));
	assert_false(arrivals_pending());
	for (int i = 0; i < 3; i++)
		come_and_go(listener);
	assert_true(arrivals_pending());
	assert_int_equal(take(listener), 3);
	assert_true(arrivals_tell(listener, false));
	come_and_go(listener);
	assert_false(arrivals_pending());
	close(listener);
}

static void
tells_of_tcp(void **state)
{
	(void)state;
	expect_all(listener_open_tcp("127.0.0.1", 0, 16, NULL));
}

static void
tells_of_unix(void **state)
{
	int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_storage nameless = { .ss_family = AF_UNIX };

	(void)state;
	/* the kernel gives it a name of its own: unix(7), autobind */
	assert_int_equal(bind(listener, (struct sockaddr *)&nameless, sizeof(sa_family_t)), 0);
	assert_int_equal(listen(listener, 16), 0);
	expect_all(listener);
}

static void
what_is_no_listener(void **state)
{
	(void)state;
	assert_false(arrivals_tell(-1, true));
	assert_false(arrivals_told(-1));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_of_tcp),
		cmocka_unit_test(tells_of_unix),
		cmocka_unit_test(what_is_no_listener),
	};

	return cmocka_run_group_tests(tests, block, NULL);
}

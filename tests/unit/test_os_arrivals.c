/* arrivals: real listeners, accepted from at once, whose connections are told all the same. */
#include "unit.h"
#include "visitor.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "os/arrivals.h"
#include "os/listener.h"
#include "scratch.h"

enum { MARK = 77 };

/* Until something is told: whether somebody came. */
static bool
told(struct arrivals *a)
{
	struct pollfd ready = { .fd = a->event_fd, .events = POLLIN };
	uint64_t mark;
	bool came;

	assert_int_equal(poll(&ready, 1, 30000), 1);
	assert_true(arrivals_next(a, &mark, &came));
	assert_int_equal(mark, MARK);
	assert_false(arrivals_next(a, &mark, &came));
	return came;
}

static void
expect_all(int listener)
{
	struct arrivals a = { .event_fd = -1 };
	struct arrival one = { 0 };

	assert_true(arrivals_open(&a, 4, NULL));
	close(visitor_come(listener));
	assert_false(arrivals_pending(&a));
	for (int i = 0; i < 3; i++) {
		assert_true(arrivals_await(&a, &one, listener, MARK));
		assert_false(arrivals_pending(&a));
		close(visitor_come(listener));
		assert_true(arrivals_pending(&a));
		assert_true(told(&a));
		close(visitor_come(listener)); /* is not awaited */
		assert_false(arrivals_pending(&a));
	}
	assert_true(arrivals_await(&a, &one, listener, MARK));
	arrivals_cancel(&a, &one);
	assert_false(told(&a));
	close(visitor_come(listener));
	assert_false(arrivals_pending(&a));
	close(a.event_fd);
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
	struct arrivals a = { .event_fd = -1 };
	struct arrival one = { 0 };
	uint64_t mark;
	bool came;

	(void)state;
	assert_false(arrivals_await(&a, &one, 0, MARK)); /* never opened */
	assert_false(arrivals_next(&a, &mark, &came));
	assert_true(arrivals_open(&a, 4, NULL));
	assert_false(arrivals_await(&a, &one, -1, MARK));
	close(a.event_fd);
}

/* Of one before us, who was told by signals: by one of the service's choice. */
static void
no_signal_any_more(void **state)
{
	int listener = listener_open_tcp("127.0.0.1", 0, 16, NULL);

	(void)state;
	signal(SIGIO, SIG_DFL); /* which ends us */
	assert_int_equal(fcntl(listener, F_SETOWN, getpid()), 0);
	assert_int_equal(fcntl(listener, F_SETFL, O_ASYNC), 0);
	arrivals_disown(listener);
	assert_int_equal(fcntl(listener, F_GETOWN), 0);
	close(visitor_come(listener));
	close(listener);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_of_tcp),
		cmocka_unit_test(tells_of_unix),
		cmocka_unit_test(what_is_no_listener),
		cmocka_unit_test(no_signal_any_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

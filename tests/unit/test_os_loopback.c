/* loopback: a port that is the same again, and never in anybody's way. */
#include "unit.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "os/loopback.h"

static void
send_to(uint16_t port, const char *words)
{
	const struct sockaddr_in to = { .sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	assert_true(sendto(fd, words, 2, 0, (const struct sockaddr *)&to, sizeof to) == 2);
	close(fd);
}

static void
the_port_is_kept_where_it_is_free(void **state)
{
	uint16_t port = 0, again, other;
	struct err err;
	int first, second;
	char word[4];

	(void)state;
	first = loopback_open_udp(&port, &err);
	assert_true(first >= 0);
	assert_int_not_equal(port, 0);
	assert_int_equal(loopback_port(first), port);
	send_to(port, "hi");
	assert_int_equal(recv(first, word, sizeof word, MSG_DONTWAIT), 2);
	other = port;
	second = loopback_open_udp(&other, &err);
	assert_true(second >= 0);
	assert_int_not_equal(other, port);
	close(first);
	again = port;
	first = loopback_open_udp(&again, &err);
	assert_int_equal(again, port);
	close(first);
	close(second);
}

/* A reader that has stopped: whoever sends goes on. */
static void
a_full_one_makes_nobody_wait(void **state)
{
	uint16_t port = 0;
	struct err err;
	int fd;

	(void)state;
	fd = loopback_open_udp(&port, &err);
	assert_true(fd >= 0);
	for (int i = 0; i < 20000; i++)
		send_to(port, "hi");
	close(fd);
}

static void
what_is_no_such_socket_has_no_port(void **state)
{
	int pair[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, pair), 0);
	assert_int_equal(loopback_port(pair[0]), 0);
	close(pair[0]);
	close(pair[1]);
	assert_int_equal(loopback_port(pair[0]), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_port_is_kept_where_it_is_free),
		cmocka_unit_test(a_full_one_makes_nobody_wait),
		cmocka_unit_test(what_is_no_such_socket_has_no_port),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

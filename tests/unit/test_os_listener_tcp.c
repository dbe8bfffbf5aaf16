/* listener, TCP: addresses, families, and who is named when a port is taken. */
#include "unit.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "os/listener.h"

static uint16_t
port_of(int fd)
{
	struct sockaddr_storage a;
	socklen_t size = sizeof a;

	assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &size), 0);
	return ntohs(a.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)(void *)&a)->sin6_port :
					       ((struct sockaddr_in *)(void *)&a)->sin_port);
}

static bool
connects(int family, uint16_t port)
{
	struct sockaddr_in four = { .sin_family = AF_INET, .sin_port = htons(port) };
	struct sockaddr_in6 six = { .sin6_family = AF_INET6, .sin6_port = htons(port), .sin6_addr = in6addr_loopback };
	int s = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0), n;

	four.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	n = family == AF_INET ? connect(s, (struct sockaddr *)&four, sizeof four) :
				connect(s, (struct sockaddr *)&six, sizeof six);
	close(s);
	return n == 0;
}

static bool
has_ipv6(void)
{
	struct sockaddr_in6 a = { .sin6_family = AF_INET6, .sin6_addr = in6addr_loopback };
	int s = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool has = s >= 0 && bind(s, (struct sockaddr *)&a, sizeof a) == 0;

	if (s >= 0)
		close(s);
	return has;
}

/* Which families reach a listener on HOST. */
static const struct {
	const char *host;
	bool four, six;
} hosts[] = {
	{ "", true, true },
	{ "0.0.0.0", true, false },
	{ "127.0.0.1", true, false },
	{ "localhost", true, false },
	{ "::", false, true },
	{ "::1", false, true },
};

static void
listens_on_the_families_of_its_host(void **state)
{
	bool v6 = has_ipv6();

	(void)state;
	for (unsigned i = 0; i < sizeof hosts / sizeof hosts[0]; i++) {
		struct err err = { 0 };
		int fd;

		if (!v6 && !hosts[i].four)
			continue;
		fd = listener_open_tcp(hosts[i].host, 0, 5, &err);
		if (fd < 0)
			fail_msg("'%s': %s", hosts[i].host, err.text);
		assert_int_equal(connects(AF_INET, port_of(fd)), hosts[i].four);
		assert_int_equal(v6 && connects(AF_INET6, port_of(fd)), v6 && hosts[i].six);
		assert_true((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
		assert_true((fcntl(fd, F_GETFL) & O_NONBLOCK) != 0);
		close(fd);
	}
	if (!v6)
		print_message("no IPv6 here: IPv4 alone was tried\n");
}

/* We ourselves hold it, and find_holder looks for others: so a child does. */
static void
names_who_has_the_port(void **state)
{
	struct err err = { 0 };
	int fd = listener_open_tcp("127.0.0.1", 0, 5, &err), pipes[2];
	char words[64], who[200], byte;
	uint16_t port = port_of(fd);
	pid_t pid;

	(void)state;
	assert_int_equal(pipe(pipes), 0);
	pid = fork();
	if (pid == 0) {
		close(pipes[1]);
		_exit(read(pipes[0], &byte, 1) == 0 ? 0 : 1);
	}
	snprintf(words, sizeof words, "port %u is taken by pid %d (", port, (int)pid);
	close(fd);
	assert_int_equal(listener_open_tcp("127.0.0.1", port, 5, &err), -1);
	assert_memory_equal(err.text, words, strlen(words));
	assert_int_equal(listener_open_tcp("", port, 5, &err), -1);
	assert_memory_equal(err.text, words, strlen(words));
	/* another address of the same machine is free */
	assert_false(listener_who_tcp("127.0.0.9", port, who, sizeof who));
	assert_string_equal(who, "");
	fd = listener_open_tcp("127.0.0.9", port, 5, &err);
	assert_true(fd >= 0);
	close(fd);
	close(pipes[1]);
	close(pipes[0]);
}

static void
says_what_is_wrong(void **state)
{
	struct err err = { 0 };

	(void)state;
	assert_int_equal(listener_open_tcp("no.such.host.invalid", 80, 5, &err), -1);
	assert_non_null(strstr(err.text, "'no.such.host.invalid' is no address, and no name in /etc/hosts"));
	assert_int_equal(listener_open_tcp("192.0.2.1", 8000, 5, &err), -1); /* of TEST-NET: nobody's */
	assert_int_equal(err.code, EADDRNOTAVAIL);
	assert_non_null(strstr(err.text, "cannot listen on '192.0.2.1' port 8000"));
}

static void
knows_its_inode(void **state)
{
	struct err err;
	int fd = listener_open_tcp("127.0.0.1", 0, 5, &err), file = open("/dev/null", O_RDONLY);
	char link[64], target[64];
	ssize_t n;

	(void)state;
	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	n = readlink(link, target, sizeof target - 1);
	assert_true(n > 0);
	target[n] = '\0';
	snprintf(link, sizeof link, "socket:[%llu]", (unsigned long long)listener_inode(fd));
	assert_string_equal(target, link);
	assert_int_equal(listener_inode(file), 0);
	close(fd);
	close(file);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(listens_on_the_families_of_its_host),
		cmocka_unit_test(names_who_has_the_port),
		cmocka_unit_test(says_what_is_wrong),
		cmocka_unit_test(knows_its_inode),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* sockdiag: real listeners with connections that nobody accepts. */
#include "unit.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "os/listener.h"
#include "os/sockdiag.h"
#include "scratch.h"

enum { WAITING = 5, BACKLOG = 16 };

static uint16_t
port_of(int fd)
{
	struct sockaddr_storage a;
	socklen_t size = sizeof a;

	getsockname(fd, (struct sockaddr *)&a, &size);
	return ntohs(a.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)(void *)&a)->sin6_port :
					       ((struct sockaddr_in *)(void *)&a)->sin_port);
}

static void
connect_some(const struct sockaddr *address, socklen_t size, int *clients)
{
	for (int i = 0; i < WAITING; i++) {
		clients[i] = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
		assert_int_equal(connect(clients[i], address, size), 0);
	}
}

static void
connect_some_tcp(uint16_t port, int family, int *clients)
{
	struct sockaddr_in four = { .sin_family = AF_INET, .sin_port = htons(port) };
	struct sockaddr_in6 six = { .sin6_family = AF_INET6, .sin6_port = htons(port), .sin6_addr = in6addr_loopback };

	four.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (family == AF_INET)
		connect_some((struct sockaddr *)&four, sizeof four, clients);
	else
		connect_some((struct sockaddr *)&six, sizeof six, clients);
}

static void
close_some(int *clients)
{
	for (int i = 0; i < WAITING; i++)
		close(clients[i]);
}

static void
assert_answers(struct sockdiag_query *queries, unsigned n, const int64_t *want)
{
	struct err err = { 0 };
	int fd = sockdiag_open(&err);

	assert_true(fd >= 0);
	/* twice: nothing of the first exchange may be left */
	for (int round = 0; round < 2; round++) {
		if (!sockdiag_ask(fd, queries, n, &err))
			fail_msg("%s", err.text);
		for (unsigned i = 0; i < n; i++) {
			assert_int_equal(queries[i].queue, want[i]);
			assert_int_equal(queries[i].backlog, want[i] < 0 ? 0 : BACKLOG);
			assert_int_equal(queries[i].dropped, want[i] < 0 || queries[i].family == AF_UNIX ? -1 : 0);
		}
	}
	close(fd);
}

static void
tells_of_unix_sockets(void **state)
{
	struct listener_unix who = { geteuid(), getegid(), 0600 };
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int clients[WAITING], busy, idle;
	struct scratch s;
	struct err err;

	(void)state;
	scratch_make(&s);
	strcpy(a.sun_path, scratch_path(&s, "busy"));
	busy = listener_open_unix(a.sun_path, &who, BACKLOG, &err);
	idle = listener_open_unix(scratch_path(&s, "idle"), &who, BACKLOG, &err);
	assert_true(busy >= 0 && idle >= 0);
	connect_some((struct sockaddr *)&a, sizeof a, clients);
	struct sockdiag_query q[] = { { .inode = listener_inode(idle), .family = AF_UNIX },
		{ .inode = listener_inode(busy), .family = AF_UNIX }, { .inode = 1, .family = AF_UNIX } };
	static const int64_t want[] = { 0, WAITING, -1 };

	assert_answers(q, 3, want);
	assert_true(accept(busy, NULL, NULL) >= 0);
	static const int64_t one_less[] = { 0, WAITING - 1, -1 };

	assert_answers(q, 3, one_less);
	close_some(clients);
	close(busy);
	close(idle);
	scratch_remove(&s);
}

static void
tells_of_tcp_sockets(void **state)
{
	int four = listener_open_tcp("127.0.0.1", 0, BACKLOG, NULL), six = listener_open_tcp("::1", 0, BACKLOG, NULL);
	int all = listener_open_tcp("", 0, BACKLOG, NULL), clients[3][WAITING];

	(void)state;
	assert_true(four >= 0 && all >= 0);
	if (six < 0) {
		print_message("needs IPv6\n");
		skip();
	}
	connect_some_tcp(port_of(four), AF_INET, clients[0]);
	connect_some_tcp(port_of(six), AF_INET6, clients[1]);
	connect_some_tcp(port_of(all), AF_INET, clients[2]);
	struct sockdiag_query q[] = {
		{ .inode = listener_inode(four), .family = AF_INET, .port = port_of(four) },
		{ .inode = listener_inode(six), .family = AF_INET6, .port = port_of(six) },
		{ .inode = listener_inode(all), .family = AF_INET6, .port = port_of(all) },
		{ .inode = 1, .family = AF_INET, .port = port_of(four) },
	};
	static const int64_t want[] = { WAITING, WAITING, WAITING, -1 };

	assert_answers(q, 4, want);
	assert_answers(q, 1, want);
	for (int i = 0; i < 3; i++)
		close_some(clients[i]);
	close(four);
	close(six);
	close(all);
}

/* A full queue turns away, and counts it; what waits is in no way less. */
static void
tells_who_found_no_room(void **state)
{
	int listener = listener_open_tcp("127.0.0.1", 0, 1, NULL), clients[WAITING], fd = sockdiag_open(NULL);
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(port_of(listener)) };
	struct sockdiag_query q = { .inode = listener_inode(listener), .family = AF_INET, .port = port_of(listener) };

	(void)state;
	assert_true(listener >= 0 && fd >= 0);
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_true(sockdiag_ask(fd, &q, 1, NULL));
	assert_int_equal(q.dropped, 0);
	for (int i = 0; i < WAITING; i++) {
		clients[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		connect(clients[i], (struct sockaddr *)&a, sizeof a);
	}
	assert_true(sockdiag_ask(fd, &q, 1, NULL));
	assert_true(q.dropped > 0 && q.queue == 2); /* one more than the backlog (sk_acceptq_is_full) */
	close_some(clients);
	close(fd);
	close(listener);
}

/* More listeners than one message of the kernel tells of. */
static void
reads_long_answers(void **state)
{
	enum { MANY = 300 };
	struct sockdiag_query q[MANY];
	int64_t want[MANY];
	int fds[MANY];

	(void)state;
	for (int i = 0; i < MANY; i++) {
		fds[i] = listener_open_tcp("127.0.0.1", 0, BACKLOG, NULL);
		assert_true(fds[i] >= 0);
		q[i] = (struct sockdiag_query){ .inode = listener_inode(fds[i]),
			.family = AF_INET,
			.port = port_of(fds[i]) };
		want[i] = 0;
	}
	assert_answers(q, MANY, want);
	for (int i = 0; i < MANY; i++)
		close(fds[i]);
}

static void
tells_the_file(void **state)
{
	struct listener_unix who = { geteuid(), getegid(), 0600 };
	struct scratch s;
	struct stat st;
	struct err err;
	uint32_t file;
	dev_t device;
	int fd, nameless = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)state;
	scratch_make(&s);
	fd = listener_open_unix(scratch_path(&s, "web.sock"), &who, BACKLOG, &err);
	assert_true(fd >= 0);
	assert_true(sockdiag_file(listener_inode(fd), &device, &file));
	assert_int_equal(fstatat(s.fd, "web.sock", &st, 0), 0);
	assert_int_equal(device, st.st_dev);
	assert_int_equal(file, (uint32_t)st.st_ino);
	assert_false(sockdiag_file(listener_inode(nameless), &device, &file));
	assert_false(sockdiag_file(1, &device, &file));
	close(nameless);
	close(fd);
	scratch_remove(&s);
}

/* Who is accepted and open counts; who waits does not, nor whom the server has closed, nor the clients' ends. */
static void
counts_open_connections(void **state)
{
	struct listener_unix who = { geteuid(), getegid(), 0600 };
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int four = listener_open_tcp("127.0.0.1", 0, BACKLOG, NULL), all = listener_open_tcp("", 0, BACKLOG, NULL),
	    path;
	int fd = sockdiag_open(NULL), clients[3][WAITING], servers[3][2];
	struct scratch s;
	struct err err;

	(void)state;
	scratch_make(&s);
	path = listener_open_unix(scratch_path(&s, "web.sock"), &who, BACKLOG, &err);
	assert_true(path >= 0 && four >= 0 && all >= 0 && fd >= 0);
	snprintf(un.sun_path, sizeof un.sun_path, "%s", scratch_path(&s, "web.sock"));
	struct sockdiag_query q[] = {
		{ .inode = listener_inode(path), .family = AF_UNIX },
		{ .inode = listener_inode(four), .family = AF_INET, .port = port_of(four) },
		{ .inode = listener_inode(all), .family = AF_INET6, .port = port_of(all) },
		{ .inode = 1, .family = AF_UNIX },
	};
	const int listeners[] = { path, four, all };

	connect_some((struct sockaddr *)&un, sizeof un, clients[0]);
	connect_some_tcp(port_of(four), AF_INET, clients[1]);
	connect_some_tcp(port_of(all), AF_INET, clients[2]);
	assert_int_equal(sockdiag_open_connections(fd, q, 3), 0);
	for (int i = 0; i < 3; i++) {
		servers[i][0] = accept(listeners[i], NULL, NULL);
		servers[i][1] = accept(listeners[i], NULL, NULL);
		assert_int_equal(sockdiag_open_connections(fd, &q[i], 1), 2);
		close(servers[i][0]);
		assert_int_equal(sockdiag_open_connections(fd, &q[i], 1), 1);
	}
	assert_int_equal(sockdiag_open_connections(fd, q, 3), 3);
	for (int i = 0; i < 3; i++) /* who has gone, and is still being written to */
		close_some(clients[i]);
	assert_int_equal(sockdiag_open_connections(fd, &q[1], 2), 2);
	assert_int_equal(sockdiag_open_connections(fd, q, 4), -1);
	for (int i = 0; i < 3; i++) {
		close(servers[i][1]);
		close(listeners[i]);
	}
	close(fd);
	scratch_remove(&s);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_of_unix_sockets),
		cmocka_unit_test(tells_who_found_no_room),
		cmocka_unit_test(tells_of_tcp_sockets),
		cmocka_unit_test(reads_long_answers),
		cmocka_unit_test(tells_the_file),
		cmocka_unit_test(counts_open_connections),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

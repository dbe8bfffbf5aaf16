/* handed: which descriptors are taken from a stranger, and that nothing of the others is left open. */
#include "unit.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "os/handed.h"

enum { MOST = 8 };

/* A packet of "word" with N times FD. */
static void
hand(int to, int fd, size_t n)
{
	char word[] = "word";
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(MOST * sizeof fd)];
	} control = { 0 };
	struct iovec part = { word, 4 };
	struct msghdr message = { .msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = CMSG_SPACE(n * sizeof fd) };

	control.header = (struct cmsghdr){ .cmsg_len = CMSG_LEN(n * sizeof fd),
		.cmsg_level = SOL_SOCKET,
		.cmsg_type = SCM_RIGHTS };
	for (size_t i = 0; i < n; i++)
		memcpy(CMSG_DATA(&control.header) + i * sizeof fd, &fd, sizeof fd);
	assert_int_equal(sendmsg(to, &message, 0), 4);
}

/* How many numbers are in use: the lowest free one tells, for the tests open nothing above a gap. */
static int
lowest_free(void)
{
	int fd = dup(0);

	close(fd);
	return fd;
}

/* What becomes of N times FD. A descriptor that was taken is closed again. */
static int
outcome(int fd, size_t n)
{
	char bytes[16];
	int pair[2], got;

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
	hand(pair[0], fd, n);
	assert_int_equal(handed_receive(pair[1], bytes, sizeof bytes, &got), 4);
	assert_memory_equal(bytes, "word", 4);
	close(pair[0]);
	close(pair[1]);
	if (got < 0)
		return got;
	assert_int_equal(fcntl(got, F_GETFD), FD_CLOEXEC);
	close(got);
	return 0;
}

static void
memory_and_pipes_are_taken(void **state)
{
	int memory = memfd_create("test", MFD_CLOEXEC), ends[2], before;

	(void)state;
	assert_true(memory >= 0 && pipe2(ends, O_CLOEXEC) == 0);
	before = lowest_free();
	assert_int_equal(outcome(memory, 1), 0);
	assert_int_equal(outcome(ends[0], 1), 0);
	assert_int_equal(outcome(ends[1], 1), 0);
	assert_int_equal(lowest_free(), before);
	close(memory);
	close(ends[0]);
	close(ends[1]);
}

/* Two have room in what CMSG_SPACE asks for one; none of them may stay. */
static void
of_several_none_is_kept(void **state)
{
	int memory = memfd_create("test", MFD_CLOEXEC), before = lowest_free();

	(void)state;
	for (size_t n = 2; n <= MOST; n++)
		assert_int_equal(outcome(memory, n), HANDED_STRANGE);
	assert_int_equal(lowest_free(), before);
	close(memory);
}

/* A file, a directory, a socket: what closing them does is not for the kernel alone to say. */
static void
anything_else_is_strange(void **state)
{
	const struct linger patient = { .l_onoff = 1, .l_linger = 600 };
	char path[] = "/tmp/bridle-test-handed-XXXXXX";
	int strange[] = { mkstemp(path), open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC), open("/", O_PATH | O_CLOEXEC),
		socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0) };
	const size_t count = sizeof strange / sizeof strange[0];
	int before = lowest_free();

	(void)state;
	unlink(path);
	assert_int_equal(setsockopt(strange[count - 1], SOL_SOCKET, SO_LINGER, &patient, sizeof patient), 0);
	for (size_t i = 0; i < count; i++) {
		assert_true(strange[i] >= 0);
		assert_int_equal(outcome(strange[i], 1), HANDED_STRANGE);
		assert_int_equal(lowest_free(), before);
		assert_true(fcntl(strange[i], F_GETFD) >= 0); /* its own descriptor is the sender's */
	}
	for (size_t i = 0; i < count; i++)
		close(strange[i]);
	while (wait(NULL) > 0)
		;
}

/* Of whom it is closed for, and not before: whoever is at the other end would see it. */
static void
what_is_let_go_is_closed(void **state)
{
	const struct linger patient = { .l_onoff = 1, .l_linger = 600 };
	int pair[2];
	char byte;

	(void)state;
	for (int lingers = 0; lingers < 2; lingers++) {
		assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
		if (lingers)
			assert_int_equal(setsockopt(pair[1], SOL_SOCKET, SO_LINGER, &patient, sizeof patient), 0);
		handed_let_go(&pair[1], 1);
		assert_int_equal(fcntl(pair[1], F_GETFD), -1);
		assert_int_equal(read(pair[0], &byte, 1), 0);
		close(pair[0]);
	}
	while (wait(NULL) > 0)
		;
}

/* Two ends of a connection on the loopback: close(2) of the first waits for whoever reads the second, who does not. */
static void
silent_connection(int ends[2])
{
	const struct linger patient = { .l_onoff = 1, .l_linger = 600 };
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t length = sizeof at;
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	static char bytes[4096];

	assert_int_equal(bind(listener, (struct sockaddr *)&at, length), 0);
	assert_int_equal(listen(listener, 1), 0);
	assert_int_equal(getsockname(listener, (struct sockaddr *)&at, &length), 0);
	ends[0] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(connect(ends[0], (struct sockaddr *)&at, length), 0);
	ends[1] = accept(listener, NULL, NULL);
	assert_true(ends[1] >= 0);
	close(listener);
	assert_int_equal(setsockopt(ends[0], SOL_SOCKET, SO_LINGER, &patient, sizeof patient), 0);
	while (send(ends[0], bytes, sizeof bytes, MSG_DONTWAIT) > 0)
		;
}

/* A bridled that ends while its child waits must not leave the lock of run_dir, say, to it: no other could begin. */
static void
who_waits_holds_nothing_else(void **state)
{
	char path[] = "/tmp/bridle-test-handed-XXXXXX";
	int ends[2], turn[2], lock = mkstemp(path), status = -1, held = -1;
	char byte = 0;
	pid_t pid;

	(void)state;
	assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
	assert_int_equal(pipe2(turn, O_CLOEXEC), 0);
	silent_connection(ends);
	pid = fork();
	if (pid == 0) {
		setpgid(0, 0);
		/* only the last one who closes it waits: that is not to be us */
		if (read(turn[0], &byte, 1) != 1 || flock(open(path, O_RDONLY | O_CLOEXEC), LOCK_EX) != 0)
			_exit(2);
		handed_let_go(ends, 1);
		_exit(fcntl(ends[0], F_GETFD) < 0 ? 0 : 3);
	}
	close(ends[0]);
	assert_int_equal(write(turn[1], &byte, 1), 1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	for (int i = 0; i < 500 && (held = flock(lock, LOCK_EX | LOCK_NB)) != 0; i++)
		usleep(10000);
	while (waitpid(-pid, &status, WNOHANG) > 0)
		;
	assert_int_equal(waitpid(-pid, &status, WNOHANG), 0); /* who closes it is there still */
	kill(-pid, SIGKILL);
	assert_int_equal(held, 0);
	close(ends[1]);
	close(turn[0]);
	close(turn[1]);
	close(lock);
	unlink(path);
	while (wait(NULL) > 0)
		;
}

static void
a_packet_may_come_alone(void **state)
{
	int pair[2], fd = 7;
	char bytes[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
	assert_int_equal(handed_receive(pair[1], bytes, sizeof bytes, &fd),
		-1); /* nothing there, and nobody is waited for */
	assert_int_equal(fd, HANDED_NONE);
	assert_int_equal(send(pair[0], "word", 4, 0), 4);
	assert_int_equal(handed_receive(pair[1], bytes, sizeof bytes, &fd), 4); /* its length, though it was cut */
	assert_int_equal(fd, HANDED_NONE);
	close(pair[0]);
	assert_int_equal(handed_receive(pair[1], bytes, sizeof bytes, &fd), 0);
	close(pair[1]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_and_pipes_are_taken),
		cmocka_unit_test(of_several_none_is_kept),
		cmocka_unit_test(anything_else_is_strange),
		cmocka_unit_test(what_is_let_go_is_closed),
		cmocka_unit_test(who_waits_holds_nothing_else),
		cmocka_unit_test(a_packet_may_come_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

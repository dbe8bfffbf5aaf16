/* process: what /proc tells, against processes that are known to the last detail. */
#include "unit.h"

#include <errno.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "base/clock.h"
#include "os/process.h"
#include "os/procstat.h"
#include "scratch.h"

/* How long a machine may stand still between two steps of a test, which then is no fault of what is tested. */
enum { STALL_MS = 20000 };

/* Lines of /proc/PID/stat, and what is in them. */
/* clang-format off */
static const struct {
	const char *what, *line;
	bool ok;
	struct procstat stat;
} lines[] = {
	{ "a plain one", "42 (sh) S 1 42 41 0 -1 4194304 0 0 0 0 7 8 0 0 20 0 3 0 12345 0 0\n", true,
		{ .pid = 42, .parent = 1, .session = 41, .state = 'S', .threads = 3, .user = 7, .system = 8, .start = 12345 } },
	{ "a name that looks like the rest", "42 (a) R 9 (b) S 1 42 41 0 -1 4 0 0 0 0 7 8 0 0 20 0 1 0 5\n", true,
		{ .pid = 42, .parent = 1, .session = 41, .state = 'S', .threads = 1, .user = 7, .system = 8, .start = 5 } },
	{ "a name with a newline", "42 (\n) D\n) Z 1 42 41 0 -1 4 0 0 0 0 7 8 0 0 20 0 1 0 5\n", true,
		{ .pid = 42, .parent = 1, .session = 41, .state = 'Z', .threads = 1, .user = 7, .system = 8, .start = 5 } },
	{ "no name", "42 () S 1 42 41 0 -1 4 0 0 0 0 7 8 0 0 20 0 1 0 5", true,
		{ .pid = 42, .parent = 1, .session = 41, .state = 'S', .threads = 1, .user = 7, .system = 8, .start = 5 } },
	{ "the largest numbers", "2147483647 (x) S 2147483647 0 2147483647 0 -1 4 0 0 0 0 18446744073709551615 0 0 0 20 0 2147483647 0 18446744073709551615", true,
		{ .pid = INT32_MAX, .parent = INT32_MAX, .session = INT32_MAX, .state = 'S', .threads = INT32_MAX,
			.user = UINT64_MAX, .start = UINT64_MAX } },
	{ "cut before the start", "42 (sh) S 1 42 41 0 -1 4194304 0 0 0 0 7 8 0 0 20 0 3 0 ", false, { 0 } },
	{ "cut in the name", "42 (sh", false, { 0 } },
	{ "cut after the name", "42 (sh)", false, { 0 } },
	{ "cut after the state", "42 (sh) S", false, { 0 } },
	{ "a number too large", "42 (x) S 1 0 1 0 -1 4 0 0 0 0 18446744073709551616 0 0 0 20 0 1 0 5", false, { 0 } },
	{ "a pid too large", "2147483648 (x) S 1 0 1 0 -1 4 0 0 0 0 1 0 0 0 20 0 1 0 5", false, { 0 } },
	{ "a parent too large", "42 (x) S 4294967297 0 1 0 -1 4 0 0 0 0 1 0 0 0 20 0 1 0 5", false, { 0 } },
	{ "no number", "42 (x) S 1 0 1 0 -1 4 x 0 0 0 1 0 0 0 20 0 1 0 5", false, { 0 } },
	{ "nothing", "", false, { 0 } },
	{ "only a parenthesis", ")", false, { 0 } },
};
/* clang-format on */

static void
reads_lines_of_stat(void **state)
{
	(void)state;
	for (unsigned i = 0; i < sizeof lines / sizeof lines[0]; i++) {
		struct procstat stat = { 0 };

		if (procstat_parse(lines[i].line, strlen(lines[i].line), &stat) != lines[i].ok)
			fail_msg("%s", lines[i].what);
		if (!lines[i].ok)
			continue;
		assert_int_equal(stat.pid, lines[i].stat.pid);
		assert_int_equal(stat.parent, lines[i].stat.parent);
		assert_int_equal(stat.session, lines[i].stat.session);
		assert_int_equal(stat.state, lines[i].stat.state);
		assert_int_equal(stat.threads, lines[i].stat.threads);
		assert_int_equal(stat.user, lines[i].stat.user);
		assert_int_equal(stat.system, lines[i].stat.system);
		assert_int_equal(stat.start, lines[i].stat.start);
	}
}

/* clang-format off */
#define LINE(state, code, from, to) "42 (a) R (b) " state " 1 42 41 0 -1 4194304 0 0 0 0 7 8 0 0 20 0 3 0 12345 1 2 18446744073709551615 " \
	code " 27 28 0 0 0 0 0 0 0 0 0 17 1 0 0 0 0 0 45 46 47 48 49 " from " " to
static const struct {
	const char *what, *line;
	int64_t bytes;
} environments[] = {
	{ "a plain one", LINE("S", "26", "5000", "7000") " 0\n", 2000 },
	{ "an empty one", LINE("S", "26", "5000", "5000") " 0\n", 0 },
	{ "not begun yet", LINE("R", "0", "0", "0") " 0\n", -1 },
	{ "being filled", LINE("R", "0", "5000", "5000") " 0\n", -1 },
	{ "a zombie's", LINE("Z", "0", "0", "0") " 0\n", 0 },
	{ "not to be looked at", LINE("S", "1", "0", "0") " 0\n", 0 },
	{ "cut behind it", LINE("S", "26", "5000", "7000"), 2000 },
	{ "cut in it", LINE("S", "26", "5000", ""), -1 },
	{ "cut before it", "42 (a) S 1 42 41 0 -1 4194304 0 0 0 0 7 8 0 0 20 0 3 0 12345 1 2 3 26 27 28 ", -1 },
	{ "backwards", LINE("S", "26", "7000", "5000") " 0\n", -1 },
	{ "no numbers", LINE("S", "x", "5000", "7000") " 0\n", -1 },
	{ "nothing", "", -1 },
	{ "only a parenthesis", ")", -1 },
};
#undef LINE
/* clang-format on */

static void
reads_sizes_of_environments(void **state)
{
	(void)state;
	for (unsigned i = 0; i < sizeof environments / sizeof environments[0]; i++)
		if (procstat_environment(environments[i].line, strlen(environments[i].line)) != environments[i].bytes)
			fail_msg("%s", environments[i].what);
}

/* A child that sleeps with NAME for its name. */
static pid_t
start_sleeper(const char *name)
{
	int pipes[2];
	char byte;
	pid_t pid;

	assert_int_equal(pipe(pipes), 0);
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_NAME, name);
		if (write(pipes[1], "x", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	assert_int_equal(read(pipes[0], &byte, 1), 1);
	close(pipes[0]);
	close(pipes[1]);
	return pid;
}

static void
end(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void
samples_a_process(void **state)
{
	struct process_sample s;
	msec before = clock_now();
	pid_t pid = start_sleeper(") Z 1 1 (");

	(void)state;
	for (int i = 0; i < 100 && process_sample(pid, &s) && s.state != 'S'; i++)
		usleep(1000);
	assert_int_equal(s.pid, pid);
	assert_int_equal(s.parent, getpid());
	assert_int_equal(s.state, 'S');
	assert_int_equal(s.threads, 1);
	assert_in_range(s.rss, 10000, 100000000);
	/* within two ticks of the clock, and of the time it took to start, which a busy machine may draw out */
	assert_in_range(s.started - before + 20, 0, 20 + STALL_MS);
	end(pid);
	assert_false(process_sample(pid, &s));
}

static void
counts_cpu_time(void **state)
{
	struct process_sample before, after;
	struct timespec start, now;

	(void)state;
	assert_true(process_sample(getpid(), &before));
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &start);
	do
		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	while ((now.tv_sec - start.tv_sec) * 1000 + (now.tv_nsec - start.tv_nsec) / 1000000 < 100);
	assert_true(process_sample(getpid(), &after));
	assert_in_range(after.cpu_ns - before.cpu_ns, 80000000, 300000000);
	assert_int_equal(after.start, before.start);
}

static void
weighs_memory(void **state)
{
	enum { SIZE = 64 << 20 };
	struct process_sample before, after;
	int64_t pss = process_pss(getpid());
	char *memory = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	(void)state;
	assert_true(process_sample(getpid(), &before));
	memset(memory, 1, SIZE);
	assert_true(process_sample(getpid(), &after));
	/* The unit is what is checked. Counters of a thread reach the sum in batches, the kernel may take pages away,
	 * sanitizers touch some of their own: a quarter more or less is not a wrong unit. */
	assert_in_range(after.rss - before.rss, SIZE - SIZE / 4, SIZE + SIZE / 4);
	if (pss >= 0) /* smaps_rollup came with Linux 4.14 */
		assert_in_range(process_pss(getpid()) - pss, SIZE - SIZE / 4, SIZE + SIZE / 4);
	munmap(memory, SIZE);
	assert_int_equal(process_pss(INT32_MAX), -1);
}

static void
counts_descriptors(void **state)
{
	pid_t pid = start_sleeper("x");
	int n = process_descriptors(pid), fd = open("/dev/null", O_RDONLY);
	pid_t other = start_sleeper("y");

	(void)state;
	assert_true(n >= 3);
	assert_int_equal(process_descriptors(other), n + 1);
	close(fd);
	end(pid);
	end(other);
	assert_int_equal(process_descriptors(pid), -1);
}

static void
knows_how_many_descriptors_there_may_be(void **state)
{
	struct rlimit limit;
	pid_t pid;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	pid = start_sleeper("x");
	assert_int_equal(prlimit(pid, RLIMIT_NOFILE, &(struct rlimit){ 77, limit.rlim_max }, NULL), 0);
	assert_int_equal(process_descriptors_most(pid), 77);
	end(pid);
	assert_int_equal(process_descriptors_most(pid), -1);
}

static void
lists_children(void **state)
{
	pid_t a = start_sleeper("a"), b = start_sleeper("b"), pids[4];

	(void)state;
	assert_int_equal(process_children(getpid(), pids, 4), 2);
	assert_true((pids[0] == a && pids[1] == b) || (pids[0] == b && pids[1] == a));
	assert_int_equal(process_children(getpid(), pids, 1), 2);
	assert_int_equal(process_children(a, pids, 4), 0);
	end(a);
	end(b);
	assert_int_equal(process_children(a, pids, 4), -1);
}

static void
shows_command_lines(void **state)
{
	char *argv[] = { "a b", "-c", "read x", "\033[31m\n", "", NULL }, *env[] = { NULL }, words[64];
	int pipes[2];
	pid_t pid;

	(void)state;
	assert_int_equal(pipe2(pipes, O_CLOEXEC), 0);
	pid = fork();
	if (pid == 0) {
		dup2(pipes[0], 0);
		execve("/bin/sh", argv, env);
		_exit(127);
	}
	close(pipes[0]);
	for (int i = 0; i < 500; i++, usleep(2000)) {
		process_cmdline(pid, words, sizeof words);
		if (strncmp(words, "a b ", 4) == 0)
			break;
	}
	assert_string_equal(words, "a b -c read x \\x1b[31m\\x0a");
	process_cmdline(pid, words, 4);
	assert_string_equal(words, "a b");
	end(pid);
	process_cmdline(pid, words, sizeof words);
	assert_string_equal(words, "");
	close(pipes[1]);
}

/* ---- heartbeats: files as gunicorn/workers/workertmp.py makes and touches them ---- */

static int
make_heartbeat(const struct scratch *s, const char *name)
{
	int fd = openat(s->fd, name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(unlinkat(s->fd, name, 0), 0);
	return fd;
}

/* Gunicorn 22 and later: mtime is the monotonic clock. */
static void
beat_by_time(int fd)
{
	struct timespec t[2];

	clock_gettime(CLOCK_MONOTONIC, &t[0]);
	t[1] = t[0];
	assert_int_equal(futimens(fd, t), 0);
}

static enum heartbeat
look(int *fd, msec *age)
{
	return process_heartbeat(getpid(), fd, clock_wall(), clock_now(), age);
}

static void
follows_a_heartbeat(void **state)
{
	struct scratch s;
	int file, fd = -1;
	msec age = -1;

	(void)state;
	scratch_make(&s);
	assert_int_equal(look(&fd, &age), HEARTBEAT_NONE);
	assert_int_equal(fd, -1);
	assert_int_equal(age, -1);
	file = make_heartbeat(&s, "wgunicorn-x1");
	assert_int_equal(look(&fd, &age), HEARTBEAT_BOOTING);
	assert_int_equal(fd, file);
	assert_in_range(age, 0, STALL_MS);
	/* up to 21: the mode */
	assert_int_equal(fchmod(file, 1), 0);
	assert_int_equal(look(&fd, &age), HEARTBEAT_BEATING);
	assert_int_equal(fchmod(file, 0), 0);
	assert_int_equal(look(&fd, &age), HEARTBEAT_BEATING);
	close(file);
	/* from 22: the time; the number may be another one now */
	int filler = open("/dev/null", O_RDONLY);

	file = make_heartbeat(&s, "wgunicorn-x2");
	assert_int_equal(look(&fd, &age), HEARTBEAT_BOOTING);
	assert_int_equal(fd, file);
	beat_by_time(file);
	assert_int_equal(look(&fd, &age), HEARTBEAT_BEATING);
	usleep(150000); /* not waiting: how old the beat gets */
	assert_int_equal(look(&fd, &age), HEARTBEAT_BEATING);
	assert_in_range(age, 140, 150 + STALL_MS);
	beat_by_time(file);
	assert_int_equal(look(&fd, &age), HEARTBEAT_BEATING);
	assert_in_range(age, 0, STALL_MS);
	close(file);
	assert_int_equal(look(&fd, &age), HEARTBEAT_NONE);
	close(filler);
	scratch_remove(&s);
}

/* Somebody sets the clock an hour forward: where a beat has a time of its own, it is as old as it was. */
static void
does_not_depend_on_the_clock_being_set(void **state)
{
	const msec hour = 3600000;
	struct scratch s;
	int file, fd = -1;
	msec age = -1;

	(void)state;
	scratch_make(&s);
	file = make_heartbeat(&s, "wgunicorn-x1");
	beat_by_time(file);
	assert_int_equal(process_heartbeat(getpid(), &fd, clock_wall() + hour, clock_now(), &age), HEARTBEAT_BEATING);
	assert_in_range(age, 0, STALL_MS);
	assert_int_equal(process_heartbeat_held(file, clock_wall() + hour, clock_now() + 7000, &age),
		HEARTBEAT_BEATING);
	assert_in_range(age, 7000, 7000 + STALL_MS);
	/* set back, or looked at a moment before the beat */
	assert_int_equal(process_heartbeat_held(file, clock_wall(), 0, &age), HEARTBEAT_BEATING);
	assert_int_equal(age, 0);
	close(file);
	scratch_remove(&s);
}

/* What is no heartbeat file, or not its own. */
static void
is_not_fooled(void **state)
{
	struct scratch s;
	int fd = -1, other, mine, elder;
	msec age = -1;

	(void)state;
	scratch_make(&s);
	other = make_heartbeat(&s, "tmpfile");
	assert_int_equal(look(&fd, &age), HEARTBEAT_NONE);
	close(other);
	other = openat(s.fd, "wgunicorn-with-a-name", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	assert_int_equal(look(&fd, &age), HEARTBEAT_NONE);
	close(other);
	/* just forked, with the file of an elder sibling that beats already */
	elder = make_heartbeat(&s, "wgunicorn-elder");
	beat_by_time(elder);
	mine = make_heartbeat(&s, "wgunicorn-mine");
	assert_int_equal(look(&fd, &age), HEARTBEAT_NONE);
	close(elder);
	assert_int_equal(look(&fd, &age), HEARTBEAT_BOOTING);
	assert_int_equal(fd, mine);
	close(mine);
	scratch_remove(&s);
}

static void
knows_what_it_cannot_see(void **state)
{
	int fd = -1, status;
	msec age = -1;
	pid_t pid;

	(void)state;
	assert_int_equal(process_heartbeat(INT32_MAX, &fd, clock_wall(), clock_now(), &age), HEARTBEAT_UNKNOWN);
	if (geteuid() != 0) {
		print_message("needs root\n");
		skip();
	}
	pid = fork();
	if (pid == 0) {
		if (setuid(4320) != 0)
			_exit(2);
		_exit(process_heartbeat(getppid(), &fd, clock_wall(), clock_now(), &age) == HEARTBEAT_UNKNOWN ? 0 : 1);
	}
	waitpid(pid, &status, 0);
	assert_int_equal(status, 0);
}

/* It has given its memory back before it is a zombie: that is nothing that it weighed. */
static void
who_ends_is_not_taken_for_light(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 20; i++) {
		struct process_sample sample = { .rss = 1 };
		bool light = false;
		pid_t pid = fork();

		if (pid == 0) {
			pause();
			_exit(0);
		}
		assert_true(pid > 0);
		kill(pid, SIGKILL);
		while (!light && process_sample(pid, &sample) && sample.state != 'Z')
			light = sample.rss <= 0;
		waitpid(pid, NULL, 0);
		assert_false(light);
		assert_int_equal(sample.state, 'Z');
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_ends_is_not_taken_for_light),
		cmocka_unit_test(reads_lines_of_stat),
		cmocka_unit_test(reads_sizes_of_environments),
		cmocka_unit_test(samples_a_process),
		cmocka_unit_test(counts_cpu_time),
		cmocka_unit_test(weighs_memory),
		cmocka_unit_test(counts_descriptors),
		cmocka_unit_test(knows_how_many_descriptors_there_may_be),
		cmocka_unit_test(lists_children),
		cmocka_unit_test(shows_command_lines),
		cmocka_unit_test(follows_a_heartbeat),
		cmocka_unit_test(does_not_depend_on_the_clock_being_set),
		cmocka_unit_test(is_not_fooled),
		cmocka_unit_test(knows_what_it_cannot_see),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* spawn: what a child gets, and what is said of one that cannot start. Children are shells that write what they see. */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/fuse.h>
#include <sched.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "os/spawn.h"
#include "scratch.h"

static char digits[] = "LISTEN_PID=0000000000";
static char *const plain_env[] = { "PATH=/usr/bin:/bin", NULL };
static char *const listen_env[] = { "PATH=/usr/bin:/bin", digits, NULL };

struct fixture {
	struct spawn_request request;
	char *argv[4];
	int output[2], null_fd;
	char text[4096];
};

static void
prepare(struct fixture *f, const char *script)
{
	memset(f, 0, sizeof *f);
	assert_int_equal(pipe2(f->output, O_CLOEXEC), 0);
	f->null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	f->argv[0] = "sh";
	f->argv[1] = "-c";
	f->argv[2] = (char *)(uintptr_t)script;
	f->request = (struct spawn_request){ .path = "/bin/sh",
		.argv = f->argv,
		.envp = plain_env,
		.null_fd = f->null_fd,
		.output_fd = f->output[1],
		.cgroup_fd = -1,
		.umask = 022 };
}

static void
release(struct fixture *f)
{
	close(f->output[0]);
	close(f->null_fd);
}

/* Start it and gather what it writes. Returns its wait status. */
static int
run(struct fixture *f)
{
	struct err err = { 0 };
	pid_t pid = spawn(&f->request, &err);
	size_t n = 0;
	ssize_t k;
	int status;

	if (pid < 0) {
		fprintf(stderr, "spawn: %s\n", err.text);
		abort(); /* not fail(): some tests are in a process of their own here */
	}
	close(f->output[1]);
	while ((k = read(f->output[0], f->text + n, sizeof f->text - 1 - n)) > 0)
		n += (size_t)k;
	f->text[n] = '\0';
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void
gets_its_output_and_input(void **state)
{
	struct fixture f;

	(void)state;
	prepare(&f, "cat; echo out; echo err >&2; exit 7");
	int status = run(&f);

	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 7);
	assert_string_equal(f.text, "out\nerr\n");
	release(&f);
}

static void
leads_a_session(void **state)
{
	struct fixture f;
	unsigned pid, session;

	(void)state;
	prepare(&f, "read -r line < /proc/self/stat; set -- $line; echo $1 $6; umask");
	f.request.umask = 027;
	run(&f);
	assert_int_equal(sscanf(f.text, "%u %u", &pid, &session), 2);
	/* read opens it in the shell itself: no subshell */
	assert_int_equal(pid, session);
	assert_non_null(strstr(f.text, "0027"));
	release(&f);
}

static void
has_nothing_but_its_descriptors(void **state)
{
	struct fixture f;
	int leak = open("/dev/zero", O_RDONLY); /* not close-on-exec, as from a careless parent */

	(void)state;
	prepare(&f, "exec ls /proc/self/fd");
	run(&f);
	assert_true(leak > 2);
	assert_string_equal(f.text, "0\n1\n2\n3\n"); /* 3 is what ls reads the directory by */
	close(leak);
	release(&f);
}

/* Descriptor FD moved out of the way of what we arrange below it. */
static int
move_up(int fd)
{
	int up = fcntl(fd, F_DUPFD_CLOEXEC, 100);

	close(fd);
	return up;
}

/* Listeners 5, 3, 4 (which must become 3, 4, 5), told apart by the sizes of their files; log and null at 6 and 7. */
static void
arrange_overlapping(struct fixture *f, struct scratch *s, int *listeners)
{
	int files[3];

	for (int i = 0; i < 3; i++) {
		files[i] = move_up(openat(s->fd, &"abc"[i], O_RDWR | O_CREAT | O_CLOEXEC, 0600));
		if (ftruncate(files[i], i + 1) != 0)
			_exit(2);
	}
	f->output[0] = move_up(f->output[0]);
	f->output[1] = move_up(f->output[1]);
	f->null_fd = move_up(f->null_fd);
	for (int i = 0; i < 3; i++)
		dup3(files[i], listeners[i], O_CLOEXEC);
	f->request.output_fd = dup3(f->output[1], 6, O_CLOEXEC);
	f->request.null_fd = dup3(f->null_fd, 7, O_CLOEXEC);
	close(f->output[1]);
	f->output[1] = 6;
	f->request.listeners = listeners;
	f->request.listener_count = 3;
}

/* In a process of its own, whose descriptors may be turned over. */
static void
arranges_overlapping_descriptors(void **state)
{
	int listeners[] = { 5, 3, 4 }, status;
	struct scratch s;
	pid_t pid;

	(void)state;
	scratch_make(&s);
	pid = fork();
	if (pid == 0) {
		struct fixture f;

		prepare(&f, "for i in 3 4 5; do stat -L -c %s /proc/$$/fd/$i; done; exec ls /proc/self/fd");
		s.fd = move_up(s.fd);
		arrange_overlapping(&f, &s, listeners);
		run(&f);
		_exit(strcmp(f.text, "1\n2\n3\n0\n1\n2\n3\n4\n5\n6\n") == 0 ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	scratch_remove(&s);
}

static void
writes_its_pid(void **state)
{
	struct fixture f;
	long pid, listen_pid;

	(void)state;
	prepare(&f, "echo $$ $LISTEN_PID");
	f.request.envp = listen_env;
	f.request.listen_pid = strchr(digits, '=') + 1;
	run(&f);
	assert_int_equal(sscanf(f.text, "%ld %ld", &pid, &listen_pid), 2);
	assert_int_equal(pid, listen_pid);
	/* no leading zeros: some read those as octal */
	assert_null(strstr(f.text, " 0"));
	release(&f);
}

static void
ignore_it(int signal)
{
	(void)signal;
}

/* Ignored, handled and blocked signals of ours are none of the child's business. */
static void
has_signals_at_their_defaults(void **state)
{
	struct fixture f;
	sigset_t blocked, old;
	unsigned long long mask;
	const char *at;

	(void)state;
	sigfillset(&blocked);
	sigprocmask(SIG_SETMASK, &blocked, &old);
	prepare(&f, "exec cat /proc/self/status");
	run(&f);
	sigprocmask(SIG_SETMASK, &old, NULL);
	assert_non_null(at = strstr(f.text, "SigBlk:"));
	assert_int_equal(sscanf(at, "SigBlk: %llx", &mask), 1);
	assert_int_equal(mask, 0);
	assert_non_null(at = strstr(f.text, "SigIgn:"));
	assert_int_equal(sscanf(at, "SigIgn: %llx", &mask), 1);
	assert_int_equal(mask, 0);
	release(&f);
}

/* We may have more descriptors open than a service may: those that are for it get there all the same. */
static void
arranges_descriptors_above_the_limit(void **state)
{
	int listeners[] = { 3 }, status;
	pid_t pid;

	(void)state;
	if (getenv("BRIDLE_VALGRIND") != NULL) {
		print_message("valgrind keeps this limit to itself\n");
		skip();
	}
	pid = fork();
	if (pid == 0) {
		struct fixture f;

		prepare(&f, "ulimit -Sn; exec ls /proc/self/fd");
		f.output[0] = move_up(f.output[0]);
		f.output[1] = move_up(f.output[1]);
		listeners[0] = move_up(f.null_fd);
		f.request.null_fd = dup3(listeners[0], 3, O_CLOEXEC); /* where a listener is to be */
		f.request.output_fd = f.output[1];
		f.request.listeners = listeners;
		f.request.listener_count = 1;
		f.request.descriptors = 64;
		run(&f);
		_exit(strcmp(f.text, "64\n0\n1\n2\n3\n4\n") == 0 ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void
restores_the_limit_of_descriptors(void **state)
{
	struct fixture f;
	struct rlimit before, after;

	(void)state;
	if (getenv("BRIDLE_VALGRIND") != NULL) {
		print_message("valgrind keeps this limit to itself\n");
		skip();
	}
	getrlimit(RLIMIT_NOFILE, &before);
	prepare(&f, "ulimit -Sn; ulimit -Hn");
	f.request.descriptors = 333;
	run(&f);
	assert_memory_equal(f.text, "333\n", 4);
	assert_int_not_equal(atoi(f.text + 4), 333);
	getrlimit(RLIMIT_NOFILE, &after);
	assert_int_equal(before.rlim_cur, after.rlim_cur);
	release(&f);
}

static void
changes_directory(void **state)
{
	struct fixture f;

	(void)state;
	prepare(&f, "pwd");
	f.request.directory = "/usr";
	run(&f);
	assert_string_equal(f.text, "/usr\n");
	release(&f);
}

static void
becomes_a_user(void **state)
{
	static const gid_t groups[] = { 4321, 4322 };
	struct fixture f;

	(void)state;
	if (geteuid() != 0) {
		print_message("needs root\n");
		skip();
	}
	prepare(&f, "id -u; id -g; id -G; grep CapEff /proc/$$/status");
	f.request.change_user = true;
	f.request.uid = 4320;
	f.request.gid = 4321;
	f.request.groups = groups;
	f.request.group_count = 2;
	run(&f);
	assert_string_equal(f.text, "4320\n4321\n4321 4322\nCapEff:\t0000000000000000\n");
	assert_int_equal(geteuid(), 0);
	release(&f);
}

/* The step that fails, and what is said. */
static const struct {
	const char *what;
	const char *path, *directory;
	int listener;
	enum spawn_step step;
	int error;
	const char *words;
} failures[] = {
	{ "no such program", "/nonexistent/x", NULL, 0, SPAWN_EXEC, ENOENT,
		"cannot execute '/nonexistent/x': No such file or directory" },
	{ "not a program", "/etc/passwd", NULL, 0, SPAWN_EXEC, EACCES,
		"cannot execute '/etc/passwd': Permission denied" },
	{ "no such directory", "/bin/sh", "/nonexistent", 0, SPAWN_DIRECTORY, ENOENT,
		"cannot change to directory '/nonexistent': No such file or directory" },
	{ "no such listener", "/bin/sh", NULL, 9999, SPAWN_DESCRIPTORS, EBADF,
		"cannot arrange descriptors: Bad file descriptor" },
};

static bool
on_valgrind(void)
{
	const char *preload = getenv("LD_PRELOAD");

	return preload != NULL && strstr(preload, "vgpreload") != NULL;
}

static void
says_which_step_failed(void **state)
{
	(void)state;
	if (on_valgrind()) {
		print_message("valgrind makes a plain fork of it\n");
		skip();
	}
	for (unsigned i = 0; i < sizeof failures / sizeof failures[0]; i++) {
		struct fixture f;
		struct err err = { 0 };

		prepare(&f, "exit 0");
		f.request.path = failures[i].path;
		f.request.directory = failures[i].directory;
		if (failures[i].listener != 0) {
			f.request.listeners = &failures[i].listener;
			f.request.listener_count = 1;
		}
		assert_int_equal(spawn(&f.request, &err), -1);
		assert_int_equal(f.request.failed, failures[i].step);
		assert_int_equal(f.request.error, failures[i].error);
		assert_string_equal(err.text, failures[i].words);
		/* it was reaped */
		assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
		assert_int_equal(errno, ECHILD);
		close(f.output[1]);
		release(&f);
	}
}

static void
leaves_our_mask_alone(void **state)
{
	static const char *const paths[] = { "/bin/sh", "/nonexistent/x" };
	sigset_t mine, after, old;

	(void)state;
	sigemptyset(&mine);
	sigaddset(&mine, SIGUSR1);
	sigprocmask(SIG_SETMASK, &mine, &old);
	for (int i = 0; i < 2; i++) {
		struct fixture f;

		prepare(&f, "exit 0");
		f.request.path = paths[i];
		if (spawn(&f.request, NULL) > 0)
			wait(NULL);
		sigprocmask(SIG_BLOCK, NULL, &after);
		for (int n = 1; n < 32; n++)
			assert_int_equal(sigismember(&after, n), n == SIGUSR1);
		close(f.output[1]);
		release(&f);
	}
	sigprocmask(SIG_SETMASK, &old, NULL);
}

static void
cannot_become_a_user_without_root(void **state)
{
	static const gid_t group = 4321;
	int status;
	pid_t pid = fork();

	(void)state;
	if (pid == 0) {
		struct fixture f;
		struct err err = { 0 };

		prepare(&f, "exit 0");
		f.request.change_user = true;
		f.request.uid = f.request.gid = 4320;
		f.request.groups = &group;
		f.request.group_count = 1;
		if (geteuid() == 0 && setresuid(12345, 12345, 12345) != 0)
			_exit(2);
		_exit(spawn(&f.request, &err) == -1 && f.request.failed == SPAWN_GROUPS && f.request.error == EPERM ?
				0 :
				1);
	}
	waitpid(pid, &status, 0);
	if (!on_valgrind())
		assert_int_equal(status, 0);
}

/* As USER, for ever: stop the processes that come after the one whose pid is in *LAST. */
static void
stop_what_comes(const pid_t *last)
{
	enum { USER = 4320 };

	if (setgroups(0, NULL) != 0 || setresgid(USER, USER, USER) != 0 || setresuid(USER, USER, USER) != 0)
		_exit(1);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;) {
		pid_t next = *(const volatile pid_t *)last + 1;

		kill(next, SIGSTOP);
		kill(next + 1, SIGSTOP);
	}
}

/* Start programs of that user, one after the other. */
static void
start_many(pid_t *last)
{
	static const gid_t group = 4320;

	for (int i = 0; i < 300; i++) {
		struct fixture f;

		prepare(&f, "exit 0");
		f.request.change_user = true;
		f.request.uid = f.request.gid = 4320;
		f.request.groups = &group;
		f.request.group_count = 1;
		pid_t pid = spawn(&f.request, NULL);

		if (pid > 0) {
			*last = pid;
			kill(pid, SIGKILL);
			waitpid(pid, NULL, 0);
		} else {
			++*last;
		}
		close(f.output[1]);
		release(&f);
	}
}

/* A hostile user stops its programs before they are executed: the one who starts them waits for none. */
static void
cannot_be_held_up(void **state)
{
	pid_t *last = mmap(NULL, sizeof *last, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0), attacker,
	      starter;
	int status = -1;

	(void)state;
	if (geteuid() != 0) {
		print_message("needs root\n");
		skip();
	}
	attacker = fork();
	if (attacker == 0)
		stop_what_comes(last);
	starter = fork();
	if (starter == 0) {
		*last = getpid();
		start_many(last);
		_exit(0);
	}
	for (int i = 0; i < 3000 && waitpid(starter, &status, WNOHANG) == 0; i++)
		usleep(10000);
	kill(attacker, SIGKILL);
	kill(starter, SIGKILL);
	while (wait(NULL) > 0)
		;
	munmap(last, sizeof *last);
	assert_int_equal(status, 0);
}

/* Serve the FUSE file system behind FD in the worst way: say hello, and then read every question and answer none. */
static void
read_and_be_silent(int fd)
{
	char bytes[1 << 17];
	struct {
		struct fuse_out_header header;
		struct fuse_init_out body;
	} hello = { .header.len = sizeof hello,
		.body = { .major = FUSE_KERNEL_VERSION, .minor = FUSE_KERNEL_MINOR_VERSION, .max_write = 4096 } };

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;) {
		const struct fuse_in_header *question = (const void *)bytes;

		if (read(fd, bytes, sizeof bytes) < (ssize_t)sizeof *question)
			_exit(1);
		if (question->opcode != FUSE_INIT)
			continue;
		hello.header.unique = question->unique;
		if (write(fd, &hello, sizeof hello) != sizeof hello)
			_exit(1);
	}
}

/* A mount of such a one at PATH, in a mount namespace of our own. Returns its server; -1: that cannot be had here. */
static pid_t
mount_silence(const char *path)
{
	int fd = open("/dev/fuse", O_RDWR | O_CLOEXEC);
	char options[100];
	pid_t server;

	if (fd < 0 || unshare(CLONE_NEWNS) != 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
		return -1;
	snprintf(options, sizeof options, "fd=%d,rootmode=40000,user_id=0,group_id=0,allow_other", fd);
	if (mount("silence", path, "fuse", 0, options) != 0)
		return -1;
	server = fork();
	if (server == 0)
		read_and_be_silent(fd);
	close(fd);
	return server;
}

/* In a process that may be held up: is it? Exit status 0: no. */
static int
start_on_silence(void)
{
	struct timespec before, after;
	struct err err = { 0 };
	char path[] = "/tmp/bridle-silence-XXXXXX";
	struct fixture f;
	pid_t server, pid;
	bool told;

	if (mkdtemp(path) == NULL || (server = mount_silence(path)) < 0) {
		rmdir(path);
		return 77;
	}
	prepare(&f, "exit 0");
	f.request.directory = path;
	clock_gettime(CLOCK_MONOTONIC, &before);
	pid = spawn(&f.request, &err);
	clock_gettime(CLOCK_MONOTONIC, &after);
	told = pid == -1 && f.request.failed == SPAWN_STALLED &&
		after.tv_sec - before.tv_sec < 2 * SPAWN_PATIENCE / 1000 + 20; /* the server never answers */
	/* others go on starting, and the one that was left ends when the kernel lets go of it */
	f.request.directory = NULL;
	for (int i = 0; i < 3 && told; i++) {
		pid = spawn(&f.request, &err);
		told = pid > 0 && waitpid(pid, NULL, 0) == pid;
	}
	kill(server, SIGKILL);
	while (wait(NULL) > 0)
		;
	umount2(path, MNT_DETACH);
	rmdir(path);
	return told ? 0 : 1;
}

static void
cannot_be_held_up_by_a_file_system(void **state)
{
	int status = -1;
	pid_t pid = fork();

	(void)state;
	if (pid == 0)
		_exit(start_on_silence());
	for (int i = 0; i < 2000 && waitpid(pid, &status, WNOHANG) == 0; i++)
		usleep(10000);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77) {
		print_message("needs root and FUSE\n");
		skip();
	}
	if (!on_valgrind())
		assert_int_equal(status, 0);
}

static void
tells_its_log_when_it_may_stall(void **state)
{
	struct fixture f;

	(void)state;
	prepare(&f, "exit 0");
	f.request.directory = "/nonexistent";
	f.request.may_stall = true;
	int status = run(&f);

	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 127);
	assert_string_equal(f.text, "bridled: cannot change to directory '/nonexistent': No such file or directory\n");
	assert_int_equal(f.request.failed, SPAWN_OK);
	release(&f);
}

/* A group of our own in the cgroup v2 hierarchy; NULL: none that we could make. */
static const char *
make_cgroup(void)
{
	static const char *const paths[] = { "/sys/fs/cgroup/unified", "/sys/fs/cgroup" };
	static char path[64];

	for (int i = 0; i < 2; i++) {
		snprintf(path, sizeof path, "%s/cgroup.controllers", paths[i]); /* v2 alone has it */
		if (access(path, F_OK) != 0)
			continue;
		snprintf(path, sizeof path, "%s/bridle-test-%d", paths[i], (int)getpid());
		if (mkdir(path, 0755) == 0)
			return path;
	}
	return NULL;
}

static void
is_born_in_a_cgroup(void **state)
{
	const char *path = make_cgroup();
	struct fixture f;

	(void)state;
	if (path == NULL) {
		print_message("no cgroup v2 that we can write\n");
		skip();
	}
	prepare(&f, "grep ^0: /proc/$$/cgroup");
	f.request.cgroup_fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(f.request.cgroup_fd >= 0);
	run(&f);
	assert_non_null(strstr(f.text, strrchr(path, '/')));
	close(f.request.cgroup_fd);
	release(&f);
	assert_int_equal(rmdir(path), 0);
}

/* Steps leave traces in their child's umask and error numbers in its errno. */
static bool
set_mask(const void *of)
{
	umask(*(const mode_t *)of);
	return true;
}

static bool
refuse(const void *of)
{
	errno = *(const int *)of;
	return false;
}

static bool
expect_user(const void *of)
{
	errno = EDOM;
	return geteuid() == *(const uid_t *)of;
}

static void
takes_the_steps_of_its_phases(void **state)
{
	static const mode_t early = 077, late = 0123;
	const uid_t before = geteuid(), after = before == 0 ? 4320 : before;
	struct steps steps = { 0 };
	struct fixture f;

	(void)state;
	prepare(&f, "umask");
	f.request.change_user = before == 0;
	f.request.uid = f.request.gid = after;
	f.request.steps = &steps;
	assert_false(steps_any(&steps));
	/* added in any order, taken in that of their phases, and within one as they were added */
	assert_true(steps_add(&steps, STEP_LAST, set_mask, &late, sizeof late, NULL, "set the mask"));
	assert_true(steps_add(&steps, STEP_USER, expect_user, &after, sizeof after, NULL, "be who it is to be"));
	assert_true(steps_add(&steps, STEP_FIRST, expect_user, &before, sizeof before, NULL, "be who we are"));
	assert_true(steps_add(&steps, STEP_FIRST, set_mask, &early, sizeof early, NULL, "set the mask"));
	assert_true(steps_any(&steps));
	run(&f);
	assert_string_equal(f.text, "0123\n");
	steps_release(&steps);
	assert_false(steps_any(&steps));
	release(&f);
}

static void
names_the_step_that_failed(void **state)
{
	static const int number = ERANGE;
	static const mode_t mask = 022;

	(void)state;
	if (on_valgrind())
		skip();
	for (int phase = 0; phase < STEP_PHASES; phase++) {
		struct steps steps = { 0 };
		struct err err = { 0 };
		struct fixture f;

		prepare(&f, "exit 0");
		f.request.steps = &steps;
		steps_add(&steps, phase, set_mask, &mask, sizeof mask, NULL, "do what can be done");
		steps_add(&steps, phase, refuse, &number, sizeof number, NULL, "turn the dial to %d", 11);
		assert_int_equal(spawn(&f.request, &err), -1);
		assert_int_equal(f.request.failed, SPAWN_STEP);
		assert_int_equal(f.request.error, ERANGE);
		assert_string_equal(err.text, "cannot turn the dial to 11: Numerical result out of range");
		close(f.output[1]);
		steps_release(&steps);
		release(&f);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(gets_its_output_and_input),
		cmocka_unit_test(leads_a_session),
		cmocka_unit_test(has_nothing_but_its_descriptors),
		cmocka_unit_test(arranges_overlapping_descriptors),
		cmocka_unit_test(writes_its_pid),
		cmocka_unit_test(has_signals_at_their_defaults),
		cmocka_unit_test(arranges_descriptors_above_the_limit),
		cmocka_unit_test(restores_the_limit_of_descriptors),
		cmocka_unit_test(changes_directory),
		cmocka_unit_test(becomes_a_user),
		cmocka_unit_test(says_which_step_failed),
		cmocka_unit_test(leaves_our_mask_alone),
		cmocka_unit_test(cannot_become_a_user_without_root),
		cmocka_unit_test(cannot_be_held_up),
		cmocka_unit_test(cannot_be_held_up_by_a_file_system),
		cmocka_unit_test(tells_its_log_when_it_may_stall),
		cmocka_unit_test(is_born_in_a_cgroup),
		cmocka_unit_test(takes_the_steps_of_its_phases),
		cmocka_unit_test(names_the_step_that_failed),
	};

	static const uint64_t ignored[8] = { 1 }; /* SIG_IGN in the kernel's struct sigaction */

	/* set before the first spawn, as a daemon does */
	signal(SIGHUP, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGUSR2, ignore_it);
	syscall(SYS_rt_sigaction, 33, ignored, NULL, sizeof(uint64_t)); /* one that glibc and musl hide */
	return cmocka_run_group_tests(tests, NULL, NULL);
}

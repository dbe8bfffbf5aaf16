/* cgroup: groups of generations, where the hierarchy is ours to write. */
#include "unit.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "os/cgroup.h"
#include "os/hierarchy.h"
#include "os/spawn.h"
#include "os/tree.h"

static char run_dir[64];

/* The root of our groups; -1, and the reason is printed, where there can be none. */
static int
open_root(void)
{
	struct err err = { 0 };
	int root = cgroup_open(run_dir, &err);

	if (root < 0)
		print_message("%s\n", err.text);
	return root;
}

static void
remove_root(int root)
{
	char link[64], path[512];
	ssize_t n;

	snprintf(link, sizeof link, "/proc/self/fd/%d", root);
	n = readlink(link, path, sizeof path - 1);
	assert_true(n > 0);
	path[n] = '\0';
	close(root);
	assert_int_equal(rmdir(path), 0);
}

static pid_t
start_in(int group, char *script)
{
	char *argv[] = { "sh", "-c", script, NULL }, *env[] = { "PATH=/usr/bin:/bin", NULL };
	struct spawn_request r = { .path = "/bin/sh", .argv = argv, .envp = env, .output_fd = -1, .cgroup_fd = group };
	struct err err = { 0 };
	pid_t pid;

	r.null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	pid = spawn(&r, &err);
	if (pid < 0)
		fail_msg("%s", err.text);
	close(r.null_fd);
	return pid;
}

struct seen {
	int32_t pids[16];
	unsigned n;
};

static void
see(void *context, int32_t pid)
{
	struct seen *seen = context;

	if (seen->n < 16)
		seen->pids[seen->n++] = pid;
}

static void
holds_a_generation(void **state)
{
	int root = open_root(), group;
	struct err err;
	struct seen seen = { .n = 0 };
	unsigned told = 0;
	pid_t pid;

	(void)state;
	if (root < 0)
		skip();
	assert_true((fcntl(root, F_GETFD) & FD_CLOEXEC) != 0);
	group = cgroup_make(root, "web", 7, &err);
	assert_true(group >= 0);
	assert_int_equal(faccessat(root, "web.7", F_OK, 0), 0);
	assert_false(cgroup_populated(group));
	pid = start_in(group, "setsid sleep 60 & sleep 60");
	for (int i = 0; i < 200 && seen.n != 3; i++, usleep(10000)) {
		seen.n = 0;
		told = cgroup_visit(group, see, &seen);
	}
	assert_int_equal(seen.n, 3);
	assert_int_equal(told, 3);
	assert_true(seen.pids[0] == pid || seen.pids[1] == pid || seen.pids[2] == pid);
	assert_true(cgroup_populated(group));
	assert_false(cgroup_remove(root, "web", 7)); /* something lives in it */
	if (!cgroup_kill(group)) {
		print_message("no cgroup.kill (Linux 5.14)\n");
		for (unsigned i = 0; i < seen.n; i++)
			kill(seen.pids[i], SIGKILL);
	}
	for (int i = 0; i < 200 && cgroup_populated(group); i++, usleep(10000))
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
	assert_false(cgroup_populated(group));
	/* what a service may have made below it goes, too */
	assert_int_equal(mkdirat(group, "sub", 0755) + mkdirat(group, "sub/sub", 0755), 0);
	close(group);
	assert_true(cgroup_remove(root, "web", 7));
	assert_int_equal(faccessat(root, "web.7", F_OK, 0), -1);
	assert_true(cgroup_remove(root, "web", 7));
	remove_root(root);
}

/* spawn() may return before the child is in its group, where a plain fork makes it (valgrind). */
static void
wait_for_somebody(int group)
{
	for (int i = 0; i < 500 && !cgroup_populated(group); i++)
		usleep(10000);
	assert_true(cgroup_populated(group));
}

static void
signals_who_is_in_it(void **state)
{
	int root = open_root(), group, status = 0;
	struct err err;
	pid_t pid;

	(void)state;
	if (root < 0)
		skip();
	group = cgroup_make(root, "web", 3, &err);
	assert_true(group >= 0);
	pid = start_in(group, "exec sleep 60");
	wait_for_somebody(group);
	cgroup_signal(group, SIGUSR1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGUSR1);
	close(group);
	assert_true(cgroup_remove(root, "web", 3));
	remove_root(root);
}

/* Listed, and gone since, and another has the number: what the list says is all that such a one has to do with the group. */
static void
spares_who_only_has_the_number(void **state)
{
	char path[] = "/tmp/bridle-test-group-XXXXXX", file[64], number[16];
	pid_t pid = fork();
	int group, fd, status;

	(void)state;
	if (pid == 0)
		for (;;)
			pause();
	assert_non_null(mkdtemp(path));
	snprintf(file, sizeof file, "%s/cgroup.procs", path);
	snprintf(number, sizeof number, "%d\n0\n", (int)pid);
	fd = open(file, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_int_equal(write(fd, number, strlen(number)), strlen(number));
	close(fd);
	group = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	cgroup_signal(group, SIGKILL);
	/* of two signals SIGKILL would be the one that it ends by (complete_signal() in kernel/signal.c) */
	kill(pid, SIGTERM);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
	close(group);
	unlink(file);
	rmdir(path);
}

static void
takes_what_is_there(void **state)
{
	int root = open_root(), again, one, two;
	struct err err;

	(void)state;
	if (root < 0)
		skip();
	again = open_root();
	assert_true(again >= 0); /* as after a restart of ours */
	one = cgroup_make(root, "web", 1, &err);
	two = cgroup_make(again, "web", 1, &err);
	assert_true(one >= 0 && two >= 0);
	close(one);
	close(two);
	close(again);
	assert_true(cgroup_remove(root, "web", 1));
	remove_root(root);
}

/* ---- controllers ---- */

static bool
write_to(const char *dir, const char *file, const char *words)
{
	char path[512];
	int fd;
	bool ok;

	snprintf(path, sizeof path, "%s/%s", dir, file);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	ok = fd >= 0 && write(fd, words, strlen(words)) == (ssize_t)strlen(words);
	if (fd >= 0)
		close(fd);
	return ok;
}

static bool
file_has(int dir, const char *file, const char *word)
{
	int fd = openat(dir, file, O_RDONLY | O_CLOEXEC);
	char text[512] = "";

	if (fd < 0 || read(fd, text, sizeof text - 1) < 0)
		text[0] = '\0';
	if (fd >= 0)
		close(fd);
	return strstr(text, word) != NULL;
}

/* In a process of its own, alone in group OWN, or with STRANGER beside it. Returns which step went wrong, 0 for none. */
static int
enable_in(const char *own, const char *controller, bool stranger)
{
	char us[16];
	struct err err;
	pid_t pid = 0;
	int root, leaf;

	if (!write_to(own, "cgroup.procs", "0"))
		return 1;
	if (stranger && (pid = fork()) == 0) {
		if (fork() != 0)
			_exit(0); /* who is left is nobody's child here */
		execl("/bin/sleep", "sleep", "60", (char *)NULL);
		_exit(127);
	}
	if (pid > 0)
		waitpid(pid, NULL, 0);
	root = cgroup_open(run_dir, &err);
	if (root < 0)
		return 2;
	if (cgroup_enable(root, controller) == stranger)
		return 3;
	if (!stranger && !file_has(root, "cgroup.subtree_control", controller))
		return 4;
	leaf = openat(root, "bridled", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	snprintf(us, sizeof us, "%d\n", (int)getpid());
	if (leaf < 0 || !file_has(leaf, "cgroup.procs", us) || !cgroup_enable(root, controller) != stranger)
		return 5;
	close(leaf);
	cgroup_close(root); /* and back we are */
	return 0;
}

/* The kernel lets no group with processes give its controllers on, so we move out of it first; where others live in it, we
 * cannot. hugetlb is what hybrid machines have left in v2. */
static void
gives_controllers_on(void **state)
{
	static const char *const controllers[] = { "memory", "pids", "hugetlb" };
	char top[HIERARCHY_PATH], own[HIERARCHY_PATH + 64], word[32] = "";
	int dir, status;

	(void)state;
	if (geteuid() != 0 || !hierarchy_own(NULL, top, sizeof top))
		skip();
	dir = open(top, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	for (size_t i = 0; i < 3 && word[0] == '\0'; i++)
		if (file_has(dir, "cgroup.controllers", controllers[i]))
			snprintf(word, sizeof word, "+%s", controllers[i]);
	bool was_on = word[0] != '\0' && file_has(dir, "cgroup.subtree_control", word + 1);

	close(dir);
	if (word[0] == '\0' || !write_to(top, "cgroup.subtree_control", word)) {
		print_message("no controller can be given on here\n");
		skip();
	}
	snprintf(own, sizeof own, "%s/bridle-test-%d", top, (int)getpid());
	for (int stranger = 0; stranger < 2; stranger++) {
		pid_t pid;

		assert_int_equal(mkdir(own, 0755), 0);
		pid = fork();
		if (pid == 0)
			_exit(enable_in(own, word + 1, stranger));
		assert_int_equal(waitpid(pid, &status, 0), pid);
		write_to(own, "cgroup.kill", "1");
		for (int i = 0; i < 200 && rmdir(own) != 0; i++, usleep(10000))
			while (waitpid(-1, NULL, WNOHANG) > 0)
				;
		assert_int_equal(status, 0);
	}
	word[0] = '-';
	if (!was_on)
		write_to(top, "cgroup.subtree_control", word);
}

/* A descriptor that is no group: nothing can be seen, so nothing is taken for gone. */
static void
does_not_guess(void **state)
{
	int fd = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct seen seen = { .n = 0 };
	struct err err;

	(void)state;
	assert_true(cgroup_populated(fd));
	assert_false(cgroup_kill(fd));
	assert_int_equal(cgroup_visit(fd, see, &seen), 0);
	assert_int_equal(cgroup_make(-1, "web", 1, &err), -1);
	assert_non_null(strstr(err.text, "cannot make cgroup 'web.1'"));
	close(fd);
}

static void
says_why_there_is_none(void **state)
{
	struct err err;
	char name[300];
	int status;
	pid_t pid;

	(void)state;
	memset(name, 'x', sizeof name - 1);
	name[sizeof name - 1] = '\0';
	assert_int_equal(cgroup_open(name, &err), -1);
	assert_true(err.text[0] != '\0');
	if (geteuid() != 0) {
		print_message("needs root\n");
		skip();
	}
	pid = fork();
	if (pid == 0) {
		if (setuid(4320) != 0)
			_exit(2);
		_exit(cgroup_open(run_dir, &err) == -1 && strstr(err.text, "cgroup") != NULL ? 0 : 1);
	}
	waitpid(pid, &status, 0);
	assert_int_equal(status, 0);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(holds_a_generation),
		cmocka_unit_test(signals_who_is_in_it),
		cmocka_unit_test(spares_who_only_has_the_number),
		cmocka_unit_test(takes_what_is_there),
		cmocka_unit_test(gives_controllers_on),
		cmocka_unit_test(does_not_guess),
		cmocka_unit_test(says_why_there_is_none),
	};

	/* a zombie populates its group still: nobody else may be slow to reap */
	if (!tree_adopt_orphans(NULL))
		return 1;
	snprintf(run_dir, sizeof run_dir, "/test/%d", (int)getpid());
	return cmocka_run_group_tests(tests, NULL, NULL);
}

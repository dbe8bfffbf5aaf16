/* rundir: directories of ours, and how they are emptied of what a service left there. */
#include "unit.h"

#include <errno.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "os/rundir.h"
#include "scratch.h"

static mode_t
mode_of(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 ? st.st_mode & 07777 : 0;
}

static void
makes_the_way_there(void **state)
{
	const char *path = scratch_path(*state, "a/b/c");
	struct err err;
	int fd = rundir_open(path, geteuid(), getegid(), 0711, &err), again;

	if (fd < 0)
		fail_msg("%s", err.text);
	assert_int_equal(mode_of(path), 0711);
	assert_int_equal(mode_of(scratch_path(*state, "a/b")), 0755);
	assert_true((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
	/* what an administrator chose is kept */
	assert_int_equal(chmod(path, 0750), 0);
	again = rundir_open(path, geteuid(), getegid(), 0711, &err);
	assert_true(again >= 0);
	assert_int_equal(mode_of(path), 0750);
	close(again);
	close(fd);
}

static void
gives_it_to_its_owner(void **state)
{
	const char *path = scratch_path(*state, "dir");
	struct err err;
	struct stat st;

	if (geteuid() != 0) {
		print_message("needs root\n");
		skip();
	}
	for (int i = 0; i < 2; i++) {
		int fd = rundir_open(path, 4320, 4321, 0700, &err);

		assert_true(fd >= 0);
		assert_int_equal(fstat(fd, &st), 0);
		assert_int_equal(st.st_uid, 4320);
		assert_int_equal(st.st_gid, 4321);
		close(fd);
		/* as when we were interrupted before it was given away */
		assert_int_equal(chown(path, 0, 0), 0);
	}
	/* a third user's is nobody's business of ours */
	assert_int_equal(chown(path, 4444, 4444), 0);
	assert_int_equal(rundir_open(path, 4320, 4321, 0700, &err), -1);
	assert_non_null(strstr(err.text, "belongs to user 4444"));
}

/* Whoever owns a directory renames what is in it, a directory of root's as well. */
static void
gives_away_what_is_empty_only(void **state)
{
	const char *outer = scratch_path(*state, "outer"), *path = scratch_path(*state, "outer/inner"),
		   *file = scratch_path(*state, "outer/inner/file");
	struct err err;
	struct stat st;
	int fd;

	if (geteuid() != 0) {
		print_message("needs root\n");
		skip();
	}
	assert_int_equal(mkdir(outer, 0755), 0);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(mkdir(file, 0700), 0);
	assert_int_equal(chown(outer, 4320, 4321), 0);
	assert_int_equal(rundir_open(path, 4320, 4321, 0755, &err), -1);
	assert_non_null(strstr(err.text, "has something in it"));
	assert_int_equal(stat(path, &st), 0);
	assert_true(st.st_uid == 0 && (st.st_mode & 07777) == 0700);
	assert_int_equal(rmdir(file), 0);
	fd = rundir_open(path, 4320, 4321, 0755, &err);
	assert_true(fd >= 0 && fstat(fd, &st) == 0 && st.st_uid == 4320);
	close(fd);
}

static void
refuses_what_others_can_write(void **state)
{
	static const struct {
		mode_t mode;
		const char *words;
	} cases[] = {
		{ 0777, "can be written by everybody" },
		{ 01777, "can be written by everybody" },
		{ 0775, "can be written by group 4321" },
	};
	const char *path = scratch_path(*state, "dir"), *link = scratch_path(*state, "link"), *in = scratch_path(*state, "dir/in");
	struct err err;

	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(mkdir(in, 0700), 0); /* an empty one is another matter: below */
	for (unsigned i = 0; i < 3; i++) {
		if (cases[i].mode == 0775 && chown(path, (uid_t)-1, 4321) != 0)
			continue;
		assert_int_equal(chmod(path, cases[i].mode), 0);
		assert_int_equal(rundir_open(path, geteuid(), getegid(), 0700, &err), -1);
		assert_non_null(strstr(err.text, cases[i].words));
		assert_int_equal(mode_of(path), cases[i].mode);
	}
	assert_int_equal(chmod(path, 0700), 0);
	assert_int_equal(symlink("dir", link), 0);
	assert_int_equal(rundir_open(link, geteuid(), getegid(), 0700, &err), -1);
	assert_non_null(strstr(err.text, "is not a directory, or a symbolic link"));
}

/* As volumes of Kubernetes are: root's, for everybody, and empty. What lies between may not be: others could rename it. */
static void
takes_an_empty_volume(void **state)
{
	const char *outer = scratch_path(*state, "outer"), *path = scratch_path(*state, "outer/volume");
	struct err err;
	int fd;

	assert_int_equal(mkdir(outer, 0755), 0);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(chmod(path, 01777), 0);
	assert_int_equal(rundir_open(path, geteuid(), getegid(), 0750, &err), -1); /* for all, on purpose */
	assert_int_equal(chmod(path, 02777), 0);
	fd = rundir_open(path, geteuid(), getegid(), 0750, &err);
	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(mode_of(path), 0750);
	assert_int_equal(chmod(path, 0777), 0);
	assert_int_equal(chmod(outer, 0777), 0);
	assert_int_equal(rundir_open(path, geteuid(), getegid(), 0750, &err), -1);
	assert_int_equal(mode_of(path), 0777);
}

/* What would be written to by root. */
static void
locks_no_link(void **state)
{
	const struct scratch *s = *state;
	struct stat st;
	struct err err;

	assert_int_equal(symlinkat("victim", s->fd, "lock"), 0);
	assert_int_equal(rundir_lock(s->fd, s->path, &err), -1);
	assert_non_null(strstr(err.text, "cannot open the lock"));
	assert_int_equal(fstatat(s->fd, "victim", &st, 0), -1);
}

static void
is_locked_by_one(void **state)
{
	const struct scratch *s = *state;
	char words[128];
	struct err err;
	int fd = rundir_lock(s->fd, s->path, &err), status;
	struct stat st;
	pid_t pid;

	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(st.st_mode & 077, 0); /* nobody else may even open it */
	pid = fork();
	if (pid == 0) {
		/* flock(2) belongs to the open file, which a fork shares: open it anew as another bridled does */
		int other = rundir_lock(s->fd, s->path, &err);

		snprintf(words, sizeof words, "'%s' is in use by another bridled, pid %d", s->path, (int)getppid());
		_exit(other == -1 && strcmp(err.text, words) == 0 ? 0 : 1);
	}
	waitpid(pid, &status, 0);
	assert_int_equal(status, 0);
	close(fd);
	fd = rundir_lock(s->fd, s->path, &err);
	assert_true(fd >= 0);
	close(fd);
}

static void
removes_everything(void **state)
{
	const struct scratch *s = *state;
	char command[512];

	snprintf(command, sizeof command,
		"cd '%s' && mkdir -p tmp/a/b/c/d/e tmp/a/b/x tmp/.bridle.0/y outside && touch tmp/f tmp/a/b/c/g tmp/.bridle.1 "
		"outside/keep && ln -s ../outside tmp/link && ln -s /etc/passwd tmp/a/b/passwd && mkfifo tmp/a/fifo",
		s->path);
	assert_int_equal(system(command), 0);
	assert_true(rundir_remove(s->fd, "tmp", 1000));
	assert_int_equal(access(scratch_path(s, "tmp"), F_OK), -1);
	assert_int_equal(access(scratch_path(s, "outside/keep"), F_OK), 0);
	/* a link itself, a file, and nothing */
	assert_int_equal(symlinkat("outside", s->fd, "tmp"), 0);
	assert_true(rundir_remove(s->fd, "tmp", 1000));
	assert_int_equal(access(scratch_path(s, "outside/keep"), F_OK), 0);
	assert_true(rundir_remove(s->fd, "tmp", 1000));
}

/* Deeper than any stack of descriptors, or PATH_MAX, would go. */
static void
removes_what_is_deep(void **state)
{
	const struct scratch *s = *state;
	int fd = dup(s->fd);

	for (int i = 0; i < 3000; i++) {
		assert_int_equal(mkdirat(fd, "d", 0700), 0);
		int next = openat(fd, "d", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

		assert_true(next >= 0);
		close(fd);
		fd = next;
	}
	close(fd);
	assert_true(rundir_remove(s->fd, "d", 10000));
	assert_int_equal(access(scratch_path(s, "d"), F_OK), -1);
}

static void
stops_at_its_limit(void **state)
{
	const struct scratch *s = *state;
	char command[256];
	int rounds = 1;

	snprintf(command, sizeof command, "mkdir -p '%s/tmp/sub' && cd '%s/tmp/sub' && seq 100 | xargs touch", s->path,
		s->path);
	assert_int_equal(system(command), 0);
	assert_false(rundir_remove(s->fd, "tmp", 10));
	while (rounds < 20 && !rundir_remove(s->fd, "tmp", 10))
		rounds++;
	assert_in_range(rounds, 9, 11);
}

/* In a child, in a mount namespace of its own: FROM is mounted at WHERE, and "tmp" is to be removed. Returns its exit
 * status: 77 where there are no such namespaces. */
static int
remove_below_mount(const struct scratch *s, const char *from, const char *where)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		/* opened anew: a descriptor of before belongs to the other namespace, without the mount */
		if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
			mount(from, where, "none", MS_BIND, NULL) != 0)
			_exit(77);
		_exit(rundir_remove(open(s->path, O_RDONLY | O_DIRECTORY), "tmp", 100) ? 1 : 0);
	}
	waitpid(pid, &status, 0);
	return WEXITSTATUS(status);
}

/* What is mounted there, of the same file system even, is not ours to empty. */
static void
stays_on_its_mount(void **state)
{
	static const char *const places[] = { "tmp", "tmp/m" };
	const struct scratch *s = *state;
	char from[128], where[128];

	if (geteuid() != 0) {
		print_message("needs root\n");
		skip();
	}
	if (getenv("BRIDLE_VALGRIND") != NULL) {
		print_message("valgrind may not know openat2(2), without which a bind mount is not seen\n");
		skip();
	}
	assert_int_equal(mkdirat(s->fd, "outside", 0755) + mkdirat(s->fd, "tmp", 0755) + mkdirat(s->fd, "tmp/m", 0755),
		0);
	close(openat(s->fd, "outside/keep", O_CREAT | O_WRONLY, 0600));
	for (int i = 0; i < 2; i++) {
		snprintf(from, sizeof from, "%s/outside", s->path);
		snprintf(where, sizeof where, "%s/%s", s->path, places[i]);
		int status = remove_below_mount(s, from, where);

		if (status == 77) {
			print_message("no mount namespace to be had\n");
			skip();
		}
		assert_int_equal(status, 0);
		assert_int_equal(faccessat(s->fd, "outside/keep", F_OK, 0), 0);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(makes_the_way_there, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(gives_away_what_is_empty_only, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(gives_it_to_its_owner, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(refuses_what_others_can_write, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(takes_an_empty_volume, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(locks_no_link, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(is_locked_by_one, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(removes_everything, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(removes_what_is_deep, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(stops_at_its_limit, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(stays_on_its_mount, scratch_setup, scratch_teardown),
	};

	umask(022);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

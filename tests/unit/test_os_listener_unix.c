/* listener, unix sockets: what may be replaced, what is refused, and on which ways. */
#include "unit.h"

#include <errno.h>
#include <grp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "os/listener.h"
#include "scratch.h"

enum { STRANGER = 4320, SERVICE = 4330 };

static struct listener_unix
by_us(void)
{
	return (struct listener_unix){ geteuid(), getegid(), 0660 };
}

static int
open_at(const char *path, struct err *err)
{
	struct listener_unix who = by_us();

	memset(err, 0, sizeof *err);
	return listener_open_unix(path, &who, 16, err);
}

/* Connect to the unix socket at PATH as anybody would. -1 with errno. */
static int
connect_to(const char *path)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	strncpy(a.sun_path, path, sizeof a.sun_path - 1);
	if (connect(s, (struct sockaddr *)&a, sizeof a) == 0)
		return s;
	close(s);
	return -1;
}

/* A plain socket of another program at PATH. */
static int
bind_foreign(const char *path, int type)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int s = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);

	strncpy(a.sun_path, path, sizeof a.sun_path - 1);
	assert_int_equal(bind(s, (struct sockaddr *)&a, sizeof a), 0);
	return s;
}

static void
assert_refused(const char *path, const char *words)
{
	struct err err;
	int fd = open_at(path, &err);

	assert_int_equal(fd, -1);
	if (strstr(err.text, words) == NULL)
		fail_msg("'%s' does not say '%s'", err.text, words);
}

static int
count_entries(const char *path)
{
	char command[256];
	FILE *f;
	int n = -1;

	snprintf(command, sizeof command, "ls -A '%s' | wc -l", path);
	f = popen(command, "r");
	assert_int_equal(fscanf(f, "%d", &n), 1);
	pclose(f);
	return n;
}

static void
serves_at_its_path(void **state)
{
	struct scratch *s = *state;
	const char *path = scratch_path(s, "web.sock");
	struct err err;
	struct stat st;
	int fd = open_at(path, &err), client;

	if (fd < 0)
		fail_msg("%s", err.text);
	assert_int_equal(stat(path, &st), 0);
	assert_true(S_ISSOCK(st.st_mode));
	assert_int_equal(st.st_mode & 0777, 0660);
	assert_true((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
	assert_true((fcntl(fd, F_GETFL) & O_NONBLOCK) != 0);
	client = connect_to(path);
	assert_true(client >= 0);
	assert_true(accept(fd, NULL, NULL) >= 0);
	assert_int_equal(count_entries(s->path), 1); /* nothing left of the making */
	close(client);
	close(fd);
}

static void
keeps_the_umask_out(void **state)
{
	struct scratch *s = *state;
	const char *path = scratch_path(s, "web.sock");
	struct listener_unix who = by_us();
	mode_t old = umask(077);
	struct err err;
	struct stat st;
	int fd;

	who.mode = 0666;
	fd = listener_open_unix(path, &who, 16, &err);
	assert_int_equal(umask(old), 077);
	assert_true(fd >= 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0666);
	close(fd);
}

static void
takes_a_long_path(void **state)
{
	struct scratch *s = *state;
	char name[201], *path;
	struct err err;
	int fd;

	memset(name, 'x', 200);
	name[200] = '\0';
	path = strdup(scratch_path(s, name));
	fd = open_at(path, &err);
	if (fd < 0)
		fail_msg("%s", err.text);
	assert_int_equal(access(path, F_OK), 0);
	listener_unlink(fd, path);
	assert_int_equal(access(path, F_OK), -1);
	close(fd);
	free(path);
}

static void
replaces_a_stale_one(void **state)
{
	const char *path = scratch_path(*state, "web.sock");
	struct err err;
	int fd;

	close(bind_foreign(path, SOCK_STREAM));
	assert_int_equal(connect_to(path), -1);
	assert_int_equal(errno, ECONNREFUSED);
	fd = open_at(path, &err);
	if (fd < 0)
		fail_msg("%s", err.text);
	assert_true(connect_to(path) >= 0);
	close(fd);
}

static void
refuses_one_that_is_served(void **state)
{
	const char *path = scratch_path(*state, "web.sock");
	int s = bind_foreign(path, SOCK_STREAM);
	char words[64], who[200];

	assert_int_equal(listen(s, 5), 0);
	snprintf(words, sizeof words, "is served by pid %d (", (int)getpid());
	assert_refused(path, words);
	assert_true(listener_who_unix(path, who, sizeof who));
	assert_non_null(strstr(who, "test_os_listener"));
	assert_true(connect_to(path) >= 0);
	close(s);
}

/* A full queue: connect(2) says EAGAIN. */
static void
refuses_one_that_is_overloaded(void **state)
{
	const char *path = scratch_path(*state, "web.sock");
	int s = bind_foreign(path, SOCK_STREAM);

	assert_int_equal(listen(s, 0), 0);
	assert_true(connect_to(path) >= 0);
	assert_refused(path, "is served by");
	assert_int_equal(access(path, F_OK), 0);
	close(s);
}

static void
refuses_one_of_another_type(void **state)
{
	const char *path = scratch_path(*state, "web.sock");
	int s = bind_foreign(path, SOCK_DGRAM);

	assert_refused(path, "is served by");
	close(s);
}

/* Who called listen(2) is gone; who inherited the socket is named by its descriptor. */
static void
names_the_heir(void **state)
{
	const char *path = scratch_path(*state, "web.sock");
	int s = bind_foreign(path, SOCK_STREAM), status, pipes[2];
	pid_t pid, heir;
	char words[64];
	struct err err;

	assert_int_equal(pipe(pipes), 0);
	pid = fork();
	if (pid == 0) {
		listen(s, 5);
		heir = fork();
		if (heir == 0) {
			for (;;)
				pause();
		}
		_exit(write(pipes[1], &heir, sizeof heir) == sizeof heir ? 0 : 1);
	}
	close(s);
	waitpid(pid, &status, 0);
	assert_int_equal(read(pipes[0], &heir, sizeof heir), sizeof heir);
	snprintf(words, sizeof words, "is served by pid %d (", (int)heir);
	int fd = open_at(path, &err);

	kill(heir, SIGKILL);
	assert_int_equal(fd, -1);
	assert_non_null(strstr(err.text, words));
	close(pipes[0]);
	close(pipes[1]);
}

static void
refuses_what_is_no_socket(void **state)
{
	struct scratch *s = *state;
	const char *file = scratch_path(s, "file"), *link = scratch_path(s, "link");
	struct stat st;

	close(creat(file, 0600));
	assert_refused(file, "is not a socket");
	assert_int_equal(symlink("/etc/passwd", link), 0);
	assert_refused(link, "is a symbolic link");
	assert_int_equal(lstat(link, &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	assert_refused(s->path, "is not a socket");
	assert_refused(scratch_path(s, "none/web.sock"), "cannot open directory 'none'");
	assert_refused("web.sock", "is not an absolute path");
	assert_refused("/", "not a place for a socket");
}

/* Ways that lead through what others can change: mode and owner of DIR, and what is said; NULL: it is allowed. */
static const struct {
	const char *what;
	mode_t mode;
	uid_t owner;
	gid_t group;
	const char *words;
} ways[] = {
	{ "ours alone", 0755, 0, 0, NULL },
	{ "the service's", 0755, SERVICE, SERVICE, NULL },
	{ "written by the service's group", 0775, 0, SERVICE, NULL },
	{ "somebody's", 0755, STRANGER, STRANGER, "belongs to user 4320" },
	{ "written by a strange group", 0775, 0, STRANGER, "can be written by group 4320" },
	{ "written by all", 0777, 0, 0, "can be written by everybody" },
	{ "written by all, sticky", 01777, 0, 0, NULL },
	{ "sticky, but somebody's", 01777, STRANGER, 0, "belongs to user 4320" },
};

static void
judges_directories(void **state)
{
	struct scratch *s = *state;
	struct listener_unix who = { SERVICE, SERVICE, 0660 };

	if (geteuid() != 0) {
		print_message("needs root\n");
		skip();
	}
	for (unsigned i = 0; i < sizeof ways / sizeof ways[0]; i++) {
		const char *dir = scratch_path(s, "dir"), *path = scratch_path(s, "dir/web.sock");
		struct err err = { 0 };
		int fd;

		assert_int_equal(mkdir(dir, 0700), 0);
		assert_int_equal(chown(dir, ways[i].owner, ways[i].group), 0);
		assert_int_equal(chmod(dir, ways[i].mode), 0);
		fd = listener_open_unix(path, &who, 5, &err);
		if ((fd >= 0) != (ways[i].words == NULL) || (fd < 0 && strstr(err.text, ways[i].words) == NULL))
			fail_msg("%s: '%s'", ways[i].what, err.text);
		if (fd >= 0) {
			struct stat st;

			assert_int_equal(stat(path, &st), 0);
			assert_int_equal(st.st_uid, SERVICE);
			assert_int_equal(st.st_gid, SERVICE);
			listener_unlink(fd, path);
			close(fd);
		}
		assert_int_equal(rmdir(dir), 0);
	}
}

/* Links in /tmp, where others can write: nothing below it is beyond doubt. */
static void
follows_no_links_of_others(void **state)
{
	struct scratch *s = *state;

	assert_int_equal(mkdirat(s->fd, "real", 0755), 0);
	assert_int_equal(symlinkat("real", s->fd, "link"), 0);
	assert_refused(scratch_path(s, "link/web.sock"), "is a symbolic link");
	assert_refused(scratch_path(s, "real/../web.sock"), "'..' after a directory that others can write");
}

/* Root's links in root's directories lead on, as /var/run does; a link that was given to a service does not. */
static void
follows_only_our_links(void **state)
{
	char base[] = "/run/bridle-test-XXXXXX", real[64], link[64], detour[64], web[64], other[64];
	struct err err = { 0 };

	(void)state;
	if (geteuid() != 0 || mkdtemp(base) == NULL)
		skip();
	snprintf(real, sizeof real, "%s/real", base);
	snprintf(link, sizeof link, "%s/link", base);
	snprintf(detour, sizeof detour, "%s/link/../real/web.sock", base);
	snprintf(web, sizeof web, "%s/real/web.sock", base);
	snprintf(other, sizeof other, "%s/link/other.sock", base);
	/* no assertion until all is away again: it is the machine's own directory */
	bool prepared = mkdir(real, 0755) == 0 && symlink("real", link) == 0;
	int fd = open_at(detour, &err);
	int made = access(web, F_OK);
	int given = lchown(link, STRANGER, STRANGER);
	int refused = open_at(other, &err);

	unlink(web);
	unlink(link);
	rmdir(real);
	rmdir(base);
	assert_true(prepared);
	assert_true(fd >= 0);
	assert_int_equal(made + given, 0);
	assert_int_equal(refused, -1);
	assert_non_null(strstr(err.text, "is a symbolic link"));
	close(fd);
}

/* In a sticky directory a stale socket of a stranger is none of our business. */
static void
leaves_sockets_of_strangers(void **state)
{
	struct scratch *s = *state;
	const char *path = scratch_path(s, "web.sock");

	if (geteuid() != 0) {
		print_message("needs root\n");
		skip();
	}
	assert_int_equal(chmod(s->path, 01777), 0);
	close(bind_foreign(path, SOCK_STREAM));
	assert_int_equal(chown(path, STRANGER, STRANGER), 0);
	assert_refused(path, "belongs to user 4320");
}

static void
removes_only_its_own(void **state)
{
	const char *path = scratch_path(*state, "web.sock");
	struct err err;
	int fd = open_at(path, &err), other;

	assert_true(fd >= 0);
	assert_int_equal(unlink(path), 0);
	other = bind_foreign(path, SOCK_STREAM);
	listener_unlink(fd, path);
	assert_int_equal(access(path, F_OK), 0); /* another's now */
	close(other);
	close(fd);
	fd = open_at(path, &err);
	assert_true(fd >= 0);
	listener_unlink(fd, path);
	assert_int_equal(access(path, F_OK), -1);
	close(fd);
}

static void
knows_whether_its_path_is_lost(void **state)
{
	const char *path = scratch_path(*state, "web.sock");
	struct listener_unix who = { .owner = geteuid(), .group = getegid(), .mode = 0600 };
	struct stat st;
	struct err err;
	int fd = open_at(path, &err), other;

	assert_true(fd >= 0);
	assert_false(listener_lost(fd, path));
	assert_true(listener_give(fd, path, &who, &err));
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(unlink(path), 0);
	assert_true(listener_lost(fd, path));
	other = bind_foreign(path, SOCK_STREAM);
	assert_true(listener_lost(fd, path));
	assert_int_equal(chmod(path, 0666), 0);
	assert_true(listener_give(fd, path, &who, &err)); /* and leaves another's alone */
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0666);
	close(other);
	close(fd);
}

/* The service's user, whose directory it is, races to put a link in the socket's place while it is given away. */
static void
gives_nothing_else_away(void **state)
{
	struct scratch *s = *state;
	struct listener_unix who = by_us();
	const char *victim = scratch_path(s, "victim"), *link = scratch_path(s, "link"),
		   *path = scratch_path(s, "web.sock");
	struct stat st;
	struct err err;
	int fd = open_at(path, &err);
	pid_t pid;

	assert_true(fd >= 0);
	close(open(victim, O_WRONLY | O_CREAT | O_CLOEXEC, 0400));
	assert_int_equal(symlink(victim, link), 0);
	pid = fork();
	if (pid == 0)
		for (;;)
			syscall(SYS_renameat2, AT_FDCWD, link, AT_FDCWD, path, 2 /* RENAME_EXCHANGE */);
	for (int i = 0; i < 20000; i++) {
		who.mode = i % 2 == 0 ? 0666 : 0660;
		listener_give(fd, path, &who, &err);
	}
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	close(fd);
	assert_int_equal(stat(victim, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0400);
}

/* As user SERVICE, for ever: put VICTIM in place of PATH, and back. */
static void
exchange(const char *path, const char *victim)
{
	if (setgroups(0, NULL) != 0 || setresgid(SERVICE, SERVICE, SERVICE) != 0 ||
		setresuid(SERVICE, SERVICE, SERVICE) != 0)
		_exit(1);
	prctl(PR_SET_PDEATHSIG, SIGKILL); /* cleared by a change of user; whatever becomes of the test, this ends */
	for (;;)
		syscall(SYS_renameat2, AT_FDCWD, path, AT_FDCWD, victim, 2 /* RENAME_EXCHANGE */);
}

/* However few descriptors there are: it says what it could not do, and leaves nothing behind. */
static void
says_why_without_descriptors(void **state)
{
	const struct scratch *s = *state;
	struct rlimit old, few;
	int fd = -1;

	getrlimit(RLIMIT_NOFILE, &old);
	few = old;
	for (few.rlim_cur = (rlim_t)s->fd + 1; fd < 0; few.rlim_cur++) {
		struct err err;

		setrlimit(RLIMIT_NOFILE, &few);
		fd = open_at(scratch_path(s, "s"), &err);
		setrlimit(RLIMIT_NOFILE, &old);
		if (fd < 0 && (err.code != EMFILE || strstr(err.text, "Too many open files") == NULL))
			fail_msg("%d descriptors: %d '%s'", (int)few.rlim_cur, err.code, err.text);
		if (fd < 0) /* nothing is in it */
			assert_int_equal(rmdir(s->path), 0);
		if (fd < 0)
			assert_int_equal(mkdir(s->path, 0700), 0);
		assert_true(few.rlim_cur < (rlim_t)s->fd + 64);
	}
	close(fd);
}

/* The service's user races to put another socket of root's in place of ours before it is given away: whatever it does,
 * that one stays root's. */
static void
survives_a_race_for_the_name(void **state)
{
	struct scratch *s = *state;
	struct listener_unix who = { SERVICE, SERVICE, 0666 };
	const char *victim = scratch_path(s, "dir/victim"), *dir = scratch_path(s, "dir"),
		   *path = scratch_path(s, "dir/web.sock");
	struct stat st;
	pid_t pid;

	if (geteuid() != 0) {
		print_message("needs root\n");
		skip();
	}
	assert_int_equal(chmod(s->path, 0711), 0);
	assert_int_equal(mkdir(dir, 0755) + chown(dir, SERVICE, SERVICE), 0);
	pid = fork();
	if (pid == 0)
		exchange(path, victim);
	for (int i = 0; i < 300; i++) {
		unlink(victim);
		unlink(path);
		close(bind_foreign(victim, SOCK_STREAM));
		int held = open(victim, O_PATH | O_CLOEXEC), fd = listener_open_unix(path, &who, 5, NULL);

		assert_int_equal(fstat(held, &st), 0);
		assert_int_equal(st.st_uid, 0);
		close(held);
		if (fd >= 0)
			close(fd);
	}
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* The service's user races to put a directory of his in place of the one in which the socket is made: nothing is removed
 * from that. */
static void
removes_nothing_from_a_directory_of_others(void **state)
{
	struct scratch *s = *state;
	struct listener_unix who = { SERVICE, SERVICE, 0666 };
	const char *dir = scratch_path(s, "dir"), *path = scratch_path(s, "dir/web.sock"),
		   *trap = scratch_path(s, "dir/trap"), *victim = scratch_path(s, "dir/trap/web.sock");
	char workshop[300];
	int there;
	pid_t pid;

	if (geteuid() != 0) {
		print_message("needs root\n");
		skip();
	}
	snprintf(workshop, sizeof workshop, "%s/.bridle.%d.0", dir, (int)getpid());
	assert_int_equal(chmod(s->path, 0711), 0);
	assert_int_equal(mkdir(dir, 0755) + chown(dir, SERVICE, SERVICE), 0);
	assert_int_equal(mkdir(trap, 0700) + chown(trap, SERVICE, SERVICE), 0);
	close(bind_foreign(victim, SOCK_STREAM));
	there = open(trap, O_PATH | O_CLOEXEC);
	pid = fork();
	if (pid == 0)
		exchange(workshop, trap);
	for (int i = 0; i < 1000; i++) {
		int fd = listener_open_unix(path, &who, 5, NULL);

		if (fd >= 0)
			close(fd);
		assert_int_equal(faccessat(there, "web.sock", F_OK, 0), 0);
		unlink(path);
		/* each under its own name again: the trap is not empty, the workshop is */
		while (rmdir(workshop) != 0 && errno != ENOENT)
			(void)(rmdir(trap) == 0 && rename(workshop, trap) == 0);
	}
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	close(there);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(serves_at_its_path, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(keeps_the_umask_out, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(takes_a_long_path, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(replaces_a_stale_one, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(refuses_one_that_is_served, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(refuses_one_that_is_overloaded, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(refuses_one_of_another_type, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(names_the_heir, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(refuses_what_is_no_socket, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(judges_directories, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(follows_no_links_of_others, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(follows_only_our_links, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(leaves_sockets_of_strangers, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(removes_only_its_own, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(knows_whether_its_path_is_lost, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(gives_nothing_else_away, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(says_why_without_descriptors, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(survives_a_race_for_the_name, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(removes_nothing_from_a_directory_of_others, scratch_setup,
			scratch_teardown),
	};

	umask(022);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* tree: who descends from whom, whose a process is, and signals that reach nobody else. */
#include "unit.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "os/census.h"
#include "os/children.h"
#include "os/tree.h"
#include "scratch.h"

/* A shell that runs SCRIPT with ENVIRONMENT, in a session of its own; returns when it has said "ready". */
static pid_t
start(const char *script, char *const *environment)
{
	char *argv[] = { "sh", "-c", (char *)(uintptr_t)script, NULL };
	static char *const nothing[] = { "PATH=/usr/bin:/bin", NULL };
	char text[6];
	int pipes[2];
	pid_t pid;

	assert_int_equal(pipe(pipes), 0);
	pid = fork();
	if (pid == 0) {
		setsid();
		dup2(pipes[1], 1);
		close(pipes[0]);
		close(pipes[1]);
		execve("/bin/sh", argv, environment != NULL ? environment : nothing);
		_exit(127);
	}
	close(pipes[1]);
	assert_int_equal(read(pipes[0], text, sizeof text), 6);
	close(pipes[0]);
	return pid;
}

/* A sleep with exactly ENVIRONMENT, which a shell would put in an order of its own; returns when it is executed. */
static pid_t
start_sleep(char *const *environment)
{
	char *argv[] = { "sleep", "60", NULL }, byte;
	int pipes[2];
	pid_t pid;

	assert_int_equal(pipe2(pipes, O_CLOEXEC), 0);
	pid = fork();
	if (pid == 0) {
		setsid();
		execve("/bin/sleep", argv, environment);
		_exit(127);
	}
	close(pipes[1]);
	assert_int_equal(read(pipes[0], &byte, 1), 0);
	close(pipes[0]);
	return pid;
}

static void
end(pid_t pid)
{
	kill(-pid, SIGKILL);
	waitpid(pid, NULL, 0);
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
}

static void
looks_at_one(void **state)
{
	struct tree_process me;

	(void)state;
	assert_true(tree_look(getpid(), &me));
	assert_int_equal(me.pid, getpid());
	assert_int_equal(me.parent, getppid());
	assert_int_equal(me.session, getsid(0));
	assert_int_equal(me.state, 'R');
	assert_true(me.start > 0);
	assert_false(tree_look(INT32_MAX, &me));
}

static void
finds_our_children(void **state)
{
	pid_t a = start("echo ready; exec sleep 60", NULL), b = start("echo ready; exec sleep 60", NULL), found[2];
	int list = tree_list_children();

	(void)state;
	for (int i = 0; i < 2; i++) { /* where it stands after the first time does not matter */
		found[0] = 0;
		assert_int_equal(tree_children_in(list, found, 2), 2);
		assert_true(found[0] == a || found[0] == b);
	}
	assert_int_equal(tree_children_in(-1, found, 2), 2);
	assert_int_equal(tree_children(found, 2), 2);
	assert_true((found[0] == a && found[1] == b) || (found[0] == b && found[1] == a));
	found[0] = 0;
	assert_int_equal(tree_children(found, 1), 2); /* there are more than we had room for */
	assert_true(found[0] == a || found[0] == b);
	end(a);
	end(b);
	assert_int_equal(tree_children(found, 2), 0);
	assert_int_equal(tree_children_in(list, found, 2), 0);
	close(list);
}

struct list {
	pid_t pids[3000];
	int n;
};

static void
append(void *context, pid_t child)
{
	struct list *l = context;

	l->pids[l->n++] = child;
}

static void
visits_our_children(void **state)
{
	pid_t a = start("echo ready; exec sleep 60", NULL), b = start("echo ready; exec sleep 60", NULL);
	int list = tree_list_children();
	static struct list l;

	(void)state;
	for (int i = 0; i < 3; i++) { /* twice by the list, from wherever it stands, once without */
		l.n = 0;
		assert_true(tree_visit_children(i < 2 ? list : -1, append, &l));
		assert_int_equal(l.n, 2);
		assert_true((l.pids[0] == a && l.pids[1] == b) || (l.pids[0] == b && l.pids[1] == a));
	}
	l.n = 0;
	assert_true(children_visit_by_walk(getpid(), append, &l));
	assert_int_equal(l.n, 2);
	end(a);
	end(b);
	close(list);
}

/* As proc_tid_children(5) has it, longer than a read, cut within numbers. */
static void
reads_the_list_of_children(void **state)
{
	static struct list l;
	FILE *f = tmpfile();

	(void)state;
	for (int i = 0; i < 2500; i++)
		fprintf(f, "%d ", 100000 + i);
	fprintf(f, "123"); /* no blank: no whole number */
	fflush(f);
	lseek(fileno(f), 0, SEEK_SET);
	assert_true(children_read(fileno(f), append, &l));
	assert_int_equal(l.n, 2500);
	for (int i = 0; i < 2500; i++)
		assert_int_equal(l.pids[i], 100000 + i);
	fclose(f);
}

/* With the kernel's lists and without. */
static void
finds_children_either_way(void **state)
{
	pid_t a = start("echo ready; exec sleep 60", NULL), b = start("echo ready; exec sleep 60", NULL), found[2];

	(void)state;
	for (int way = 0; way < 2; way++) {
		ssize_t (*children)(pid_t, pid_t *, size_t) = way == 0 ? children_by_walk : children_of;

		if (way == 1 && !children_listed()) {
			print_message("no lists of children here\n");
			break;
		}
		assert_int_equal(children(getpid(), found, 2), 2);
		assert_true((found[0] == a && found[1] == b) || (found[0] == b && found[1] == a));
		found[1] = 0;
		assert_int_equal(children(getpid(), found, 1), 2);
		assert_int_equal(found[1], 0);
	}
	end(a);
	end(b);
	assert_int_equal(children_of(INT32_MAX, found, 2), -1);
}

struct seen {
	struct tree_process at[64];
	int n;
};

static void
see(void *context, const struct tree_process *p)
{
	struct seen *seen = context;

	if (seen->n < 64)
		seen->at[seen->n++] = *p;
}

/* Is every parent seen before its children, and everybody in the SESSION? */
static void
assert_in_order(const struct seen *seen, pid_t session)
{
	assert_int_equal(seen->at[0].pid, session);
	for (int i = 1; i < seen->n; i++) {
		int parent = 0;

		while (parent < i && seen->at[parent].pid != seen->at[i].parent)
			parent++;
		assert_true(parent < i);
		assert_int_equal(seen->at[i].session, session);
	}
}

static void
see_census(struct census *c, pid_t pid, struct seen *seen)
{
	uint32_t root = census_find(c, pid);

	for (uint32_t i = root; i != CENSUS_NONE; i = census_next(c, root, i))
		see(seen, &c->at[i].process);
	census_release(c);
}

static void
walks_parents_before_children(void **state)
{
	pid_t pid = start("(sh -c 'sleep 60 & sleep 60 & echo ready; wait' & wait) & wait", NULL);
	struct seen all = { .n = 0 }, below = { .n = 0 }, seen = { .n = 0 };
	struct census c;

	(void)state;
	assert_true(census_take(&c));
	see_census(&c, pid, &all);
	assert_int_equal(all.n, 5); /* sh, its subshell, sh, two sleeps */
	assert_in_order(&all, pid);
	if (children_listed()) {
		assert_true(census_take_below(&c, pid));
		see_census(&c, pid, &below);
		assert_int_equal(below.n, 5);
		assert_in_order(&below, pid);
	}
	tree_walk(&pid, 1, see, &seen);
	assert_int_equal(seen.n, 5);
	assert_in_order(&seen, pid);
	end(pid);
	seen.n = 0;
	tree_walk(&pid, 1, see, &seen);
	assert_int_equal(seen.n, 0);
}

static void *
fork_and_wait(void *context)
{
	int *pipes = context;
	pid_t child = fork();

	if (child == 0)
		for (;;)
			pause();
	if (write(pipes[1], &child, sizeof child) == sizeof child)
		pause();
	return NULL;
}

/* A Python program may fork from any of its threads. */
static void
sees_children_of_threads(void **state)
{
	struct seen seen = { .n = 0 };
	int pipes[2];
	pid_t pid, child;

	(void)state;
	assert_int_equal(pipe(pipes), 0);
	pid = fork();
	if (pid == 0) {
		pthread_t thread;

		setsid();
		if (pthread_create(&thread, NULL, fork_and_wait, pipes) == 0)
			pause();
		_exit(1);
	}
	assert_int_equal(read(pipes[0], &child, sizeof child), sizeof child);
	tree_walk(&pid, 1, see, &seen);
	end(pid);
	assert_int_equal(seen.n, 2);
	assert_int_equal(seen.at[1].pid, child);
	close(pipes[0]);
	close(pipes[1]);
}

/* More than the first piece of memory holds (some 1300). */
static void
grows_with_what_it_sees(void **state)
{
	pid_t pid = start("i=0; while [ $i -lt 1500 ]; do sleep 60 & i=$((i+1)); done; echo ready; wait", NULL);
	struct census c;
	uint32_t steps = 0;

	(void)state;
	assert_true(census_take(&c));
	for (uint32_t root = census_find(&c, pid), i = root; i != CENSUS_NONE; i = census_next(&c, root, i))
		steps++;
	census_release(&c);
	end(pid);
	assert_int_equal(steps, 1501);
}

static void
adopts_orphans(void **state)
{
	struct err err;
	pid_t pid, found[8];
	struct tree_process p;

	(void)state;
	assert_true(tree_adopt_orphans(&err));
	pid = start("(setsid sleep 60 & echo ready); sleep 60", NULL);
	/* the subshell that started it ends just after it said so */
	for (int i = 0; i < 200 && tree_children(found, 8) != 2; i++)
		usleep(10000);
	assert_int_equal(tree_children(found, 8), 2);
	pid_t orphan = found[0] == pid ? found[1] : found[0];

	assert_true(tree_look(orphan, &p));
	assert_int_equal(p.parent, getpid());
	assert_true(tree_signal(orphan, p.start, SIGKILL));
	assert_int_equal(waitpid(orphan, NULL, 0), orphan);
	end(pid);
}

static void
signals_only_whom_it_means(void **state)
{
	pid_t pid = start("echo ready; exec sleep 60", NULL);
	struct tree_process p;
	int status;

	(void)state;
	assert_true(tree_look(pid, &p));
	assert_false(tree_signal(pid, p.start + 1, SIGKILL)); /* another one with its pid */
	assert_true(tree_signal(pid, p.start, 0));
	assert_true(tree_signal(pid, p.start, SIGTERM));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	assert_false(tree_signal(pid, p.start, SIGKILL));
}

static char long_value[6001];

/* Environments, and what marker they show. */
/* clang-format off */
static const struct {
	const char *what;
	char *const env[6];
	bool has;
	struct tree_marker marker;
} markers[] = {
	{ "all three", { "BRIDLE_SERVICE=web", "BRIDLE_GENERATION=7", "BRIDLE_RUN_DIR=/run/b", NULL }, true, { "web", "/run/b", 7 } },
	{ "among others", { "A=b", "BRIDLE_RUN_DIR=/run/b", long_value, "BRIDLE_GENERATION=4294967295", "BRIDLE_SERVICE=x y" }, true,
		{ "x y", "/run/b", UINT32_MAX } },
	{ "the first counts", { "BRIDLE_SERVICE=a", "BRIDLE_SERVICE=b", "BRIDLE_GENERATION=1", "BRIDLE_GENERATION=2", NULL }, true,
		{ "a", "", 1 } },
	{ "no generation", { "BRIDLE_SERVICE=web", NULL }, false, { "" } },
	{ "no service", { "BRIDLE_GENERATION=1", NULL }, false, { "" } },
	{ "not a number", { "BRIDLE_SERVICE=web", "BRIDLE_GENERATION=1x", NULL }, false, { "" } },
	{ "too large", { "BRIDLE_SERVICE=web", "BRIDLE_GENERATION=4294967296", NULL }, false, { "" } },
	{ "another name", { "BRIDLE_SERVICES=web", "XBRIDLE_GENERATION=1", NULL }, false, { "" } },
	{ "none", { NULL }, false, { "" } },
};
/* clang-format on */

/* start_sleep() returns when descriptors are closed, which is a moment before the new program has its environment. */
static bool
marker_of(pid_t pid, struct tree_marker *m)
{
	bool has;

	do
		has = tree_marker(pid, m);
	while (!has && errno == EAGAIN);
	return has;
}

static void
reads_markers(void **state)
{
	(void)state;
	/* what follows the first 4096 bytes of a value is no string of its own */
	memset(long_value, 'x', 4096);
	long_value[1] = '=';
	strcpy(long_value + 4096, "BRIDLE_SERVICE=evil");
	for (unsigned i = 0; i < sizeof markers / sizeof markers[0]; i++) {
		char *env[8] = { NULL };
		struct tree_marker m;

		memcpy(env, markers[i].env, sizeof markers[i].env);
		pid_t pid = start_sleep(env);

		if (marker_of(pid, &m) != markers[i].has)
			fail_msg("%s", markers[i].what);
		if (markers[i].has) {
			assert_string_equal(m.service, markers[i].marker.service);
			assert_string_equal(m.run_dir, markers[i].marker.run_dir);
			assert_int_equal(m.generation, markers[i].marker.generation);
		}
		end(pid);
	}
	struct tree_marker m;

	assert_false(tree_marker(INT32_MAX, &m));
}

/* Executes itself again and again, with a marker behind more than one read takes. */
static pid_t
start_becoming(void)
{
	char *argv[] = { "sh", "-c", "exec sh -c \"$0\" \"$0\"", "exec sh -c \"$0\" \"$0\"", NULL };
	char *env[] = { long_value, "BRIDLE_SERVICE=web", "BRIDLE_GENERATION=7", "BRIDLE_RUN_DIR=/run/b", NULL };
	pid_t pid = fork();

	if (pid == 0) {
		setsid();
		execve("/bin/sh", argv, env);
		_exit(127);
	}
	return pid;
}

/* Who executes one program after the other has a marker, or it cannot be said yet: he is never said to have none. */
static void
knows_who_is_becoming(void **state)
{
	int seen = 0, unknown = 0;
	struct tree_marker m;
	pid_t pid;

	(void)state;
	memset(long_value, 'x', 6000);
	long_value[1] = '=';
	long_value[6000] = '\0';
	pid = start_becoming();
	while (!tree_marker(pid, &m)) /* until it has executed for the first time it has our environment */
		;
	for (int i = 0; i < 20000; i++)
		if (tree_marker(pid, &m))
			seen += strcmp(m.service, "web") == 0 && m.generation == 7 && strcmp(m.run_dir, "/run/b") == 0;
		else
			unknown += errno == EAGAIN;
	end(pid);
	assert_int_equal(seen + unknown, 20000);
	assert_true(seen > 0);
}

/* Neither who has no environment at all, nor a zombie, is looked at for ever. */
static void
knows_who_has_no_marker(void **state)
{
	char *const none[] = { NULL };
	pid_t pid = start_sleep(none);
	struct tree_marker m;
	siginfo_t info;

	(void)state;
	assert_false(marker_of(pid, &m));
	assert_int_equal(errno, 0);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
	assert_false(tree_marker(pid, &m));
	assert_int_not_equal(errno, EAGAIN);
	waitpid(pid, NULL, 0);
}

struct left {
	pid_t pid[16];
	struct tree_marker marker[16];
	int n;
};

static void
note_leftover(void *context, pid_t pid, uint64_t start_time, const struct tree_marker *marker)
{
	struct left *left = context;

	(void)start_time;
	if (left->n < 16) {
		left->pid[left->n] = pid;
		left->marker[left->n++] = *marker;
	}
}

/* How many of them are known as service api's, and by nothing but its log. */
static unsigned
by_log(const struct left *left)
{
	unsigned n = 0;

	for (int i = 0; i < left->n; i++)
		n += strcmp(left->marker[i].service, "api") == 0 && left->marker[i].generation == 0;
	return n;
}

static bool
has_all(const void *of, uid_t uid)
{
	(void)of;
	(void)uid;
	return true;
}

static bool
has_none(const void *of, uid_t uid)
{
	(void)of;
	(void)uid;
	return false;
}

static const struct tree_users everybody = { .has = has_all }, nobody = { .has = has_none };

/* In a grandchild that reaps nothing: what it starts is no descendant of the one who looks. */
static void
finds_leftovers_of_its_own_run_dir(void **state)
{
	struct scratch s;
	struct left left = { .n = 0 };
	char run_dir[80], script[512];
	char *env[] = { run_dir, "BRIDLE_SERVICE=web", "BRIDLE_GENERATION=3", "PATH=/usr/bin:/bin", NULL };
	pid_t pid, looker;
	int status;

	(void)state;
	scratch_make(&s);
	snprintf(run_dir, sizeof run_dir, "BRIDLE_RUN_DIR=%s", s.path);
	assert_int_equal(mkdirat(s.fd, "api", 0755), 0);
	/* marked: the shell and a child of it that has dropped its environment; one in the same session, without
	 * marker; one that is known by its log only; and one of another bridled */
	snprintf(script, sizeof script,
		"env -i sleep 61 & "
		"env -i setsid sh -c 'exec sleep 62 > %s/api/log' & "
		"BRIDLE_RUN_DIR=/elsewhere setsid sleep 63 & "
		"while [ ! -e %s/api/log ]; do sleep 0.01; done; echo ready; wait",
		s.path, s.path);
	pid = start(script, env);
	looker = fork();
	if (looker == 0) {
		size_t n = 0;

		/* until all of them have executed what they are to be */
		for (int i = 0; i < 1000 && (n != 4 || by_log(&left) != 1); i++, usleep(10000)) {
			left.n = 0;
			n = tree_leftovers(s.path, &everybody, note_leftover, &left);
		}
		/* the shell first, then what descends from it: whatever that says of itself */
		bool ok = n == 4 && left.n == 4 && left.pid[0] == pid && left.marker[0].generation == 3 &&
			strcmp(left.marker[0].service, "web") == 0 && by_log(&left) == 1;

		/* of users whose word does not count, what they say is nothing; what writes to a log of ours is ours */
		left.n = 0;
		ok = ok && tree_leftovers(s.path, &nobody, note_leftover, &left) == 1 &&
			strcmp(left.marker[0].service, "api") == 0;
		_exit(ok ? 0 : 1);
	}
	waitpid(looker, &status, 0);
	assert_int_equal(status, 0);
	/* from here, they are our own: no leftovers */
	assert_int_equal(tree_leftovers(s.path, &everybody, note_leftover, &left), 0);
	left.n = 0;
	struct seen seen = { .n = 0 };

	tree_walk(&pid, 1, see, &seen);
	for (int i = seen.n; i-- > 0;)
		kill(seen.at[i].pid, SIGKILL);
	end(pid);
	scratch_remove(&s);
}

/* One with a marker and an orphan without, in its session: both are seen, and then VISIT is shown them, as of generation 3. */
static void
finds_both(void (*visit)(void *context, pid_t pid, uint64_t start, const struct tree_marker *marker))
{
	char *env[] = { "BRIDLE_RUN_DIR=/run/bridle-test", "BRIDLE_SERVICE=web", "BRIDLE_GENERATION=3",
		"PATH=/usr/bin:/bin", NULL };
	pid_t pid = start("(env -i sleep 64 &); echo ready; exec sleep 65", env), looker;
	int status;

	looker = fork();
	if (looker == 0) {
		struct left left = { .n = 0 };
		size_t n = 0;

		/* the subshell ends soon after it said that it is ready */
		for (int i = 0; i < 1000 && n != 2; i++, usleep(10000))
			n = tree_leftovers("/run/bridle-test", &everybody, note_leftover, &(struct left){ .n = 0 });
		n = tree_leftovers("/run/bridle-test", &everybody, visit, &left);
		_exit(n == 2 && left.marker[0].generation == 3 && left.marker[1].generation == 3 ? 0 : (int)n + 10);
	}
	waitpid(looker, &status, 0);
	end(pid);
	assert_int_equal(status, 0);
}

static void
finds_leftovers_by_session(void **state)
{
	(void)state;
	finds_both(note_leftover);
}

/* Whoever is told of ends, and shows nothing of itself any more (a zombie has no environment). */
static void
end_leftover(void *context, pid_t pid, uint64_t start, const struct tree_marker *marker)
{
	struct tree_marker own;

	note_leftover(context, pid, start, marker);
	kill(pid, SIGKILL);
	for (int i = 0; i < 1000 && tree_marker(pid, &own); i++)
		usleep(10000);
}

/* Whose it was is known from the first look on: who shares a marker is not nobody's because the one that showed it has ended. */
static void
leftovers_that_end_meanwhile(void **state)
{
	(void)state;
	finds_both(end_leftover);
}

/* Who executes one program after the other is a leftover, or that cannot be said yet; he is never said to be none. */
static void
leftovers_that_are_becoming(void **state)
{
	struct tree_marker m;
	pid_t pid, looker;
	int status;

	(void)state;
	memset(long_value, 'x', 6000);
	long_value[1] = '=';
	long_value[6000] = '\0';
	pid = start_becoming();
	while (!tree_marker(pid, &m))
		;
	looker = fork();
	if (looker == 0) {
		int seen = 0, unknown = 0;

		for (int i = 0; i < 500; i++)
			if (tree_leftovers("/run/b", &everybody, note_leftover, &(struct left){ .n = 0 }) == 1)
				seen++;
			else
				unknown += errno == EAGAIN;
		_exit(seen + unknown == 500 && seen > 0 ? 0 : 1);
	}
	waitpid(looker, &status, 0);
	end(pid);
	assert_int_equal(status, 0);
}

/* Circles cannot be, but pids are reused while one looks: whatever the picture, the walk ends. */
static void
never_walks_in_circles(void **state)
{
	struct census c;
	uint32_t steps = 0, self;

	(void)state;
	assert_true(census_take(&c));
	self = census_find(&c, getpid());
	assert_int_not_equal(self, CENSUS_NONE);
	for (uint32_t i = census_find(&c, 1); i != CENSUS_NONE; i = census_next(&c, census_find(&c, 1), i))
		steps++;
	assert_true(steps <= c.count);
	assert_int_equal(census_find(&c, INT32_MAX), CENSUS_NONE);
	census_release(&c);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(looks_at_one),
		cmocka_unit_test(finds_our_children),
		cmocka_unit_test(visits_our_children),
		cmocka_unit_test(reads_the_list_of_children),
		cmocka_unit_test(finds_children_either_way),
		cmocka_unit_test(walks_parents_before_children),
		cmocka_unit_test(sees_children_of_threads),
		cmocka_unit_test(grows_with_what_it_sees),
		cmocka_unit_test(adopts_orphans),
		cmocka_unit_test(signals_only_whom_it_means),
		cmocka_unit_test(reads_markers),
		cmocka_unit_test(knows_who_is_becoming),
		cmocka_unit_test(knows_who_has_no_marker),
		cmocka_unit_test(finds_leftovers_of_its_own_run_dir),
		cmocka_unit_test(finds_leftovers_by_session),
		cmocka_unit_test(leftovers_that_end_meanwhile),
		cmocka_unit_test(leftovers_that_are_becoming),
		cmocka_unit_test(never_walks_in_circles),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

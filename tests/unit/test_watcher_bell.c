/* bell, intake: who has written is heard, whatever the kernel has to give for it. */
#include "unit.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../lib/stage.h"
#include "watcher/bell.h"

static void
a_slot_is_found_by_its_watch(void **state)
{
	const int watches[] = { 7, 0, 9, 0, 12 };

	(void)state;
	assert_int_equal(bell_slot(watches, 5, 7), 0);
	assert_int_equal(bell_slot(watches, 5, 9), 2);
	assert_int_equal(bell_slot(watches, 5, 12), 4);
	assert_int_equal(bell_slot(watches, 5, 8), 5);
	assert_int_equal(bell_slot(watches, 4, 12), 4);
	assert_int_equal(bell_slot(NULL, 0, 1), 0);
}

/* The number behind KIND in the line of /proc/PID/fdinfo (proc_pid_fdinfo(5)) that speaks of the pipe of SLOT; 0: none does. */
static long
number_of(const struct stage *s, unsigned slot, const char *kind)
{
	char path[320], line[256], inode[32];
	struct dirent *entry;
	long found = 0;
	struct stat st;
	DIR *dir;

	assert_int_equal(fstat(s->fifo[slot], &st), 0);
	snprintf(inode, sizeof inode, "ino:%jx ", (uintmax_t)st.st_ino);
	snprintf(path, sizeof path, "/proc/%d/fdinfo", (int)s->watcher);
	dir = opendir(path);
	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		FILE *f;

		snprintf(path, sizeof path, "/proc/%d/fdinfo/%s", (int)s->watcher, entry->d_name);
		f = entry->d_name[0] == '.' ? NULL : fopen(path, "r");
		while (f != NULL && fgets(line, sizeof line, f) != NULL)
			if (strncmp(line, kind, strlen(kind)) == 0 && strstr(line, inode) != NULL)
				found = strtol(line + strlen(kind), NULL, 16);
		if (f != NULL)
			fclose(f);
	}
	if (dir != NULL)
		closedir(dir);
	return found;
}

static long
watch_of(const struct stage *s, unsigned slot)
{
	return number_of(s, slot, "inotify wd:");
}

static bool
is_polled(const struct stage *s, unsigned slot)
{
	return number_of(s, slot, "tfd:") > 0;
}

static void
wait_watched(const struct stage *s, unsigned slot)
{
	for (unsigned ms = 0; watch_of(s, slot) == 0; ms++, usleep(1000))
		assert_true(ms < STAGE_PATIENCE);
}

/* One line after another, each written when the one before has arrived: none of them is left lying. */
static void
write_in_turn(struct stage *s, unsigned slot, unsigned count, size_t length)
{
	for (unsigned i = 1; i <= count; i++) {
		stage_log(s, slot, "a line\n");
		stage_wait_log(s, slot, length + 7 * i);
	}
}

static void
pipes_are_watched_and_never_polled(void **state)
{
	struct stage *s = *state;
	unsigned web = stage_service(s, "web"), api = stage_service(s, "api");

	stage_log(s, api, "from before\n");
	stage_start(s);
	stage_wait_log(s, api, 12);
	write_in_turn(s, web, 100, 0);
	wait_watched(s, web);
	wait_watched(s, api);
	assert_false(is_polled(s, web));
	assert_false(is_polled(s, api));
}

/* While its lines come fast, nobody is told of each: the watch is gone. Another one, with another number, comes when they
 * do not come fast any more. */
static void
who_writes_fast_is_not_watched(void **state)
{
	struct stage *s = *state;
	unsigned web = stage_service(s, "web"), written = 0;
	long first;

	stage_start(s);
	wait_watched(s, web);
	first = watch_of(s, web);
	for (unsigned tries = 0; watch_of(s, web) == first; tries++, usleep(100)) {
		assert_true(tries < STAGE_PATIENCE);
		for (unsigned i = 0; i < 200; i++, written++)
			stage_log(s, web, "x\n");
	}
	wait_watched(s, web);
	write_in_turn(s, web, 3, 2 * written);
}

static void
without_watches_pipes_are_polled(void **state)
{
	struct stage *s = *state;
	unsigned web = stage_service(s, "web"), api = stage_service(s, "api");
	int status;

	s->no_watches = true;
	stage_start(s);
	for (unsigned ms = 0; !is_polled(s, web) || !is_polled(s, api); ms++, usleep(1000)) {
		assert_true(ms < STAGE_PATIENCE);
		if (waitpid(s->watcher, &status, WNOHANG) != s->watcher)
			continue;
		s->watcher = 0;
		assert_int_equal(WEXITSTATUS(status), STAGE_CANNOT);
		skip();
	}
	write_in_turn(s, web, 100, 0);
	write_in_turn(s, api, 1, 0);
	assert_int_equal(watch_of(s, web), 0);
}

/* As many events as the kernel keeps for us, of two services in turn so that none is merged with another, and then somebody
 * else writes: that is not told any more. */
static void
when_too_much_is_told_all_are_looked_at(void **state)
{
	struct stage *s = *state;
	unsigned web = stage_service(s, "web"), api = stage_service(s, "api"), quiet = stage_service(s, "quiet");
	unsigned most = 0;
	FILE *f = fopen("/proc/sys/fs/inotify/max_queued_events", "r");

	if (f == NULL || fscanf(f, "%u", &most) != 1 || most > 200000)
		skip();
	fclose(f);
	stage_start(s);
	write_in_turn(s, web, 1, 0);
	write_in_turn(s, api, 1, 0);
	write_in_turn(s, quiet, 1, 0);
	wait_watched(s, web);
	wait_watched(s, api);
	wait_watched(s, quiet);
	kill(s->watcher, SIGSTOP);
	for (unsigned i = 0; i < most / 2 + 10; i++) {
		stage_log(s, web, "\n");
		stage_log(s, api, "\n");
	}
	stage_log(s, quiet, "here\n");
	kill(s->watcher, SIGCONT);
	stage_wait_log(s, quiet, 12);
	stage_wait_log(s, web, 7 + most / 2 + 10);
	stage_wait_log(s, api, 7 + most / 2 + 10);
}

/* A service went and another of its name came while nobody looked. Something of the first one still has its pipe. */
static void
a_new_pipe_under_an_old_name_is_found(void **state)
{
	struct stage *s = *state;
	unsigned web = stage_service(s, "web");
	struct link_record page = link_make(LINK_PAGE);
	char path[128];
	int old = s->fifo[web];

	stage_start(s);
	write_in_turn(s, web, 1, 0);
	snprintf(path, sizeof path, "%s/run/web/log", s->root);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkfifo(path, 0600), 0);
	s->fifo[web] = open(path, O_RDWR | O_CLOEXEC);
	assert_true(s->fifo[web] >= 0);
	stage_change(s, web)->incarnation += 100;
	stage_changed(s, web);
	stage_send(s, &page);
	write_in_turn(s, web, 3, 7);
	close(old);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_slot_is_found_by_its_watch),
		cmocka_unit_test_setup_teardown(pipes_are_watched_and_never_polled, stage_setup, stage_teardown),
		cmocka_unit_test_setup_teardown(who_writes_fast_is_not_watched, stage_setup, stage_teardown),
		cmocka_unit_test_setup_teardown(without_watches_pipes_are_polled, stage_setup, stage_teardown),
		cmocka_unit_test_setup_teardown(when_too_much_is_told_all_are_looked_at, stage_setup, stage_teardown),
		cmocka_unit_test_setup_teardown(a_new_pipe_under_an_old_name_is_found, stage_setup, stage_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

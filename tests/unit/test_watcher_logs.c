#include "unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../lib/stage.h"
#include "base/clock.h"

static void
expect_log(struct stage *s, unsigned slot, const char *expected)
{
	size_t n;

	stage_wait_log(s, slot, strlen(expected));
	char *text = stage_read_log(s, slot, &n);

	assert_string_equal(text, expected);
	free(text);
}

static void
set_log(struct stage *s, unsigned slot, uint8_t to, uint8_t format, uint64_t max_size)
{
	struct page_service *record = stage_change(s, slot);

	record->settings.log = to;
	record->settings.log_format = format;
	record->settings.log_max_size = max_size;
	record->incarnation += 100;
	stage_changed(s, slot);
}

static void
lines_arrive_as_they_came(void **state)
{
	struct stage *s = *state;
	unsigned web = stage_service(s, "web"), api = stage_service(s, "api");
	char path[128];
	struct stat st;

	stage_start(s);
	stage_log(s, web, "one\ntw");
	stage_log(s, web, "o\n");
	stage_log(s, api, "other\n");
	expect_log(s, web, "one\ntwo\n");
	expect_log(s, api, "other\n");
	snprintf(path, sizeof path, "%s/log/web", s->root);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0750);
	strcat(path, "/current");
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0640);
}

static void
nothing_is_made_before_there_is_a_line(void **state)
{
	struct stage *s = *state;
	unsigned web = stage_service(s, "web"), api = stage_service(s, "api");
	char path[128];

	stage_start(s);
	stage_log(s, api, "x\n");
	expect_log(s, api, "x\n");
	snprintf(path, sizeof path, "%s/log/web", s->root);
	assert_int_equal(access(path, F_OK), -1);
	(void)web;
}

static void
the_end_takes_what_is_in_the_pipes(void **state)
{
	struct stage *s = *state;
	unsigned web = stage_service(s, "web");

	stage_start(s);
	stage_log(s, web, "first\n");
	expect_log(s, web, "first\n");
	kill(s->watcher, SIGSTOP);
	stage_log(s, web, "last\n");
	close(s->link);
	s->link = dup(2);
	kill(s->watcher, SIGCONT);
	assert_int_equal(stage_end(s), 0);
	expect_log(s, web, "first\nlast\n");
}

static void
signals_of_a_terminal_do_not_end_it(void **state)
{
	struct stage *s = *state;
	unsigned web = stage_service(s, "web");

	stage_start(s);
	stage_log(s, web, "1\n");
	expect_log(s, web, "1\n");
	kill(s->watcher, SIGINT);
	kill(s->watcher, SIGTERM);
	stage_log(s, web, "2\n");
	expect_log(s, web, "1\n2\n");
}

static void
a_service_added_later_is_followed(void **state)
{
	struct stage *s = *state;
	struct link_record page = link_make(LINK_PAGE);
	unsigned web;

	stage_service(s, "first");
	stage_start(s);
	web = stage_service(s, "web");
	stage_send(s, &page);
	stage_log(s, web, "hello\n");
	expect_log(s, web, "hello\n");
}

/* A child that writes COUNT numbered lines, one write(2) each, and waits when the pipe is full. */
static pid_t
begin_writer(struct stage *s, unsigned slot, unsigned count)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	for (unsigned i = 0; pid == 0 && i < count; i++) {
		char line[128];
		int n = snprintf(line, sizeof line, "line %08u %.*s\n", i, (int)(i % 97),
			"----------------------------------------------------------------------------------------------"
			"------");

		if (write(s->fifo[slot], line, (size_t)n) != n)
			_exit(1);
		if (i + 1 == count)
			_exit(0);
	}
	return pid;
}

/* Each line once, whole, in order; the number stands at column AT. */
static void
check_lines(const char *text, unsigned count, size_t at)
{
	unsigned expected = 0;

	for (const char *line = text; *line != '\0'; expected++) {
		const char *end = strchr(line, '\n');
		char start[16] = "", wanted[16];

		assert_non_null(end);
		if ((size_t)(end - line) > at + 13)
			memcpy(start, line + at, 13);
		snprintf(wanted, sizeof wanted, "line %08u", expected);
		if (strcmp(start, wanted) != 0)
			fail_msg("'%.60s' where %s was expected", line, wanted);
		line = end + 1;
	}
	assert_int_equal(expected, count);
}

/* Kill the watcher again and again while lines come. */
static void
flow_under_fire(struct stage *s, unsigned web, unsigned count, size_t at)
{
	unsigned kills = 0;
	int status;
	pid_t writer;
	size_t n;

	stage_start(s);
	writer = begin_writer(s, web, count);
	while (waitpid(writer, &status, WNOHANG) == 0 && kills < 40) {
		usleep(5000 + (unsigned)(clock_now() * 7919 % 20000)); /* not waiting: how far it gets */
		stage_kill(s);
		kills++;
		stage_start(s);
	}
	if (kills == 40)
		waitpid(writer, &status, 0);
	assert_int_equal(status, 0);
	assert_int_equal(stage_end(s), 0);
	assert_true(kills > 3);
	char *text = stage_read_log(s, web, &n);

	check_lines(text, count, at);
	free(text);
}

static void
killed_while_lines_flow_nothing_is_lost(void **state)
{
	struct stage *s = *state;
	unsigned web = stage_service(s, "web");

	set_log(s, web, PAGE_LOG_FILE, PAGE_LOG_PLAIN, 100000);
	flow_under_fire(s, web, 400000, 0);
	assert_true(stage_finished(s, web) > 100);
}

static void
killed_with_times_in_front_nothing_is_lost(void **state)
{
	struct stage *s = *state;
	unsigned web = stage_service(s, "web");

	set_log(s, web, PAGE_LOG_FILE, PAGE_LOG_TIME, 100000);
	flow_under_fire(s, web, 200000, 25);
}

static void
killed_while_writing_json_nothing_is_lost(void **state)
{
	struct stage *s = *state;
	unsigned web = stage_service(s, "web");

	set_log(s, web, PAGE_LOG_FILE, PAGE_LOG_JSON, 100000);
	flow_under_fire(s, web, 200000,
		strlen("{\"time\":\"2026-11-20T16:57:11.123Z\",\"service\":\"web\",\"line\":\""));
}

static void
finished_files_are_kept_up_to_a_number(void **state)
{
	struct stage *s = *state;
	unsigned web = stage_service(s, "web");
	int status;
	char *text;
	size_t n;

	set_log(s, web, PAGE_LOG_FILE, PAGE_LOG_PLAIN, 10000);
	stage_change(s, web)->settings.log_keep = 3;
	stage_changed(s, web);
	stage_start(s);
	assert_true(waitpid(begin_writer(s, web, 5000), &status, 0) > 0);
	assert_int_equal(stage_end(s), 0);
	assert_int_equal(stage_finished(s, web), 3);
	text = stage_read_log(s, web, &n);
	assert_true(n > 20000 && n <= 40000);
	assert_non_null(strstr(text, "line 00004999"));
	assert_memory_equal(text, "line ", 5);
	free(text);
}

static void
wait_for_words(struct stage *s, unsigned slot, const char *words)
{
	bool there = false;

	for (msec end = clock_now() + STAGE_PATIENCE; !there && clock_now() < end; usleep(2000)) {
		size_t n;
		char *text = stage_read_log(s, slot, &n);

		there = strstr(text, words) != NULL;
		free(text);
	}
	if (!there)
		fail_msg("'%s' does not come into the log", words);
}

/* A file size limit stands for a full disk: write(2) fails at once, and works again when the limit is lifted. */
static void
a_full_disk_costs_whole_lines_and_says_how_many(void **state)
{
	struct stage *s = *state;
	unsigned web = stage_service(s, "web");
	struct rlimit none = { RLIM_INFINITY, RLIM_INFINITY };
	unsigned long long lost, bytes, lines = 0;
	int status;
	char *text, *note;
	size_t n;

	set_log(s, web, PAGE_LOG_FILE, PAGE_LOG_PLAIN, 1 << 30);
	s->file_limit = 1000003;
	signal(SIGXFSZ, SIG_IGN);
	stage_start(s);
	/* it must not wait for the disk: 300000 lines are some twenty times the pipe */
	assert_true(waitpid(begin_writer(s, web, 300000), &status, 0) > 0);
	assert_int_equal(status, 0);
	assert_int_equal(prlimit(s->watcher, RLIMIT_FSIZE, &none, NULL), 0);
	wait_for_words(s, web, "bridle: ");
	stage_log(s, web, "the end\n");
	wait_for_words(s, web, "the end\n");
	assert_int_equal(stage_end(s), 0);
	text = stage_read_log(s, web, &n);
	note = strstr(text, "bridle: ");
	assert_non_null(note);
	assert_int_equal(sscanf(note, "bridle: %llu lines (%llu bytes) were lost", &lost, &bytes), 2);
	for (char *p = text; (p = strchr(p, '\n')) != NULL; p++)
		lines++;
	for (char *line = text; *line != '\0'; line = strchr(line, '\n') + 1)
		assert_true(strncmp(line, "line ", 5) == 0 || strncmp(line, "bridle: ", 8) == 0 ||
			strcmp(line, "the end\n") == 0);
	assert_int_equal(lines - 2 + lost, 300000);
	free(text);
}

/* The number that follows BEFORE where TEXT stands, if AFTER follows the number. Not by sscanf(3): the C library asks for the end
 * of the string at each call (strlen(3)), so that a log of some megabytes takes minutes under valgrind. */
static bool
number_between(const char *text, const char *before, unsigned long long *n, const char *after)
{
	char *end;

	if (strncmp(text, before, strlen(before)) != 0)
		return false;
	*n = strtoull(text + strlen(before), &end, 10);
	return strncmp(end, after, strlen(after)) == 0;
}

/* The lines that are said to be lost; the others are whole, each is there once, and in order. */
static unsigned long long
check_losses(const char *text, unsigned long long *lines)
{
	unsigned long long lost = 0, n, next = 0;

	for (*lines = 0; *text != '\0'; text = strchr(text, '\n') + 1) {
		assert_non_null(strchr(text, '\n'));
		if (number_between(text, "bridle: ", &n, " lines (")) {
			lost += n;
			continue;
		}
		if (!number_between(text, "line ", &n, " ") || n < next)
			fail_msg("'%.60s' behind line %llu", text, next);
		next = n + 1;
		++*lines;
	}
	return lost;
}

/* Its successor has what it kept and counted; killed in the middle of dropping lines, of writing what it kept, or of
 * beginning to keep it. */
static void
killed_while_the_disk_is_full_it_counts_on(void **state)
{
	struct stage *s = *state;
	unsigned web = stage_service(s, "web"), api = stage_service(s, "api");
	unsigned long long lost, lines;
	unsigned kills = 0;
	pid_t writer;
	int status;
	char *text;
	size_t n;

	set_log(s, web, PAGE_LOG_FILE, PAGE_LOG_PLAIN, 1 << 30);
	set_log(s, api, PAGE_LOG_FILE, PAGE_LOG_PLAIN, 1 << 30);
	signal(SIGXFSZ, SIG_IGN);
	s->file_limit = 1000003;
	stage_start(s);
	writer = begin_writer(s, web, 300000);
	while (waitpid(writer, &status, WNOHANG) == 0 && kills < 30) {
		usleep(20000 + (unsigned)(clock_now() * 7919 % 200000)); /* not waiting: how far it gets */
		stage_kill(s);
		s->file_limit += kills++ % 4 == 0 ? 10007 : 0; /* now and then the disk takes a little */
		stage_start(s);
	}
	if (kills == 30)
		waitpid(writer, &status, 0);
	assert_int_equal(status, 0);
	stage_log(s, api, "other\n"); /* this one was never stuck */
	expect_log(s, api, "other\n");
	stage_kill(s);
	s->file_limit = 0;
	stage_start(s);
	assert_int_equal(stage_end(s), 0);
	text = stage_read_log(s, web, &n);
	lost = check_losses(text, &lines);
	assert_true(lost > 0);
	assert_int_equal(lines + lost, 300000);
	free(text);
}

static void
standard_output_gets_names_in_front(void **state)
{
	struct stage *s = *state;
	unsigned web = stage_service(s, "web");
	char text[64] = "";
	int out[2];

	assert_int_equal(pipe2(out, O_CLOEXEC), 0);
	s->watcher_stdout = out[1];
	set_log(s, web, PAGE_LOG_STDOUT, PAGE_LOG_PLAIN, 0);
	stage_start(s);
	stage_log(s, web, "hel");
	stage_wait_taken(s, web);
	stage_log(s, web, "lo\nyou");
	stage_end(s);
	assert_true(read(out[0], text, sizeof text - 1) > 0);
	assert_string_equal(text, "web | hello\nweb | you\n");
	close(out[0]);
	close(out[1]);
}

static bool
is_note_of_loss(const char *text)
{
	return strstr(text, "bridle | ") != NULL;
}

/* How many lines TEXT accounts for: those that are there, and those of which a note says that they were lost. */
static unsigned long long
lines_told(const char *text)
{
	unsigned long long told = 0, lost;

	for (const char *end; (end = strchr(text, '\n')) != NULL; text = end + 1)
		told += number_between(text, "bridle | ", &lost, " lines") ? lost : 1;
	return told;
}

static void
a_reader_of_standard_output_that_stops_stops_nobody(void **state)
{
	struct stage *s = *state;
	unsigned web = stage_service(s, "web");
	static char text[2 << 20];
	int out[2], status;
	size_t n = 0;
	ssize_t k;

	assert_int_equal(pipe2(out, O_CLOEXEC), 0);
	s->watcher_stdout = out[1];
	set_log(s, web, PAGE_LOG_STDOUT, PAGE_LOG_PLAIN, 0);
	stage_start(s);
	assert_true(waitpid(begin_writer(s, web, 100000), &status, 0) > 0);
	assert_int_equal(status, 0);
	fcntl(out[0], F_SETFL, O_NONBLOCK);
	for (unsigned ms = 0; !is_note_of_loss(text) || lines_told(text) < 100000; ms++, usleep(1000)) {
		assert_true(ms < STAGE_PATIENCE);
		while (n < sizeof text - 1 && (k = read(out[0], text + n, sizeof text - 1 - n)) > 0)
			n += (size_t)k;
		text[n] = '\0';
	}
	assert_int_equal(lines_told(text), 100000);
	close(out[0]);
	close(out[1]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(lines_arrive_as_they_came, stage_setup, stage_teardown),
		cmocka_unit_test_setup_teardown(nothing_is_made_before_there_is_a_line, stage_setup, stage_teardown),
		cmocka_unit_test_setup_teardown(the_end_takes_what_is_in_the_pipes, stage_setup, stage_teardown),
		cmocka_unit_test_setup_teardown(signals_of_a_terminal_do_not_end_it, stage_setup, stage_teardown),
		cmocka_unit_test_setup_teardown(a_service_added_later_is_followed, stage_setup, stage_teardown),
		cmocka_unit_test_setup_teardown(killed_while_lines_flow_nothing_is_lost, stage_setup, stage_teardown),
		cmocka_unit_test_setup_teardown(killed_with_times_in_front_nothing_is_lost, stage_setup,
			stage_teardown),
		cmocka_unit_test_setup_teardown(killed_while_writing_json_nothing_is_lost, stage_setup, stage_teardown),
		cmocka_unit_test_setup_teardown(finished_files_are_kept_up_to_a_number, stage_setup, stage_teardown),
		cmocka_unit_test_setup_teardown(a_full_disk_costs_whole_lines_and_says_how_many, stage_setup,
			stage_teardown),
		cmocka_unit_test_setup_teardown(killed_while_the_disk_is_full_it_counts_on, stage_setup,
			stage_teardown),
		cmocka_unit_test_setup_teardown(standard_output_gets_names_in_front, stage_setup, stage_teardown),
		cmocka_unit_test_setup_teardown(a_reader_of_standard_output_that_stops_stops_nobody, stage_setup,
			stage_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

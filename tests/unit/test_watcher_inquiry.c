/* inquiry_read: what a service wrote, as its inquiry hears it; the test plays a watcher that no process events reach. */
#include "unit.h"

#include <ev.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/generation.h"
#include "os/procevents.h"
#include "watcher/watch.h"

struct room {
	struct watcher w;
	struct service web;
	struct sampler sampler;
};

static int
enter(void **state)
{
	struct room *r = calloc(1, sizeof *r);
	void *page = calloc(1, page_size(1));

	assert_non_null(r);
	assert_non_null(page);
	page_init(page, 1);
	r->web = (struct service){ .kind = PAGE_GUNICORN, .sampler = &r->sampler };
	r->w.loop = ev_loop_new(EVFLAG_AUTO);
	r->w.deaths.fd = -1;
	r->w.services = (struct services){ .page = page, .size = page_size(1), .at = &r->web, .count = 1 };
	inquiries_open(&r->w);
	*state = r;
	return 0;
}

static int
leave(void **state)
{
	struct room *r = *state;

	inquiry_forget(&r->w, &r->web);
	free(r->w.inquiries.shared);
	ev_loop_destroy(r->w.loop);
	free((void *)r->w.services.page);
	free(r);
	return 0;
}

static void
writes(struct room *r, const char *bytes)
{
	inquiry_read(&r->w, &r->web, bytes, strlen(bytes));
}

static const char *
last_words(const struct room *r)
{
	assert_non_null(r->web.inquiry);
	assert_non_null(r->web.inquiry->told);
	return r->web.inquiry->told->last_words;
}

#define WORKER_EXITED "[2026-11-27 10:00:00 +0000] [70] [ERROR] Worker (pid:75) exited with code 3\n"

static void
last_words_that_came_with_the_line_of_the_end_are_told(void **state)
{
	struct room *r = *state;

	writes(r, "the cache is warm\n");
	writes(r, "no licence for this machine\n" WORKER_EXITED);
	assert_string_equal(last_words(r), "no licence for this machine");
}

static void
last_words_that_came_before_are_told_where_none_came_with_it(void **state)
{
	struct room *r = *state;

	writes(r, "no licence for this machine\n");
	writes(r, WORKER_EXITED);
	assert_string_equal(last_words(r), "no licence for this machine");
}

enum { STRANGER = 4194304 /* no pid is as large (PID_MAX_LIMIT of the kernel) */ };

/* We are the master: one that lives, with a child that does. */
static void
master_is(struct room *r, int32_t pid)
{
	struct page_header *header = (void *)r->w.services.page;
	struct page_service *record = page_at(header, 0);

	header->used = 1;
	header->supervisor = getppid();
	record->kind = PAGE_GUNICORN;
	record->generations[0] = (struct page_generation){ .number = 1, .master = pid, .state = GENERATION_READY };
}

static void
says(struct room *r, int32_t pid, const char *level, const char *words)
{
	char line[200];

	snprintf(line, sizeof line, "[2026-11-28 01:00:00 +0000] [%d] [%s] %s\n", (int)pid, level, words);
	writes(r, line);
}

static bool
is_told(const struct room *r)
{
	return r->web.inquiry != NULL && r->web.inquiry->told != NULL;
}

#define TIMEOUT "WORKER TIMEOUT (pid:75)"

static void
what_another_master_says_is_nothing(void **state)
{
	static const char *const words[] = { TIMEOUT, "Worker (pid:75) was sent SIGKILL! Perhaps out of memory?",
		"Worker (pid:75) exited with code 5", "Shutting down: Master", "Reason: Worker failed to boot.",
		"Connection in use: ('0.0.0.0', 80)" };
	struct room *r = *state;

	master_is(r, getpid());
	says(r, getpid(), "INFO", "Listening at: http://127.0.0.1:8000");
	for (unsigned i = 0; i < sizeof words / sizeof words[0]; i++) {
		says(r, STRANGER, "ERROR", words[i]);
		says(r, 1, "ERROR", words[i]);
	}
	assert_false(is_told(r));
	says(r, getpid(), "CRITICAL", TIMEOUT);
	assert_true(is_told(r));
}

/* A command around it, or a pid namespace of its own: its numbers are others than the page's. */
static void
a_master_that_was_not_heard_may_have_another_number(void **state)
{
	struct room *r = *state;

	master_is(r, getpid());
	says(r, STRANGER, "INFO", "Listening at: http://127.0.0.1:8000");
	says(r, STRANGER, "CRITICAL", TIMEOUT);
	assert_true(is_told(r));
}

static void
the_last_words_of_a_master_are_read_after_its_end(void **state)
{
	struct room *r = *state;

	master_is(r, STRANGER);
	says(r, STRANGER, "INFO", "Listening at: http://127.0.0.1:8000");
	master_is(r, getpid());
	says(r, getpid(), "INFO", "Listening at: http://127.0.0.1:8000");
	says(r, STRANGER, "CRITICAL", TIMEOUT);
	assert_true(is_told(r));
}

static pid_t
child(void)
{
	pid_t pid = fork();

	if (pid == 0)
		for (;;)
			pause();
	return pid;
}

/* Also after its end: it spoke before. */
static void
a_child_of_the_master_may_become_one(void **state)
{
	struct room *r = *state;
	pid_t pid = child();

	assert_true(pid > 0);
	master_is(r, getpid());
	says(r, getpid(), "INFO", "Listening at: http://127.0.0.1:8000");
	says(r, pid, "INFO", "Starting gunicorn 23.0.0");
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	assert_false(is_told(r));
	says(r, pid, "CRITICAL", TIMEOUT);
	assert_true(is_told(r));
}

static void
a_worker_that_nobody_has_seen_is_believed(void **state)
{
	struct room *r = *state;

	master_is(r, getpid());
	says(r, getpid(), "INFO", "Listening at: http://127.0.0.1:8000");
	says(r, 1, "ERROR", "Exception in worker process");
	assert_false(is_told(r));
	says(r, STRANGER, "ERROR", "Exception in worker process");
	assert_true(is_told(r));
}

/* A worker of ours, which its master has forked, as it was seen. */
static pid_t
worker_of(struct room *r)
{
	pid_t pid = child();

	assert_true(pid > 0);
	r->sampler.workers.at = calloc(1, sizeof *r->sampler.workers.at);
	assert_non_null(r->sampler.workers.at);
	r->sampler.workers.at[0] = (struct worker){ .pid = pid, .generation = 1, .held = -1, .pidfd = -1 };
	r->sampler.workers.count = r->sampler.workers.size = 1;
	return pid;
}

/* So many children that a small buffer holds their ends no more. */
static void
flood(void)
{
	for (int i = 0; i < 100; i++) {
		pid_t pid = fork();

		if (pid == 0)
			_exit(0);
		assert_int_equal(waitpid(pid, NULL, 0), pid);
	}
}

static void
an_end_that_the_kernel_threw_away_is_told_by_the_master(void **state)
{
	struct room *r = *state;
	pid_t self = getpid(), pid;
	int small = 0;
	struct err err;
	char words[80];

	r->w.deaths.fd = procevents_open(&err);
	if (r->w.deaths.fd < 0) {
		print_message("skipped: %s\n", err.text);
		skip();
	}
	samples_open(&r->w);
	master_is(r, self);
	says(r, self, "INFO", "Listening at: http://127.0.0.1:8000");
	pid = worker_of(r);
	/* the least that there is (SOCK_MIN_RCVBUF of the kernel): some events */
	assert_int_equal(setsockopt(r->w.deaths.fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small), 0);
	assert_true(procevents_only(r->w.deaths.fd, &self, 1, NULL, 0, &err));
	flood();
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	snprintf(words, sizeof words, "Worker (pid:%d) was sent SIGKILL! Perhaps out of memory?", (int)pid);
	says(r, self, "ERROR", words);
	assert_int_not_equal(r->w.deaths.lost_told, 0);
	assert_true(is_told(r));
	assert_int_equal(r->web.inquiry->told->deaths_count, 1);
	assert_int_equal(r->web.inquiry->told->deaths[0].pid, pid);
	assert_int_equal(r->web.inquiry->told->deaths[0].status, SIGKILL);
	assert_int_equal(r->web.inquiry->told->died, 1);
	workers_free(&r->sampler.workers);
	close(r->w.deaths.fd);
}

#define TRACEBACK                                                                                                    \
	"Traceback (most recent call last):\n  File \"/v/gunicorn/util.py\", line 370, in import_app\n"               \
	"    mod = importlib.import_module(module)\nModuleNotFoundError: No module named 'shop'\n"

/* That one alone: the next is the application's, whoever spoke before. */
static void
a_traceback_goes_with_the_line_that_announces_it(void **state)
{
	struct room *r = *state;

	master_is(r, getpid());
	says(r, getpid(), "INFO", "Listening at: http://127.0.0.1:8000");
	says(r, 1, "ERROR", "Exception in worker process");
	writes(r, TRACEBACK);
	says(r, 1, "INFO", "Worker exiting (pid: 1)");
	assert_false(is_told(r));
	writes(r, TRACEBACK);
	says(r, 1, "INFO", "Worker exiting (pid: 1)");
	assert_true(is_told(r));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(last_words_that_came_with_the_line_of_the_end_are_told, enter, leave),
		cmocka_unit_test_setup_teardown(last_words_that_came_before_are_told_where_none_came_with_it, enter,
			leave),
		cmocka_unit_test_setup_teardown(what_another_master_says_is_nothing, enter, leave),
		cmocka_unit_test_setup_teardown(a_master_that_was_not_heard_may_have_another_number, enter, leave),
		cmocka_unit_test_setup_teardown(the_last_words_of_a_master_are_read_after_its_end, enter, leave),
		cmocka_unit_test_setup_teardown(a_child_of_the_master_may_become_one, enter, leave),
		cmocka_unit_test_setup_teardown(a_worker_that_nobody_has_seen_is_believed, enter, leave),
		cmocka_unit_test_setup_teardown(an_end_that_the_kernel_threw_away_is_told_by_the_master, enter, leave),
		cmocka_unit_test_setup_teardown(a_traceback_goes_with_the_line_that_announces_it, enter, leave),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

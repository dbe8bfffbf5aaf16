/* inquiry_read: what a service wrote, as its inquiry hears it; the test plays a watcher that no process events reach. */
#include "unit.h"

#include <ev.h>
#include <stdlib.h>
#include <string.h>

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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(last_words_that_came_with_the_line_of_the_end_are_told, enter, leave),
		cmocka_unit_test_setup_teardown(last_words_that_came_before_are_told_where_none_came_with_it, enter,
			leave),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

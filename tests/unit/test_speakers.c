/* speakers: whose lines a service's log has. Masters, workers and strangers are children of the test, which stop at once. */
#include "unit.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "watcher/watch.h"

struct house {
	struct watcher w;
	struct service web;
	struct sampler sampler;
	pid_t master, stranger;
};

static pid_t
start_somebody(void)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	for (; pid == 0;)
		pause();
	return pid;
}

static void
end(pid_t *pid)
{
	if (*pid <= 0)
		return;
	kill(*pid, SIGKILL);
	assert_int_equal(waitpid(*pid, NULL, 0), *pid);
	*pid = 0;
}

static int
enter(void **state)
{
	struct house *h = calloc(1, sizeof *h);
	struct page_header *page = calloc(1, page_size(1));
	struct page_service *record;

	assert_non_null(h);
	assert_non_null(page);
	h->master = start_somebody();
	h->stranger = start_somebody();
	page_init(page, 1);
	page->used = 1;
	record = page_at(page, 0);
	record->kind = PAGE_GUNICORN;
	record->generation = record->generations[0].number = 1;
	record->generations[0].master = h->master;
	h->web = (struct service){ .kind = PAGE_GUNICORN, .sampler = &h->sampler };
	h->w.services = (struct services){ .page = (const void *)page, .size = page_size(1), .at = &h->web, .count = 1 };
	*state = h;
	return 0;
}

static int
leave(void **state)
{
	struct house *h = *state;

	end(&h->master);
	end(&h->stranger);
	free((void *)h->w.services.page);
	free(h);
	return 0;
}

static bool
is_stranger(struct house *h, pid_t pid, enum signature said)
{
	struct recognised what = { .kind = RECOGNISED_LINE, .speaker = pid, .match = { .signature = said } };

	return speakers_stranger(&h->w, &h->web, &what);
}

static void
nobody_is_a_stranger_before_the_master_was_heard(void **state)
{
	struct house *h = *state;

	assert_false(is_stranger(h, h->stranger, SIGNATURE_SHUTTING_DOWN));
	assert_false(is_stranger(h, h->master, SIGNATURE_STARTING));
	assert_true(is_stranger(h, h->stranger, SIGNATURE_SHUTTING_DOWN));
}

static void
who_is_of_another_family_is_a_stranger(void **state)
{
	struct house *h = *state;

	assert_false(is_stranger(h, h->master, SIGNATURE_STARTING));
	assert_true(is_stranger(h, h->stranger, SIGNATURE_EXITING));
	assert_true(is_stranger(h, h->stranger, SIGNATURE_SHUTTING_DOWN));
	assert_false(is_stranger(h, h->master, SIGNATURE_SHUTTING_DOWN));
}

/* What a worker says that nobody has seen is the service's own: it has hardly begun, or has ended. */
static void
the_dead_are_strangers_where_a_master_speaks(void **state)
{
	struct house *h = *state;
	pid_t gone = h->stranger;

	assert_false(is_stranger(h, h->master, SIGNATURE_STARTING));
	end(&h->stranger);
	assert_false(is_stranger(h, gone, SIGNATURE_EXITING));
	assert_true(is_stranger(h, gone, SIGNATURE_SHUTTING_DOWN));
}

static void
what_was_found_of_a_stranger_is_kept_for_a_second(void **state)
{
	struct house *h = *state;
	struct speaker_judged *kept = h->sampler.speakers.judged;
	pid_t gone = h->stranger;
	unsigned n = 0;

	assert_false(is_stranger(h, h->master, SIGNATURE_STARTING));
	assert_true(is_stranger(h, gone, SIGNATURE_EXITING));
	end(&h->stranger);
	assert_true(is_stranger(h, gone, SIGNATURE_EXITING));
	for (unsigned i = 0; i < SPEAKERS_JUDGED; i++) {
		n += kept[i].pid == gone;
		assert_true(kept[i].until <= clock_now() + 1000);
		kept[i].until = kept[i].pid == gone ? clock_now() : 0; /* that second is over */
	}
	assert_int_equal(n, 1);
	assert_false(is_stranger(h, gone, SIGNATURE_EXITING));
}

static void
who_becomes_master_is_no_stranger_any_more(void **state)
{
	struct house *h = *state;
	struct page_service *record = page_at((void *)h->w.services.page, 0);

	assert_false(is_stranger(h, h->master, SIGNATURE_STARTING));
	assert_true(is_stranger(h, h->stranger, SIGNATURE_EXITING));
	record->generations[1] = record->generations[0];
	record->generations[1].number = 2;
	record->generations[1].master = h->stranger;
	speakers_follow(&h->sampler.speakers, record);
	assert_false(is_stranger(h, h->stranger, SIGNATURE_EXITING));
}

static void
a_traceback_is_of_who_has_announced_it(void **state)
{
	struct house *h = *state;
	struct recognised raised = { .kind = RECOGNISED_TRACEBACK, .speaker = h->stranger };

	assert_false(is_stranger(h, h->master, SIGNATURE_STARTING));
	for (int i = 0; i < 2; i++) { /* the second time by what is kept of him */
		assert_true(is_stranger(h, h->stranger, SIGNATURE_WORKER_EXCEPTION));
		assert_true(speakers_strange_traceback(&h->sampler.speakers, &raised));
		assert_false(speakers_strange_traceback(&h->sampler.speakers, &raised));
	}
	assert_true(is_stranger(h, h->stranger, SIGNATURE_EXITING));
	assert_false(speakers_strange_traceback(&h->sampler.speakers, &raised));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(nobody_is_a_stranger_before_the_master_was_heard, enter, leave),
		cmocka_unit_test_setup_teardown(who_is_of_another_family_is_a_stranger, enter, leave),
		cmocka_unit_test_setup_teardown(the_dead_are_strangers_where_a_master_speaks, enter, leave),
		cmocka_unit_test_setup_teardown(what_was_found_of_a_stranger_is_kept_for_a_second, enter, leave),
		cmocka_unit_test_setup_teardown(who_becomes_master_is_no_stranger_any_more, enter, leave),
		cmocka_unit_test_setup_teardown(a_traceback_is_of_who_has_announced_it, enter, leave),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* errand: how often a command is run for the incidents of a service. */
#include "unit.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "supervisor/bridled.h"
#include "supervisor/service.h"

struct home {
	struct bridled b;
	struct plan plan;
	struct service s;
};

static int
home_setup(void **state)
{
	struct home *h = calloc(1, sizeof *h);

	assert_non_null(h);
	h->b.loop = ev_loop_new(EVFLAG_AUTO);
	assert_non_null(h->b.loop);
	h->b.null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	errands_init(&h->b);
	h->s.home = &h->b;
	h->s.plan = &h->plan;
	*state = h;
	return 0;
}

static int
home_teardown(void **state)
{
	struct home *h = *state;

	ev_timer_stop(h->b.loop, &h->b.errands.timer);
	ev_loop_destroy(h->b.loop);
	close(h->b.null_fd);
	free(h);
	return 0;
}

/* Was it run for an incident at NOW? If so, it ends. */
static bool
runs_at(struct home *h, msec now)
{
	static char word[] = "true";
	char *const words[] = { word, NULL };
	struct err err = { 0 };
	bool ran = errand_run(&h->s, words, open("/dev/null", O_RDONLY | O_CLOEXEC), false, 0, now, &err);

	if (ran)
		assert_true(errands_reaped(&h->b, waitpid(-1, NULL, 0)));
	else
		assert_string_equal(err.text, "too many at once");
	return ran;
}

/* The clock begins with the machine: what happens in its first seconds happens after no other. */
static void
the_first_is_not_too_many(void **state)
{
	assert_true(runs_at(*state, 1));
}

static void
the_next_must_wait(void **state)
{
	struct home *h = *state;

	assert_true(runs_at(h, 100000));
	assert_false(runs_at(h, 100000 + ERRAND_REST - 1));
	assert_true(runs_at(h, 100000 + ERRAND_REST));
}

/* hang_dump, which is not spaced out: each worker has one moment in which it can be asked. */
static void
nobody_takes_all_places(void **state)
{
	static char word[] = "sleep", long_enough[] = "30";
	char *const words[] = { word, long_enough, NULL };
	struct home *h = *state;
	struct service other = h->s;
	unsigned ran = 0;
	struct err err;

	for (unsigned i = 0; i < ERRANDS; i++)
		ran += errand_run(&h->s, words, open("/dev/null", O_WRONLY | O_CLOEXEC), true, 0, 1, &err);
	assert_int_equal(ran, ERRANDS_OF_ONE);
	assert_true(errand_run(&other, words, open("/dev/null", O_WRONLY | O_CLOEXEC), true, 0, 1, &err));
	errands_end(&h->b);
	for (ran++; ran > 0; ran--)
		assert_true(errands_reaped(&h->b, waitpid(-1, NULL, 0)));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_first_is_not_too_many, home_setup, home_teardown),
		cmocka_unit_test_setup_teardown(the_next_must_wait, home_setup, home_teardown),
		cmocka_unit_test_setup_teardown(nobody_takes_all_places, home_setup, home_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

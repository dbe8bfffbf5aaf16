/* logfile: what may lie at the place of a log. */
#include "unit.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scratch.h"
#include "watcher/logfile.h"

static bool
opens(const struct scratch *s)
{
	struct logfile f;
	struct err err;
	bool ok;

	logfile_init(&f);
	ok = logfile_open(&f, s->fd, "web", 0, &err);
	logfile_close(&f);
	return ok;
}

static void
is_made_for_its_owner(void **state)
{
	const struct scratch *s = *state;
	struct stat st;

	umask(0);
	assert_true(opens(s));
	assert_int_equal(fstatat(s->fd, "web/current", &st, 0), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
	assert_int_equal(fstatat(s->fd, "web", &st, 0), 0);
	assert_int_equal(st.st_mode & 07777, 0750);
}

static void
follows_no_link(void **state)
{
	const struct scratch *s = *state;
	struct stat st;

	assert_int_equal(mkdirat(s->fd, "web", 0750), 0);
	assert_int_equal(symlinkat("../victim", s->fd, "web/current"), 0);
	assert_false(opens(s));
	assert_int_equal(fstatat(s->fd, "victim", &st, 0), -1);
}

/* Nobody reads it: who waited for that would wait for ever. */
static void
waits_for_no_pipe(void **state)
{
	const struct scratch *s = *state;

	assert_int_equal(mkdirat(s->fd, "web", 0750), 0);
	assert_int_equal(mkfifoat(s->fd, "web/current", 0600), 0);
	alarm(60);
	opens(s);
	alarm(0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(is_made_for_its_owner, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(follows_no_link, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(waits_for_no_pipe, scratch_setup, scratch_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "unit.h"

#include <string.h>

#include "wire/notify.h"

static const struct {
	const char *text;
	struct notify wanted;
} cases[] = {
	{ "", { .ready = false } },
	{ "READY=1", { .ready = true } },
	{ "READY=1\n", { .ready = true } },
	{ "X=y\nREADY=1\nSTATUS=up", { .ready = true, .has_status = true, .status = "up" } },
	{ "READY=0", { .ready = false } },
	{ "READY=10", { .ready = false } },
	{ "READY", { .ready = false } },
	{ "AREADY=1", { .ready = false } },
	{ " READY=1", { .ready = false } },
	{ "READY=1\r", { .ready = false } },
	{ "RELOADING=1\nSTOPPING=1", { .reloading = true, .stopping = true } },
	{ "WATCHDOG=1", { .alive = true } },
	{ "WATCHDOG=trigger", { .stuck = true } },
	{ "MAINPID=1", { .main_pid = true } },
	{ "STATUS=", { .has_status = true } },
	{ "STATUS=a=b", { .has_status = true, .status = "a=b" } },
	{ "STATUS=one\nSTATUS=two", { .has_status = true, .status = "two" } },
};

static void
what_datagrams_say(void **state)
{
	(void)state;
	for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const struct notify *w = &cases[i].wanted;
		struct notify n;

		assert_true(notify_parse(cases[i].text, strlen(cases[i].text), &n));
		if (n.ready != w->ready || n.reloading != w->reloading || n.stopping != w->stopping ||
			n.alive != w->alive || n.stuck != w->stuck || n.main_pid != w->main_pid ||
			n.has_status != w->has_status || strcmp(n.status, w->status) != 0)
			fail_msg("'%s'", cases[i].text);
	}
}

static void
what_is_none(void **state)
{
	static char long_one[NOTIFY_SIZE + 1];
	struct notify n;

	(void)state;
	memset(long_one, 'a', sizeof long_one);
	assert_true(notify_parse(long_one, NOTIFY_SIZE, &n));
	assert_false(notify_parse(long_one, NOTIFY_SIZE + 1, &n));
	assert_false(notify_parse("READY=1\0X", 9, &n));
	assert_false(n.ready);
}

/* It is shown to people at terminals. */
static void
a_status_is_made_visible_and_cut(void **state)
{
	static const char text[] = "STATUS=a\033[2Jb\tc";
	char long_one[300] = "STATUS=";
	struct notify n;

	(void)state;
	assert_true(notify_parse(text, sizeof text - 1, &n));
	assert_null(strchr(n.status, '\033'));
	memset(long_one + 7, 'x', sizeof long_one - 7);
	assert_true(notify_parse(long_one, sizeof long_one, &n));
	assert_true(strlen(n.status) < NOTIFY_STATUS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_datagrams_say),
		cmocka_unit_test(what_is_none),
		cmocka_unit_test(a_status_is_made_visible_and_cut),
	};

	return cmocka_run_group_tests_name("notify", tests, NULL, NULL);
}

#include "unit.h"

#include <string.h>

#include "watcher/excerpt.h"
#include "watcher/words.h"

enum { KILLED = 9, CORE = 11 | 0x80 };
#define EXIT(code) ((code) << 8)

static const struct {
	struct words_move move;
	const char *words;
} reasons[] = {
	/* clang-format off */
	{ { .to = LIFE_STOPPED, .lasted = -1, .wait = -1 }, "not started" },
	{ { .to = LIFE_STOPPED, .from = LIFE_STOPPING, .event = ON_EMPTY, .pid = 7, .lasted = 5, .wait = -1 }, "stopped as asked" },
	{ { .to = LIFE_STOPPED, .from = LIFE_RUNNING, .event = ON_DIED_DONE, .pid = 7, .lasted = 2000, .wait = -1 },
		"process 7 exited with status 0 after 2s; no restart is wanted" },
	{ { .gunicorn = true, .to = LIFE_STARTING, .from = LIFE_RUNNING, .event = ON_DIED_NOW, .pid = 123, .status = KILLED,
		.lasted = 12000, .wait = -1 }, "master 123 was killed by SIGKILL after 12s; started again at once" },
	{ { .gunicorn = true, .to = LIFE_STARTING, .from = LIFE_RUNNING, .event = ON_DIED_NOW, .lasted = 1, .wait = -1, .why = "x" },
		"the master ended; the successor starts at once" },
	{ { .gunicorn = true, .to = LIFE_STARTING, .from = LIFE_WAITING, .event = ON_TIMEOUT, .lasted = -1, .wait = -1 }, "trying again" },
	{ { .gunicorn = true, .to = LIFE_STARTING, .from = LIFE_WAITING, .event = ON_TIMEOUT, .pid = 9, .status = EXIT(3), .lasted = 350,
		.wait = -1 }, "trying again after master 9 exited with status 3 after 350ms" },
	{ { .gunicorn = true, .to = LIFE_STARTING, .from = LIFE_WAITING, .event = ON_START, .pid = 9, .lasted = 350, .wait = -1 },
		"start was asked for" },
	{ { .gunicorn = true, .to = LIFE_WAITING, .from = LIFE_STARTING, .event = ON_DIED_LATER, .pid = 123, .status = EXIT(3),
		.lasted = 350, .wait = 2000, .streak = 2 },
		"master 123 exited with status 3 after 350ms, before any worker was ready: failure 2, next try in 2s" },
	{ { .gunicorn = true, .to = LIFE_WAITING, .from = LIFE_RETRYING, .event = ON_EMPTY, .pid = 5, .status = EXIT(0),
		.lasted = 60000, .wait = -1, .streak = 1 },
		"master 5 exited with status 0 after 1m, not ready within start_timeout: failure 1" },
	{ { .to = LIFE_WAITING, .from = LIFE_STARTING, .event = ON_DIED_LATER, .lasted = -1, .wait = 1000 },
		"it could not be started, next try in 1s" },
	{ { .gunicorn = true, .to = LIFE_WAITING, .from = LIFE_STARTING, .event = ON_DIED_LATER, .lasted = -1, .wait = 1000, .pid = 5,
		.why = "no such user" }, "it could not be started: no such user, next try in 1s" },
	{ { .gunicorn = true, .to = LIFE_RUNNING, .from = LIFE_REPLACING, .event = ON_NEXT_DIED, .pid = 5, .lasted = 7, .wait = -1,
		.why = "port 80 is taken" },
		"the next generation could not be started: port 80 is taken; the old one serves on" },
	{ { .gunicorn = true, .to = LIFE_FAILED, .from = LIFE_RUNNING, .event = ON_DIED_GIVE_UP, .pid = 9, .status = CORE,
		.lasted = -1, .wait = -1, .streak = 30 }, "master 9 was killed by SIGSEGV (core dumped): failure 30; gave up" },
	{ { .gunicorn = true, .to = LIFE_RUNNING, .from = LIFE_REPLACING, .event = ON_NEXT_DIED, .pid = 9, .status = EXIT(1),
		.lasted = 100, .wait = -1 },
		"the next generation failed to boot: master 9 exited with status 1 after 100ms; the old one serves on" },
	{ { .gunicorn = true, .to = LIFE_RUNNING, .from = LIFE_REPLACING, .event = ON_TIMEOUT, .lasted = -1, .wait = -1 },
		"the next generation was not ready in time; the old one serves on" },
	{ { .gunicorn = true, .to = LIFE_RUNNING, .from = LIFE_REPLACING, .event = ON_TIMEOUT, .lasted = -1, .wait = -1, .why = "no host" },
		"the next generation was not ready in time: no host; the old one serves on" },
	{ { .gunicorn = true, .to = LIFE_RUNNING, .from = LIFE_STARTING, .event = ON_READY, .lasted = -1, .wait = -1 }, "proven ready" },
	{ { .gunicorn = true, .to = LIFE_RUNNING, .from = LIFE_STARTING, .event = ON_ASSUMED, .lasted = -1, .wait = -1 },
		"assumed ready: its heartbeats cannot be seen" },
	{ { .gunicorn = true, .to = LIFE_LISTENING, .from = LIFE_RUNNING, .event = ON_IDLE, .lasted = -1, .wait = -1 },
		"nothing came for idle_stop; the next connection starts it" },
	{ { .to = LIFE_RUNNING, .from = LIFE_STARTING, .event = ON_READY, .lasted = -1, .wait = -1 }, "running" },
	/* clang-format on */
};

static void
reasons_read_well(void **state)
{
	char words[256];
	struct text t;

	(void)state;
	for (unsigned i = 0; i < sizeof reasons / sizeof reasons[0]; i++) {
		text_init(&t, words, sizeof words);
		words_reason(&t, &reasons[i].move);
		assert_string_equal(words, reasons[i].words);
	}
}

static void
every_state_has_a_reason(void **state)
{
	char words[256];
	struct text t;

	(void)state;
	for (unsigned to = 0; to < LIFE_STATE_COUNT; to++) {
		for (unsigned event = 0; event < LIFE_EVENT_COUNT; event++) {
			struct words_move move = { .to = (enum life_state)to,
				.event = (enum life_event)event,
				.pid = 1,
				.wait = -1 };

			text_init(&t, words, sizeof words);
			words_reason(&t, &move);
			assert_true(t.len > 0);
		}
	}
}

static const struct {
	const char *log, *line;
} excerpts[] = {
	/* clang-format off */
	{ "", NULL },
	{ "hello\nworld\n", NULL },
	{ "Traceback\n  File x\nModuleNotFoundError: No module named 'x'\n[2026] [INFO] Worker exiting\n",
		"ModuleNotFoundError: No module named 'x'" },
	{ "a.b.Oops1Error\nlater\n", "a.b.Oops1Error" },
	{ "Failed to find attribute 'app' in 'shop'.\n[2026] [9] [ERROR] Reason: App failed to load.\n",
		"Failed to find attribute 'app' in 'shop'." },
	{ "KeyError: 'A'\nValueError: last\n", "ValueError: last" },
	{ "[ERROR] Exception in worker process\nfine\n", "[ERROR] Exception in worker process" },
	{ "NotAnError at all\nError handling\n", NULL },
	{ "2026-11-20T16:57:11.123Z KeyError: 'SECRET'\n", "KeyError: 'SECRET'" },
	{ "{\"time\":\"2026-11-20T16:57:11.123Z\",\"service\":\"web\",\"line\":\"KeyError: 'X'\"}\n", "KeyError: 'X'" },
	{ "KeyError: '\x1b[31m'", "KeyError: '\\x1b[31m'" },
	{ "cut line\nSystemExit: 4\n", "SystemExit: 4" },
	/* clang-format on */
};

static void
the_telling_line_is_found(void **state)
{
	char words[256];
	struct text t;

	(void)state;
	for (unsigned i = 0; i < sizeof excerpts / sizeof excerpts[0]; i++) {
		text_init(&t, words, sizeof words);
		bool found = excerpt_find(&t, excerpts[i].log, strlen(excerpts[i].log));

		assert_int_equal(found, excerpts[i].line != NULL);
		assert_string_equal(words, found ? excerpts[i].line : "");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reasons_read_well),
		cmocka_unit_test(every_state_has_a_reason),
		cmocka_unit_test(the_telling_line_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

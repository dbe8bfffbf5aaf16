#include "unit.h"

#include <signal.h>
#include <stdbool.h>

#include "wire/ending.h"

/* Wait statuses as Linux makes them: code << 8, or signal, 0x80 for a core. */
static void
says_how_it_ended(void **state)
{
	static const struct {
		int status;
		const char *words;
		bool clean;
	} cases[] = {
		{ 0, "exited with status 0", true },
		{ 3 << 8, "exited with status 3", false },
		{ 126 << 8, "exited with status 126 (found, but not executable)", false },
		{ 127 << 8, "exited with status 127 (command not found)", false },
		{ SIGKILL, "was killed by SIGKILL", false },
		{ SIGTERM, "was killed by SIGTERM", false },
		{ SIGSEGV | 0x80, "was killed by SIGSEGV (core dumped)", false },
		{ SIGBUS, "was killed by SIGBUS", false },
		{ SIGSYS, "was killed by SIGSYS", false },
		{ 64, "was killed by signal 64", false },
		{ 0x137f, "ended with wait status 0x137f", false },
		{ ENDING_UNKNOWN, "ended (how cannot be known: it was started by a bridled that was killed)", false },
	};
	char words[80];
	struct text t;

	(void)state;
	for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		text_init(&t, words, sizeof words);
		assert_true(ending_add(&t, cases[i].status));
		assert_string_equal(words, cases[i].words);
		assert_int_equal(ending_is_clean(cases[i].status), cases[i].clean);
	}
}

/* As the supervisor tells of a master that was stopped, too: four signals do that, and one of them may not be asked for. */
static void
names_signals(void **state)
{
	static const struct {
		int signal;
		const char *words;
	} cases[] = {
		{ SIGSTOP, "SIGSTOP" },
		{ SIGTSTP, "SIGTSTP" },
		{ SIGTTIN, "SIGTTIN" },
		{ SIGTTOU, "SIGTTOU" },
		{ SIGVTALRM, "SIGVTALRM" },
		{ 64, "signal 64" },
	};
	char words[24];
	struct text t;

	(void)state;
	for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		text_init(&t, words, sizeof words);
		assert_true(ending_add_signal(&t, cases[i].signal));
		assert_string_equal(words, cases[i].words);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_how_it_ended),
		cmocka_unit_test(names_signals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

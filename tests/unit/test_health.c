#include "unit.h"

#include <string.h>

#include "core/health.h"

/* Probes in a row, + good and - failed; ! is a failed one that is the one too many. */
static const struct {
	uint32_t failures, window;
	const char *probes;
} cases[] = {
	/* clang-format off */
	{ 1, 1, "+!!+!" },
	{ 3, 3, "--+--+--!--!" },
	{ 3, 5, "-+-+!+--!-" },
	{ 3, 5, "--+++-+-!" },
	{ 3, 5, "--+++-++-" },
	{ 2, 32, "-+++++++++++++++++++++++++++++++-" },
	{ 2, 32, "-++++++++++++++++++++++++++++++!" },
	{ 32, 32, "-------------------------------!-" },
	/* clang-format on */
};

static void
counts_failures_in_a_window(void **state)
{
	(void)state;
	for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct health h = { 0 };

		for (const char *p = cases[i].probes; *p != '\0'; p++)
			if (health_judge(&h, cases[i].failures, cases[i].window, *p == '+') != (*p == '!'))
				fail_msg("case %u, probe %d", i, (int)(p - cases[i].probes));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_failures_in_a_window),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

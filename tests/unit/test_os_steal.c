#include "unit.h"

#include "os/steal.h"
#include "scratch.h"

static const struct {
	const char *text;
	uint64_t all, stolen;
} rows[] = {
	{ "cpu  100 20 30 400 5 6 7 8 50 0\ncpu0 1 2 3 4 5 6 7 8 9 10\n", 576, 8 },
	{ "cpu 1 2 3 4 5 6 7 8", 36, 8 }, /* before 2.6.24 there were no guests */
	{ "cpu 1 2 3 4 5 6 7\n", 0, 0 },
	{ "cpu0 1 2 3 4 5 6 7 8\n", 0, 0 },
	{ "", 0, 0 },
};

static void
what_the_kernel_says(void **state)
{
	struct scratch s;

	(void)state;
	scratch_make(&s);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct steal steal;

		scratch_write(&s, "stat", rows[i].text);
		steal = steal_look(scratch_path(&s, "stat"));
		if (steal.all != rows[i].all || steal.stolen != rows[i].stolen)
			fail_msg("'%s': %d of %d", rows[i].text, (int)steal.stolen, (int)steal.all);
	}
	assert_int_equal(steal_look(scratch_path(&s, "none")).all, 0);
	scratch_remove(&s);
}

static void
what_was_between(void **state)
{
	static const struct {
		struct steal before, now;
		int32_t share;
	} cases[] = {
		{ { 1000, 100 }, { 1200, 125 }, 1250 },
		{ { 1000, 100 }, { 1200, 100 }, 0 },
		{ { 1000, 100 }, { 1200, 300 }, 10000 },
		{ { 1000, 100 }, { 1000, 100 }, -1 },
		{ { 1000, 100 }, { 1200, 99 }, -1 },
		{ { 1000, 100 }, { 1200, 301 }, -1 },
		{ { 0, 0 }, { 1200, 100 }, -1 },
		{ { 1000, 100 }, { 0, 0 }, -1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		if (steal_between(&cases[i].before, &cases[i].now) != cases[i].share)
			fail_msg("case %zu", i);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_the_kernel_says),
		cmocka_unit_test(what_was_between),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "unit.h"

#include "core/provision.h"

enum { T0 = 70000, MB = 1 << 20, SINGLE = 1 << PROVISION_SINGLE, MEMORY = 1 << PROVISION_MEMORY };

static const struct {
	const char *name;
	struct provision_seen seen;
	unsigned found;
} rows[] = {
	/* clang-format off */
	{ "two workers that fit", { 7, 2, 5000, 50 * MB, 30 * MB, 130 * MB }, 0 },
	{ "two workers that just do not", { 7, 2, 5000, 50 * MB, 31 * MB, 130 * MB }, MEMORY },
	{ "one that nobody uses", { 7, 1, PROVISION_USED - 1, 50 * MB, 30 * MB, 999 * MB }, 0 },
	{ "one that is used", { 7, 1, PROVISION_USED, 50 * MB, 30 * MB, 999 * MB }, SINGLE },
	{ "both", { 7, 1, 5000, 50 * MB, 30 * MB, 60 * MB }, SINGLE | MEMORY },
	{ "a worker that nobody has weighed", { 7, 9, 5000, -1, 30 * MB, 60 * MB }, 0 },
	{ "a master that nobody has weighed", { 7, 9, 5000, 50 * MB, -1, 60 * MB }, 0 },
	{ "nobody knows what there is", { 7, 9, 5000, 50 * MB, 30 * MB, -1 }, 0 },
	{ "less than the master alone takes", { 7, 9, 5000, 50 * MB, 90 * MB, 60 * MB }, MEMORY },
	/* clang-format on */
};

static void
what_is_found(void **state)
{
	(void)state;
	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct provisions p = { 0 };

		if (provisions_judge(&p, &rows[i].seen, T0) != rows[i].found)
			fail_msg("%s", rows[i].name);
	}
}

static void
it_is_told_once_a_start(void **state)
{
	struct provision_seen seen = { 7, 1, 5000, 50 * MB, 30 * MB, 999 * MB };
	struct provisions p = { 0 };

	(void)state;
	assert_true(provisions_due(&p, T0));
	assert_int_equal(provisions_judge(&p, &seen, T0), SINGLE);
	assert_false(provisions_due(&p, T0 + PROVISION_EVERY - 1));
	assert_true(provisions_due(&p, T0 + PROVISION_EVERY));
	assert_int_equal(provisions_judge(&p, &seen, T0 + PROVISION_EVERY), 0);
	seen.have = 10 * MB; /* something else, later */
	assert_int_equal(provisions_judge(&p, &seen, T0 + 2 * PROVISION_EVERY), MEMORY);
	seen.generation++;
	assert_int_equal(provisions_judge(&p, &seen, T0 + 3 * PROVISION_EVERY), SINGLE | MEMORY);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_found),
		cmocka_unit_test(it_is_told_once_a_start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

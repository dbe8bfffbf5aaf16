#include "unit.h"

#include "os/pressure.h"
#include "scratch.h"

static const struct {
	const char *text;
	int32_t seen;
} rows[] = {
	{ "some avg10=43.21 avg60=1.00 avg300=0.00 total=666149\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=57044\n",
		4321 },
	{ "some avg10=0.00 avg60=1.00 avg300=0.00 total=666149\n", 0 },
	{ "some avg10=100.00 avg60=1.00 avg300=0.00 total=666149\n", 10000 },
	{ "some avg10=0.07 ", 7 },
	{ "some avg10=101.00 ", -1 },
	{ "some avg10=-1.00 ", -1 },
	{ "some avg10=99999999999999999999.00 ", -1 },
	{ "some avg10=", -1 },
	{ "some avg60=1.00", -1 },
	{ "full avg10=5.00", -1 },
	{ "", -1 },
};

static void
what_the_kernel_says(void **state)
{
	struct scratch s;

	(void)state;
	scratch_make(&s);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct pressure p;

		scratch_write(&s, "memory", rows[i].text);
		p = pressure_look(scratch_path(&s, "."));
		if (p.memory != rows[i].seen || p.io != -1 || p.cpu != -1)
			fail_msg("'%s': %d", rows[i].text, (int)p.memory);
	}
	scratch_remove(&s);
}

/* Each from its own file. */
static void
which_is_which(void **state)
{
	struct scratch s;
	struct pressure p;

	(void)state;
	scratch_make(&s);
	scratch_write(&s, "memory", "some avg10=1.00 ");
	scratch_write(&s, "io", "some avg10=2.00 ");
	scratch_write(&s, "cpu", "some avg10=3.00 ");
	p = pressure_look(scratch_path(&s, "."));
	assert_int_equal(p.memory, 100);
	assert_int_equal(p.io, 200);
	assert_int_equal(p.cpu, 300);
	scratch_remove(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_the_kernel_says),
		cmocka_unit_test(which_is_which),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "unit.h"

#include "core/manner.h"

/* clang-format off */
static const struct row {
	const char *name;
	enum manner wish;
	uint32_t workers;
	int64_t size, room;
	enum manner manner;
	enum manner_reason reason;
} rows[] = {
	{ "it fits",                    MANNER_BESIDE,     4, 500, 500, MANNER_BESIDE,     MANNER_AS_SET },
	{ "it does not fit",            MANNER_BESIDE,     4, 501, 500, MANNER_SINGLY,     MANNER_NO_ROOM },
	{ "nothing is free",            MANNER_BESIDE,     2, 1,   0,   MANNER_SINGLY,     MANNER_NO_ROOM },
	{ "it does not fit, one worker", MANNER_BESIDE,    1, 501, 500, MANNER_BESIDE,     MANNER_ONE_WORKER },
	{ "its size is not known",      MANNER_BESIDE,     4, -1,  500, MANNER_BESIDE,     MANNER_SIZE_UNKNOWN },
	{ "what is free is not known",  MANNER_BESIDE,     4, 500, -1,  MANNER_BESIDE,     MANNER_ROOM_UNKNOWN },
	{ "singly, as set",             MANNER_SINGLY,     4, 1,   500, MANNER_SINGLY,     MANNER_AS_SET },
	{ "down first, as set",         MANNER_DOWN_FIRST, 4, -1,  -1,  MANNER_DOWN_FIRST, MANNER_AS_SET },
};
/* clang-format on */

static void
test_choices(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct row *r = &rows[i];
		enum manner_reason reason;

		if (manner_choose(r->wish, r->workers, r->size, r->room, &reason) != r->manner || reason != r->reason)
			fail_msg("%s", r->name);
		assert_true((manner_reason_words(reason)[0] == '\0') == (reason == MANNER_AS_SET));
	}
}

static void
test_no_reason(void **state)
{
	(void)state;
	assert_string_equal(manner_reason_words((enum manner_reason)99), "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_choices), cmocka_unit_test(test_no_reason) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}

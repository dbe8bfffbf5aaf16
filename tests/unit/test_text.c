#include "unit.h"

#include <string.h>

#include "base/text.h"

#define ROWS(table) (sizeof(table) / sizeof(table)[0])

static void
a_text_never_passes_its_end(void **state)
{
	char buffer[12];
	struct text t;

	(void)state;
	memset(buffer, '#', sizeof buffer);
	text_init(&t, buffer, 8);
	assert_string_equal(buffer, "");
	assert_true(text_add(&t, "1234"));
	assert_true(text_addf(&t, "%d", 567));
	assert_false(t.cut);
	assert_true(text_add(&t, ""));
	assert_false(text_add(&t, "89"));
	assert_true(t.cut);
	assert_false(text_addf(&t, "%s", ""));
	assert_string_equal(buffer, "1234567");
	assert_int_equal(t.len, 7);
	assert_memory_equal(buffer + 8, "####", 4);
	text_init(&t, buffer, 8);
	assert_false(text_addf(&t, "%s", "123456789"));
	assert_string_equal(buffer, "1234567");
	assert_int_equal(t.len, 7);
	text_init(&t, buffer, 1);
	assert_false(text_add(&t, "x"));
	assert_string_equal(buffer, "");
}

static void
copies_are_cut(void **state)
{
	char dst[4];

	(void)state;
	assert_true(text_copy(dst, sizeof dst, "abc"));
	assert_string_equal(dst, "abc");
	assert_false(text_copy(dst, sizeof dst, "abcd"));
	assert_string_equal(dst, "abc");
}

static void
what_is_visible(void **state)
{
	/* clang-format off */
	static const struct { const char *bytes, *seen; } cases[] = {
		{ "plain ~\ttext", "plain ~\ttext" },
		{ "\x1b[31mred\r\n", "\\x1b[31mred\\x0d\\x0a" },
		{ "\x7f", "\\x7f" },
		{ "gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f" },
		{ "\xe2\x82\xac \xf0\x9f\x90\x8d", "\xe2\x82\xac \xf0\x9f\x90\x8d" },
		{ "\xc2\x9b" "31m", "\\xc2\\x9b31m" },               /* C1: another way to write ESC [ */
		{ "\xc0\xaf", "\\xc0\\xaf" },                        /* overlong */
		{ "\xe0\x80\xaf", "\\xe0\\x80\\xaf" },
		{ "\xf0\x80\x80\xaf", "\\xf0\\x80\\x80\\xaf" },
		{ "\xed\xa0\x80", "\\xed\\xa0\\x80" },               /* half of a surrogate pair */
		{ "\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80" },      /* past U+10FFFF */
		{ "\xff\xfe", "\\xff\\xfe" },
		{ "\xe2\x82", "\\xe2\\x82" },                        /* cut short */
		{ "\xe2(\xa1", "\\xe2(\\xa1" },
	};
	/* clang-format on */

	(void)state;
	for (unsigned i = 0; i < ROWS(cases); i++) {
		char buffer[64];
		struct text t;

		text_init(&t, buffer, sizeof buffer);
		assert_true(text_add_visible(&t, cases[i].bytes, strlen(cases[i].bytes)));
		assert_string_equal(buffer, cases[i].seen);
	}
}

static void
a_visible_text_ends_with_a_whole_character(void **state)
{
	char buffer[6];
	struct text t;

	(void)state;
	text_init(&t, buffer, sizeof buffer);
	assert_false(text_add_visible(&t, "abc\xe2\x82\xac", 6));
	assert_string_equal(buffer, "abc");
	text_init(&t, buffer, sizeof buffer);
	assert_true(text_add_visible(&t, "ab\0c", 2));
	assert_false(text_add_visible(&t, "\0", 1));
	assert_true(strlen(buffer) < sizeof buffer);
}

/* Unicode 15, table 3-7: the first and the last of each row, and what lies just beside. */
static void
characters_have_their_length(void **state)
{
	static const struct {
		const char *bytes;
		size_t length;
	} cases[] = {
		/* clang-format off */
		{ "a", 1 }, { "\x7f", 1 }, { "\x80", 0 }, { "\xc1\xbf", 0 }, { "\xc2\x80", 2 }, { "\xdf\xbf", 2 },
		{ "\xc3" "a", 0 }, { "\xe0\x9f\xbf", 0 }, { "\xe0\xa0\x80", 3 }, { "\xe2\x82", 0 }, { "\xe2\x82" "a", 0 },
		{ "\xed\x9f\xbf", 3 }, { "\xed\xa0\x80", 0 }, { "\xef\xbf\xbf", 3 }, { "\xf0\x8f\xbf\xbf", 0 },
		{ "\xf0\x90\x80\x80", 4 }, { "\xf4\x8f\xbf\xbf", 4 }, { "\xf4\x90\x80\x80", 0 }, { "\xf5\x80\x80\x80", 0 },
		/* clang-format on */
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_int_equal(text_utf8_length(cases[i].bytes, strlen(cases[i].bytes)), cases[i].length);
}

static void
durations_are_written(void **state)
{
	/* clang-format off */
	static const struct { msec d; const char *words; } cases[] = {
		{ -5, "0s" }, { 0, "0s" }, { 1, "1ms" }, { 350, "350ms" }, { 999, "999ms" }, { 1000, "1s" }, { 1500, "1500ms" },
		{ 9999, "9999ms" }, { 10500, "10s" }, { 59999, "59s" }, { 60000, "1m" }, { 60500, "1m" }, { 90000, "1m30s" },
		{ 3600000, "1h" }, { 3605000, "1h5s" }, { 5400000, "1h30m" }, { 5405000, "1h30m" }, { 86400000, "1d" },
		{ 187200000, "2d4h" }, { 187260000, "2d4h" }, { 31536000000, "365d" },
	};
	/* clang-format on */

	(void)state;
	for (unsigned i = 0; i < ROWS(cases); i++) {
		char buffer[32];
		struct text t;

		text_init(&t, buffer, sizeof buffer);
		assert_true(text_add_duration(&t, cases[i].d));
		assert_string_equal(buffer, cases[i].words);
	}
}

static void
durations_are_read(void **state)
{
	/* clang-format off */
	static const struct { const char *words; msec d; } cases[] = {
		{ "500ms", 500 }, { "30s", 30000 }, { "5m", 300000 }, { "5min", 300000 }, { "2h", 7200000 }, { "1d", 86400000 },
		{ "1m30s", 90000 }, { "1h30m", 5400000 }, { "1.5", 1500 }, { "1.5s", 1500 }, { "0.25h", 900000 }, { "0", 0 },
		{ "90", 90000 }, { "0.0009", 0 }, { "1.2345s", 1234 }, { "1s500ms", 1500 },
		{ "", -1 }, { "s", -1 }, { "-1s", -1 }, { "+1s", -1 }, { "1 s", -1 }, { " 1s", -1 }, { "1s ", -1 }, { "1m30", -1 }, { "0s5", -1 },
		{ "1x", -1 }, { "1.s", -1 }, { ".5s", -1 }, { "1e3", -1 }, { "0x10", -1 }, { "infinity", -1 }, { "1S", -1 },
		{ "99999999999999999999s", -1 }, { "9223372036854775807ms", -1 }, { "9223372036854775d", -1 },
		{ "26000000000d26000000000d26000000000d26000000000d26000000000d", -1 },
	};
	/* clang-format on */

	(void)state;
	for (unsigned i = 0; i < ROWS(cases); i++) {
		msec d = -1;
		bool ok = text_parse_duration(cases[i].words, &d);

		if (ok != (cases[i].d >= 0) || (ok && d != cases[i].d))
			fail_msg("'%s': %d, %lld", cases[i].words, ok, (long long)d);
	}
}

static void
sizes_are_written(void **state)
{
	/* clang-format off */
	static const struct { uint64_t bytes; const char *words; } cases[] = {
		{ 0, "0" }, { 512, "512" }, { 1023, "1023" }, { 1024, "1K" }, { 1536, "1.5K" }, { 102400, "100K" },
		{ 104960, "102K" }, { 268435456, "256M" }, { 2147483648, "2G" }, { 1099511627776, "1T" }, { UINT64_MAX, "16E" },
	};
	/* clang-format on */

	(void)state;
	for (unsigned i = 0; i < ROWS(cases); i++) {
		char buffer[32];
		struct text t;

		text_init(&t, buffer, sizeof buffer);
		assert_true(text_add_size(&t, cases[i].bytes));
		assert_string_equal(buffer, cases[i].words);
	}
}

static void
sizes_are_read(void **state)
{
	enum { NO = 1 };
	/* clang-format off */
	static const struct { const char *words; uint64_t bytes; int no; } cases[] = {
		{ "0", 0 }, { "512", 512 }, { "512B", 512 }, { "64K", 65536 }, { "64k", 65536 }, { "64KiB", 65536 }, { "64KB", 65536 },
		{ "256M", 268435456 }, { "2G", 2147483648 }, { "1T", 1099511627776 }, { "1.5K", 1536 }, { "0.5M", 524288 },
		{ "2147483648", 2147483648 }, { "1099511627776", 1099511627776 },
		{ "", 0, NO }, { "K", 0, NO }, { "-1", 0, NO }, { "1X", 0, NO }, { "1KK", 0, NO }, { "1iB", 0, NO }, { "1 K", 0, NO },
		{ "1K ", 0, NO }, { "40%", 0, NO }, { "99999999999999999999", 0, NO }, { "9223372036854775T", 0, NO },
		{ "16777216T", 0, NO },
	};
	/* clang-format on */

	(void)state;
	for (unsigned i = 0; i < ROWS(cases); i++) {
		uint64_t bytes = 77;
		bool ok = text_parse_size(cases[i].words, &bytes);

		if (ok == (cases[i].no == NO) || (ok && bytes != cases[i].bytes))
			fail_msg("'%s': %d, %llu", cases[i].words, ok, (unsigned long long)bytes);
	}
}

static void
integers_are_read(void **state)
{
	/* clang-format off */
	static const struct { const char *words; int64_t lowest, highest; bool ok; int64_t value; } cases[] = {
		{ "5", 1, 10, true, 5 }, { "1", 1, 10, true, 1 }, { "10", 1, 10, true, 10 }, { "0", 1, 10, false, 0 },
		{ "11", 1, 10, false, 0 }, { "-3", -5, 5, true, -3 }, { "007", 0, 10, true, 7 },
		{ "9223372036854775807", 0, INT64_MAX, true, INT64_MAX }, { "9223372036854775808", 0, INT64_MAX, false, 0 },
		{ "", 0, 9, false, 0 }, { "+5", 0, 9, false, 0 }, { " 5", 0, 9, false, 0 }, { "\v5", 0, 9, false, 0 },
		{ "\r5", 0, 9, false, 0 }, { "5 ", 0, 9, false, 0 }, { "5x", 0, 9, false, 0 }, { "0x5", 0, 9, false, 0 },
		{ "5.0", 0, 9, false, 0 }, { "-", -5, 9, false, 0 }, { "- 5", -5, 9, false, 0 },
	};
	/* clang-format on */

	(void)state;
	for (unsigned i = 0; i < ROWS(cases); i++) {
		int64_t v = 77;
		bool ok = text_parse_int(cases[i].words, cases[i].lowest, cases[i].highest, &v);

		if (ok != cases[i].ok || v != (ok ? cases[i].value : 77))
			fail_msg("'%s': %d, %lld", cases[i].words, ok, (long long)v);
	}
}

static void
edits_of_the_first_32_bytes_are_counted(void **state)
{
	/* clang-format off */
	static const struct { const char *a, *b; unsigned distance; } cases[] = {
		{ "", "", 0 }, { "workers", "workers", 0 }, { "worker", "workers", 1 }, { "wrokers", "workers", 1 },
		{ "bind", "bnd", 1 }, { "bind", "kind", 1 }, { "", "abc", 3 }, { "abc", "", 3 }, { "timeout", "threads", 5 },
		{ "ab", "ba", 1 }, { "ca", "abc", 3 }, { "a", "b", 1 },
		{ "0123456789012345678901234567890123456789", "01234567890123456789012345678901", 0 }, /* 32 count */
	};
	/* clang-format on */

	(void)state;
	for (unsigned i = 0; i < ROWS(cases); i++)
		if (text_distance(cases[i].a, cases[i].b) != cases[i].distance)
			fail_msg("%s, %s: %u", cases[i].a, cases[i].b, text_distance(cases[i].a, cases[i].b));
}

static void
values_of_assignments(void **state)
{
	static const struct {
		const char *assignment, *name, *value; /* NULL: it is not of that name */
	} cases[] = {
		{ "TMPDIR=/tmp", "TMPDIR", "/tmp" },
		{ "TMPDIR=", "TMPDIR", "" },
		{ "A=b=c", "A", "b=c" },
		{ "--pythonpath=/srv", "--pythonpath", "/srv" },
		{ "TMPDIR", "TMPDIR", NULL },
		{ "TMPDIRS=/tmp", "TMPDIR", NULL },
		{ "TMP=/tmp", "TMPDIR", NULL },
		{ "", "TMPDIR", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const char *value = text_value_of(cases[i].assignment, cases[i].name);

		if ((value == NULL) != (cases[i].value == NULL) ||
			(value != NULL && strcmp(value, cases[i].value) != 0))
			fail_msg("%s in %s: %s", cases[i].name, cases[i].assignment, value != NULL ? value : "none");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_text_never_passes_its_end),
		cmocka_unit_test(copies_are_cut),
		cmocka_unit_test(what_is_visible),
		cmocka_unit_test(a_visible_text_ends_with_a_whole_character),
		cmocka_unit_test(characters_have_their_length),
		cmocka_unit_test(durations_are_written),
		cmocka_unit_test(durations_are_read),
		cmocka_unit_test(sizes_are_written),
		cmocka_unit_test(sizes_are_read),
		cmocka_unit_test(integers_are_read),
		cmocka_unit_test(edits_of_the_first_32_bytes_are_counted),
		cmocka_unit_test(values_of_assignments),
	};

	return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}

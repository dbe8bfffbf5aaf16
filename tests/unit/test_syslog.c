#include "unit.h"

#include <string.h>

#include "wire/syslog.h"

static const struct syslog_message plain = {
	.at = 1764201234567,
	.alarm = true,
	.host = "shop-1",
	.pid = 42,
	.service = "web",
	.class = "runtime.timeout",
	.phase = "runtime",
	.number = 3,
	.confidence = 95,
	.times = 2,
	.died = 4,
	.words = "web: a worker hung",
};

static const char *
formatted(const struct syslog_message *m)
{
	static char bytes[SYSLOG_MAX + 1];
	size_t n = syslog_format(m, bytes);

	assert_true(n < SYSLOG_MAX);
	bytes[n] = '\0';
	return bytes;
}

static void
a_message_has_all_parts_of_rfc_5424(void **state)
{
	(void)state;
	assert_string_equal(formatted(&plain),
		"<28>1 2025-11-26T23:53:54.567Z shop-1 bridle 42 runtime.timeout [incident@32473 service=\"web\" "
		"number=\"3\" class=\"runtime.timeout\" phase=\"runtime\" confidence=\"95\" alarm=\"yes\" times=\"2\" "
		"died=\"4\"] \xef\xbb\xbfweb: a worker hung");
}

static void
what_is_no_alarm_is_informational(void **state)
{
	struct syslog_message m = plain;

	(void)state;
	m.alarm = false;
	assert_memory_equal(formatted(&m), "<30>1 ", 6);
	assert_non_null(strstr(formatted(&m), "alarm=\"no\""));
}

/* RFC 5424, 6.3.3: those three, and no others. */
static void
values_are_escaped(void **state)
{
	static const struct {
		const char *value, *escaped;
	} rows[] = {
		{ "a\"b", " class=\"a\\\"b\"" },
		{ "a]b", " class=\"a\\]b\"" },
		{ "a[b", " class=\"a[b\"" },
		{ "a\\b", " class=\"a\\\\b\"" },
		{ "\"]\\", " class=\"\\\"\\]\\\\\"" },
		{ "a\nb", " class=\"a\\\\x0ab\"" },
		{ "\xc3\xa9", " class=\"\xc3\xa9\"" },
		{ "", " class=\"\"" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct syslog_message m = plain;

		m.class = rows[i].value;
		if (strstr(formatted(&m), rows[i].escaped) == NULL)
			fail_msg("%s: %s", rows[i].escaped, formatted(&m));
	}
}

/* A blank in a name of the header would move everything behind it. */
static void
names_have_no_blanks(void **state)
{
	struct syslog_message m = plain;

	(void)state;
	m.host = "a b\tc\xc3\xa9";
	m.class = "own.a very long name that does not fit";
	assert_non_null(strstr(formatted(&m), "Z a_b_c__ bridle 42 own.a_very_long_name_that_does_n [incident"));
	m.host = m.class = "";
	assert_non_null(strstr(formatted(&m), "Z - bridle 42 - [incident"));
}

/* Cut in its sentence, and there not within a character. */
static void
what_is_too_long_is_cut(void **state)
{
	char words[SYSLOG_MAX * 2] = "";
	struct syslog_message m = plain;

	(void)state;
	m.words = words;
	for (unsigned shift = 0; shift < 4; shift++) {
		const char *said;

		memset(words, 'x', shift);
		for (size_t i = shift; i + 4 < sizeof words; i += 3)
			memcpy(words + i, "\xe2\x82\xac", 4);
		said = formatted(&m);
		assert_true(strlen(said) > SYSLOG_MAX - 5);
		assert_memory_equal(said + strlen(said) - 3, "\xe2\x82\xac", 3);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_message_has_all_parts_of_rfc_5424),
		cmocka_unit_test(what_is_no_alarm_is_informational),
		cmocka_unit_test(values_are_escaped),
		cmocka_unit_test(names_have_no_blanks),
		cmocka_unit_test(what_is_too_long_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

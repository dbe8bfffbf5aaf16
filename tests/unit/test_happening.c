#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "wire/happening.h"

static char *
write(const struct happening *h)
{
	struct jsonw w;
	size_t length;

	jsonw_init(&w, HAPPENING_MAX);
	happening_write(&w, h);
	return jsonw_take(&w, &length);
}

static bool
reads(const char *line, struct happening *h)
{
	return happening_read(h, line, strlen(line));
}

/* Whoever reads an old journal relies on these words. */
static void
a_line_looks_like_this(void **state)
{
	struct happening h = happening_make(HAPPENING_MOVED, 1795737236123);
	char *line;

	(void)state;
	strcpy(h.service, "web");
	strcpy(h.what, "running");
	strcpy(h.words, "proven \"ready\"");
	h.pid = 4711;
	h.generation = 3;
	h.workers = 2;
	h.bytes = 94371840;
	h.queue = 0;
	h.rate = 12500;
	line = write(&h);
	assert_string_equal(line,
		"{\"version\":1,\"time\":1795737236.123,\"service\":\"web\",\"kind\":\"moved\",\"what\":\"running\","
		"\"words\":\"proven \\\"ready\\\"\",\"alarm\":false,\"uid\":null,\"pid\":4711,\"generation\":3,\"workers\":2,"
		"\"memory\":94371840,\"queue\":0,\"rate\":12.500}");
	free(line);
}

static void
what_was_written_is_read(void **state)
{
	(void)state;
	for (unsigned kind = 0; kind < HAPPENING_KIND_COUNT; kind++) {
		struct happening h = happening_make((enum happening_kind)kind, 1000 + kind), again;
		char *line;

		strcpy(h.what, "what");
		h.uid = kind;
		h.alarm = kind % 2 == 1;
		line = write(&h);
		assert_true(reads(line, &again));
		free(line);
		assert_int_equal(again.kind, h.kind);
		assert_int_equal(again.time, h.time);
		assert_int_equal(again.uid, h.uid);
		assert_int_equal(again.alarm, h.alarm);
		assert_string_equal(again.what, h.what);
		assert_int_equal(again.pid, 0);
		assert_int_equal(again.workers, -1);
		assert_int_equal(again.rate, -1);
	}
}

static void
what_is_not_ours_is_passed_over(void **state)
{
	/* clang-format off */
	static const char *const lines[] = {
		"",
		"e\",\"words\":\"the end of a line\"}",
		"{\"version\":1,\"time\":1,\"kind\":\"moved\"",              /* not finished */
		"{\"version\":1,\"time\":1,\"kind\":\"moved\"} x",           /* more than one */
		"{\"version\":2,\"time\":1,\"kind\":\"moved\"}",             /* a later version */
		"{\"time\":1,\"kind\":\"moved\"}",                           /* none */
		"{\"version\":1,\"time\":1,\"kind\":\"dreamt\"}",            /* a kind of a later one */
		"{\"version\":1,\"time\":1,\"kind\":\"moved\",\"kind\":7}",  /* said twice, and differently */
		"{\"version\":1,\"kind\":\"moved\"}",                        /* no time */
		"{\"version\":1,\"time\":-5,\"kind\":\"moved\"}",
		"[1]",
		"{\"version\":1,\"time\":1,\"kind\":\"moved\",\"x\":01}",
	};
	/* clang-format on */
	struct happening h;

	(void)state;
	for (unsigned i = 0; i < sizeof lines / sizeof lines[0]; i++)
		if (reads(lines[i], &h))
			fail_msg("taken: %s", lines[i]);
}

static void
what_is_strange_is_unknown(void **state)
{
	struct happening h;

	(void)state;
	assert_true(reads(
		"{\"new\":[{\"a\":1}],\"version\":1,\"time\":5.5,\"kind\":\"asked\",\"uid\":-7,\"pid\":0,\"workers\":1.5,"
		"\"memory\":99999999999999999999,\"queue\":\"long\",\"rate\":null,\"alarm\":\"yes\",\"words\":{}}",
		&h));
	assert_int_equal(h.kind, HAPPENING_ASKED);
	assert_int_equal(h.time, 5500);
	assert_int_equal(h.uid, -1);
	assert_int_equal(h.pid, 0);
	assert_int_equal(h.workers, -1);
	assert_int_equal(h.bytes, -1);
	assert_int_equal(h.queue, -1);
	assert_int_equal(h.rate, -1);
	assert_false(h.alarm);
	assert_string_equal(h.words, "");
}

/* A text that is too long ends with a whole character. */
static void
texts_are_cut(void **state)
{
	char line[2048] = "{\"version\":1,\"time\":1,\"kind\":\"moved\",\"words\":\"";
	struct happening h;

	(void)state;
	for (int i = 0; i < 200; i++)
		strcat(line, "\xe2\x82\xac"); /* three bytes each */
	strcat(line, "\"}");
	assert_true(reads(line, &h));
	assert_in_range(strlen(h.words), HAPPENING_WORDS - 8, HAPPENING_WORDS - 1);
	assert_int_equal(strlen(h.words) % 3, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_looks_like_this),
		cmocka_unit_test(what_was_written_is_read),
		cmocka_unit_test(what_is_not_ours_is_passed_over),
		cmocka_unit_test(what_is_strange_is_unknown),
		cmocka_unit_test(texts_are_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

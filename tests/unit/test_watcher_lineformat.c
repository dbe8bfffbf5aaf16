#include "unit.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "watcher/lineformat.h"

static const char stamp[] = "2026-11-20T16:57:11.123Z";

/* What becomes of N bytes that come in pieces of PIECE. */
static size_t
run(struct lineformat *f, const char *in, size_t n, size_t piece, char *out, size_t room)
{
	size_t len = 0;

	while (n > 0) {
		const char *at = in;
		size_t k = piece < n ? piece : n, left = k;

		while (left > 0) {
			size_t before = left;

			assert_true(room - len >= LINEFORMAT_ROOM);
			len += lineformat_run(f, "web", stamp, &at, &left, out + len, LINEFORMAT_ROOM);
			assert_true(left < before);
		}
		in += k;
		n -= k;
	}
	out[len] = '\0';
	return len;
}

#define JSON(line) "{\"time\":\"2026-11-20T16:57:11.123Z\",\"service\":\"web\",\"line\":\"" line "\"}\n"

static const struct {
	uint8_t format;
	const char *in, *out;
} cases[] = {
	/* clang-format off */
	{ PAGE_LOG_PLAIN, "a\n\x01\xff", "a\n\x01\xff" },
	{ PAGE_LOG_TIME,  "a\n\nb\n", "2026-11-20T16:57:11.123Z a\n2026-11-20T16:57:11.123Z \n2026-11-20T16:57:11.123Z b\n" },
	{ PAGE_LOG_TIME,  "\xff\n", "2026-11-20T16:57:11.123Z \xff\n" },
	{ PAGE_LOG_JSON,  "a\n", JSON("a") },
	{ PAGE_LOG_JSON,  "\n\n", JSON("") JSON("") },
	{ PAGE_LOG_JSON,  "\"\\/\b\t\r\f\x01\x7f\n", JSON("\\\"\\\\/\\b\\t\\r\\f\\u0001\\u007f") },
	{ PAGE_LOG_JSON,  "gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x90\x8e\n", JSON("gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x90\x8e") },
	{ PAGE_LOG_JSON,  "\xff\xc3\n", JSON("\\ufffd\\ufffd") },
	{ PAGE_LOG_JSON,  "\xc3(\n", JSON("\\ufffd(") },
	{ PAGE_LOG_JSON,  "\xed\xa0\x80\n", JSON("\\ufffd\\ufffd\\ufffd") },
	{ PAGE_LOG_JSON,  "\xc0\x80\n", JSON("\\ufffd\\ufffd") },
	{ PAGE_LOG_JSON,  "\xf0\x9f\xc3\xbc\n", JSON("\\ufffd\xc3\xbc") },
	/* clang-format on */
};

static void
pieces_make_no_difference(void **state)
{
	char out[4096];

	(void)state;
	for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		for (size_t piece = 1; piece < 12; piece++) {
			struct lineformat f = { .format = cases[i].format };

			run(&f, cases[i].in, strlen(cases[i].in), piece, out, sizeof out);
			assert_string_equal(out, cases[i].out);
		}
	}
}

/* Whatever a service writes: each line is one JSON object, with nothing else in it. */
static void
any_bytes_become_json(void **state)
{
	enum { N = 4000, OUT = 1 << 20 };
	static const char favourites[] = "\n\n\"\\\xc3\xbc\xf0\x9f\x90\x8e\xff\x01 abc";
	char *in = malloc(N), *out = malloc(OUT);

	(void)state;
	srand(7);
	for (unsigned round = 0; round < 50; round++) {
		struct lineformat f = { .format = PAGE_LOG_JSON };
		size_t lines = 0, n;

		for (size_t i = 0; i < N; i++)
			in[i] = rand() % 2 != 0 ? (char)rand() : favourites[(size_t)rand() % (sizeof favourites - 1)];
		in[N - 1] = '\n';
		n = run(&f, in, N, 1 + (size_t)rand() % 500, out, OUT);
		for (char *line = out, *end; line < out + n; line = end + 1, lines++) {
			end = strchr(line, '\n');
			assert_non_null(end);
			json_t *object = json_loadb(line, (size_t)(end - line), JSON_ALLOW_NUL, NULL);

			if (object == NULL)
				fail_msg("no JSON: %.*s", (int)(end - line), line);
			assert_int_equal(json_object_size(object), 3);
			json_decref(object);
		}
		for (size_t i = 0; i < N; i++)
			lines -= in[i] == '\n';
		assert_int_equal(lines, 0);
	}
	free(in);
	free(out);
}

static void
an_end_makes_the_line_whole(void **state)
{
	struct lineformat f = { .format = PAGE_LOG_JSON };
	char out[1024];
	size_t n;

	(void)state;
	n = run(&f, "ab\xc3", 3, 3, out, sizeof out);
	n += lineformat_end(&f, out + n);
	out[n] = '\0';
	assert_string_equal(out, JSON("ab\\ufffd"));
	assert_int_equal(lineformat_end(&f, out), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pieces_make_no_difference),
		cmocka_unit_test(any_bytes_become_json),
		cmocka_unit_test(an_end_makes_the_line_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

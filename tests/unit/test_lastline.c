#include "unit.h"

#include <string.h>

#include "watcher/lastline.h"

enum { NOW = 5000 };

#define BOOT "[2026-11-27 13:38:09 +0000] [75] [INFO] Booting worker with pid: 75\n"
#define LEAVES "[2026-11-27 13:38:09 +0000] [75] [INFO] Worker exiting (pid: 75)\n"
#define ENDED "[2026-11-27 13:38:09 +0000] [7] [ERROR] Worker (pid:75) exited with code 1\n"
#define BEGINS "[2026-11-27 13:38:09 +0000] [7] [INFO] Starting gunicorn 23.0.0\n"
#define USING "[2026-11-27 13:38:09 +0000] [7] [INFO] Using worker: sync\n"
#define ANSWER "10.0.0.17 - - [27/Nov/2026:13:38:09 +0000] \"GET / HTTP/1.1\" 200 5 \"-\" \"curl\"\n"
#define FOUR(x) x x x x

static const struct chunk {
	const char *bytes, *kept; /* NULL: nothing */
} chunks[] = {
	{ BOOT LEAVES "no licence\n" ENDED BOOT, "no licence" },
	{ BOOT "no licence\n" LEAVES, "no licence" },
	{ "first\n" BOOT "second\n" LEAVES, "second" },
	{ "no newline", "no newline" },
	{ "said\n\n\n" ANSWER USING, "said" },
	{ ANSWER, NULL },
	{ "\n\n", NULL },
	{ "{\"message\": \"Worker exiting (pid: 75)\"}\n", NULL },
	/* an application that logs by Gunicorn's logger; its errors are its own */
	{ "[2026-11-27 13:38:09 +0000] [75] [CRITICAL] no licence\n" LEAVES,
		"[2026-11-27 13:38:09 +0000] [75] [CRITICAL] no licence" },
	/* what was said before this master is not about it */
	{ "a warning of python's\n" BEGINS USING BOOT LEAVES, NULL },
	{ BEGINS BOOT "no licence\n" LEAVES, "no licence" },
	/* terminals, and other bytes */
	{ "\x1b[31mred\xff\n", "\\x1b[31mred\\xff" },
	/* how far it looks back */
	{ "far away\n" FOUR(FOUR(BOOT)), NULL },
	{ "near\n" FOUR(BOOT) FOUR(BOOT), "near" },
};

static void
nothing_heard(void *context, const struct recognised *what)
{
	(void)context;
	(void)what;
}

static const char *
read_all(struct lastline *l, const char *bytes, size_t n)
{
	static struct recogniser r;

	recogniser_init(&r, nothing_heard, NULL);
	recogniser_feed(&r, bytes, n);
	lastline_read(l, &r, false, bytes, n, NOW);
	return lastline_since(l, NOW);
}

static void
the_last_that_is_none_of_gunicorns(void **state)
{
	(void)state;
	for (unsigned i = 0; i < sizeof chunks / sizeof chunks[0]; i++) {
		struct lastline l = { 0 };
		const char *kept = read_all(&l, chunks[i].bytes, strlen(chunks[i].bytes));

		if ((kept == NULL) != (chunks[i].kept == NULL) || (kept != NULL && strcmp(kept, chunks[i].kept) != 0))
			fail_msg("chunk %u: %s", i, kept != NULL ? kept : "nothing");
	}
}

static void
it_is_kept_with_its_time(void **state)
{
	struct lastline l = { 0 };

	(void)state;
	read_all(&l, "said\n", 5);
	assert_string_equal(read_all(&l, ANSWER, sizeof ANSWER - 1), "said");
	assert_string_equal(lastline_since(&l, NOW - 1), "said");
	assert_null(lastline_since(&l, NOW + 1));
	assert_null(read_all(&l, BEGINS, sizeof BEGINS - 1));
}

/* The rest of a line that began in an earlier reading is no line. */
static void
half_a_line_is_none(void **state)
{
	struct recogniser r;
	struct lastline l = { 0 };

	(void)state;
	recogniser_init(&r, nothing_heard, NULL);
	lastline_read(&l, &r, true, "nse\n" LEAVES, sizeof("nse\n" LEAVES) - 1, NOW);
	assert_null(lastline_since(&l, 0));
	lastline_read(&l, &r, true, "nse\nwhole\n", 10, NOW);
	assert_string_equal(lastline_since(&l, 0), "whole");
}

static void
it_is_cut(void **state)
{
	static char bytes[1 << 16];
	struct lastline l = { 0 };

	(void)state;
	memset(bytes, '\0', sizeof bytes);
	assert_int_equal(strncmp(read_all(&l, bytes, sizeof bytes), "\\x00\\x00", 8), 0);
	assert_true(strlen(l.text) < LASTLINE_TEXT);
	memset(bytes, 'a', sizeof bytes);
	assert_int_equal(strlen(read_all(&l, bytes, sizeof bytes)), LASTLINE_TEXT - 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_last_that_is_none_of_gunicorns),
		cmocka_unit_test(it_is_kept_with_its_time),
		cmocka_unit_test(half_a_line_is_none),
		cmocka_unit_test(it_is_cut),
	};

	return cmocka_run_group_tests_name("lastline", tests, NULL, NULL);
}

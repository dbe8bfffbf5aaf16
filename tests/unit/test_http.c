#include "unit.h"

#include <string.h>

#include "wire/http.h"

static void
reads_a_status(void **state)
{
	static const struct {
		const char *answer;
		int status;
	} cases[] = {
		/* clang-format off */
		{ "", 0 }, { "H", 0 }, { "HTTP/1.1 20", 0 }, { "HTTP/1.1 200", 200 }, { "HTTP/1.0 503 Service Unavailable\r\n", 503 },
		{ "HTTP/1.1 099 x", -1 }, { "HTTP/1.1 600 x", -1 }, { "HTTP/2 200", -1 }, { "http/1.1 200", -1 }, { "HTTP/1.1  200", -1 },
		{ "SSH", -1 }, { "\r\nHTTP/1.1 200", -1 },
		/* clang-format on */
	};

	(void)state;
	for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++)
		if (http_status(cases[i].answer, strlen(cases[i].answer)) != cases[i].status)
			fail_msg("'%s'", cases[i].answer);
}

static void
knows_what_is_good(void **state)
{
	static const struct {
		int status, wanted;
		bool good;
	} cases[] = {
		/* clang-format off */
		{ 200, 0, true }, { 199, 0, false }, { 302, 0, true }, { 399, 0, true }, { 400, 0, false }, { 503, 0, false },
		{ 0, 0, false }, { -1, 0, false }, { 200, 204, false }, { 204, 204, true }, { 401, 401, true },
		/* clang-format on */
	};

	(void)state;
	for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_int_equal(http_status_is(cases[i].status, cases[i].wanted), cases[i].good);
}

static void
writes_a_request(void **state)
{
	char buffer[128];
	struct text t;

	(void)state;
	text_init(&t, buffer, sizeof buffer);
	assert_true(http_request(&t, "/healthz?x=1", "shop.example"));
	assert_string_equal(buffer,
		"GET /healthz?x=1 HTTP/1.1\r\nHost: shop.example\r\nUser-Agent: bridle\r\nConnection: close\r\n\r\n");
	assert_false(http_request(&t, "/a b", "x"));
	assert_false(http_request(&t, "/a\r\nX: y", "x"));
	assert_false(http_request(&t, "/", ""));
	text_init(&t, buffer, 40);
	assert_false(http_request(&t, "/healthz", "x"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_a_status),
		cmocka_unit_test(knows_what_is_good),
		cmocka_unit_test(writes_a_request),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "unit.h"

#include <string.h>

#include "wire/statsd.h"

/* As Gunicorn 20.1.0 to 27.0.1 send them, and as nobody does. */
/* clang-format off */
static const struct {
	const char *datagram, *name, *own; /* name NULL: refused */
	enum statsd_kind kind;
	int64_t value;
	int detail;
} cases[] = {
	{ "web/.gunicorn.requests:1|c|@1.0", "web", "gunicorn.requests:1|c|@1.0", STATSD_REQUESTS, 1, 0 },
	{ "web/.gunicorn.request.duration:12.345|ms", "web", "gunicorn.request.duration:12.345|ms", STATSD_DURATION, 12345, 0 },
	{ "web/.gunicorn.request.duration:0.05|ms", "web", "gunicorn.request.duration:0.05|ms", STATSD_DURATION, 50, 0 },
	{ "web/.gunicorn.request.duration:3.0000009|ms", "web", "gunicorn.request.duration:3.0000009|ms", STATSD_DURATION, 3000, 0 },
	{ "web/.gunicorn.request.status.404:1|c|@1.0", "web", "gunicorn.request.status.404:1|c|@1.0", STATSD_STATUS, 1, 404 },
	{ "web/.gunicorn.workers:3|g", "web", "gunicorn.workers:3|g", STATSD_WORKERS, 3, 0 },
	{ "web/.gunicorn.log.critical:1|c|@1.0", "web", "gunicorn.log.critical:1|c|@1.0", STATSD_LOG, 1, STATSD_CRITICAL },
	{ "web/.gunicorn.log.exception:1|c|@1.0", "web", "gunicorn.log.exception:1|c|@1.0", STATSD_LOG, 1, STATSD_EXCEPTION },
	/* a prefix of the user's, and tags */
	{ "a@b.c/shop.eu.gunicorn.requests:1|c|@1.0|#env:prod,a:b", "a@b.c", "shop.eu.gunicorn.requests:1|c|@1.0|#env:prod,a:b",
		STATSD_REQUESTS, 1, 0 },
	/* the application's own, through Gunicorn's logger */
	{ "web/.cart.items:-7|g", "web", "cart.items:-7|g", STATSD_OTHER, 0, 0 },
	{ "web/.notgunicorn.requests:1|c", "web", "notgunicorn.requests:1|c", STATSD_OTHER, 0, 0 },
	{ "web/.gunicorn.request.status.99:1|c", "web", "gunicorn.request.status.99:1|c", STATSD_OTHER, 0, 0 },
	{ "web/.gunicorn.request.status.0404:1|c", "web", "gunicorn.request.status.0404:1|c", STATSD_OTHER, 0, 0 },
	/* nobody's */
	{ "", NULL, NULL, 0, 0, 0 },
	{ "/", NULL, NULL, 0, 0, 0 },
	{ "web/", NULL, NULL, 0, 0, 0 },
	{ "web/.", NULL, NULL, 0, 0, 0 },
	{ "web/.:1|c", NULL, NULL, 0, 0, 0 },
	{ "web.gunicorn.requests:1|c", NULL, NULL, 0, 0, 0 },
	{ "/.gunicorn.requests:1|c", NULL, NULL, 0, 0, 0 },
	{ "web/.gunicorn.requests", NULL, NULL, 0, 0, 0 },
	{ "web/.gunicorn.requests:", NULL, NULL, 0, 0, 0 },
	{ "web/.gunicorn.requests:|c", NULL, NULL, 0, 0, 0 },
	{ "web/.gunicorn.requests:1", NULL, NULL, 0, 0, 0 },
	{ "web/.gunicorn.requests:1|", NULL, NULL, 0, 0, 0 },
	{ "web/.gunicorn.requests:1|g", NULL, NULL, 0, 0, 0 },
	{ "web/.gunicorn.requests:1|cc", NULL, NULL, 0, 0, 0 },
	{ "web/.gunicorn.requests:-1|c", NULL, NULL, 0, 0, 0 },
	{ "web/.gunicorn.requests:1e9|c", NULL, NULL, 0, 0, 0 },
	{ "web/.gunicorn.requests:1234567890123|c", NULL, NULL, 0, 0, 0 },
	{ "web/.gunicorn.requests:1|c\nweb/.gunicorn.requests:1|c", NULL, NULL, 0, 0, 0 },
	{ "w\xc3\xa9/.gunicorn.requests:1|c", NULL, NULL, 0, 0, 0 },
	{ "a-name-that-is-longer-than-any-service-may-be-48/.gunicorn.requests:1|c", NULL, NULL, 0, 0, 0 },
};
/* clang-format on */

static void
metrics_are_read(void **state)
{
	(void)state;
	for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct statsd_metric m;
		bool read = statsd_read(&m, cases[i].datagram, strlen(cases[i].datagram));

		if (read != (cases[i].name != NULL))
			fail_msg("'%s' is%s read", cases[i].datagram, read ? "" : " not");
		if (!read)
			continue;
		assert_int_equal(m.name_length, strlen(cases[i].name));
		assert_memory_equal(m.name, cases[i].name, m.name_length);
		assert_int_equal(m.own_length, strlen(cases[i].own));
		assert_memory_equal(m.own, cases[i].own, m.own_length);
		if (m.kind != cases[i].kind)
			fail_msg("'%s' is of kind %d", cases[i].datagram, m.kind);
		assert_int_equal(m.value, cases[i].value);
		if (m.kind == STATSD_STATUS || m.kind == STATSD_LOG)
			assert_int_equal(m.detail, cases[i].detail);
	}
}

static void
what_is_too_long_is_refused(void **state)
{
	char bytes[STATSD_SIZE + 1];
	struct statsd_metric m;

	(void)state;
	memset(bytes, 'x', sizeof bytes);
	memcpy(bytes, "web/.gunicorn.requests:1|c|", 27);
	assert_true(statsd_read(&m, bytes, sizeof bytes - 1));
	assert_false(statsd_read(&m, bytes, sizeof bytes));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(metrics_are_read),
		cmocka_unit_test(what_is_too_long_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "unit.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "conf/statsd.h"
#include "scratch.h"

/* Decode the only service of "[gunicorn:web]" with KEYS; the caller frees. */
static struct conf *
read_keys(const struct scratch *scratch, const char *keys, struct conf_service *service)
{
	struct conf_report report;
	struct conf *conf;
	char text[500];
	int n = snprintf(text, sizeof text, "[gunicorn:web]\napp = a:b\ndirectory = %s\n%s\n", scratch->path, keys);

	conf_report_init(&report);
	conf = conf_read_text("/etc/bridle/b.ini", text, (size_t)n, &report);
	if (conf == NULL)
		print_error("%s\n", report.at[0].text);
	assert_non_null(conf);
	conf_report_free(&report);
	conf_decode_service(&conf->services[0], service);
	return conf;
}

static void
is_left_to_who_decided_on_it(void **state)
{
	static const struct {
		const char *keys, *file, *text;
		bool free;
	} cases[] = {
		{ "", NULL, NULL, true },
		{ "statsd_host = a:1", NULL, NULL, true },
		{ "args = --spew", NULL, NULL, true },
		{ "args = --statsd-host=x:1", NULL, NULL, false },
		{ "args = --statsd-prefix x", NULL, NULL, false },
		{ "args = -c x.py", NULL, NULL, false },
		{ "args = --config=x.py", NULL, NULL, false },
		{ "command = gunicorn --statsd-host x:1", NULL, NULL, false },
		{ "private_network = yes", NULL, NULL, false },
		{ "paste = x.ini", NULL, NULL, false },
		{ "logger_class = my.Logger", NULL, NULL, false }, /* it would not speak */
		{ "config = python:my.settings", NULL, NULL, false },
		{ "config = nowhere.py", NULL, NULL, true },
		{ "", "gunicorn.conf.py", "workers = 3\n", true },
		{ "", "gunicorn.conf.py", "workers = 3\nstatsd_host = 'x:1'\n", false },
		{ "config = x.py", "x.py", "globals()['statsd_' + 'host'] = 'x:1'\n", false },
		{ "config = file:x.py", "x.py", "statsd_host = 'x:1'\n", false },
		{ "config = x.py", "x.py", "from base import *\n", false },
		{ "config = x.py", "x.py", "import multiprocessing\n", true },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct conf_service service;
		struct scratch scratch;
		struct conf *conf;
		bool free;

		scratch_make(&scratch);
		if (cases[i].file != NULL)
			scratch_write(&scratch, cases[i].file, cases[i].text);
		conf = read_keys(&scratch, cases[i].keys, &service);
		free = conf_statsd_is_free(&conf->services[0], &service, (uid_t)-1);
		if (free != cases[i].free)
			fail_msg("'%s' with '%s' is%s free", cases[i].keys, cases[i].text, free ? "" : " not");
		conf_free(conf);
		scratch_remove(&scratch);
	}
}

/* What it holds cannot be known. */
static void
is_left_to_a_file_that_is_not_taken(void **state)
{
	struct conf_service service;
	struct scratch scratch;
	struct conf *conf;

	(void)state;
	scratch_make(&scratch);
	assert_int_equal(mkdirat(scratch.fd, "gunicorn.conf.py", 0755), 0);
	conf = read_keys(&scratch, "", &service);
	assert_false(conf_statsd_is_free(&conf->services[0], &service, (uid_t)-1));
	conf_free(conf);
	scratch_remove(&scratch);
}

static void
knows_where_else_they_go(void **state)
{
	static const struct {
		const char *keys, *host; /* NULL: nowhere that we could send to */
		uint16_t port;
	} cases[] = {
		{ "", "", 8125 },
		{ "statsd_host = localhost:9125", "localhost", 9125 },
		{ "statsd_host = stats.example", "stats.example", 8125 },
		{ "statsd_host = unix:///run/x", NULL, 0 },
		{ "statsd_host = unix:x", NULL, 0 },
		{ "statsd_host = host:", NULL, 0 },
		{ "statsd_host = host:port", NULL, 0 },
		{ "statsd_host = :8125", NULL, 0 },
		{ "statsd_host = host:70000", NULL, 0 },
	};
	struct scratch scratch;

	(void)state;
	scratch_make(&scratch);
	for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct conf_service service;
		struct conf *conf = read_keys(&scratch, cases[i].keys, &service);
		char host[64], small[4];
		uint16_t port;

		assert_int_equal(conf_statsd_wanted(&conf->services[0], host, sizeof host, &port),
			cases[i].host != NULL);
		if (cases[i].host != NULL) {
			assert_string_equal(host, cases[i].host);
			assert_int_equal(port, cases[i].port);
			assert_int_equal(conf_statsd_wanted(&conf->services[0], small, sizeof small, &port),
				host[0] == '\0');
		}
		conf_free(conf);
	}
	scratch_remove(&scratch);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_left_to_who_decided_on_it),
		cmocka_unit_test(is_left_to_a_file_that_is_not_taken),
		cmocka_unit_test(knows_where_else_they_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

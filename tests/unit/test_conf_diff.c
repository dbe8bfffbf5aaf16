#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf/diff.h"

static struct conf *
read_text(const char *text)
{
	struct conf_report report;
	struct conf *conf;

	conf_report_init(&report);
	conf = conf_read_text("/etc/bridle/t.ini", text, strlen(text), &report);
	if (conf == NULL)
		fail_msg("%u: %s", report.at[0].line, report.at[0].text);
	conf_report_free(&report);
	return conf;
}

static void
append_line(void *context, const char *line)
{
	char *all = context;

	strcat(all, line);
	strcat(all, "\n");
}

#define WEB "[gunicorn:web]\napp = a:b\n"

static const struct {
	const char *before, *after;
	enum conf_change web;
	const char *lines;
} cases[] = {
	{ WEB, WEB, CONF_SAME, "" },
	{ WEB, "# moved\n\n" WEB, CONF_SAME, "" },
	{ WEB, WEB "workers = 1\nlog_max_size = 10240K\nrestart_delay=1000ms\n", CONF_SAME, "" },
	{ WEB "bind = unix:x.sock", WEB "bind = /etc/bridle/x.sock\n", CONF_SAME, "" },
	{ WEB "environment = A=1 B=2", WEB "environment = A=1\nenvironment = B=2\n", CONF_SAME, "" },
	{ WEB, WEB "workers = 4\n", CONF_CHANGED_REPLACE, "web: workers 1 -> 4\n" },
	{ WEB "workers = 2", WEB "workers = 2..4", CONF_CHANGED_REPLACE, "web: workers 2 -> 2..4\n" },
	{ WEB, WEB "restart = never\n", CONF_CHANGED_LIVE, "web: restart always -> never\n" },
	{ WEB, WEB "restart = never\nkeepalive = 5\n", CONF_CHANGED_REPLACE,
		"web: restart always -> never\nweb: keepalive unset -> 5\n" },
	/* what hangs on it changes as well */
	{ WEB, WEB "graceful_timeout = 5s\n", CONF_CHANGED_REPLACE,
		"web: graceful_timeout 30s -> 5s\nweb: stop_timeout 40s -> 15s\n" },
	{ WEB "bind = 80 81", WEB "bind = 81 80", CONF_CHANGED_REPLACE, "web: bind 80 81 -> 81 80\n" },
	{ WEB "bind = a:80", WEB "bind = a:81", CONF_CHANGED_REPLACE, "web: bind a:80 -> a:81\n" },
	{ WEB "environment = A=1 B=2", WEB "environment = \"A=1 B=2\"", CONF_CHANGED_REPLACE,
		"web: environment changed\n" },
	{ WEB "limit_nofile = 5:10", WEB "limit_nofile = 6:10", CONF_CHANGED_REPLACE,
		"web: limit_nofile 5:10 -> 6:10\n" },
	{ WEB "bind = a:80", WEB "bind = b:80", CONF_CHANGED_REPLACE, "web: bind a:80 -> b:80\n" },
	{ WEB "environment = TOKEN=hush", WEB "environment = TOKEN=hash", CONF_CHANGED_REPLACE,
		"web: environment changed\n" },
	{ WEB "raw_env = TOKEN=hush", WEB "raw_env = TOKEN=hash", CONF_CHANGED_REPLACE, "web: raw_env changed\n" },
	{ WEB, "[program:web]\ncommand = x\n", CONF_CHANGED_REPLACE, "web: is another kind of service\n" },
	{ WEB, WEB "[program:job]\ncommand = x\n", CONF_SAME, "new: job\n" },
	{ WEB "[program:job]\ncommand = x\n", WEB, CONF_SAME, "gone: job\n" },
	{ "[program:job]\ncommand = x\n", WEB, CONF_ADDED, "new: web\ngone: job\n" },
	{ WEB, "[program:job]\ncommand = x\n", CONF_REMOVED, "new: job\ngone: web\n" },
	{ WEB, WEB "[bridle]\nlog_level = debug\n", CONF_SAME, "[bridle] log_level info -> debug\n" },
	{ WEB "[bridle]\nrun_dir = /a\n", WEB "[bridle]\nrun_dir = /b\n", CONF_SAME,
		"[bridle] run_dir /a -> /b: takes effect when bridled is started anew\n" },
};

/* Of service "web", whatever else is there. */
static uint32_t
fingerprint(const struct conf *conf)
{
	return conf_fingerprint(conf_find(conf, "web"));
}

/* What a generation was started with is asked by the next program, whose list of keys may be another: what it writes down must
 * not change without need. */
static void
fingerprints_last(void **state)
{
	struct conf *conf = read_text(WEB "bind = unix:/run/x.sock 127.0.0.1:80\nworkers = 2..4\n"
					  "environment = A=1 B=2\numask = 0077\nrestart = never\nlimit_nofile = 5:10\n"
					  "stop_timeout = 1m\nkeepalive = 5\n");

	(void)state;
	assert_int_equal(fingerprint(conf), 0x74d06a74);
	conf_free(conf);
}

static void
differences_are_told(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct conf *before, *after;
		char lines[1024] = "";

		before = read_text(cases[i].before);
		after = read_text(cases[i].after);
		conf_diff(before, after, append_line, lines);
		assert_string_equal(lines, cases[i].lines);
		assert_int_equal(conf_diff_service(before, after, "web"), cases[i].web);
		if (cases[i].web != CONF_ADDED && cases[i].web != CONF_REMOVED)
			assert_int_equal(fingerprint(before) != fingerprint(after),
				cases[i].web == CONF_CHANGED_REPLACE);
		conf_free(before);
		conf_free(after);
	}
}

static void
write_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

/* The file's name stays the same; what it holds does not. */
static void
a_changed_environment_file_is_a_change(void **state)
{
	char path[] = "/tmp/bridle-diff-XXXXXX", text[200], lines[200] = "";
	int fd = mkstemp(path);
	struct conf *before, *same, *after;

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	snprintf(text, sizeof text, WEB "environment_file = -/nowhere %s\n", path);
	write_file(path, "A=1\n");
	before = read_text(text);
	same = read_text(text);
	write_file(path, "A=2\n");
	after = read_text(text);
	assert_int_equal(conf_diff_service(before, same, "web"), CONF_SAME);
	assert_int_equal(conf_diff_service(before, after, "web"), CONF_CHANGED_REPLACE);
	assert_int_equal(fingerprint(before), fingerprint(same));
	assert_int_not_equal(fingerprint(before), fingerprint(after));
	conf_diff(before, after, append_line, lines);
	assert_string_equal(lines, "web: an environment file changed\n");
	unlink(path);
	conf_free(before);
	conf_free(same);
	conf_free(after);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(differences_are_told),
		cmocka_unit_test(fingerprints_last),
		cmocka_unit_test(a_changed_environment_file_is_a_change),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

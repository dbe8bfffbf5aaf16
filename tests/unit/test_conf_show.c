#include "unit.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/diff.h"
#include "conf/show.h"

/* A value for each kind that is not its default, and would not survive careless printing. */
/* clang-format off */
static const struct { const char *kind, *value; } samples[] = {
	{ "profile", "web" }, { "sandboxmode", "best-effort" },
	{ "capabilities", "~cap_chown CAP_KILL" }, { "securebits", "keep-caps noroot-locked" },
	{ "families", "~AF_PACKET AF_NETLINK" }, { "namespaces", "net uts" }, { "syscalls", "@system-service ~@privileged ~ptrace:EIO" },
	{ "syscallerror", "ENOSYS" }, { "architectures", "native" }, { "protectsystem", "strict" },
	{ "protecthome", "tmpfs" }, { "protectproc", "noaccess" }, { "procsubset", "pid" },
	{ "path", "some where/./x" }, { "user", "nobody" }, { "group", "65534" }, { "readers", "all" },
	{ "loglevel", "debug" }, { "string", "a:b(\"c, d\")  # ;" }, { "argv", "x 'a b' \"c'd\" e\\\"f ''" },
	{ "words", "x 'a b' \"c'd\" e\\\\f ''" }, { "binds", "unix:'a b.sock' [::1]:80, 8000 tcp://h:1" }, { "mode", "0700" },
	{ "integer", "7" }, { "workers", "2..9" }, { "seconds", "1m1s" }, { "boolean", "no" }, { "size", "1.5M" },
	{ "onunhealthy", "replace" }, { "ontrouble", "recycle" }, { "syslogto", "[::1]:514" }, { "starting", "on-demand" }, { "probe", "/x?y=%20" }, { "reloadby", "hup" }, { "replaceby", "one-by-one" }, { "assignments", "A=1 B='x y' C=\"it's\" D=" }, { "files", "-a 'b c' /d" },
	{ "signature", "a.b boot \"it's %d: %*\"  c.d runtime %*again" },
	{ "duration", "1m1s1ms" }, { "restart", "never" }, { "logdest", "both" }, { "logformat", "json" },
	{ "logfull", "wait" }, { "text", "%(h)s \"x\" 'y" }, { "yes", "yes" }, { "no", "no" }, { "many", "a 'b c'" },
	{ "optional", "v2" }, { "level", "3" }, { "cpus", "0-1, 3" }, { "groups", "adm 12,www" }, { "cpupolicy", "batch" },
	{ "ioclass", "idle" }, { "bytes", "1.5K:2P" }, { "count", "7:infinity" }, { "cputime", "1m1s" }, { "rttime", "9" },
	{ "nicelimit", "-5" }, { "amount", "40%" }, { "tasks", "infinity" }, { "quota", "150.5%" }, { "weight", "idle" },
	{ "oompolicy", "stop" }, { "preserve", "yes" }, { "names", "A B" }, { "directories", "a 'b c/d'" },
	{ "tmpfs", "/a:ro,size=5M '/b c'" },
	{ "bindpaths", "-/a:/b:norbind '/c d:/e'" },
	{ "credentials", "x:/etc/x 'y:/etc/y z'" }, { "secrets", "x:a 'y:b c' z:" },
	{ "services", "base" }, { "commands", "-x 'a b' ';c' ; +y \"c'd\"; z" }, { "onecommand", "-+x 'a b'" },
	{ "statuses", "75, SIGUSR1 12" }, { "progtype", "oneshot" }, { "notifyaccess", "all" }, { "signal", "SIGINT" },
	{ "address", "tcp:[::1]:80" },
};
/* clang-format on */

static const char *
sample(const struct conf_key *key)
{
	for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++)
		if (strcmp(samples[i].kind, key->kind) == 0)
			return samples[i].value;
	return NULL;
}

/* Every key that may be set, set. */
static void
fill(char *text, size_t size)
{
	static const struct {
		const char *heading;
		enum conf_scope first, second;
	} sections[] = {
		{ "[bridle]", CONF_SCOPE_bridle, CONF_SCOPE_bridle },
		{ "[gunicorn:web]", CONF_SCOPE_service, CONF_SCOPE_gunicorn },
		{ "[program:job]", CONF_SCOPE_service, CONF_SCOPE_program },
	};
	size_t n = 0;

	for (size_t i = 0; i < sizeof sections / sizeof sections[0]; i++) {
		n += (size_t)snprintf(text + n, size - n, "%s\n", sections[i].heading);
		for (unsigned k = 0; k < conf_key_count; k++) {
			const struct conf_key *key = &conf_keys[k];

			if ((key->scope != sections[i].first && key->scope != sections[i].second) ||
				strcmp(key->kind, "refused") == 0 || strcmp(key->kind, "globs") == 0)
				continue;
			if (sample(key) == NULL)
				fail_msg("no sample for kind %s", key->kind);
			n += (size_t)snprintf(text + n, size - n, "%s = %s\n", key->name, sample(key));
		}
	}
	n += (size_t)snprintf(text + n, size - n, "[program:base]\ncommand = x\n");
	assert_true(n < size);
}

static struct conf *
read_text(const char *name, const char *text)
{
	struct conf_report report;
	struct conf *conf;

	conf_report_init(&report);
	conf = conf_read_text(name, text, strlen(text), &report);
	if (conf == NULL)
		fail_msg("%u: %s", report.at[0].line, report.at[0].text);
	conf_report_free(&report);
	return conf;
}

static char *
shown(struct conf *conf, const char *name, unsigned what)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	assert_true(conf_show(out, conf, name, what));
	fclose(out);
	return text;
}

static void
complain_of_line(void *context, const char *line)
{
	(void)context;
	fail_msg("differs: %s", line);
}

/* Printed from one directory, read back in another. */
static void
what_is_printed_reads_back_the_same(void **state)
{
	static char text[16384];

	(void)state;
	fill(text, sizeof text);
	for (int all = 0; all < 2; all++) {
		struct conf *conf = read_text("/etc/bridle/a.ini", text);
		char *once = shown(conf, NULL, CONF_SHOWN_SECRETS | (all ? CONF_SHOWN_DEFAULTS : 0));
		struct conf *again = read_text("/elsewhere/b.ini", once);

		conf_diff(conf, again, complain_of_line, NULL);
		assert_int_equal(conf_diff_service(conf, again, "web"), CONF_SAME);
		assert_int_equal(conf_diff_service(conf, again, "job"), CONF_SAME);
		conf_free(conf);
		conf_free(again);
		free(once);
	}
}

/* Defaults printed are the defaults: of a service that sets next to nothing as well. */
static void
defaults_read_back_the_same(void **state)
{
	struct conf *conf = read_text("/a.ini", "[gunicorn:web]\napp = a:b\n[program:job]\ncommand = x\n");
	char *once = shown(conf, NULL, CONF_SHOWN_DEFAULTS);
	struct conf *again = read_text("/b.ini", once);
	const char *line = strstr(once, "\nstop_timeout ");

	(void)state;
	assert_non_null(line);
	line += 1 + strcspn(line + 1, "=");
	assert_memory_equal(line, "= 40s\n", 6);
	conf_diff(conf, again, complain_of_line, NULL);
	assert_int_equal(conf_diff_service(conf, again, "job"), CONF_SAME);
	conf_free(conf);
	conf_free(again);
	free(once);
}

static void
what_was_written_is_shown_with_its_place(void **state)
{
	static const char text[] = "[bridle]\nrun_dir = run\n\n[program:job]\ncommand = x\n[gunicorn:web]\n"
				   "bind = 80\nworkers=2\napp = a:b\nbind = unix:x.sock\n";
	struct conf *conf = read_text("/etc/a.ini", text);
	char *seen = shown(conf, NULL, 0);

	(void)state;
	assert_string_equal(seen,
		"# /etc/a.ini:1\n[bridle]\n# /etc/a.ini:2\nrun_dir = /etc/run\n\n"
		"# /etc/a.ini:4\n[program:job]\n# /etc/a.ini:5\ncommand = x\n\n"
		"# /etc/a.ini:6\n[gunicorn:web]\n# /etc/a.ini:9\napp     = a:b\n"
		"# /etc/a.ini:7, /etc/a.ini:10\nbind    = 80 unix:/etc/x.sock\n# /etc/a.ini:8\nworkers = 2\n");
	free(seen);
	seen = shown(conf, "job", 0);
	assert_string_equal(seen, "# /etc/a.ini:4\n[program:job]\n# /etc/a.ini:5\ncommand = x\n");
	free(seen);
	assert_false(conf_show(stdout, conf, "jab", 0));
	conf_free(conf);
}

/* A list may be longer than a line; and a word of it may look like a comment. */
static void
long_lists_are_printed_a_word_a_line(void **state)
{
	static char text[3 * CONF_LINE_MAX] = "[gunicorn:web]\napp = a:b\n";
	struct conf *conf, *again;
	size_t n = strlen(text);
	char *once;

	(void)state;
	for (unsigned i = 0; i < 2000; i++)
		n += (size_t)snprintf(text + n, sizeof text - n, i % 100 == 0 ? "\nargs = #%u" : " '#%u'", i);
	conf = read_text("/a.ini", text);
	once = shown(conf, NULL, 0);
	again = read_text("/b.ini", once);
	conf_diff(conf, again, complain_of_line, NULL);
	free(once);
	conf_free(conf);
	conf_free(again);
}

/* Of a secret only the name is printed, in either form; the diff between two says that it changed and no more. */
static void
never_tell(void *context, const char *line)
{
	*(unsigned *)context += 1;
	assert_null(strstr(line, "pssst"));
}

static void
secrets_are_not_shown(void **state)
{
	struct conf *conf =
		read_text("/a.ini", "[program:job]\ncommand = x\nset_credential = key:pssst \"other:pssst too\"\n");
	struct conf *changed = read_text("/a.ini", "[program:job]\ncommand = x\nset_credential = key:pssst2\n");
	char *seen = shown(conf, NULL, 0), *json = NULL;
	unsigned told = 0;
	size_t size;
	FILE *out = open_memstream(&json, &size);

	(void)state;
	assert_string_equal(seen,
		"# /a.ini:1\n[program:job]\n# /a.ini:2\ncommand        = x\n# /a.ini:3\n"
		"# set_credential: key other (values are not shown)\n");
	free(seen);
	seen = shown(conf, NULL, CONF_SHOWN_SECRETS);
	assert_non_null(strstr(seen, "\nset_credential = key:pssst \"other:pssst too\"\n"));
	free(seen);
	assert_true(conf_show_json(out, conf, NULL, false));
	fclose(out);
	assert_null(strstr(json, "pssst"));
	assert_non_null(strstr(json, "\"value\":\"key other\""));
	free(json);
	conf_diff(conf, changed, never_tell, &told);
	assert_int_equal(told, 1);
	assert_int_equal(conf_diff_service(conf, changed, "job"), CONF_CHANGED_REPLACE);
	conf_free(conf);
	conf_free(changed);
}

static void
json_is_json(void **state)
{
	struct conf *conf = read_text("/a.ini", "[gunicorn:web]\napp = a\xff\"\\b\nworkers = 2\n");
	json_t *root, *workers, *timeout;
	char *text = NULL;
	const char *app;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	(void)state;
	assert_true(conf_show_json(out, conf, NULL, true));
	assert_false(conf_show_json(out, conf, "wab", true));
	fclose(out);
	root = json_loads(text, 0, NULL);
	assert_non_null(root);
	workers = json_object_get(json_object_get(root, "web"), "workers");
	assert_string_equal(json_string_value(json_object_get(workers, "value")), "2");
	assert_string_equal(json_string_value(json_object_get(workers, "file")), "/a.ini");
	assert_int_equal(json_integer_value(json_object_get(workers, "line")), 3);
	timeout = json_object_get(json_object_get(root, "web"), "start_timeout");
	assert_true(json_is_null(json_object_get(timeout, "file")));
	app = json_string_value(json_object_get(json_object_get(json_object_get(root, "web"), "app"), "value"));
	assert_string_equal(app, "a\\xff\"\\b");
	assert_non_null(json_object_get(root, "[bridle]"));
	json_decref(root);
	free(text);
	conf_free(conf);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_printed_reads_back_the_same),
		cmocka_unit_test(defaults_read_back_the_same),
		cmocka_unit_test(what_was_written_is_shown_with_its_place),
		cmocka_unit_test(long_lists_are_printed_a_word_a_line),
		cmocka_unit_test(secrets_are_not_shown),
		cmocka_unit_test(json_is_json),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

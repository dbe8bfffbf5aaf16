#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf/command.h"
#include "conf/environment.h"

/* A virtual environment with a Gunicorn of some version: a script, and what pip leaves. */
struct venv {
	char root[64];
};

static void
make_directory(const char *path)
{
	assert_true(mkdir(path, 0755) == 0 || errno == EEXIST);
}

static void
write_file(const char *directory, const char *name, const char *text, mode_t mode)
{
	char path[300];
	FILE *f;

	snprintf(path, sizeof path, "%s/%s", directory, name);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
	assert_int_equal(chmod(path, mode), 0);
}

static int
setup(void **state)
{
	struct venv *v = calloc(1, sizeof *v);
	static const char *const directories[] = { "bin", "lib", "lib/python3.11", "lib/python3.11/site-packages" };
	char path[300];

	assert_non_null(v);
	strcpy(v->root, "/tmp/bridle-command-XXXXXX");
	assert_non_null(mkdtemp(v->root));
	for (size_t i = 0; i < sizeof directories / sizeof directories[0]; i++) {
		snprintf(path, sizeof path, "%s/%s", v->root, directories[i]);
		make_directory(path);
	}
	write_file(v->root, "bin/gunicorn", "#!/usr/bin/python3\n", 0755);
	*state = v;
	return 0;
}

static int
teardown(void **state)
{
	struct venv *v = *state;
	char command[100];

	snprintf(command, sizeof command, "rm -rf '%s'", v->root);
	assert_int_equal(system(command), 0);
	free(v);
	return 0;
}

static void
install(const struct venv *v, const char *version)
{
	char path[300];

	snprintf(path, sizeof path, "%s/lib/python3.11/site-packages/gunicorn-%s.dist-info", v->root, version);
	make_directory(path);
}

static bool
build_heard(const struct venv *v, const char *text, uint32_t listeners, uint16_t statsd_port, char *const *base,
	struct conf_command *command, struct err *err)
{
	char filled[4096];
	struct conf_report report;
	struct conf_service service;
	struct conf *conf;
	size_t n = 0;
	bool ok;

	for (; *text != '\0'; text++)
		n += (size_t)snprintf(filled + n, sizeof filled - n, *text == '%' ? "%s" : "%.1s",
			*text == '%' ? v->root : text);
	conf_report_init(&report);
	conf = conf_read_text("/etc/bridle/b.ini", filled, n, &report);
	if (conf == NULL)
		print_error("%s\n", report.at[0].text);
	assert_non_null(conf);
	conf_decode_service(&conf->services[0], &service);
	ok = conf_command_build(command, &conf->services[0], &service, 3, listeners, statsd_port, "/run/bridle",
		&(struct conf_base){ .at = base }, err);
	conf_free(conf);
	conf_report_free(&report);
	return ok;
}

/* Build for the only service of TEXT, in which every % is the virtual environment. False with what ERR says. */
static bool
build(const struct venv *v, const char *text, uint32_t listeners, char *const *base, struct conf_command *command,
	struct err *err)
{
	return build_heard(v, text, listeners, 0, base, command, err);
}

/* The words behind argv[0] in a line; the virtual environment as %. */
static void
show_words(const struct venv *v, char **words, char *out, size_t size)
{
	size_t n = 0, root = strlen(v->root);

	out[0] = '\0';
	for (; *words != NULL && n < size; words++)
		for (const char *p = *words; n + 2 < size; p++) {
			if (strncmp(p, v->root, root) == 0) {
				out[n++] = '%';
				p += root - 1;
			} else {
				out[n++] = *p == '\0' ? ' ' : *p;
			}
			if (*p == '\0')
				break;
		}
	out[n > 0 ? n - 1 : 0] = '\0';
}

static const char *
variable(char **envp, const char *name)
{
	size_t n = strlen(name);

	for (; *envp != NULL; envp++)
		if (strncmp(*envp, name, n) == 0 && (*envp)[n] == '=')
			return *envp + n + 1;
	return NULL;
}

struct call {
	const char *text, *version;
	uint32_t listeners;
	const char *words;
};

#define WEB "[gunicorn:web]\napp = a:b\nvirtualenv = %\n"
#define WEB_AGAIN "[gunicorn:web]\napp = a:b\nvirtualenv = %%\n"
#define USUAL "--name=web --workers=0000000003 a:b"

/* clang-format off */
static const struct call calls[] = {
	{ WEB, "23.0.0", 1, "%/bin/gunicorn --graceful-timeout=30 " USUAL },
	{ WEB, "25.0.3", 1, "%/bin/gunicorn --graceful-timeout=30 " USUAL },
	{ WEB, "25.1.0", 1, "%/bin/gunicorn --graceful-timeout=30 --no-control-socket " USUAL },
	{ WEB "control_socket = x.ctl\n", "27.0.1", 1,
		"%/bin/gunicorn --control-socket=x.ctl --graceful-timeout=30 " USUAL },
	{ WEB "control_socket_disable = no\n", "27.0.1", 1, "%/bin/gunicorn --graceful-timeout=30 " USUAL },
	{ WEB "timeout = 2m\nthreads = 4\nworker_class = gthread\npreload_app = yes\nmax_requests = 0\nbacklog = 64\n"
	  "max_requests_jitter = 5\ngraceful_timeout = 5\n", "23.0.0", 1,
		"%/bin/gunicorn --threads=4 --max-requests=0 --max-requests-jitter=5 --timeout=120 --graceful-timeout=5 "
		"--backlog=64 --worker-class=gthread --preload " USUAL },
	{ WEB "preload_app = no\nsendfile = yes\nreload = no\nproc_name = x y\nargs = --spew\nargs = 'a b'\n", "23.0.0", 1,
		"%/bin/gunicorn --name=x y --graceful-timeout=30 --workers=0000000003 --spew a b a:b" },
	{ WEB "sendfile = no\nreload = yes\naccesslog = -\nraw_env = A=1 'B=2 3'\nkeepalive = 5\nloglevel =\n", "23.0.0", 1,
		"%/bin/gunicorn --keep-alive=5 --reload --no-sendfile --access-logfile=- --env=A=1 --env=B=2 3 "
		"--graceful-timeout=30 " USUAL },
	{ WEB "proxy_protocol = on\n", "23.0.0", 1, "%/bin/gunicorn --proxy-protocol --graceful-timeout=30 " USUAL },
	{ WEB "proxy_protocol = off\n", "23.0.0", 1, "%/bin/gunicorn --graceful-timeout=30 " USUAL },
	{ WEB "proxy_protocol = v1\n", "23.0.0", 1, "%/bin/gunicorn --proxy-protocol=v1 --graceful-timeout=30 " USUAL },
	{ WEB "bind = unix:x.sock, [::1]:8000, :80\n", "23.0.0", 3, "%/bin/gunicorn --graceful-timeout=30 " USUAL },
	{ WEB "bind = unix:x.sock, [::1]:8000, :80\n", "23.0.0", 0, "%/bin/gunicorn --graceful-timeout=30 "
		"--bind=unix:/etc/bridle/x.sock --bind=[::1]:8000 --bind=:80 " USUAL },
	{ "[gunicorn:web]\nconfig = c.py\nvirtualenv = %\ncommand = %/bin/gunicorn -x\n", "23.0.0", 1,
		"%/bin/gunicorn -x --config=c.py --graceful-timeout=30 --name=web --workers=0000000003" },
	{ "[program:web]\ncommand = bin/gunicorn -c 'd e'\ndirectory = %\n", "23.0.0", 0, "%/bin/gunicorn -c d e" },
};
/* clang-format on */

static void
words_are_what_was_set(void **state)
{
	struct venv *v = *state;
	char seen[1000];

	for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
		struct conf_command command;
		struct err err;
		char path[300];

		install(v, calls[i].version);
		if (!build(v, calls[i].text, calls[i].listeners, NULL, &command, &err))
			fail_msg("%s", err.text);
		show_words(v, command.argv, seen, sizeof seen);
		assert_string_equal(seen, calls[i].words);
		conf_command_free(&command);
		snprintf(path, sizeof path, "%s/lib/python3.11/site-packages/gunicorn-%s.dist-info", v->root,
			calls[i].version);
		assert_int_equal(rmdir(path), 0);
	}
}

/* What the user wants of statsd is said in other words, or not at all. */
static void
figures_are_sent_to_us(void **state)
{
	static const struct {
		uint16_t port;
		const char *keys, *words;
	} cases[] = {
		{ 0, "statsd_host = a:1\nstatsd_prefix = p\n",
			"%/bin/gunicorn --statsd-host=a:1 --statsd-prefix=p "
			"--graceful-timeout=30 " USUAL },
		{ 4711, "",
			"%/bin/gunicorn --graceful-timeout=30 --statsd-host=127.0.0.1:4711 --statsd-prefix=web/ " USUAL },
		{ 4711, "statsd_host = a:1\nstatsd_prefix = p\ndogstatsd_tags = t:1\n",
			"%/bin/gunicorn --dogstatsd-tags=t:1 "
			"--graceful-timeout=30 --statsd-host=127.0.0.1:4711 --statsd-prefix=web/p " USUAL },
	};
	struct venv *v = *state;
	char text[300], seen[1000];

	install(v, "23.0.0");
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct conf_command command;
		struct err err;

		snprintf(text, sizeof text, WEB_AGAIN "%s", cases[i].keys);
		assert_true(build_heard(v, text, 1, cases[i].port, NULL, &command, &err));
		show_words(v, command.argv, seen, sizeof seen);
		assert_string_equal(seen, cases[i].words);
		conf_command_free(&command);
	}
}

static void
slots_are_patched_in_place(void **state)
{
	struct venv *v = *state;
	struct conf_command command;
	struct err err;

	install(v, "25.3.0");
	assert_true(build(v, WEB, 2, NULL, &command, &err));
	conf_command_patch(command.workers, 12);
	conf_command_patch(command.generation, 4294967295);
	conf_command_patch(command.listen_pid, 77);
	conf_command_patch(command.tmpdir_generation, 5);
	assert_string_equal(command.argv[4], "--workers=0000000012");
	assert_string_equal(variable(command.envp, "BRIDLE_GENERATION"), "4294967295");
	assert_string_equal(variable(command.envp, "LISTEN_PID"), "0000000077");
	assert_string_equal(variable(command.envp, "LISTEN_FDS"), "2");
	conf_command_listeners(&command, 17);
	assert_string_equal(variable(command.envp, "LISTEN_FDS"), "17");
	conf_command_listeners(&command, 3);
	assert_string_equal(variable(command.envp, "LISTEN_FDS"), "3");
	assert_string_equal(command.tmpdir, "/run/bridle/web/tmp.0000000005");
	assert_ptr_equal(variable(command.envp, "TMPDIR"), command.tmpdir);
	assert_string_not_equal(command.envp[0], "LISTEN_FDS=3");
	conf_command_free(&command);
}

/* Without listeners there is nothing to say of them; 24 and earlier keep their TMPDIR, and so does who set one. */
static void
slots_are_only_where_they_are_needed(void **state)
{
	static char from_outside[] = "TMPDIR=/outside";
	char *base[] = { from_outside, NULL };
	struct venv *v = *state;
	struct conf_command command;
	struct err err;

	install(v, "24.1.1");
	assert_true(build(v, WEB, 0, base, &command, &err));
	assert_null(command.listen_pid);
	assert_null(variable(command.envp, "LISTEN_FDS"));
	assert_null(command.tmpdir);
	assert_string_equal(variable(command.envp, "TMPDIR"), "/outside");
	conf_command_free(&command);
	install(v, "25.0.0");
	assert_true(build(v, WEB "environment = TMPDIR=/mine", 0, base, &command, &err));
	assert_null(command.tmpdir);
	assert_string_equal(variable(command.envp, "TMPDIR"), "/mine");
	conf_command_free(&command);
	assert_true(build(v, WEB, 0, base, &command, &err));
	assert_string_equal(variable(command.envp, "TMPDIR"), "/run/bridle/web/tmp.0000000000");
	conf_command_free(&command);
	assert_true(build(v, "[program:p]\ncommand = sh\n", 0, base, &command, &err));
	assert_null(command.workers);
	assert_null(command.tmpdir);
	assert_non_null(command.generation);
	assert_null(variable(command.envp, "PYTHONUNBUFFERED"));
	conf_command_free(&command);
}

static void
the_environment_is_scrubbed_and_set(void **state)
{
	static char words[][40] = { "A=1", "GUNICORN_PID=1", "GUNICORN_CMD_ARGS=x", "LISTEN_FDS=3", "LISTEN_PID=1",
		"LISTEN_FDNAMES=x", "NOTIFY_SOCKET=/x", "WATCHDOG_USEC=1", "BRIDLE_SERVICE=x", "PATH=/a:/b",
		"OLDPWD=/o", "PWD=/p", "B=2", "PYTHONHOME=/x", "INVOCATION_ID=x", "JOURNAL_STREAM=9:1",
		"SYSTEMD_EXEC_PID=1", "MEMORY_PRESSURE_WATCH=/x", "MAINPID=1", "MANAGERPID=1", "FDSTORE=9",
		"CREDENTIALS_DIRECTORY=/x", "RUNTIME_DIRECTORY=/x", "STATE_DIRECTORY=/x", "CACHE_DIRECTORY=/x",
		"LOGS_DIRECTORY=/x", "CONFIGURATION_DIRECTORY=/x" };
	static const char *const absent[] = { "GUNICORN_PID", "GUNICORN_CMD_ARGS", "LISTEN_FDNAMES", "NOTIFY_SOCKET",
		"WATCHDOG_USEC", "OLDPWD", "PYTHONHOME", "INVOCATION_ID", "JOURNAL_STREAM", "SYSTEMD_EXEC_PID",
		"MEMORY_PRESSURE_WATCH", "MAINPID", "MANAGERPID", "FDSTORE", "CREDENTIALS_DIRECTORY",
		"RUNTIME_DIRECTORY", "STATE_DIRECTORY", "CACHE_DIRECTORY", "LOGS_DIRECTORY",
		"CONFIGURATION_DIRECTORY" };
	char *base[sizeof words / sizeof words[0] + 1] = { NULL };
	struct venv *v = *state;
	struct conf_command command;
	char path[100];
	struct err err;

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		base[i] = words[i];
	write_file(v->root, "env", "\xef\xbb\xbf# c\n; d\n\nB=from file \r\nexport C=\"x \\\" y\" \nD='#'\nE=a b # c\n",
		0600);
	install(v, "23.0.0");
	assert_true(build(v, WEB "directory = /srv\nenvironment = B=3 D=4\nenvironment_file = %/env -%/none\n", 1, base,
		&command, &err));
	assert_string_equal(variable(command.envp, "A"), "1");
	assert_string_equal(variable(command.envp, "B"), "from file");
	assert_string_equal(variable(command.envp, "C"), "x \" y");
	assert_string_equal(variable(command.envp, "D"), "#");
	assert_string_equal(variable(command.envp, "E"), "a b # c");
	assert_string_equal(variable(command.envp, "PWD"), "/srv");
	assert_string_equal(variable(command.envp, "VIRTUAL_ENV"), v->root);
	snprintf(path, sizeof path, "%s/bin:/a:/b", v->root);
	assert_string_equal(variable(command.envp, "PATH"), path);
	assert_string_equal(variable(command.envp, "PYTHONUNBUFFERED"), "1");
	assert_string_equal(variable(command.envp, "BRIDLE_SERVICE"), "web");
	assert_string_equal(variable(command.envp, "BRIDLE_RUN_DIR"), "/run/bridle");
	assert_string_equal(variable(command.envp, "LISTEN_FDS"), "1");
	for (size_t i = 0; i < sizeof absent / sizeof absent[0]; i++)
		assert_null(variable(command.envp, absent[i]));
	conf_command_free(&command);
	assert_true(build(v, WEB "environment = PYTHONUNBUFFERED=", 1, base, &command, &err));
	assert_string_equal(variable(command.envp, "PYTHONUNBUFFERED"), "");
	conf_command_free(&command);
}

static void
says_why_it_cannot_be_built(void **state)
{
	/* clang-format off */
	static const struct { const char *text, *file, *why; } cases[] = {
		{ "[gunicorn:web]\napp = a:b\nvirtualenv = /nowhere\n", "",
			"web: there is no gunicorn in /nowhere/bin: run /nowhere/bin/pip install gunicorn" },
		{ "[program:p]\ncommand = no-such-thing\n", "", "p: there is no 'no-such-thing' in PATH" },
		{ "[program:p]\ncommand = gunicorn\nenvironment = PATH=/nowhere:.\n", "",
			"p: there is no gunicorn in PATH: set virtualenv, or install it" },
		{ "[program:p]\ncommand = gunicorn\nenvironment = PATH=bin\n", "",
			"p: there is no gunicorn in PATH: set virtualenv, or install it" },
		{ "[program:p]\ncommand = ./x\ndirectory = /tmp\n", "", "p: '/tmp/./x' is not there, or cannot be executed" },
		{ "[program:p]\ncommand = /etc/passwd\n", "", "p: '/etc/passwd' is not there, or cannot be executed" },
		{ "[program:p]\ncommand = sh\nenvironment_file = /nowhere\n", "",
			"p: environment_file: cannot open '/nowhere': No such file or directory" },
		{ "[program:p]\ncommand = sh\nenvironment_file = %/env\n", "A=1\nsecret\n",
			"p: environment_file: %/env:2: expected NAME=value" },
		{ "[program:p]\ncommand = sh\nenvironment_file = -%/env\n", "1A=secret\n",
			"p: environment_file: %/env:1: expected NAME=value" },
		{ "[program:p]\ncommand = sh\nenvironment_file = %/env\n", "A='x' y\n",
			"p: environment_file: %/env:1: nothing may follow the closing quote" },
		{ "[program:p]\ncommand = sh\nenvironment_file = %/env\n", "A=1\n\nA=\"x\n",
			"p: environment_file: %/env:3: a quote is not closed" },
		{ "[program:p]\ncommand = sh\nenvironment_file = %/env\n", "LISTEN_PID=4\n",
			"p: environment_file: %/env:1: LISTEN_PID is Bridle's own to set" },
		{ "[program:p]\ncommand = sh\nenvironment_file = %\n", "",
			"p: environment_file: cannot read '%': Is a directory" },
		{ "[program:p]\ncommand = sh\nuser = no-such-user\n", "", "p: there is no user 'no-such-user'" },
	};
	/* clang-format on */
	struct venv *v = *state;
	char before[512];

	/* where a PATH of "bin" would find one */
	assert_non_null(getcwd(before, sizeof before));
	assert_int_equal(chdir(v->root), 0);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char why[2 * sizeof(struct err)], *text[2];
		struct conf_command command;
		struct err err;

		write_file(v->root, "env", cases[i].file, 0600);
		assert_false(build(v, cases[i].text, 0, NULL, &command, &err));
		text[0] = err.text;
		text[1] = NULL;
		show_words(v, text, why, sizeof why);
		assert_string_equal(why, cases[i].why);
	}
	assert_int_equal(chdir(before), 0);
}

/* The service may own the file: reading it must not keep us busy. PATH is a variable, too. */
static void
environment_files_are_bounded(void **state)
{
	static char text[ENVIRONMENT_FILE_MAX + 100];
	static const char *const why[] = { "p: environment_file: %/env:1024: more than 1024 variables",
		"p: environment_file: '%/env' is too large for variables" };
	struct venv *v = *state;

	for (int i = 0; i < 2; i++) {
		char seen[2 * sizeof(struct err)], *said[2] = { NULL, NULL };
		struct conf_command command;
		struct err err;
		size_t n = 0;

		for (int k = 0; i == 0 && k <= ENVIRONMENT_MAX; k++)
			n += (size_t)snprintf(text + n, sizeof text - n, "A%d=\n", k);
		if (i == 1)
			memset(text, '#', ENVIRONMENT_FILE_MAX + 1);
		write_file(v->root, "env", text, 0600);
		assert_false(
			build(v, "[program:p]\ncommand = sh\nenvironment_file = %/env\n", 0, NULL, &command, &err));
		said[0] = err.text;
		show_words(v, said, seen, sizeof seen);
		assert_string_equal(seen, why[i]);
	}
}

static void
versions_are_found_by_their_metadata(void **state)
{
	/* clang-format off */
	static const struct { const char *script, *info; struct conf_version version; } cases[] = {
		{ "#!/usr/bin/python3\n", "lib/python3.11/site-packages/gunicorn-23.0.0.dist-info", { 23, 0, 0 } },
		{ "#!/usr/bin/python3\n", "lib64/python3.9/site-packages/gunicorn-20.1.0-py3.9.egg-info", { 20, 1, 0 } },
		{ "#!/usr/bin/python3\n", "lib/python3.11/site-packages/gunicorn-28.0rc1.dist-info", { 28, 0, 0 } },
		/* not beside the script, but beside its interpreter */
		{ "#!%/other/bin/python3 -E\n", "other/lib/python3.8/site-packages/gunicorn-22.0.0.dist-info", { 22, 0, 0 } },
		{ "#!/bin/sh\n'''exec' \"%/other/bin/python\" \"$0\" \"$@\"\n",
			"other/lib/python3.8/site-packages/gunicorn-22.0.0.dist-info", { 22, 0, 0 } },
		{ "#!/bin/sh\nexec something\n", "", { 0, 0, 0 } },
		{ "", "", { 0, 0, 0 } },
	};
	/* clang-format on */
	struct venv *v = *state;
	char command[1200], path[300], script[300];

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct conf_version seen;
		const char *percent = strchr(cases[i].script, '%');

		snprintf(script, sizeof script, "%.*s%s%s", percent ? (int)(percent - cases[i].script) : 300,
			cases[i].script, percent ? v->root : "", percent ? percent + 1 : "");
		write_file(v->root, "bin/gunicorn", script, 0755);
		snprintf(command, sizeof command, "cd '%s' && rm -rf lib lib64 other && mkdir -p lib lib64 './%s'",
			v->root, cases[i].info);
		assert_int_equal(system(command), 0);
		snprintf(path, sizeof path, "%s/bin/gunicorn", v->root);
		seen = conf_gunicorn_version(path);
		assert_int_equal(conf_version_compare(seen, cases[i].version), 0);
	}
	assert_int_equal(conf_gunicorn_version("/nowhere/bin/gunicorn").major, 0);
}

/* Its directory may be the service's user's. inotify(7) tells of every open(2), but not of O_PATH. */
static void
opens_no_device_for_a_version(void **state)
{
	static const char device[] = "/dev/full"; /* which nobody else has a use for */
	struct venv *v = *state;
	char path[300], events[4096];
	int watch = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);

	if (inotify_add_watch(watch, device, IN_OPEN) < 0)
		skip();
	snprintf(path, sizeof path, "%s/bin/gunicorn", v->root);
	unlink(path);
	assert_int_equal(symlink(device, path), 0);
	assert_int_equal(conf_gunicorn_version(path).major, 0);
	assert_int_equal(read(watch, events, sizeof events), -1);
	assert_int_equal(unlink(path), 0);
	close(watch);
}

static void
versions_compare_by_number(void **state)
{
	/* clang-format off */
	static const struct { const char *a, *b; int order; } cases[] = {
		{ "20.1.0", "20.1.0", 0 }, { "9.0.0", "20.1.0", -1 }, { "25.10.0", "25.9.0", 1 }, { "25.1", "25.1.0", 0 },
		{ "25.1.1", "25.1.0", 1 }, { "x", "0.0.1", -1 }, { "27.0.0.post1", "27", 0 },
	};
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_int_equal(conf_version_compare(conf_version_parse(cases[i].a), conf_version_parse(cases[i].b)),
			cases[i].order);
}

/* Variables that nobody sets are not copied where they last, and so cost each service a pointer. */
static void
what_lasts_of_the_base_is_not_copied(void **state)
{
	static char path[] = "PATH=/bin", lang[] = "LANG=C", zone[] = "TZ=UTC";
	static const char text[] = "[program:web]\ncommand = /bin/true\nenvironment = LANG=de\n";
	char *const base[] = { path, lang, zone, NULL };
	struct conf_command command;
	struct conf_report report;
	struct conf_service service;
	struct conf *conf;
	struct err err;

	(void)state;
	conf_report_init(&report);
	conf = conf_read_text("b.ini", text, sizeof text - 1, &report);
	assert_non_null(conf);
	conf_decode_service(&conf->services[0], &service);
	assert_true(conf_command_build(&command, &conf->services[0], &service, 1, 0, 0, "/run/bridle",
		&(struct conf_base){ .at = base, .lasting = 2 }, &err));
	conf_free(conf);
	conf_report_free(&report);
	assert_ptr_equal(command.envp[0], path);
	assert_string_equal(command.envp[1], "LANG=de");
	assert_string_equal(command.envp[2], zone);
	assert_ptr_not_equal(command.envp[2], zone);
	conf_command_free(&command);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(words_are_what_was_set, setup, teardown),
		cmocka_unit_test_setup_teardown(figures_are_sent_to_us, setup, teardown),
		cmocka_unit_test_setup_teardown(slots_are_patched_in_place, setup, teardown),
		cmocka_unit_test_setup_teardown(slots_are_only_where_they_are_needed, setup, teardown),
		cmocka_unit_test_setup_teardown(the_environment_is_scrubbed_and_set, setup, teardown),
		cmocka_unit_test_setup_teardown(says_why_it_cannot_be_built, setup, teardown),
		cmocka_unit_test_setup_teardown(environment_files_are_bounded, setup, teardown),
		cmocka_unit_test_setup_teardown(versions_are_found_by_their_metadata, setup, teardown),
		cmocka_unit_test_setup_teardown(opens_no_device_for_a_version, setup, teardown),
		cmocka_unit_test(versions_compare_by_number),
		cmocka_unit_test(what_lasts_of_the_base_is_not_copied),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

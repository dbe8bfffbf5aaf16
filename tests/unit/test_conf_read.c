#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "conf/conf.h"

/* Each complaint as "LINE: text\n", for comparing as one string. */
static void
list_complaints(const struct conf_report *report, char *out, size_t size)
{
	size_t used = 0;

	out[0] = '\0';
	for (uint32_t i = 0; i < report->count && used < size; i++)
		used += (size_t)snprintf(out + used, size - used, "%u: %s\n", report->at[i].line, report->at[i].text);
}

struct wrong {
	const char *text, *complaints;
};

#define WEB "[gunicorn:web]\napp = a:b\n"

/* clang-format off */
static const struct wrong wrongs[] = {
	{ "", "0: no service: add a [gunicorn:NAME] section with app = module:variable\n" },
	{ "[bridle]\nlog_level = info\n", "0: no service: add a [gunicorn:NAME] section with app = module:variable\n" },
	/* keys */
	{ WEB "wrokers = 3\n", "3: web: unknown key 'wrokers': did you mean 'workers'?\n" },
	{ WEB "ap = 3\n", "3: web: unknown key 'ap': did you mean 'app'?\n" },
	{ WEB "xyzzy = 3\n", "3: web: unknown key 'xyzzy'\n" },
	{ WEB "USER = x\n", "3: web: unknown key 'USER': did you mean 'user'?\n" },
	/* there are no comments behind a value */
	{ WEB "workers = 3 # three\n", "3: web: workers: expected a number from 1 to 1024, auto, or a range such as 2..8, "
		"got '3 # three'; a comment needs a line of its own\n" },
	{ WEB "user = root #x\n", "3: web: user: expected a user's name or number, got 'root #x'; a comment needs a line of its own\n" },
	{ WEB "environment = A=1 # c\n", "3: web: environment: word 2 is not NAME=value (quote values that hold blanks: "
		"NAME=\"two words\"); a comment needs a line of its own\n" },
	{ WEB "bind = :9002 # x\n", "3: web: bind: '#' is no address; a comment needs a line of its own\n" },
	{ WEB "command = x 'it # y\n", "3: web: command: a quote is not closed\n" },
	{ WEB "bind = http://127.0.0.1:9005/\n", "3: web: bind: 'http://127.0.0.1:9005/' is a URL: write 127.0.0.1:9005, without http://\n" },
	/* one error hides no other: names that are not there, and none that may be in what was refused */
	{ WEB "nonsense = 1\n[program:p]\ncommand = x\nafter = nosuch\n", "3: web: unknown key 'nonsense'\n"
		"6: p: after: there is no service 'nosuch'\n" },
	{ WEB "nonsense = 1\n[program:p]\ncommand = x\nafter = web\n", "3: web: unknown key 'nonsense'\n" },
	{ WEB "after = db.x\n[program:d b]\ncommand = x\n", "4: 'd b' cannot be the name of a service: letters, digits, _ . @ and -, "
		"and no . or - in front\n" },
	{ WEB "Workers = 3\n", "3: web: unknown key 'Workers': did you mean 'workers'?\n" },
	{ WEB "run_dir = /x\n", "3: web: 'run_dir' belongs in a section [bridle], not in [gunicorn:NAME]\n" },
	{ "[program:p]\ncommand = x\napp = a:b\n",
		"3: p: 'app' belongs in a section [gunicorn:NAME], not in [program:NAME]\n" },
	{ WEB "daemon = no\n",
		"3: web: daemon: cannot be set here: a daemon loses its parent; Bridle is the parent\n" },
	{ WEB "timeout = 3\ntimeout = 4\n", "4: web: 'timeout' is set twice: first in line 3\n" },
	{ WEB "command = a\ncommand = b\n", "4: web: 'command' is set twice: first in line 3\n" },
	{ "app = a:b\n" WEB, "1: 'app' stands before the first [section]\n" },
	{ WEB "workers\n", "3: expected name = value or [section], got 'workers'\n" },
	{ WEB "= 3\n", "3: expected name = value or [section], got '= 3'\n" },
	/* values */
	{ WEB "timeout = thirty\n",
		"3: web: timeout: expected whole seconds such as 30s or 2m from 0 to 86400, got 'thirty'\n" },
	{ WEB "timeout = 1.5s\n",
		"3: web: timeout: expected whole seconds such as 30s or 2m from 0 to 86400, got '1.5s'\n" },
	{ WEB "timeout =\n[program:x]\ncommand = c\nautostart = maybe\n", "6: x: autostart: expected yes or no, got 'maybe'\n" },
	{ WEB "restart_delay = 2h\n",
		"3: web: restart_delay: expected a duration such as 500ms, 30s or 1h30m from 1ms to 1h, got '2h'\n" },
	{ WEB "workers = 0\n",
		"3: web: workers: expected a number from 1 to 1024, auto, or a range such as 2..8, got '0'\n" },
	{ WEB "workers = 8..2\n", "3: web: workers: the first number is larger than the second in '8..2'\n" },
	{ WEB "workers = 2 ; two\n",
		"3: web: workers: expected a number from 1 to 1024, auto, or a range such as 2..8, got '2 ; two'; "
		"a comment needs a line of its own\n" },
	{ WEB "socket_mode = 0999\n", "3: web: socket_mode: expected an octal mode such as 0660, got '0999'\n" },
	{ WEB "keepalive = -1\n", "3: web: keepalive: expected a number, got '-1'\n" },
	{ WEB "user = a b\n", "3: web: user: expected a user's name or number, got 'a b'\n" },
	{ WEB "directory = ~/site\n", "3: web: directory: ~ is not expanded: write the path out\n" },
	{ WEB "args = 'x\n", "3: web: args: a quote is not closed\n" },
	{ WEB "args = x\\\n", "3: web: args: a backslash ends the value\n" },
	{ WEB "environment = A=1 secret\n", "3: web: environment: word 2 is not NAME=value (quote values that hold "
		"blanks: NAME=\"two words\")\n" },
	{ WEB "environment = 1A=1\n", "3: web: environment: word 1 is not NAME=value (quote values that hold blanks: "
		"NAME=\"two words\")\n" },
	/* order, and commands around a service */
	{ WEB "after = db\n[program:dc]\ncommand = x\n", "3: web: after: there is no service 'db': did you mean 'dc'?\n" },
	{ WEB "wants = x\nrequires = redis y\n", "4: web: requires: there is no service 'redis'\n"
		"4: web: requires: there is no service 'y'\n3: web: wants: there is no service 'x'\n" },
	{ WEB "requires = web\n", "3: web: requires: it names itself\n" },
	{ WEB "after = program:db\n", "3: web: after: expected the names of services, without gunicorn: or program:, got "
		"'program:db'\n" },
	{ WEB "after = a\n[program:a]\ncommand = x\nrequires = b\n[program:b]\ncommand = x\nafter =\nafter = web, a\n",
		"10: b: after: a circle, in which each would wait for the next: web -> a -> b -> web\n"
		"10: b: after: a circle, in which each would wait for the next: a -> b -> a\n" },
	{ WEB "exec_start_pre = -\n", "3: web: exec_start_pre: there is nothing to run\n" },
	{ WEB "exec_start_pre = a ; ; b\n", "3: web: exec_start_pre: there is nothing to run\n" },
	{ WEB "exec_start_pre = -@a b\n",
		"3: web: exec_start_pre: the prefix @ (a name of one's own) cannot be had: - and + can\n" },
	{ WEB "on_failure = a ; b\n", "3: web: on_failure: one command only\n" },
	{ "[program:p]\ncommand = x\nkill_signal = FOO\n",
		"3: p: kill_signal: expected a signal such as TERM or SIGQUIT, got 'FOO'\n" },
	{ "[program:p]\ncommand = x\nsuccess_exit_status = 1 SIGFOO\n",
		"3: p: success_exit_status: expected exit statuses from 0 to 255 and signals, got 'SIGFOO'\n" },
	{ "[program:p]\ncommand = x\ntype = forking\n", "3: p: type: expected exec, simple, notify or oneshot, got 'forking'\n" },
	{ "[program:p]\ncommand = x\nready_probe = unix:/a unix:/b\n", "3: p: ready_probe: one address only\n" },
	/* addresses */
	{ WEB "bind = fd://3\n",
		"3: web: bind: 'fd://3': name the address instead: Bridle opens it and hands the descriptor on\n" },
	{ WEB "bind = 0.0.0.0\n",
		"3: web: bind: '0.0.0.0' has no port: write 0.0.0.0:8000, or unix:0.0.0.0 for a socket\n" },
	{ WEB "bind = ::1:80\n", "3: web: bind: an IPv6 address needs brackets: [::1]:80\n" },
	{ WEB "bind = [::g]:80\n", "3: web: bind: '::g' is not an IPv6 address\n" },
	{ WEB "bind = [::1]\n", "3: web: bind: expected [ipv6]:port, got '[::1]'\n" },
	{ WEB "bind = a:65536\n", "3: web: bind: expected a port from 1 to 65535 in 'a:65536'\n" },
	{ WEB "bind = a:0\n", "3: web: bind: expected a port from 1 to 65535 in 'a:0'\n" },
	{ WEB "bind = unix:@x\n",
		"3: web: bind: 'unix:@x' is not the path of a socket (Gunicorn has no abstract ones)\n" },
	/* sections */
	{ WEB "[gunicorn web]\n", "3: unknown section [gunicorn web]: did you mean [gunicorn:web]?\n" },
	{ WEB "[gunicron:api]\n", "3: unknown section [gunicron:api]: did you mean [gunicorn:api]?\n" },
	{ WEB "[server]\nx = y\n",
		"3: unknown section [server]: expected [bridle], [gunicorn:NAME] or [program:NAME]\n" },
	{ WEB "[bridel]\nlog_levle = info\n", "3: unknown section [bridel]: did you mean [bridle]?\n"
		"4: [bridle]: unknown key 'log_levle': did you mean 'log_level'?\n" },
	{ WEB "[gunicorn:]\n", "3: a service needs a name: [gunicorn:NAME]\n" },
	{ WEB "[gunicorn:a b]\n", "3: 'a b' cannot be the name of a service: letters, digits, _ . @ and -, and no . or "
		"- in front\n" },
	{ WEB "[gunicorn:../x]\n", "3: '../x' cannot be the name of a service: letters, digits, _ . @ and -, and no . or "
		"- in front\n" },
	{ WEB "[gunicorn:state]\napp = a:b\n[program:control]\ncommand = x\n[program:incidents.jsonl]\ncommand = x\n",
		"3: 'state' cannot be the name of a service: a file of Bridle's own is called that\n"
		"5: 'control' cannot be the name of a service: a file of Bridle's own is called that\n"
		"7: 'incidents.jsonl' cannot be the name of a service: a file of Bridle's own is called that\n" },
	{ WEB "[gunicorn:abcdefghijabcdefghijabcdefghijabcdefghijabcdefgh]\n",
		"3: the name 'abcdefghijabcdefghijabcdefghijabcdefghijabcdefgh' is longer than 47 letters\n" },
	{ WEB "[program:web]\ncommand = x\n", "3: there is a service 'web' already, in test.ini:1\n" },
	{ WEB "[gunicorn:api\napp = a:b\n", "3: the heading has no ]\n" },
	{ WEB "[gunicorn:api] ; two\napp = a:b\n",
		"3: nothing may follow the ] of a heading (comments have lines of their own)\n" },
	{ "[gunicorn:web]\n", "1: web: no application: add app = module:variable\n" },
	{ "[program:web]\n", "1: web: nothing to run: add command = ...\n" },
	/* bytes */
	{ WEB "directory = /a\x01" "b\n", "3: a control character (\\x01) in column 15\n" },
	{ "[gunicorn:web]\rapp = a:b\r", "1: a control character (\\x0d) in column 15\n" },
	{ "\xff\xfe[\0", "0: 'test.ini' is in UTF-16: save it as UTF-8\n" },
	/* every one is reported, with the line where its value begins */
	{ "[gunicorn:web]\nworkers = x\n\n  bind =\n    a\n    b:1\n  user = ?\n",
		"2: web: workers: expected a number from 1 to 1024, auto, or a range such as 2..8, got 'x'\n"
		"4: web: bind: 'a' has no port: write a:8000, or unix:a for a socket\n"
		"7: web: user: expected a user's name or number, got '?'\n"
		"1: web: no application: add app = module:variable\n" },
	{ WEB "include = x.ini\n", "3: web: 'include' belongs in a section [bridle], not in [gunicorn:NAME]\n" },
	{ WEB "[bridle]\ninclude = x.ini\n", "4: include: there is no file to include from\n" },
};
/* clang-format on */

static void
says_what_is_wrong(void **state)
{
	char seen[4096];

	(void)state;
	for (size_t i = 0; i < sizeof wrongs / sizeof wrongs[0]; i++) {
		struct conf_report report;

		conf_report_init(&report);
		assert_null(conf_read_text("test.ini", wrongs[i].text, strlen(wrongs[i].text), &report));
		list_complaints(&report, seen, sizeof seen);
		assert_string_equal(seen, wrongs[i].complaints);
		assert_int_equal(report.errors, report.count);
		conf_report_free(&report);
	}
}

/* Read TEXT, which is good, and decode its service NAME. */
static struct conf *
read_good(const char *text, size_t length, const char *name, struct conf_service *service)
{
	struct conf_report report;
	struct conf *conf;

	conf_report_init(&report);
	conf = conf_read_text("/etc/bridle/test.ini", text, length, &report);
	if (report.count > 0)
		print_error("%u: %s\n", report.at[0].line, report.at[0].text);
	assert_non_null(conf);
	assert_int_equal(report.count, 0);
	conf_report_free(&report);
	assert_non_null(conf_find(conf, name));
	conf_decode_service(conf_find(conf, name), service);
	return conf;
}

/* clang-format off */
static const char everything[] =
	"\xef\xbb\xbf# a comment\r\n"
	"[bridle]\r\n"
	"run_dir = run\r\n"
	"control_read=all\r\n"
	"\r\n"
	"[gunicorn:web]\r\n"
	"  app = a:b()  \r\n"
	"  bind = unix:run/web.sock,127.0.0.1:8000\r\n"
	"      [::1]:8001 ; not a comment, no address either\r\n"
	"\r\n";
/* clang-format on */

static void
a_semicolon_behind_a_value_is_part_of_it(void **state)
{
	struct conf_report report;

	(void)state;
	conf_report_init(&report);
	assert_null(conf_read_text("t", everything, sizeof everything - 1, &report));
	assert_int_equal(report.count, 1);
	assert_int_equal(report.at[0].line, 8);
	assert_string_equal(report.at[0].text, "web: bind: ';' is no address; a comment needs a line of its own");
	conf_report_free(&report);
}

static void
lines_continue_when_indented_more_deeply(void **state)
{
	static const char text[] = "\xef\xbb\xbf[gunicorn:web]\r\n"
				   "  app = a:b()  \r\n"
				   "  bind = unix:run/web.sock,/run/x.sock\r\n"
				   "      [::1]:8001\r\n"
				   "      # 9999\r\n"
				   "\t  :80 8000\r\n"
				   "  environment = A='x ;y # z'\r\n"
				   "  environment = B=%(A)s$A\r\n"
				   "  workers : auto";
	struct conf_service s;
	struct conf *conf = read_good(text, sizeof text - 1, "web", &s);

	(void)state;
	assert_string_equal(s.app, "a:b()");
	assert_int_equal(s.bind.count, 5);
	assert_int_equal(s.bind.at[0].family, CONF_BIND_UNIX);
	assert_string_equal(s.bind.at[0].path, "/etc/bridle/run/web.sock");
	assert_string_equal(s.bind.at[1].path, "/run/x.sock");
	assert_string_equal(s.bind.at[2].host, "::1");
	assert_int_equal(s.bind.at[2].port, 8001);
	assert_string_equal(s.bind.at[3].host, "");
	assert_string_equal(s.bind.at[4].host, "0.0.0.0");
	assert_int_equal(s.bind.at[4].port, 8000);
	assert_int_equal(s.environment.count, 2);
	assert_string_equal(s.environment.at[0], "A=x ;y # z");
	assert_string_equal(s.environment.at[1], "B=%(A)s$A");
	assert_null(s.environment.at[2]);
	assert_true(s.workers.is_auto);
	assert_int_equal(conf_setting_of(conf_find(conf, "web"), "workers")->line, 9);
	assert_int_equal(conf_setting_of(conf_find(conf, "web"), "bind")->line, 3);
	conf_free(conf);
}

static void
defaults_are_settled(void **state)
{
	static const char text[] =
		"# a comment may hold anything: \x01\n"
		"[gunicorn:web]\napp=a:b\ngraceful_timeout = 1m\n"
		"[program:job]\ncommand = sleep 'a b' \"c\\\"d\" e\\ f 'g\\\\\"'\nstop_timeout=3\nlog_full = drop\ndirectory=.\n"
		"[program:other]\ncommand = x\n";
	struct conf_service web, job, other;
	struct conf *conf = read_good(text, sizeof text - 1, "web", &web);
	struct conf_bridle bridle;

	(void)state;
	conf_decode_service(conf_find(conf, "job"), &job);
	conf_decode_service(conf_find(conf, "other"), &other);
	conf_decode_bridle(conf, &bridle);
	assert_int_equal(web.stop_timeout, 70000);
	assert_int_equal(web.log_full, CONF_LOG_DROP);
	assert_int_equal(web.timeout, -1);
	assert_int_equal(web.preload_app, -1);
	assert_int_equal(web.workers.min, 1);
	assert_int_equal(web.workers.max, 1);
	assert_int_equal(web.socket_mode, 0660);
	assert_int_equal(web.log_max_size, 10 << 20);
	assert_int_equal(web.restart_delay, 1000);
	assert_string_equal(web.user, "");
	assert_null(web.args.at[0]);
	assert_int_equal(job.kind, CONF_PROGRAM);
	assert_int_equal(job.stop_timeout, 3000);
	assert_int_equal(job.log_full, CONF_LOG_DROP);
	assert_string_equal(job.directory, "/etc/bridle");
	assert_int_equal(job.command.count, 5);
	assert_string_equal(job.command.at[4], "g\\\\\"");
	assert_string_equal(job.command.at[1], "a b");
	assert_string_equal(job.command.at[2], "c\"d");
	assert_string_equal(job.command.at[3], "e f");
	assert_int_equal(other.stop_timeout, 10000);
	assert_int_equal(other.log_full, CONF_LOG_WAIT);
	assert_string_equal(bridle.run_dir, "");
	assert_int_equal(bridle.control_read, CONF_READERS_GROUP);
	conf_free(conf);
}

/* unix(7): sun_path holds 107 bytes and a NUL. */
static void
socket_paths_are_107_bytes_at_most(void **state)
{
	char text[300];
	struct conf_report report;
	struct conf_service s;
	struct conf *conf;
	int n;

	(void)state;
	n = snprintf(text, sizeof text, "[gunicorn:w]\napp = a:b\nbind = unix:///%0106d", 0);
	conf = read_good(text, (size_t)n, "w", &s);
	assert_int_equal(strlen(s.bind.at[0].path), 107);
	assert_memory_equal(s.bind.at[0].path, "/0", 2);
	conf_free(conf);
	n = snprintf(text, sizeof text, "[gunicorn:w]\napp = a:b\nbind = unix:/%0107d", 0);
	conf_report_init(&report);
	assert_null(conf_read_text("t", text, (size_t)n, &report));
	assert_int_equal(report.count, 1);
	assert_non_null(strstr(report.at[0].text, "is longer than 107 bytes"));
	conf_report_free(&report);
}

static void
auto_is_twice_the_cpus_and_one(void **state)
{
	struct conf_workers w = conf_workers_resolve((struct conf_workers){ .is_auto = true }, 4);

	(void)state;
	assert_int_equal(w.min, 9);
	assert_int_equal(w.max, 9);
	w = conf_workers_resolve((struct conf_workers){ .is_auto = true }, 4000);
	assert_int_equal(w.max, 1024);
	w = conf_workers_resolve((struct conf_workers){ .min = 2, .max = 5 }, 4);
	assert_int_equal(w.max, 5);
}

/* What follows a line that is longer than inih's buffer is no part of it (inih from r59 on). */
static void
a_long_line_costs_the_next_ones_nothing(void **state)
{
	char text[1024] = "[program:p]\ncommand = ";
	struct conf_report report;
	struct conf *conf;
	size_t n = strlen(text);

	(void)state;
	memset(text + n, 'x', 500);
	strcpy(text + n + 500, "\nnice = 5\n\n[program:q]\ncommand = true\n");
	conf_report_init(&report);
	conf = conf_read_text("t", text, strlen(text), &report);
	assert_non_null(conf);
	assert_int_equal(report.count, 0);
	assert_int_equal(conf_find(conf, "p")->count, 2);
	assert_non_null(conf_find(conf, "q"));
	conf_free(conf);
	conf_report_free(&report);
}

/* The longest line allowed is taken whole, whatever inih's own limit; one byte more is refused, and what comes
 * after it still read. */
static void
long_lines_are_whole_or_refused(void **state)
{
	static const char head[] = "[program:p]\ncommand = ";
	char text[2 * CONF_LINE_MAX];
	struct conf_report report;
	struct conf_service s;
	size_t n = sizeof head - 1, length = CONF_LINE_MAX - strlen("command = ");

	(void)state;
	memcpy(text, head, n);
	memset(text + n, 'x', length);
	text[n + length] = '\n';
	conf_free(read_good(text, n + length + 1, "p", &s));
	text[n + length] = 'x';
	memcpy(text + n + length + 1, "\nx = y\n", 7);
	conf_report_init(&report);
	assert_null(conf_read_text("t", text, n + length + 8, &report));
	assert_int_equal(report.count, 3);
	assert_int_equal(report.at[0].line, 2);
	assert_string_equal(report.at[0].text, "the line is longer than 8191 bytes");
	assert_int_equal(report.at[1].line, 3);
	assert_string_equal(report.at[2].text, "p: nothing to run: add command = ...");
	conf_report_free(&report);
}

static void
a_nul_byte_is_named_with_its_line(void **state)
{
	static const char text[] = "[program:p]\ncommand = a\0b\n";
	struct conf_report report;

	(void)state;
	conf_report_init(&report);
	assert_null(conf_read_text("t", text, sizeof text - 1, &report));
	assert_int_equal(report.at[0].line, 2);
	assert_string_equal(report.at[0].text, "a NUL byte: is 't' a text file?");
	conf_report_free(&report);
}

/* One of its own parts two; quoted, or behind a backslash, it is a word like any other (find -exec ... \;). */
static void
a_semicolon_of_its_own_parts_commands(void **state)
{
	static const struct {
		const char *written, *first, *second;
	} cases[] = {
		{ "a b ; c", "a b", "c" },
		{ "a;b ;c ;", "a;b \";c\"", NULL },
		{ "find x -delete \\;", "find x -delete \";\"", NULL },
		{ "a ';' ; b \"; \\\"\" ;", "a \";\"", "b \"; \\\"\"" },
		{ "a '\\' ; b", "a \"\\\\\"", "b" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char text[200];
		struct conf_service s;
		struct conf *conf;

		snprintf(text, sizeof text, "[program:p]\ncommand = x\nexec_start_pre = %s\n", cases[i].written);
		conf = read_good(text, strlen(text), "p", &s);
		assert_int_equal(s.exec_start_pre.count, cases[i].second != NULL ? 2 : 1);
		assert_string_equal(s.exec_start_pre.at[0], cases[i].first);
		if (cases[i].second != NULL)
			assert_string_equal(s.exec_start_pre.at[1], cases[i].second);
		conf_free(conf);
	}
}

/* A default that cannot be read would silently become "not set". */
static void
every_default_and_bound_reads(void **state)
{
	(void)state;
	for (unsigned i = 0; i < conf_key_count; i++) {
		const struct conf_key *key = &conf_keys[i];
		const char *written[] = { key->fallback, key->lowest, key->highest };

		for (unsigned k = 0; k < 3; k++) {
			char text[300];
			struct conf_report report;

			if (written[k][0] == '\0' || key->scope == CONF_SCOPE_bridle)
				continue;
			snprintf(text, sizeof text, "%s\n%s = %s\n",
				key->scope == CONF_SCOPE_program ? "[program:w]\ncommand = x" :
								   "[gunicorn:w]\napp = a:b",
				key->name, written[k]);
			conf_report_init(&report);
			conf_free(conf_read_text("t", text, strlen(text), &report));
			if (report.count > 0)
				print_error("%s = %s: %s\n", key->name, written[k], report.at[0].text);
			assert_int_equal(report.count, 0);
			conf_report_free(&report);
		}
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_what_is_wrong),
		cmocka_unit_test(a_semicolon_behind_a_value_is_part_of_it),
		cmocka_unit_test(lines_continue_when_indented_more_deeply),
		cmocka_unit_test(defaults_are_settled),
		cmocka_unit_test(auto_is_twice_the_cpus_and_one),
		cmocka_unit_test(socket_paths_are_107_bytes_at_most),
		cmocka_unit_test(a_long_line_costs_the_next_ones_nothing),
		cmocka_unit_test(long_lines_are_whole_or_refused),
		cmocka_unit_test(a_nul_byte_is_named_with_its_line),
		cmocka_unit_test(a_semicolon_of_its_own_parts_commands),
		cmocka_unit_test(every_default_and_bound_reads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

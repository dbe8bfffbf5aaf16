#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf/check.h"
#include "scratch.h"

/* A site as it ought to be: its directory, its virtual environment (with a Python of its own behind it), a
 * directory for its socket. Messages have the directory of all this as "D". */
static const char *const directories[] = { "site", "site/package", "run", "venv", "venv/bin", "venv/lib",
	"venv/lib/python3.11", "venv/lib/python3.11/site-packages", "venv/lib/python3.11/site-packages/gevent", "base",
	"base/bin", "base/lib", "base/lib/python3.11", "base/lib/python3.11/wsgiref" };

/* user, lest root be warned of */
static const char good[] = "[gunicorn:web]\napp = a:b\ndirectory = site\nvirtualenv = venv\nbind = unix:run/web.sock\n"
			   "user = nobody\n";

static void
write_file(const struct scratch *s, const char *name, const char *text, mode_t mode)
{
	scratch_write(s, name, text);
	assert_int_equal(chmod(scratch_path(s, name), mode), 0);
}

static int
setup(void **state)
{
	struct scratch *s = calloc(1, sizeof *s);
	char cfg[300];

	assert_non_null(s);
	scratch_make(s);
	assert_int_equal(chmod(s->path, 0755), 0); /* for the users of services */
	for (size_t i = 0; i < sizeof directories / sizeof directories[0]; i++)
		assert_int_equal(mkdir(scratch_path(s, directories[i]), 0755), 0);
	snprintf(cfg, sizeof cfg, "home = %s/base/bin\ninclude-system-site-packages = false\nversion = 3.11.2\n",
		s->path);
	write_file(s, "venv/pyvenv.cfg", cfg, 0644);
	write_file(s, "venv/bin/python", "", 0755);
	write_file(s, "venv/bin/gunicorn", "#!/usr/bin/python3\n", 0755);
	write_file(s, "venv/lib/python3.11/site-packages/distutils-precedence.pth", "x", 0644);
	write_file(s, "venv/lib/python3.11/site-packages/installed.py", "", 0644);
	write_file(s, "site/a.py", "", 0644);
	*state = s;
	return 0;
}

static int
teardown(void **state)
{
	scratch_remove(*state);
	free(*state);
	return 0;
}

/* What conf_check says of TEXT, a line each: "LINE E text" or "LINE W text". */
static void
check_text(const struct scratch *s, const char *version, const char *text, char *seen, size_t size)
{
	char info[200], name[600];
	struct conf_report report;
	struct conf *conf;
	size_t n = 0;

	snprintf(info, sizeof info, "venv/lib/python3.11/site-packages/gunicorn-%s.dist-info", version);
	snprintf(name, sizeof name, "%s/b.ini", s->path);
	assert_true(mkdir(scratch_path(s, info), 0755) == 0 || errno == EEXIST);
	conf_report_init(&report);
	conf = conf_read_text(name, text, strlen(text), &report);
	if (conf == NULL)
		fail_msg("%u: %s", report.at[0].line, report.at[0].text);
	conf_check(conf, &report);
	seen[0] = '\0';
	for (uint32_t i = 0; i < report.count; i++) {
		const char *p = report.at[i].text;

		n += (size_t)snprintf(seen + n, size - n, "%u %c ", report.at[i].line,
			report.at[i].severity == CONF_ERROR ? 'E' : 'W');
		while (*p != '\0' && n + 2 < size) {
			bool here = strncmp(p, s->path, strlen(s->path)) == 0;

			seen[n++] = here ? 'D' : *p;
			p += here ? strlen(s->path) : 1;
		}
		seen[n++] = '\n';
		seen[n] = '\0';
	}
	conf_free(conf);
	conf_report_free(&report);
	assert_int_equal(rmdir(scratch_path(s, info)), 0);
}

/* LINES are appended to what is good; expected is the beginning of the only complaint, "" for none. */
struct one {
	const char *version, *lines, *expected;
};

/* clang-format off */
static const struct one cases[] = {
	{ "23.0.0", "", "" },
	/* what is good stays without complaint */
	{ "23.0.0", "workers = auto\nthreads = 8\nworker_class = gthread\ntimeout = 0\n", "" },
	{ "23.0.0", "workers = 4\nmax_requests = 1000\nmax_requests_jitter = 100\nmemory_max_worker = 200M\n", "" },
	{ "23.0.0", "reuse_port = yes\nproxy_protocol = yes\n", "" },
	{ "23.0.0", "limit_nofile = 64\nlimit_core = 0\nnice = 5\ncpu_affinity = 0\n", "" },
	/* what others take for a comment */
	{ "23.0.0", "proc_name = x ; c\n", "7 W web: proc_name: '; c' is a part of the value: a comment needs a line of its own" },
	{ "23.0.0", "probe_host = a # b\n", "7 W web: probe_host: '# b' is a part of the value" },
	{ "23.0.0", "proc_name = x #1\n", "" },
	{ "23.0.0", "access_log_format = %(h)s ; %(r)s\n", "" },
	{ "23.0.0", "environment = \"A=b # c\"\n", "" },
	{ "23.0.0", "exec_start_pre = /bin/true ; /bin/true\n", "" },
	/* no shell */
	{ "23.0.0", "exec_start_pre = /bin/true && /bin/true\n", "7 W web: exec_start_pre: '&&' is a word for the program, for no shell is run" },
	{ "23.0.0", "exec_start_pre = /bin/true 2>/dev/null\n", "7 W web: exec_start_pre: '2>/dev/null' is a word" },
	{ "23.0.0", "exec_start_pre = /bin/sh -c 'a && b > c' \"|\" x\\ >y\n", "" },
	/* limits and scheduling */
	{ "23.0.0", "cpu_scheduling_policy = fifo\n", "7 E web: fifo and rr need" },
	{ "23.0.0", "cpu_scheduling_priority = 5\n", "7 W web: cpu_scheduling_priority has no effect" },
	{ "23.0.0", "io_scheduling_class = idle\nio_scheduling_priority = 3\n", "8 W web: io_scheduling_priority has no effect" },
	{ "23.0.0", "limit_rss = 1G\n", "7 W web: limit_rss has no effect on Linux: write memory_max" },
	{ "23.0.0", "limit_as = 16M\n", "7 W web: limit_as is less than Python alone maps" },
	{ "23.0.0", "limit_nofile = 16\n", "7 W web: limit_nofile leaves Gunicorn no descriptors" },
	{ "23.0.0", "memory_max = 10M\n", "7 W web: memory_max is less than a master and a worker" },
	{ "23.0.0", "memory_max = 300M\nmemory_max_worker = 400M\n", "8 W web: memory_max_worker is above memory_max" },
	{ "23.0.0", "memory_max = 300M\nmemory_high = 400M\n", "8 W web: memory_high is above memory_max" },
	{ "23.0.0", "memory_max = 40%\nmemory_high = 400M\noom_policy = stop\n", "" },
	{ "23.0.0", "oom_policy = stop\n", "7 W web: oom_policy has no effect" },
	/* what is done about incidents */
	{ "23.0.0", "on_boot_loop = replace\n", "7 E web: on_boot_loop takes none | stop" },
	{ "23.0.0", "on_boot_loop = recycle\n", "7 E web: on_boot_loop takes none | stop" },
	{ "23.0.0", "on_flapping = recycle\n", "7 E web: on_flapping takes none | replace | stop" },
	{ "23.0.0", "on_hang = stop\n", "7 E web: on_hang takes none | recycle | replace" },
	{ "23.0.0", "on_oom = recycle\n", "7 E web: on_oom takes none | replace | stop" },
	{ "23.0.0", "memory_max = 300M\noom_policy = stop\non_oom = replace\n", "9 E web: on_oom and oom_policy both say" },
	{ "23.0.0", "bind = 8000\non_boot_loop = stop\non_flapping = replace\non_hang = recycle\non_oom = stop\n", "" },
	{ "23.0.0", "cpu_affinity = 1023\n", "7 W web: none of these processors may be used here" },
	{ "27.0.1", "proxy_protocol = v2\nworker_class = asgi\nhttp_protocols = h2\n", "" },
	{ "23.0.0", "worker_class = gevent\n", "" },
	{ "23.0.0", "worker_class = my.own:Class\nargs = --pythonpath=/elsewhere\n", "" },
	{ "23.0.0", "stop_timeout = 30s\ngraceful_timeout = 30s\nready_workers = 2\nworkers = 2..4\n", "" },
	{ "23.0.0", "statsd_host = localhost:8125\naccesslog = -\nerrorlog = -\n", "" },
	{ "23.0.0", "environment_file = -none\n", "" },
	{ "22.0.0", "header_map = drop\n", "" },
	{ "23.0.0", "bind = unix:sticky/x.sock\n", "" },
	{ "23.0.0", "[program:p]\ncommand = sh -c 'exit 1'\n", "" },
	{ "23.0.0", "[gunicorn:two]\napp = a:b\nuser = nobody\ndirectory = site\nvirtualenv = venv\nbind = 127.0.0.1:80\n"
		"[gunicorn:three]\napp = a:b\nuser = nobody\ndirectory = site\nvirtualenv = venv\nbind = 127.0.0.2:80 [::]:80\n", "" },
	/* numbers and switches */
	{ "23.0.0", "stop_timeout = 10s\n", "7 W web: stop_timeout is shorter than graceful_timeout" },
	{ "23.0.0", "graceful_timeout = 0\n", "7 W web: graceful_timeout = 0 cuts every request" },
	{ "23.0.0", "restart_delay = 2m\n", "7 W web: restart_delay is longer than restart_delay_max" },
	{ "23.0.0", "restart = never\nrestart_prevent_exit_status = 3\n", "8 W web: restart_prevent_exit_status has no effect" },
	{ "23.0.0", "restart_force_exit_status = 3\n", "7 W web: restart_force_exit_status has no effect" },
	{ "23.0.0", "restart = on-failure\nrestart_prevent_exit_status = 3 KILL\nrestart_force_exit_status = 4\n", "" },
	{ "23.0.0", "restart = on-failure\nrestart_prevent_exit_status = 3 KILL\nrestart_force_exit_status = 0 KILL\n",
		"9 W web: what restart_prevent_exit_status has, too" },
	{ "23.0.0", "probe = /x\nsocket_mode = 0666\nprobe_interval = 5s\n", "" },
	{ "23.0.0", "probe = tcp\nsocket_mode = 0666\ncertfile = a.py\n", "" },
	{ "23.0.0", "probe = /x\nsocket_mode = 0666\ncertfile = a.py\n", "7 W web: a probe speaks no TLS" },
	{ "23.0.0", "probe_interval = 5s\n", "7 W web: probe_interval has no effect without probe" },
	{ "23.0.0", "start = on-demand\nidle_stop = 15m\n", "" },
	{ "23.0.0", "bind = :1 :2 :3\nidle_stop = 15m\n", "8 W web: idle_stop sees three addresses at most" },
	{ "23.0.0", "start_timeout = 2s\nmin_ready = 1999ms\n", "" },
	{ "23.0.0", "start_timeout = 2s\nmin_ready = 2s\n", "8 W web: min_ready is not shorter than start_timeout" },
	{ "23.0.0", "ready_workers = 2\n", "7 W web: ready_workers is more than there are workers" },
	{ "23.0.0", "ready_workers = 3\nworkers = 2..4\n", "7 W web: ready_workers is more than there are workers" },
	{ "23.0.0", "timeout = 0\n", "7 W web: timeout = 0 leaves a stuck sync worker stuck" },
	{ "23.0.0", "threads = 4\nworker_class = gevent\n", "7 W web: threads has no effect with this worker_class" },
	{ "23.0.0", "threads = 4\nworker_class = sync\n", "8 W web: worker_class = sync with threads runs gthread" },
	{ "23.0.0", "worker_connections = 4\n", "7 W web: worker_connections has no effect on sync workers" },
	{ "23.0.0", "workers = 2\nmax_requests = 100\n", "8 W web: max_requests without jitter" },
	{ "23.0.0", "max_requests = 100\nmax_requests_jitter = 5\n", "7 W web: max_requests with one worker" },
	{ "23.0.0", "max_requests_jitter = 5\n", "7 W web: max_requests_jitter has no effect without max_requests" },
	{ "23.0.0", "memory_max_worker = 10M\n", "7 W web: memory_max_worker is less than Python alone takes" },
	{ "23.0.0", "preload_app = yes\nreload_by = hup\n", "8 W web: reload_by = hup with preload_app never loads new code" },
	{ "23.0.0", "reload = yes\n", "7 W web: reload is for development" },
	{ "23.0.0", "pidfile = /run/x.pid\n", "7 W web: pidfile: one that was left behind" },
	{ "27.0.1", "control_socket = x.ctl\n", "7 W web: control_socket: a client that stays connected" },
	{ "23.0.0", "statsd_host = unix:///run/x\n", "7 W web: statsd_host on a unix socket stops Gunicorn" },
	{ "23.0.0", "environment = WEB_CONCURRENCY=3\n", "7 W web: WEB_CONCURRENCY has no effect" },
	{ "23.0.0", "environment = GUNICORN_CMD_ARGS=-D\n", "7 W web: GUNICORN_CMD_ARGS is not looked into" },
	{ "23.0.0", "[program:p]\ncommand = venv/bin/gunicorn a:b\ndirectory = .\n", "8 W p: this is Gunicorn, run as any" },
	/* places */
	{ "23.0.0", "group = no-such-group\n", "6 E web: there is no group 'no-such-group'" },
	{ "23.0.0", "socket_owner = no-such-user\n", "7 E web: there is no user 'no-such-user'" },
	{ "23.0.0", "socket_group = no-such-group\n", "7 E web: there is no group 'no-such-group'" },
	{ "23.0.0", "environment_file = none\n", "7 E web: the environment file 'D/none' is not there (-D/none allows that)" },
	{ "23.0.0", "certfile = cert.pem\n", "7 E web: certfile: 'D/site/cert.pem' is not there" },
	{ "23.0.0", "worker_tmp_dir = /nowhere\n", "7 E web: worker_tmp_dir: '/nowhere' is not there" },
	{ "23.0.0", "bind = www.example.invalid:80\n", "7 W web: 'www.example.invalid' is a name that is not in /etc/hosts" },
	{ "23.0.0", "bind = localhost:80 LocalHost:81 127.1.2.3:82 127.1:182 0:282 [::1]:83 [fe80::1%lo]:84 :85 86\n", "" },
	{ "23.0.0", "bind = unix:none/x.sock\n", "7 E web: the directory 'D/none' of the socket is not there" },
	{ "23.0.0", "bind = unix:none/x.sock\nruntime_directory = none/deep\n", "7 E web: the directory 'D/none' of the socket is not there" },
	{ "23.0.0", "bind = unix:none/x.sock\nruntime_directory = other none\n", "" },
	{ "23.0.0", "bind = unix:b/x.sock\n", "7 W web: anybody may replace a socket in 'D/b'" },
	{ "23.0.0", "bind = unix:site/a.py/x.sock\n", "7 E web: 'D/site/a.py' is not a directory" },
	{ "23.0.0", "[program:p]\ncommand = no-such-program\n", "8 E p: there is no 'no-such-program' in PATH" },
	{ "23.0.0", "[program:p]\ncommand = sh\ndirectory = none\n", "9 E p: the directory 'D/none' is not there" },
	{ "23.0.0", "[program:p]\ncommand = sh\ndirectory = site/a.py\n", "9 E p: 'D/site/a.py' is not a directory" },
	{ "23.0.0", "[program:p]\ncommand = sh\ndirectory = secret\nuser = bin\n", "9 W p: the user 'bin' may not enter" },
	{ "23.0.0", "[program:p]\ncommand = sh\ndirectory = secret/deep\nuser = bin\n", "9 W p: the user 'bin' may not enter 'D/secret':" },
	{ "23.0.0", "[program:p]\ncommand = venv/bin/closed\ndirectory = .\nuser = bin\n",
		"8 W p: the user 'bin' may not run 'D/secret/python3', the Python of 'D/venv/bin/closed', for 'D/secret' is closed" },
	{ "23.0.0", "[program:p]\ncommand = venv/bin/closed\ndirectory = .\nuser = root\n", "" },
	{ "23.0.0", "[bridle]\nwatch_user = no-such-user\n", "8 E [bridle]: watch_user: there is no user 'no-such-user'" },
	{ "23.0.0", "[bridle]\ncontrol_group = no-such-group\n", "8 E [bridle]: control_group: there is no group" },
	/* versions */
	{ "24.0.0", "", "4 E web: Gunicorn 24.0.0 never replaces a worker that died" },
	{ "19.9.0", "", "4 W web: Gunicorn 19.9.0 is older than 20.1" },
	{ "24.1.0", "reuse_port = yes\n", "7 E web: reuse_port: from Gunicorn 24 on" },
	{ "23.0.0", "proxy_protocol = v1\n", "7 E web: proxy_protocol is yes or no before Gunicorn 24.1" },
	{ "26.0.0", "worker_class = eventlet\nargs = -x\n", "7 E web: Gunicorn 26 and later have no eventlet" },
	{ "23.0.0", "worker_class = asgi\n", "7 E web: the asgi worker came with Gunicorn 24" },
	{ "21.2.0", "header_map = drop\n", "7 E web: header_map needs Gunicorn 22.0.0, this is 21.2.0" },
	{ "23.0.0", "worker_class = gthraed\n", "7 W web: Gunicorn has no worker class 'gthraed': did you mean gthread?" },
	/* args */
	{ "23.0.0", "args = -D\n", "7 E web: --daemon: a daemon loses its parent" },
	{ "23.0.0", "args = x --daemon\n", "7 E web: --daemon: a daemon loses its parent" },
	{ "23.0.0", "args = --check-config\n", "7 E web: --check-config: it ends instead of serving" },
	{ "23.0.0", "args = -b0.0.0.0:80\n", "7 W web: --bind: has no effect beside the key bind" },
	{ "23.0.0", "args = --workers=3\n", "7 W web: --workers: wins over the key workers" },
	{ "23.0.0", "args = -w 3\n", "7 W web: --workers: wins over the key workers" },
	{ "23.0.0", "args = --user x\n", "7 W web: --user: leaves the master as root" },
	{ "25.0.0", "args = --reuse-port\n", "7 E web: --reuse-port: from Gunicorn 24 on" },
	/* Gunicorn's file */
	{ "23.0.0", "config = none.py\n", "7 E web: Gunicorn's configuration file 'D/site/none.py' is not there" },
	{ "23.0.0", "config = python:some.module\n", "" },
	{ "23.0.0", "config = good.py\n", "" },
	{ "23.0.0", "config = daemon.py\n", "7 W web: D/site/daemon.py:3 sets daemon: a daemon loses its parent" },
	{ "23.0.0", "config = file:bind.py\n", "7 W web: D/site/bind.py:1 sets bind: it has no effect beside the key" },
	{ "23.0.0", "config = workers.py\n", "7 W web: D/site/workers.py:1 sets workers: Bridle decides how many" },
	{ "23.0.0", "config = workers.py\nworkers = 4\n", "" },
	/* sandboxes: the site is below /tmp */
	{ "23.0.0", "protect_system = full\nprotect_home = yes\nprivate_devices = yes\n", "" },
	{ "23.0.0", "private_tmp = yes\n", "7 E web: private_tmp hides 'D/site', which the service needs: bind_read_only_paths" },
	{ "23.0.0", "private_tmp = yes\nread_only_paths = -/tmp\n", "" },
	{ "23.0.0", "private_tmp = yes\nbind_paths = /tmp\n", "" },
	{ "23.0.0", "temporary_file_system = /tmp/:ro\nread_only_paths = -/tmp\n", "7 E web: temporary_file_system hides 'D/site', which the service needs: bind_read_only_paths" },
	{ "23.0.0", "temporary_file_system = /srv:ro\nbind_read_only_paths = /usr:/srv/nowhere\n", "" },
	{ "23.0.0", "private_tmp = yes\nbind_paths = /tmp\nbind_read_only_paths = /usr:/tmp/nowhere /etc:/tmp/nowhere/x\n", "" },
	{ "23.0.0", "bind_read_only_paths = /nowhere:/usr\n", "7 W web: bind_read_only_paths: '/nowhere' is not there, and it does not" },
	{ "23.0.0", "bind_read_only_paths = -/nowhere:/usr\n", "" },
	{ "23.0.0", "bind_read_only_paths = -/nowhere:/elsewhere\n", "" },
	{ "23.0.0", "bind_read_only_paths = /usr:/mnt /etc:/mnt/\n", "7 E web: '/usr' and '/etc' are both to be seen at '/mnt'" },
	{ "23.0.0", "bind_paths = /usr:/mnt\nbind_read_only_paths = /usr:/mnt\n", "" },
	{ "23.0.0", "[program:two]\ncommand = /bin/sh\nuser = nobody\ndirectory = /tmp/nowhere\nprivate_tmp = yes\nbind_paths = /usr:/tmp/nowhere\n", "" },
	{ "23.0.0", "[program:two]\ncommand = /bin/sh\nuser = nobody\ndirectory = /home\nprotect_home = yes\n",
		"11 E two: protect_home hides '/home', which the service needs: protect_home = tmpfs, with bind_read_only_paths" },
	{ "23.0.0", "inaccessible_paths = venv\n", "7 E web: inaccessible_paths hides 'D/venv'" },
	{ "23.0.0", "inaccessible_paths = venv/\n", "7 E web: inaccessible_paths hides 'D/venv'" },
	{ "23.0.0", "capability_bounding_set = none\nambient_capabilities = cap_chown\n", "8 E web: ambient_capabilities has some" },
	{ "23.0.0", "capability_bounding_set = cap_chown\nambient_capabilities = cap_chown\n", "" },
	{ "23.0.0", "system_call_error_number = EPERM\n", "7 W web: system_call_error_number has no effect" },
	{ "23.0.0", "read_write_paths = site\n", "7 W web: read_write_paths has no effect" },
	{ "23.0.0", "protect_system = strict\n", "7 E web: protect_system = strict leaves Gunicorn no place" },
	{ "25.1.0", "protect_system = strict\n", "" },
	{ "23.0.0", "protect_system = strict\nworker_tmp_dir = /dev/shm\n", "" },
	/* the application */
	{ "23.0.0", "[gunicorn:x]\napp = b:c\ndirectory = site\nvirtualenv = venv\nbind = 80\nuser = nobody\n",
		"8 W x: there is no module 'b' in D/site or D/venv: is directory right?" },
	{ "23.0.0", "worker_class = eventlet\n", "7 W web: worker_class = eventlet needs 'eventlet', which is not installed" },
	{ "23.0.0", "worker_class = uvicorn.workers.UvicornWorker\n", "7 W web: worker_class = uvicorn.workers.UvicornWorker "
		"needs 'uvicorn', which is not installed: D/venv/bin/pip install uvicorn" },
	/* addresses */
	{ "23.0.0", "bind = 127.0.0.1:80 0.0.0.0:80\n", "7 E web: '127.0.0.1:80' and '0.0.0.0:80' are the same address" },
};
/* clang-format on */

static void
each_fault_has_one_complaint(void **state)
{
	const struct scratch *s = *state;
	char text[2048], seen[4096];

	mkdir(scratch_path(s, "b"), 0755);
	assert_int_equal(chmod(scratch_path(s, "b"), 0777), 0);
	mkdir(scratch_path(s, "sticky"), 0755);
	assert_int_equal(chmod(scratch_path(s, "sticky"), 01777), 0);
	mkdir(scratch_path(s, "secret"), 0700);
	mkdir(scratch_path(s, "secret/deep"), 0755);
	/* as pyenv and uv leave it when root makes the environment */
	write_file(s, "secret/python3", "", 0755);
	snprintf(text, sizeof text, "%s/secret/python3", s->path);
	assert_int_equal(symlink(text, scratch_path(s, "venv/bin/python3")), 0);
	snprintf(text, sizeof text, "#!%s/venv/bin/python3\n", s->path);
	write_file(s, "venv/bin/closed", text, 0755);
	write_file(s, "site/good.py",
		"# daemon = True\nworkers_per_cpu = 2\nif True:\n    bind = 3\nbind == 3\ndaemon = False\n", 0644);
	write_file(s, "site/daemon.py", "import os\n\ndaemon = True\n", 0644);
	write_file(s, "site/bind.py", "bind='x'\n", 0644);
	write_file(s, "site/workers.py", "workers\t= 4\r\n", 0644);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const char *newline;

		snprintf(text, sizeof text, "%s%s", good, cases[i].lines);
		check_text(s, cases[i].version, text, seen, sizeof seen);
		if (strncmp(seen, cases[i].expected, strlen(cases[i].expected)) != 0 ||
			(seen[0] != '\0') != (cases[i].expected[0] != '\0'))
			fail_msg("%s\nexpected: %s\nseen: %s", cases[i].lines, cases[i].expected, seen);
		newline = strchr(seen, '\n');
		if (newline != NULL && newline[1] != '\0')
			fail_msg("%s\nmore than one: %s", cases[i].lines, seen);
	}
}

/* Where a module may be, so that nobody is told that it is not. */
static void
modules_are_found_where_python_looks(void **state)
{
	/* clang-format off */
	static const struct { const char *app, *lines; } found[] = {
		{ "a:b", "" }, { "a", "" }, { "package.wsgi:app", "" }, { "installed:app", "" }, { "wsgiref.x:y", "" },
		{ "else:x", "pythonpath = /nowhere,../lib\n" }, { "else:x", "environment = PYTHONPATH=/a:%/lib\n" },
		{ "else:x", "chdir = ../lib\n" }, { "none:x", "environment_file = env\n" }, { "none:x", "paste = x.ini\n" },
		{ "none:x", "args = --pythonpath=/x\n" },
	};
	/* clang-format on */
	const struct scratch *s = *state;
	char text[1024], seen[2048], *percent;

	mkdir(scratch_path(s, "lib"), 0755);
	write_file(s, "lib/else.cpython-311-x86_64-linux-gnu.so", "", 0644);
	write_file(s, "env", "", 0600);
	for (size_t i = 0; i < sizeof found / sizeof found[0]; i++) {
		char lines[300];

		snprintf(lines, sizeof lines, "%s", found[i].lines);
		percent = strchr(lines, '%');
		if (percent != NULL)
			snprintf(lines, sizeof lines, "environment = PYTHONPATH=/a:%s/lib\n", s->path);
		snprintf(text, sizeof text,
			"[gunicorn:web]\napp = %s\ndirectory = site\nvirtualenv = venv\n"
			"bind = unix:run/web.sock\nuser = nobody\n%s",
			found[i].app, lines);
		check_text(s, "23.0.0", text, seen, sizeof seen);
		if (seen[0] != '\0')
			fail_msg("%s%s: %s", found[i].app, found[i].lines, seen);
	}
	/* an editable install may lead anywhere */
	write_file(s, "venv/lib/python3.11/site-packages/__editable__.x-1.0.pth", "/srv/x", 0644);
	snprintf(text, sizeof text,
		"[gunicorn:web]\napp = none:x\ndirectory = site\nvirtualenv = venv\nbind = unix:run/w\n"
		"user = nobody\n");
	check_text(s, "23.0.0", text, seen, sizeof seen);
	assert_string_equal(seen, "");
	unlink(scratch_path(s, "venv/lib/python3.11/site-packages/__editable__.x-1.0.pth"));
	check_text(s, "23.0.0", text, seen, sizeof seen);
	assert_string_equal(seen, "2 W web: there is no module 'none' in D/site or D/venv: is directory right?\n");
}

static void
what_is_missing_altogether_is_told(void **state)
{
	const struct scratch *s = *state;
	char seen[2048];

	check_text(s, "23.0.0",
		"[gunicorn:web]\napp = a:b\ndirectory = site\nvirtualenv = none\nbind = 80\nuser = nobody\n", seen,
		sizeof seen);
	assert_string_equal(seen, "4 E web: the virtual environment 'D/none' is not there: python3 -m venv D/none\n");
	check_text(s, "23.0.0",
		"[gunicorn:web]\napp = a:b\ndirectory = site\nvirtualenv = site\nbind = 80\nuser = nobody\n", seen,
		sizeof seen);
	assert_string_equal(seen,
		"1 E web: there is no gunicorn in D/site/bin: run D/site/bin/pip install gunicorn\n"
		"4 E web: 'D/site' is not a virtual environment: it has no bin/python\n");
	check_text(s, "23.0.0", "[gunicorn:web]\napp = a:b\ndirectory = site\nvirtualenv = venv\nuser = no-such-user\n",
		seen, sizeof seen);
	assert_string_equal(seen,
		"5 E web: there is no user 'no-such-user'\n"
		"1 W web: no bind: Gunicorn opens an address by itself (127.0.0.1:8000), and connections are refused whenever it "
		"restarts: add bind = 127.0.0.1:8000, or unix:/path\n");
}

/* The file of a module is no module, and what listeners are to replace is a socket. */
static void
what_is_no_module_and_no_socket_is_told(void **state)
{
	static const struct {
		const char *app, *bind, *expected;
	} slips[] = {
		{ "a.py", "unix:run/x.sock", "2 E web: 'a.py' is a file, and Gunicorn takes a module: write a:application\n" },
		{ "./a.py", "unix:run/x.sock", "2 E web: './a.py' is a file, and Gunicorn takes a module: write a:application\n" },
		{ "a.py:app", "unix:run/x.sock", "2 E web: 'a.py:app' is a file, and Gunicorn takes a module: write a:app\n" },
		{ "a:app # b", "unix:run/x.sock", "2 W web: app: '# b' is a part of the value" },
		{ "package.py", "unix:run/x.sock", "" },
		{ "a", "unix:site/a.py", "4 W web: 'D/site/a.py' is there and is no socket" },
	};
	char text[600], seen[2048];

	for (size_t i = 0; i < sizeof slips / sizeof slips[0]; i++) {
		snprintf(text, sizeof text,
			"[gunicorn:web]\napp = %s\nvirtualenv = venv\nbind = %s\ndirectory = site\nuser = nobody\n",
			slips[i].app, slips[i].bind);
		check_text(*state, "23.0.0", text, seen, sizeof seen);
		if (strncmp(seen, slips[i].expected, strlen(slips[i].expected)) != 0 ||
			(slips[i].expected[0] == '\0' && seen[0] != '\0') ||
			(seen[0] != '\0' && strchr(seen, '\n')[1] != '\0'))
			fail_msg("%s, %s: %s", slips[i].app, slips[i].bind, seen);
	}
}

/* By root where nobody else could have put something there, by who is not where he may. */
static void
places_to_bind_to_are_made(void **state)
{
	const struct scratch *s = *state;
	const bool root = geteuid() == 0;
	const struct {
		const char *words, *below;
		bool is_made;
	} places[] = { { "bind_paths = /usr:", "/nowhere", root }, { "temporary_file_system = ", "/nowhere", root },
		{ "bind_read_only_paths = /usr:", "/no/where", root },
		{ "bind_paths = /usr:", "D/open/roots/way", !root }, { "bind_paths = /usr:", "D/link/way", root },
		{ "bind_paths = /usr:", "D/open/way", !root }, { "temporary_file_system = ", "D/open/way", !root } };
	char text[2048], seen[2048];

	mkdir(scratch_path(s, "open"), 0755);
	assert_int_equal(chmod(scratch_path(s, "open"), 0777), 0);
	mkdir(scratch_path(s, "open/roots"), 0755);
	assert_int_equal(symlink("/opt", scratch_path(s, "link")), 0);
	for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
		bool ours = places[i].below[0] == 'D';

		snprintf(text, sizeof text, "%s%s%s%s\n", good, places[i].words, ours ? s->path : "",
			places[i].below + ours);
		check_text(s, "23.0.0", text, seen, sizeof seen);
		if ((seen[0] == '\0') != places[i].is_made ||
			(seen[0] != '\0' &&
				(strstr(seen, places[i].below) == NULL || strstr(seen, " W web: ") == NULL)))
			fail_msg("%s%s: %s", places[i].words, places[i].below, seen);
	}
}

static void
directories_within_what_is_bound_are_looked_for(void **state)
{
	const struct scratch *s = *state;
	char text[2048], seen[2048];

	mkdir(scratch_path(s, "given"), 0755);
	assert_int_equal(chmod(scratch_path(s, "given"), 0777), 0);
	snprintf(text, sizeof text, "%sstate_directory = no-such/own\nbind_paths = %s/given:%s/lib/no-such /usr:/opt\n",
		good, s->path, LOCALSTATEDIR);
	check_text(s, "23.0.0", text, seen, sizeof seen);
	if (geteuid() == 0 &&
		strstr(seen, "7 E web: state_directory: '" LOCALSTATEDIR "/lib/no-such/own' is within") == NULL)
		fail_msg("%s", seen);
	mkdir(scratch_path(s, "given/own"), 0755);
	check_text(s, "23.0.0", text, seen, sizeof seen);
	assert_null(strstr(seen, "state_directory"));
}

static void
root_without_a_user_is_told(void **state)
{
	const struct scratch *s = *state;
	char seen[2048];

	check_text(s, "23.0.0", "[gunicorn:web]\napp = a:b\ndirectory = site\nvirtualenv = venv\nbind = unix:run/x\n",
		seen, sizeof seen);
	assert_string_equal(seen,
		geteuid() == 0 ? "1 W web: it would run as root: add user = NAME (user = root says that it "
				 "is meant)\n" :
				 "");
}

/* clang-format off */
static const struct {
	const char *first, *second;
	bool meet;
} pairs[] = {
	{ "127.0.0.1:80", "127.0.0.1:80", true }, { "127.0.0.1:80", "127.0.0.1:81", false },
	{ "127.0.0.1:80", "127.0.0.2:80", false }, { "0.0.0.0:80", "127.0.0.1:80", true },
	{ "127.0.0.1:80", "80", true }, { ":80", "127.0.0.1:80", true }, { ":80", "[::1]:80", true },
	{ "[::]:80", "[::1]:80", true }, { "[::]:80", "0.0.0.0:80", false }, { "[::1]:80", "127.0.0.1:80", false },
	{ "unix:/run/x", "/run/x", true }, { "unix:/run/x", "/run/y", false }, { "unix:/etc/x", "unix:x", true },
	{ "host:80", "host:80", true }, { "host:80", "other:80", false },
};
/* clang-format on */

static void
addresses_that_meet_are_told(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
		struct conf_report report;
		struct conf *conf;
		char text[300];
		bool met = false;

		snprintf(text, sizeof text,
			"[gunicorn:one]\napp = a:b\nbind = %s\n[gunicorn:two]\napp = a:b\nbind = %s\n", pairs[i].first,
			pairs[i].second);
		conf_report_init(&report);
		conf = conf_read_text("/etc/t.ini", text, strlen(text), &report);
		assert_non_null(conf);
		conf_check(conf, &report);
		for (uint32_t k = 0; k < report.count; k++)
			met = met || (report.at[k].line == 6 && strstr(report.at[k].text, "is taken by one") != NULL);
		if (met != pairs[i].meet)
			fail_msg("%s and %s", pairs[i].first, pairs[i].second);
		conf_free(conf);
		conf_report_free(&report);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(each_fault_has_one_complaint, setup, teardown),
		cmocka_unit_test_setup_teardown(modules_are_found_where_python_looks, setup, teardown),
		cmocka_unit_test_setup_teardown(what_is_missing_altogether_is_told, setup, teardown),
		cmocka_unit_test_setup_teardown(what_is_no_module_and_no_socket_is_told, setup, teardown),
		cmocka_unit_test_setup_teardown(places_to_bind_to_are_made, setup, teardown),
		cmocka_unit_test_setup_teardown(directories_within_what_is_bound_are_looked_for, setup, teardown),
		cmocka_unit_test_setup_teardown(root_without_a_user_is_told, setup, teardown),
		cmocka_unit_test(addresses_that_meet_are_told),
	};

	umask(022);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* From the bytes of a log to the verdict: recogniser, witness, story and cause together, for what none of them shows alone. */
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "judge/hearing.h"

#define START \
	"[2026-11-20 15:25:49 +0000] [1] [INFO] Listening at: http://0.0.0.0:8000 (1)\n" \
	"[2026-11-20 15:25:49 +0000] [7] [INFO] Booting worker with pid: 7\n"
/* ... and somebody says that the application was loaded */
#define READY START "[2026-11-20 15:25:50 +0000] [7] [INFO] Application startup complete.\n"
/* ... and it answers; an exception that the application catches, and prints */
#define SERVED START "10.0.0.1 - - [20/Nov/2026:15:26:52 +0000] \"GET /x HTTP/1.1\" 200 5 \"-\" \"x\"\n"
#define PRINTED(error) "Traceback (most recent call last):\n  File \"/srv/v.py\", line 3, in f\n    g(x)\n" error "\n"
#define NO_VARIABLE "  File \"<frozen os>\", line 679, in __getitem__\nKeyError: 'SHOP_KEY'"
/* a worker that ends while it beats */
#define BEATING \
	"Traceback (most recent call last):\n" \
	"  File \"/v/gunicorn/arbiter.py\", line 609, in spawn_worker\n    worker.init_process()\n" \
	"  File \"/v/gunicorn/workers/sync.py\", line 126, in run\n    self.run_for_one(timeout)\n" \
	"  File \"/v/gunicorn/workers/workertmp.py\", line 45, in notify\n    os.utime(self._tmp.fileno(), (now, now))\n"
#define ROOM "                                        "

static const struct log {
	const char *name, *phase;
	unsigned confident; /* or 0: only likely, or unknown */
	const char *text;
} logs[] = {
	/* before there was an arbiter to run anything */
	{ "boot.config-error", "startup-config", 0,
		"Traceback (most recent call last):\n"
		"  File \"/srv/bin/serve\", line 9, in <module>\n    main()\n"
		"  File \"/v/gunicorn/app/base.py\", line 87, in run\n    os.setpgrp()\n"
		"OSError: [Errno 1] Operation not permitted\n" },
	/* four hours lie between no two of these: who says no offset is of the zone that another line says, or of UTC */
	{ "boot.fork-safety", "boot", 1,
		"INFO - 2026-11-20 15:25:49,810 - shop - model loaded\n"
		"objc[7]: +[NSString initialize] may have been in progress in another thread when fork() was called.\n"
		"[2026-11-20 15:25:49 -0400] [1] [ERROR] Worker (pid:7) was sent SIGKILL! Perhaps out of memory?\n"
		"[2026-11-20 15:25:49 -0400] [9] [INFO] Booting worker with pid: 9\n" },
	{ "boot.fork-safety", "boot", 1,
		"[2026-11-20 15:25:39 +0530] [1] [INFO] Using worker: sync\n"
		"2026-11-20 09:55:49,810 INFO shop model loaded\n"
		"objc[7]: +[NSString initialize] may have been in progress in another thread when fork() was called.\n"
		"[2026-11-20 15:25:49 +0530] [1] [ERROR] Worker (pid:7) was sent SIGKILL! Perhaps out of memory?\n"
		"[2026-11-20 15:25:49 +0530] [9] [INFO] Booting worker with pid: 9\n" },
	{ "boot.fork-safety", "boot", 1,
		"[2026-11-20 15:25:39 +0000] [1] [INFO] Using worker: sync\n"
		"15:25:49 [Q] INFO model loaded\n"
		"objc[7]: +[NSString initialize] may have been in progress in another thread when fork() was called.\n"
		"[2026-11-20 15:25:49 +0000] [1] [ERROR] Worker (pid:7) was sent SIGKILL! Perhaps out of memory?\n"
		"[2026-11-20 15:25:49 +0000] [9] [INFO] Booting worker with pid: 9\n" },
	/* a time of day belongs to no day: it is another one in UTC than at that place, or midnight has passed */
	{ "boot.fork-safety", "boot", 1,
		"[2026-11-20 09:25:39 +1000] [1] [INFO] Using worker: sync\n"
		"09:25:49 [Q] INFO model loaded\n"
		"objc[7]: +[NSString initialize] may have been in progress in another thread when fork() was called.\n"
		"[2026-11-20 09:25:49 +1000] [1] [ERROR] Worker (pid:7) was sent SIGKILL! Perhaps out of memory?\n"
		"[2026-11-20 09:25:49 +1000] [9] [INFO] Booting worker with pid: 9\n" },
	{ "boot.fork-safety", "boot", 1,
		"[2026-11-20 23:59:59 +0000] [1] [INFO] Using worker: sync\n"
		"00:00:01 [Q] INFO model loaded\n"
		"objc[7]: +[NSString initialize] may have been in progress in another thread when fork() was called.\n"
		"[2026-11-21 00:00:01 +0000] [1] [ERROR] Worker (pid:7) was sent SIGKILL! Perhaps out of memory?\n"
		"[2026-11-21 00:00:01 +0000] [9] [INFO] Booting worker with pid: 9\n" },
	/* a program that runs Gunicorn tells of its end; why it ended was said before */
	{ "boot.unexplained", "boot", 0,
		"[2026-11-20 15:25:49 +0000] [1] [INFO] Shutting down: Master\n"
		"[2026-11-20 15:25:49 +0000] [1] [INFO] Reason: Worker failed to boot.\n"
		"Traceback (most recent call last):\n"
		"  File \"/v/bin/serve\", line 8, in <module>\n    sys.exit(cli())\n"
		"  File \"/v/serve/process.py\", line 38, in run\n    raise ShellException(\"Non-zero exitcode: %s\" % code)\n"
		"serve.process.ShellException: Non-zero exitcode: 3\n" },
	/* what the application runs while it is loaded is the application's */
	{ "boot.app-exception", "boot", 1,
		"[2026-11-20 15:25:49 +0000] [7] [ERROR] Exception in worker process\n"
		"Traceback (most recent call last):\n"
		"  File \"/v/gunicorn/util.py\", line 370, in import_app\n    mod = importlib.import_module(module)\n"
		"  File \"/srv/app.py\", line 9, in <module>\n    check_output([\"git\", \"describe\"])\n"
		"subprocess.CalledProcessError: Command '['git', 'describe']' returned non-zero exit status 128.\n" },
	/* Gunicorn's util is the first that wants what only Unix has */
	{ "boot.import-missing", "startup-config", 1,
		"Traceback (most recent call last):\n"
		"  File \"C:\\v\\serve\\start.py\", line 8, in <module>\n    import gunicorn.app.base\n"
		"  File \"C:\\v\\gunicorn\\util.py\", line 9, in <module>\n    import fcntl\n"
		"ModuleNotFoundError: No module named 'fcntl'\n" },
	{ "boot.import-missing", "startup-config", 1,
		"Traceback (most recent call last):\n"
		"  File \"d:\\v\\Scripts\\gunicorn-script.py\", line 9, in <module>\n    load_entry_point()\n"
		"  File \"d:\\v\\gunicorn\\uti\nl.py\", line 7, in <module>\n    import fcntl\n"
		"ImportError: No module named fcntl\n" },
	/* nor was the log set up: what went wrong there went wrong with it, unless it is a setting of logging's own */
	{ "boot.log-unwritable", "startup-config", 1,
		"Traceback (most recent call last):\n"
		"  File \"/v/gunicorn/app/base.py\", line 72, in run\n    Arbiter(self).run()\n"
		"  File \"/v/gunicorn/arbiter.py\", line 94, in setup\n    self.log = self.cfg.logger_class(app.cfg)\n"
		"  File \"/v/gunicorn/glogging.py\", line 341, in _set_handler\n    util.is_writable(name, uid, gid)\n"
		"AttributeError: 'os.stat_result' object has no attribute 'S_IWUSR'\n" },
	{ "boot.config-error", "startup-config", 1,
		"Traceback (most recent call last):\n"
		"  File \"/v/gunicorn/app/base.py\", line 72, in run\n    Arbiter(self).run()\n"
		"  File \"/v/gunicorn/glogging.py\", line 238, in setup\n    dictConfig(config)\n"
		"  File \"/usr/lib/python3.11/logging/config.py\", line 573, in configure\n    raise ValueError(\n"
		"ValueError: Unable to configure handler 'file'\n" },
	/* what was caught while workers serve is no failure to boot: whoever prints it goes on */
	{ "healthy.start", "boot", 1, SERVED PRINTED(NO_VARIABLE) },
	{ "healthy.start", "boot", 1, SERVED PRINTED("  File \"<string>\", line 1\n    1+\nSyntaxError: invalid syntax") },
	{ "healthy.start", "boot", 1, SERVED PRINTED("ModuleNotFoundError: No module named 'weasyprint'") },
	{ "healthy.start", "boot", 1, SERVED PRINTED("ImportError: cannot import name 'x' from 'y' (/srv/y.py)") },
	{ "healthy.start", "boot", 1, READY PRINTED(NO_VARIABLE) },
	{ "healthy.start", "boot", 1, SERVED PRINTED("  File \"<string>\", line 1, in <module>\n" NO_VARIABLE) },
	{ "boot.env-missing", "boot", 1, START PRINTED(NO_VARIABLE) },
	/* nor does it help the next start that this one served, or a worker that ends of it */
	{ "boot.env-missing", "boot", 1,
		SERVED "[2026-11-20 15:35:49 +0000] [1] [INFO] Starting gunicorn 23.0.0\n" PRINTED(NO_VARIABLE) },
	{ "boot.syntax-error", "boot", 1,
		SERVED PRINTED("  File \"<string>\", line 1\n    1+\nSyntaxError: invalid syntax")
		"[2026-11-20 15:35:49 +0000] [1] [ERROR] Worker (pid:9) exited with code 3\n" },
	{ "boot.unexplained", "boot", 0,
		"Traceback (most recent call last):\n"
		"  File \"/srv/bin/serve\", line 9, in <module>\n    main()\n"
		"  File \"/v/gunicorn/app/base.py\", line 72, in run\n    Arbiter(self).run()\n"
		"  File \"/v/gunicorn/arbiter.py\", line 229, in run\n    self.halt()\n"
		"gunicorn.errors.HaltServer: <HaltServer 'Worker failed to boot.' 3>\n" },
	/* an application that looks at its settings itself */
	{ "boot.env-missing", "boot", 0,
		"api-1  | ERROR: required setting SHOP_PASSWORD is missing. Set SHOP_PASSWORD or SHOP_PASSWORD_FILE.\n"
		"api-1  | [2026-11-20 15:25:49 +0000] [7] [INFO] Worker exiting (pid: 7)\n"
		"api-1  | [2026-11-20 15:25:49 +0000] [1] [ERROR] Worker (pid:7) exited with code 3.\n"
		"api-1  | [2026-11-20 15:25:49 +0000] [1] [ERROR] Reason: Worker failed to boot.\n" },
	{ "boot.app-exception", "boot", 1,
		"Missing environment variable SHOP_MOTD, going on without\n"
		"[2026-11-20 15:25:49 +0000] [7] [ERROR] Exception in worker process\n"
		"Traceback (most recent call last):\n"
		"  File \"/v/gunicorn/util.py\", line 371, in import_app\n    mod = importlib.import_module(module)\n"
		"  File \"/srv/web.py\", line 9, in <module>\n    raise ValueError(\"no\")\n"
		"ValueError: no\n"
		"[2026-11-20 15:25:49 +0000] [1] [ERROR] Reason: Worker failed to boot.\n" },
	/* as old as the default timeout: it never beat, where a release looks at that */
	{ "boot.timeout", "boot", 0,
		"[2026-11-20 15:25:49 +0000] [1] [INFO] Starting gunicorn 20.1.0\n" START
		"[2026-11-20 15:26:20 +0000] [1] [CRITICAL] WORKER TIMEOUT (pid:7)\n" },
	{ "runtime.timeout", "runtime", 0,
		"[2026-11-20 15:25:49 +0000] [1] [INFO] Starting gunicorn 23.0.0\n" START
		"[2026-11-20 15:26:20 +0000] [1] [CRITICAL] WORKER TIMEOUT (pid:7)\n" },
	/* listeners are made before workers are */
	{ "master.crash", "startup-config", 1,
		"[2026-11-20 15:25:49 +0000] [1] [INFO] Starting gunicorn 20.0.3\n"
		"Traceback (most recent call last):\n"
		"  File \"/v/gunicorn/arbiter.py\", line 198, in run\n    self.start()\n"
		"  File \"/v/gunicorn/arbiter.py\", line 155, in start\n    self.LISTENERS = sock.create_sockets(self.cfg, self.log, fds)\n"
		"OSError: getsockaddrlen: bad family\n" },
	/* a pre_fork hook is the master's, though it is called where workers are born; what a worker raises there is its own */
	{ "master.crash", "runtime", 1,
		"[2026-11-20 15:25:49 +0000] [1] [ERROR] Unhandled exception in main loop\n"
		"Traceback (most recent call last):\n"
		"  File \"/v/gunicorn/arbiter.py\", line 202, in run\n    self.manage_workers()\n"
		"  File \"/v/gunicorn/arbiter.py\", line 551, in manage_workers\n    self.spawn_workers()\n"
		"  File \"/v/gunicorn/arbiter.py\", line 572, in spawn_worker\n    self.cfg.pre_fork(self, worker)\n"
		"  File \"/srv/hooks.py\", line 9, in pre_fork\n    raise RuntimeError(\"no\")\n"
		"RuntimeError: no\n" },
	{ "boot.app-exception", "boot", 1,
		"[2026-11-20 15:25:49 +0000] [7] [ERROR] Exception in worker process\n"
		"Traceback (most recent call last):\n"
		"  File \"/v/gunicorn/arbiter.py\", line 588, in spawn_worker\n    self.cfg.post_fork(self, worker)\n"
		"  File \"/srv/hooks.py\", line 9, in post_fork\n    raise RuntimeError(\"no\")\n"
		"RuntimeError: no\n" },
	/* Gunicorn itself cannot be loaded */
	{ "boot.import-broken", "startup-config", 0,
		"Traceback (most recent call last):\n"
		"  File \"/v/bin/gunicorn\", line 5, in <module>\n    from gunicorn.app.wsgiapp import run\n"
		"  File \"/v/gunicorn/sock.py\", line 14, in <module>\n    from gunicorn.socketfromfd import fromfd\n"
		"OSError: libc not found\n" },
	{ "boot.import-missing", "startup-config", 1,
		"Traceback (most recent call last):\n"
		"  File \"/nix/store/0a-gunicorn/bin/.gunicorn-wrapped\", line 6, in <module>\n    from gunicorn.app.wsgiapp import run\n"
		"  File \"/v/gunicorn/util.py\", line 26, in <module>\n    import pkg_resources\n"
		"ModuleNotFoundError: No module named 'pkg_resources'\n" },
	{ "boot.import-missing", "startup-config", 1,
		"  File \"/v/gunicorn/app/base.py\", line 10, in <module>\n    from gunicorn import util\n"
		"  File \"/v/gunicorn/util.py\", line 26, in <module>\n    import pkg_resources\n"
		"ModuleNotFoundError: No module named 'pkg_resources'\n" },
	/* ... unless the application does so */
	{ "boot.import-missing", "boot", 1,
		"  File \"/v/gunicorn/workers/base.py\", line 146, in load_wsgi\n    self.wsgi = self.app.wsgi()\n"
		"  File \"/v/gunicorn/app/base.py\", line 10, in <module>\n    from gunicorn import util\n"
		"ModuleNotFoundError: No module named 'pkg_resources'\n" },
	/* a script waits in front of it; where it has started, that is over, or another's */
	{ "boot.dependency-down", "boot", 0,
		"Waiting for the database\nPostgres is unavailable - sleeping\nPostgres is unavailable - sleeping\n" },
	{ "boot.dependency-down", "boot", 0,
		"Error: Failed to connect to the database at db\n"
		"psql: error: connection to server at \"db\" (10.0.0.2), port 5432 failed: Connection refused\n" },
	{ "healthy.start", "boot", 0, "Postgres is unavailable - sleeping\n" START },
	/* who started Gunicorn tells that it has failed, which is not what it failed of; in another order it may be */
	{ "boot.unexplained", "boot", 1,
		START "[2026-11-20 15:25:49 +0000] [1] [ERROR] Shutting down: Master\n"
		      "[2026-11-20 15:25:49 +0000] [1] [ERROR] Reason: Worker failed to boot.\n"
		      "Traceback (most recent call last):\n  File \"/v/bin/shop\", line 8, in <module>\n    sys.exit(main())\n"
		      "  File \"/v/shop/main.py\", line 9, in main\n    subprocess.check_call(command)\n"
		      "subprocess.CalledProcessError: Command '['gunicorn']' returned non-zero exit status 3.\n" },
	{ "boot.app-exception", "boot", 1,
		START "[2026-11-20 15:25:49 +0000] [1] [ERROR] Reason: Worker failed to boot.\n"
		      "Traceback (most recent call last):\n  File \"/v/shop/main.py\", line 9, in <module>\n    f()\n"
		      "ValueError: no\n" },
	/* one alone, as old as the timeout that most have; older ones had beaten */
	{ "boot.timeout", "boot", 0,
		"[2026-11-20 15:25:49 +0000] [7] [INFO] Booting worker with pid: 7\n"
		"[2026-11-20 15:26:20 +0000] [1] [CRITICAL] WORKER TIMEOUT (pid:7)\n" },
	{ "runtime.timeout", "runtime", 0,
		"[2026-11-20 15:25:49 +0000] [7] [INFO] Booting worker with pid: 7\n"
		"[2026-11-20 15:26:31 +0000] [1] [CRITICAL] WORKER TIMEOUT (pid:7)\n" },
	{ "boot.import-broken", "startup-config", 1,
		"/v/bin/python: error while loading shared libraries: libpython3.8.so.1.0: cannot open shared object file\n" },
	{ "boot.unexplained", "boot", 0,
		"[2026-11-20 15:25:49,553] {webserver_command.py:222} ERROR - No response from gunicorn master within 120 seconds\n" },
	/* another program's parser, or the application's; Gunicorn's own was one of that kind before 19 */
	{ "boot.app-sysexit", "boot", 1,
		"Usage\n=====\n  gunicorn [options] [<source> [<destination>]]\n\n"
		"gunicorn: error: no such option: -c\n" },
	{ "boot.config-error", "startup-config", 1,
		"Usage: gunicorn [OPTIONS] [APP_MODULE]\n\ngunicorn: error: no such option: --wrokers\n" },
	/* the master ends, and its worker of the signal that it was sent: the line of the master's own is cut off */
	{ "shutdown.requested", "shutdown", 0,
		"[2026-11-20 15:25:49 +0000] [8] [INFO] Application shutdown complete.\n"
		"[2026-11-20 15:25:49 +0000] [1] [ERROR] Worker (pid:8) was sent SIGTERM!\n"
		"[2026-11-20 15:25:49 +0000] [1] [INFO] Shutting down: Master\n" },
	/* it left, and nobody had asked it to */
	{ "boot.app-sysexit", "boot", 0,
		"[2026-11-20 15:25:49 +0000] [1] [INFO] Listening at: http://0.0.0.0:8000 (1)\n"
		"[2026-11-20 15:25:49 +0000] [7] [INFO] Booting worker with pid: 7\n"
		"[2026-11-20 15:25:59 +0000] [7] [INFO] Worker exiting (pid: 7)\n" },
	/* one that has lived for long has loaded; so has one whose master ends */
	{ "healthy.start", "boot", 1, READY "[2026-11-20 19:25:59 +0000] [7] [INFO] Worker exiting (pid: 7)\n" },
	{ "healthy.start", "boot", 1,
		READY "[2026-11-20 15:25:59 +0000] [7] [INFO] Worker exiting (pid: 7)\n"
		      "[2026-11-20 15:25:59 +0000] [1] [INFO] Shutting down: Master\n" },
	/* the kernel means another process than that which the machine, the tag or the control group is named after */
	{ "healthy.start", "boot", 1,
		READY "Nov 20 15:26:00 gunicorn1 kernel: Out of memory: Killed process 8 (celery) anon-rss:9kB\n" },
	{ "healthy.start", "boot", 1,
		READY "Nov 20 15:26:00 web gunicorn[1]: Out of memory: Killed process 8 (node) anon-rss:9kB\n" },
	{ "healthy.start", "boot", 1,
		READY
		"oom-kill:constraint=CONSTRAINT_NONE,task_memcg=/system.slice/gunicorn.service,task=celery,pid=8,uid=0\n" },
	{ "healthy.start", "boot", 1,
		READY "Nov 20 15:26:00 gunicorn1 kernel: mysqld invoked oom-killer: gfp_mask=0x1\n" },
	{ "healthy.start", "boot", 1,
		READY "Nov 20 15:26:00 gunicorn1 kernel: [ 9.1] nginx[8]: segfault at 0 ip 1 sp 2\n" },
	{ "healthy.start", "boot", 1,
		READY "Nov 20 15:26:00 gunicorn1 kernel: [ 9.1] traps: node[8] trap invalid opcode\n" },
	/* and ours by its own name */
	{ "runtime.oom-kill", "runtime", 1,
		START "Nov 20 15:26:00 web kernel: Out of memory: Killed process 8 (gunicorn: worke) anon-rss:9kB\n" },
	{ "runtime.oom-kill", "runtime", 1,
		START
		"oom-kill:constraint=CONSTRAINT_NONE,task_memcg=/system.slice/shop.service,task=python3,pid=8,uid=0\n" },
	/* who asked for the memory is not yet who was killed */
	{ "runtime.oom-kill", "runtime", 0,
		START "Nov 20 15:26:00 web kernel: gunicorn invoked oom-killer: gfp_mask=0x1\n" },
	{ "runtime.oom-kill", "runtime", 1,
		START
		"Nov 20 15:26:00 web kernel: gunicorn invoked oom-killer: gfp_mask=0x1\n"
		"[2026-11-20 15:26:01 +0000] [1] [ERROR] Worker (pid:7) was sent SIGKILL! Perhaps out of memory?\n" },
	{ "healthy.start", "boot", 1,
		READY "Nov 20 15:26:00 web kernel: gunicorn invoked oom-killer: gfp_mask=0x1\n"
		      "Nov 20 15:26:00 web kernel: Out of memory: Killed process 8 (mysqld) anon-rss:9kB\n" },
	{ "runtime.oom-kill", "runtime", 1,
		START "Nov 20 15:26:00 web kernel: mysqld invoked oom-killer: gfp_mask=0x1\n"
		      "Nov 20 15:26:00 web kernel: Out of memory: Killed process 7 (gunicorn) anon-rss:9kB\n" },
	{ "runtime.crash-signal", "runtime", 1,
		START "Nov 20 15:26:00 web kernel: [ 9.1] python3[8]: segfault at 0 ip 1 sp 2\n" },
	{ "runtime.crash-signal", "runtime", 1,
		START "Nov 20 15:26:00 web kernel: [ 9.1] traps: gunicorn[8] trap invalid opcode\n" },
	/* setproctitle makes its title the name, of which the kernel keeps fifteen bytes */
	{ "runtime.crash-signal", "runtime", 1,
		START "Nov 20 15:26:00 web kernel: [ 9.1] gunicorn: worke[8]: segfault at 0 ip 1 sp 2\n" },
	{ "runtime.crash-signal", "runtime", 1,
		START "Nov 20 15:26:00 web kernel: [ 9.1] traps: gunicorn: worke[8] trap invalid opcode\n" },
	{ "runtime.oom-kill", "runtime", 0,
		START "Nov 20 15:26:00 web kernel: gunicorn: worke invoked oom-killer: gfp_mask=0x1\n" },
	/* units and containers of others, by the last word of their name */
	{ "healthy.start", "boot", 1,
		READY
		"Nov 20 15:26:00 h systemd[1]: mysql.service: A process of this unit has been killed by the OOM killer.\n"
		"Nov 20 15:26:00 h systemd[1]: mysql.service: Failed with result 'oom-kill'.\n" },
	{ "unknown", "unknown", 0,
		"Nov 20 15:26:00 h systemd[1]: postgresql@14-main.service: Failed with result 'oom-kill'.\n" },
	{ "unknown", "unknown", 0,
		"Nov 20 15:26:00 h systemd-oomd[1]: Killed /system.slice/mysql.service due to memory pressure for /\n" },
	{ "runtime.oom-kill", "runtime", 1,
		"Nov 20 15:26:00 h systemd-oomd[1]: Killed /system.slice/shop.service due to memory pressure for /\n" },
	{ "unknown", "unknown", 0,
		"Nov 20 15:26:00 h systemd[1]: redis.service: Main process exited, code=exited, status=203/EXEC\n" },
	{ "boot.timeout", "boot", 0,
		"[2026-11-20 15:25:49,094] {webserver_command.py:7} DEBUG - [0 / 4] Some workers are starting up, waiting...\n"
		"[2026-11-20 15:26:19 +0000] [4] [CRITICAL] WORKER TIMEOUT (pid:162)\n" },
	/* one that was ready is a witness that they can be */
	{ "runtime.timeout", "runtime", 1,
		"[2026-11-20 15:25:49,094] {webserver_command.py:7} DEBUG - [0 / 4] Some workers are starting up, waiting...\n"
		"[2026-11-20 15:25:52,094] {webserver_command.py:7} DEBUG - [2 / 4] Some workers are starting up, waiting...\n"
		"[2026-11-20 15:27:19 +0000] [4] [CRITICAL] WORKER TIMEOUT (pid:162)\n" },
	/* only systemd has a range of its own for what it does before it runs anything */
	{ "unknown", "unknown", 0,
		"2026-11-20T15:25:49Z app[1] fra [info] Main child exited normally with code: 241\n" },
	{ "unknown", "unknown", 0, "==> Exited with status 241\n" },
	{ "boot.config-error", "startup-config", 0,
		"Nov 20 15:26:00 h systemd[1]: Failed to start shop.\n   Main PID: 7 (code=exited, status=222/STDERR)\n" },
	{ "boot.config-error", "startup-config", 0,
		"Nov 20 15:26:00 h systemd[9]: shop.service: Failed at step CHDIR spawning /v/bin/gunicorn: No such file or directory\n" },
	{ "unknown", "unknown", 0, "2026-11-20 15:25:49,094 INFO exited: celery (exit status 127; not expected)\n" },
	{ "unknown", "unknown", 0, "db-1 exited with code 3\n" },
	{ "unknown", "unknown", 0, "shop_redis_1 exited with code 4\n" },
	{ "unknown", "unknown", 0, "2026-11-20 15:25:49,094 INFO exited: nginx (exit status 1; not expected)\n" },
	{ "boot.unexplained", "boot", 0, "sandb-1 exited with code 3\n" },
	{ "boot.unexplained", "boot", 0, "nginx-docs-1 exited with code 3\n" },
	/* beside a service that listens, and says nothing of an end, those are others by whatever name */
	{ "healthy.start", "boot", 1,
		READY "Nov 20 15:26:00 h systemd[1]: user@1000.service: State 'stop-sigterm' timed out. Killing.\n" },
	{ "healthy.start", "boot", 1, READY "migrate-1 exited with code 3\n" },
	{ "healthy.start", "boot", 1, READY "migrate-1 exited with code 4\n" },
	{ "healthy.start", "boot", 1,
		READY
		"Nov 20 15:26:00 h systemd[1]: backup.service: Main process exited, code=exited, status=1/FAILURE\n" },
	{ "healthy.start", "boot", 1, READY "==> Exited with status 1\n" },
	/* 3 is what Gunicorn ends with, too */
	{ "boot.unexplained", "boot", 0,
		START
		"Nov 20 15:26:00 h systemd[1]: sync.service: Main process exited, code=exited, status=3/NOTIMPLEMENTED\n" },
	{ "runtime.oom-kill", "runtime", 1,
		START
		"Nov 20 15:26:00 h systemd[1]: shop.service: A process of this unit has been killed by the OOM killer.\n" },
	/* a platform says so with its name in front; without that an application may */
	{ "recycle.platform", "shutdown", 1, "2026-11-20T15:25:49.360217+00:00 heroku[web.1]: Idling\n" },
	{ "recycle.platform", "shutdown", 1, "2026-11-20T15:25:49.371Z INFO  - Stopping site shop\n" },
	{ "recycle.platform", "shutdown", 0, "Idling\n" },
	{ "recycle.platform", "shutdown", 0, "Instance 7f3a shutting down\n" },
	{ "healthy.start", "boot", 1, READY "Idling\n" },
	{ "healthy.start", "boot", 1, READY "Stopping site crawler\nCycling\n" },
	/* words of an application that begin as those of somebody else do */
	{ "healthy.start", "boot", 1, READY "usage: 80% of quota\n" },
	{ "healthy.start", "boot", 1, READY "Failed to find application for user 7\n" },
	{ "healthy.start", "boot", 1, READY "Failed to find attribute colour in record 5\n" },
	{ "healthy.start", "boot", 1, READY "Killed import due to memory limit\n" },
	{ "healthy.start", "boot", 1, READY "Sending signal SIGTERM to ffmpeg\n" },
	{ "healthy.start", "boot", 1, "Timeout: 120\n" READY },
	/* who refuses to start ends, and has not served, whatever others answer meanwhile */
	{ "boot.app-sysexit", "boot", 1,
		"127.0.0.1 - - [20/Nov/2026:15:25:48 +0000] \"GET /health HTTP/1.1\" 200 2\n"
		"Refusing to start due to insecure SECRET_KEY\n"
		"[2026-11-20 15:25:49 +0000] [9] [INFO] Worker exiting (pid: 9)\n"
		"[2026-11-20 15:25:49 +0000] [8] [ERROR] Worker (pid:9) exited with code 1\n"
		"[2026-11-20 15:25:49 +0000] [34] [INFO] Booting worker with pid: 34\n" },
	/* what listeners are made of are settings */
	{ "boot.config-error", "startup-config", 1,
		"[2026-11-20 15:25:49 +0000] [1] [INFO] Starting gunicorn 23.0.0\n"
		"Traceback (most recent call last):\n"
		"  File \"/v/gunicorn/app/base.py\", line 72, in run\n    Arbiter(self).run()\n"
		"  File \"/v/gunicorn/arbiter.py\", line 199, in run\n    self.start()\n"
		"  File \"/v/gunicorn/sock.py\", line 159, in create_sockets\n    raise ValueError('certfile \"%s\" does not exist')\n"
		"ValueError: certfile \"/x\" does not exist\n" },
	{ "boot.config-error", "reload", 1,
		READY "[2026-11-20 15:25:52 +0000] [1] [INFO] Handling signal: hup\n"
		      "[2026-11-20 15:25:52 +0000] [1] [INFO] Hang up: Master\n"
		      "Failed to read config file: conf.py\n"
		      "Traceback (most recent call last):\n"
		      "  File \"/v/gunicorn/app/base.py\", line 106, in get_config_from_filename\n    execfile_(filename)\n"
		      "  File \"conf.py\", line 1\n    workers =\nSyntaxError: invalid syntax\n" },
	{ "boot.bind-address", "startup-config", 1,
		"[2026-11-20 15:25:49 +0000] [1] [ERROR] connection to ('db.invalid', 80) failed: [Errno -2] Name or service not known\n" },
	{ "boot.bind-address", "startup-config", 1,
		"[2026-11-20 15:25:49 +0000] [1] [ERROR] connection to /run/x.sock failed: AF_UNIX path too long\n" },
	/* a hook that raises before there is a worker: RuntimeErrors are printed without their stack */
	{ "master.crash", "boot", 0,
		"[2026-11-20 15:25:49 +0000] [1] [INFO] Starting gunicorn 23.0.0\n"
		"[2026-11-20 15:25:49 +0000] [1] [INFO] Listening at: http://0.0.0.0:8000 (1)\n\nError: no\n\n" },
	{ "boot.config-error", "startup-config", 0, "[2026-11-20 15:25:49 +0000] [1] [INFO] Starting gunicorn 23.0.0\n\nError: no\n\n" },
	{ "master.crash", "startup-config", 1,
		"[2026-11-20 15:25:49 +0000] [1] [INFO] Starting gunicorn 23.0.0\n"
		"Traceback (most recent call last):\n"
		"  File \"/v/gunicorn/arbiter.py\", line 199, in run\n    self.start()\n"
		"  File \"/v/gunicorn/arbiter.py\", line 146, in start\n    self.cfg.on_starting(self)\n"
		"  File \"/srv/hooks.py\", line 2, in on_starting\n    raise ValueError\nValueError: no\n" },
	{ "master.crash", "runtime", 1,
		"Traceback (most recent call last):\n"
		"  File \"/v/gunicorn/app/base.py\", line 72, in run\n    Arbiter(self).run()\n"
		"  File \"/v/gunicorn/arbiter.py\", line 106, in _set_num_workers\n    self.cfg.nworkers_changed(self, value, old)\n"
		"  File \"/srv/hooks.py\", line 2, in nworkers_changed\n    raise ValueError\nValueError: no\n" },
	/* a RuntimeError as well, of which a master of 21 printed no more while nobody read what it wrote */
	{ "runtime.reentrant-logging", "runtime", 1,
		READY "[2026-11-20 15:25:52 +0000] [1] [ERROR] Worker (pid:7) was sent SIGKILL! Perhaps out of memory?\n"
		      "--- Logging error ---\n--- Logging error ---\n\n"
		      "Error: reentrant call inside <_io.BufferedWriter name='<stderr>'>\n\n" },
	/* a worker class that is none is found out when it is called */
	{ "boot.worker-class", "startup-config", 1,
		"[2026-11-20 15:25:49 +0000] [1] [INFO] Unhandled exception in main loop\n"
		"Traceback (most recent call last):\n"
		"  File \"/v/gunicorn/arbiter.py\", line 203, in run\n    self.manage_workers()\n"
		"  File \"/v/gunicorn/arbiter.py\", line 563, in spawn_worker\n    worker = self.worker_class(self.worker_age,\n"
		"TypeError: 'str' object is not callable\n" },
	/* until 20.0 what stands behind the colon is evaluated */
	{ "boot.app-attribute", "boot", 1,
		"[2026-11-20 15:25:49 +0000] [7] [ERROR] Exception in worker process\n"
		"Traceback (most recent call last):\n"
		"  File \"/v/gunicorn/util.py\", line 362, in import_app\n    app = eval(obj, vars(mod))\n"
		"  File \"<string>\", line 1\n    app(\nSyntaxError: '(' was never closed\n" },
	/* ... and what an application evaluates while it is loaded, or the factory that Gunicorn calls, is its own */
	{ "boot.syntax-error", "boot", 1,
		"[2026-11-20 15:25:49 +0000] [7] [ERROR] Exception in worker process\n"
		"Traceback (most recent call last):\n"
		"  File \"/v/gunicorn/util.py\", line 371, in import_app\n    mod = importlib.import_module(module)\n"
		"  File \"/srv/rules.py\", line 9, in <module>\n    rule = eval(os.environ[\"RULE\"])\n"
		"  File \"<string>\", line 1\n    a b\nSyntaxError: invalid syntax\n" },
	{ "boot.syntax-error", "boot", 1,
		"[2026-11-20 15:25:49 +0000] [7] [ERROR] Exception in worker process\n"
		"Traceback (most recent call last):\n"
		"  File \"/v/gunicorn/util.py\", line 424, in import_app\n    app = app(*args, **kwargs)\n"
		"  File \"/srv/shop.py\", line 9, in create_app\n    rule = eval(words)\n"
		"  File \"<string>\", line 1\n    a b\nSyntaxError: invalid syntax\n" },
	/* a traceback in one line of a JSON object, its newlines written out once more */
	{ "boot.import-missing", "boot", 1,
		"{\"level\":\"error\",\"message\":\"Exception in worker process Traceback (most recent call last):\\\\n  File "
		"\\\"/v/gunicorn/util.py\\\", line 371, in import_app\\\\n    mod = importlib.import_module(module)\\\\n"
		"ModuleNotFoundError: No module named 'shop'\"}\n" },
	/* a program that a request ran has failed */
	{ "runtime.unhandled-exception", "runtime", 0,
		START "10.0.0.17 - - [20/Nov/2026:15:25:58 +0000] \"GET / HTTP/1.1\" 200 5 \"-\" \"-\"\n"
		      "Traceback (most recent call last):\n"
		      "  File \"/srv/video.py\", line 9, in convert\n    run([\"ffmpeg\"], check=True)\n"
		      "subprocess.CalledProcessError: Command '['ffmpeg']' returned non-zero exit status 1.\n"
		      "10.0.0.17 - - [20/Nov/2026:15:25:59 +0000] \"POST /video HTTP/1.1\" 500 5 \"-\" \"-\"\n" },
	/* a file that the system cannot send from: the client is there, and waits */
	{ "runtime.unhandled-exception", "runtime", 0,
		"[2026-11-20 15:25:49 +0000] [7] [ERROR] Socket error processing request.\n"
		"Traceback (most recent call last):\n"
		"  File \"/v/gunicorn/workers/sync.py\", line 134, in handle\n    self.handle_request(listener, req, client, addr)\n"
		"  File \"/v/gunicorn/http/wsgi.py\", line 386, in sendfile\n    sent += os.sendfile(sockno, fileno, 0, count)\n"
		"OSError: [Errno 22] Invalid argument\n" },
	/* ... and a socket that is none any more was closed by this side */
	{ "runtime.unhandled-exception", "runtime", 0,
		"[2026-11-20 15:25:49 +0000] [7] [ERROR] Socket error processing request.\n"
		"Traceback (most recent call last):\n"
		"  File \"/v/gunicorn/workers/sync.py\", line 134, in handle\n    self.handle_request(listener, req, client, addr)\n"
		"  File \"/v/gunicorn/http/wsgi.py\", line 386, in sendfile\n    sent += os.sendfile(sockno, fileno, 0, count)\n"
		"OSError: [Errno 9] Bad file descriptor\n" },
	/* a worker that has had its number of requests, and waits for the last one */
	{ "runtime.timeout", "recycle", 1,
		SERVED "[2026-11-20 15:27:00 +0000] [7] [INFO] Autorestarting worker after current request.\n"
		       "[2026-11-20 15:27:31 +0000] [1] [CRITICAL] WORKER TIMEOUT (pid:7)\n" },
	/* ... as uvicorn's worker says it */
	{ "recycle.max-requests", "recycle", 1,
		SERVED "[2026-11-20 15:27:00 +0000] [7] [WARNING] Maximum request limit of 1042 exceeded. Terminating process.\n"
		       "[2026-11-20 15:27:00 +0000] [7] [INFO] Worker exiting (pid: 7)\n"
		       "[2026-11-20 15:27:01 +0000] [9] [INFO] Booting worker with pid: 9\n" },
	/* ... which need not say its number */
	{ "runtime.timeout", "recycle", 1,
		"[INFO] Maximum request limit of 1042 exceeded. Terminating process.\n"
		"[CRITICAL] WORKER TIMEOUT (pid:7)\n" },
	/* ... says nothing of another one */
	{ "runtime.timeout", "runtime", 1,
		SERVED "[2026-11-20 15:27:00 +0000] [7] [INFO] Autorestarting worker after current request.\n"
		       "[2026-11-20 15:27:31 +0000] [1] [CRITICAL] WORKER TIMEOUT (pid:8)\n" },
	/* an application that had been started waits for its end, until it is aborted */
	{ "runtime.timeout", "runtime", 1,
		"[2026-11-20 15:25:49 +0000] [7] [ERROR] Traceback (most recent call last):\n"
		"  File \"/usr/lib/python3.10/asyncio/runners.py\", line 44, in run\n    return loop.run_until_complete(main)\n"
		"  File \"/v/gunicorn/workers/base.py\", line 203, in handle_abort\n    sys.exit(1)\nSystemExit: 1\n\n"
		"During handling of the above exception, another exception occurred:\n\n"
		"Traceback (most recent call last):\n"
		"  File \"/v/starlette/routing.py\", line 741, in lifespan\n    await receive()\n"
		"  File \"/v/uvicorn/lifespan/on.py\", line 137, in receive\n    return await self.receive_queue.get()\n"
		"asyncio.exceptions.CancelledError\n\n"
		"[2026-11-20 15:25:49 +0000] [1] [ERROR] Worker (pid:7) exited with code 1\n" },
	/* a setting that is there, and is none */
	{ "boot.app-exception", "boot", 1,
		"[2026-11-20 15:25:49 +0000] [7] [ERROR] Exception in worker process\n"
		"Traceback (most recent call last):\n"
		"  File \"/v/gunicorn/util.py\", line 371, in import_app\n    mod = importlib.import_module(module)\n"
		"pydantic.env_settings.SettingsError: error parsing env var \"mail\"\n" },
	/* a fork on macOS: of one that had served, where its worker dies; else as it loads */
	{ "boot.fork-safety", "boot", 1,
		"objc[7]: +[NSDate initialize] may have been in progress in another thread when fork() was called.\n" },
	{ "boot.fork-safety", "runtime", 1,
		"objc[7]: +[NSDate initialize] may have been in progress in another thread when fork() was called.\n"
		"[WARNING] Worker (pid:7) was sent SIGABRT!\n" },
	/* no port is left to connect from, or no address: a matter of the way there, as a refusal is */
	{ "runtime.dependency-down", "runtime", 1,
		SERVED "[2026-11-20 15:25:49,377][PID:7][ERROR][shop.app] Exception on / [GET]\n"
		"Traceback (most recent call last):\n"
		"  File \"/v/redis/connection.py\", line 539, in connect\n    sock = self._connect()\n"
		"  File \"/v/redis/connection.py\", line 584, in _connect\n    sock.connect(socket_address)\n"
		"OSError: [Errno 99] Cannot assign requested address\n\n"
		"During handling of the above exception, another exception occurred:\n\n"
		"Traceback (most recent call last):\n"
		"  File \"/v/flask/app.py\", line 2446, in wsgi_app\n    response = self.full_dispatch_request()\n" },
	/* a function of the configuration file, in a process that has not read it */
	{ "boot.config-error", "startup-config", 1,
		"Traceback (most recent call last):\n  File \"<string>\", line 1, in <module>\n"
		"  File \"/v/multiprocessing/spawn.py\", line 126, in _main\n    self = reduction.pickle.load(from_parent)\n"
		"ModuleNotFoundError: No module named '__config__'\n" },
	/* the directory of the control socket; the socket itself */
	{ "noise.control-socket", "boot", 1, "[1] [ERROR] Control server error: [Errno 13] Permission denied: '/home/shop'\n" },
	{ "noise.control-socket", "runtime", 1, "[1] [ERROR] Control server error: [Errno 13] Permission denied\n" },
	/* before there was a worker */
	{ "master.crash", "startup-config", 0,
		"[2026-11-20 15:25:49 +0000] [1] [INFO] Starting gunicorn 23.0.0\n"
		"[2026-11-20 15:25:49 +0000] [1] [INFO] Listening at: http://127.0.0.1:8000 (1)\n"
		"[2026-11-20 15:25:49 +0000] [1] [ERROR] Unhandled exception in main loop\n" },
	/* while the number of workers was changed, and while all were */
	{ "master.crash", "recycle", 1,
		SERVED "[2026-11-20 15:27:00 +0000] [1] [INFO] Handling signal: ttou\n"
		       "[2026-11-20 15:27:00 +0000] [1] [ERROR] Unhandled exception in main loop\n" },
	{ "master.gone-unexplained", "reload", 1,
		SERVED "[2026-11-20 15:27:00 +0000] [1] [INFO] Handling signal: hup\n"
		       "[2026-11-20 15:27:02 +0000] [7] [INFO] Parent changed, shutting down: <Worker 7>\n" },
	/* a window whose size was changed explains nothing */
	{ "runtime.unhandled-exception", "runtime", 0,
		PRINTED("ValueError: x") "[2026-11-20 15:25:49 +0000] [1] [INFO] Handling signal: winch\n" },
	{ "recycle.winch", "recycle", 1,
		SERVED PRINTED("ValueError: x") "[2026-11-20 15:27:49 +0000] [1] [INFO] Handling signal: winch\n" },
	/* quoted without what stands behind it */
	{ "boot.worker-class", "startup-config", 1, "Error: class uri 'gevent' invalid or not found\n" },
	/* a line of what nothing says: it may as well have been while it was loaded */
	{ "runtime.dependency-down", "runtime", 0,
		"psycopg2.OperationalError: could not connect to server: Connection refused\n"
		"\tIs the server running on host \"db\" and accepting\n\tTCP/IP connections on port 5432?\n" },
	{ "runtime.dependency-down", "runtime", 1,
		SERVED "psycopg2.OperationalError: could not connect to server: Connection refused\n" },
	/* a minute after a new instance serves, Render ends the one before it */
	{ "recycle.platform", "shutdown", 0,
		"2026-11-20T15:25:10.867608069Z ==> Your service is live\n"
		"2026-11-20T15:25:10.877596970Z ==> Available at your primary URL https://shop.example\n"
		"2026-11-20T15:26:06.558003401Z [2026-11-20 15:26:06 +0000] [1] [INFO] Handling signal: term\n"
		"2026-11-20T15:26:06.562038959Z [2026-11-20 15:26:06 +0000] [7] [INFO] Worker exiting (pid: 7)\n"
		"2026-11-20T15:26:08.584841229Z [2026-11-20 15:26:08 +0000] [1] [INFO] Shutting down: Master\n" },
	/* workers that were told to go by the terminal, as their master was; the line that says so is cut off */
	{ "shutdown.requested", "shutdown", 0,
		"[2026-11-20 15:25:49 +0000] [1] [ERROR] Worker (pid:7) was sent SIGINT!\n"
		"[2026-11-20 15:25:49 +0000] [1] [INFO] Shutting down: Master\n" },
	{ "shutdown.requested", "shutdown", 0, "[2026-11-20 15:25:49 +0000] [1] [INFO] Shutting down: Master\n" },
	/* ... said as an error, it has a reason, which is cut off */
	{ "boot.unexplained", "boot", 0, "[2026-11-20 15:25:49 +0000] [1] [ERROR] Shutting down: Master\n" },
	{ "boot.import-missing", "boot", 1,
		"ModuleNotFoundError: No module named 'shop'\n[2026-11-20 15:25:49 +0000] [1] [ERROR] Shutting down: Master\n" },
	/* OpenBLAS makes its threads when it is loaded, and that is while the application is */
	{ "runtime.thread-exhausted", "boot", 1,
		"OpenBLAS blas_thread_init: pthread_create failed for thread 6 of 8: Operation not permitted\n"
		"[2026-11-20 15:25:49 +0000] [7] [INFO] Worker exiting (pid: 7)\n"
		"[2026-11-20 15:25:49 +0000] [8] [INFO] Booting worker with pid: 8\n" },
	{ "runtime.thread-exhausted", "runtime", 1,
		SERVED "OpenBLAS blas_thread_init: pthread_create failed for thread 6 of 8: Operation not permitted\n" },
	/* nginx beside it in one container: there is no process left, and not only an empty socket */
	{ "runtime.thread-exhausted", "runtime", 1,
		"pthread_create() failed (11: Resource temporarily unavailable)\n"
		"BlockingIOError: [Errno 11] Resource temporarily unavailable\n" },
	/* logs that people show have no numbers any more, or what a line that was too long had in front */
	{ "runtime.timeout", "runtime", 1, "[CRITICAL] WORKER TIMEOUT (pid:XX)\n" },
	{ "runtime.crash-signal", "runtime", 1, "Worker (pid:NNNNN) was sent SIGABRT!\n" },
	{ "runtime.oom-kill", "runtime", 1,
		"Nov 20 15:25:49 web1 systemd[1]: shop.service:\n  A process of this unit has been killed by the OOM killer.\n" },
	{ "proxy.upstream-closed", "runtime", 1,
		"2026/11/20 15:25:49 [error] 918#918: *4471 upstream prematurely closed connection\n"
		"  while reading response header from upstream, client: 203.0.113.19\n" },
	/* Python names the stream; others may use its words */
	{ "healthy.start", "boot", 0, START "Error: reentrant call inside the shop\n" },
	/* a worker that tells of another one's death behind a stop is no other master */
	{ "shutdown.requested", "shutdown", 1,
		"[2026-11-20 15:20:00 +0000] [1] [INFO] Starting gunicorn 21.2.0\n"
		"[2026-11-20 15:20:00 +0000] [7] [INFO] Booting worker with pid: 7\n"
		"[2026-11-20 15:20:00 +0000] [8] [INFO] Booting worker with pid: 8\n"
		"[2026-11-20 15:25:49 +0000] [1] [INFO] Handling signal: term\n"
		"[2026-11-20 15:25:49 +0000] [7] [INFO] Worker exiting (pid: 7)\n"
		"[2026-11-20 15:25:50 +0000] [8] [ERROR] Worker (pid:7) was sent SIGKILL! Perhaps out of memory?\n"
		"[2026-11-20 15:25:50 +0000] [8] [INFO] Worker exiting (pid: 8)\n"
		"[2026-11-20 15:25:51 +0000] [1] [INFO] Shutting down: Master\n" },
	/* Gunicorn's frames are left out: whoever runs that program may be a worker */
	{ "boot.app-exception", "boot", 0,
		START "[2026-11-20 15:25:49 +0000] [7] [ERROR] Exception in worker process\n"
		      "Traceback (most recent call last):\n"
		      "  File \"/srv/app.py\", line 9, in <module>\n    check_output([\"git\", \"describe\"])\n"
		      "subprocess.CalledProcessError: Command '['git', 'describe']' returned non-zero exit status 128.\n"
		      "[2026-11-20 15:25:49 +0000] [1] [ERROR] Worker (pid:7) exited with code 3\n"
		      "[2026-11-20 15:25:49 +0000] [1] [ERROR] Reason: Worker failed to boot.\n" },
	/* a worker has no control socket: nobody came in anybody's place */
	{ "healthy.start", "boot", 0,
		START "[2026-11-20 15:25:49 +0000] [8] [INFO] Booting worker with pid: 8\n"
		      "[2026-11-20 15:25:50 +0000] [7] [INFO] Control socket listening at 1\n"
		      "[2026-11-20 15:25:50 +0000] [8] [INFO] Control socket listening at 2\n" },
	/* a call stack is logged, and somebody speaks of a file */
	{ "healthy.start", "boot", 0,
		START "  File \"/srv/shop.py\", line 9, in load\n    look(stack_info=True)\n"
		      "shop.yaml: not found, going on with what is built in\n" },
	/* two of three are killed from outside, soon after they came: the third has loaded the same */
	{ "runtime.killed-9-unexplained", "runtime", 0,
		START "[2026-11-20 15:25:49 +0000] [8] [INFO] Booting worker with pid: 8\n"
		      "[2026-11-20 15:25:49 +0000] [9] [INFO] Booting worker with pid: 9\n"
		      "[2026-11-20 15:25:51 +0000] [1] [ERROR] Worker (pid:7) was sent SIGKILL! Perhaps out of memory?\n"
		      "[2026-11-20 15:25:51 +0000] [1] [ERROR] Worker (pid:8) was sent SIGKILL! Perhaps out of memory?\n"
		      "[2026-11-20 15:25:51 +0000] [11] [INFO] Booting worker with pid: 11\n"
		      "[2026-11-20 15:25:51 +0000] [12] [INFO] Booting worker with pid: 12\n" },
	/* one crashes, and soon the one in its place, while others of the first live on; where none does, it is loading */
	{ "runtime.crash-signal", "runtime", 0,
		START "[2026-11-20 15:25:49 +0000] [8] [INFO] Booting worker with pid: 8\n"
		      "[2026-11-20 15:25:49 +0000] [1] [ERROR] Worker (pid:7) was sent SIGSEGV!\n"
		      "[2026-11-20 15:25:49 +0000] [9] [INFO] Booting worker with pid: 9\n"
		      "[2026-11-20 15:25:50 +0000] [1] [ERROR] Worker (pid:9) was sent SIGSEGV!\n"
		      "[2026-11-20 15:25:50 +0000] [11] [INFO] Booting worker with pid: 11\n" },
	{ "boot.crash-signal", "boot", 1,
		START "[2026-11-20 15:25:49 +0000] [8] [INFO] Booting worker with pid: 8\n"
		      "[2026-11-20 15:25:50 +0000] [1] [ERROR] Worker (pid:7) was sent SIGSEGV!\n"
		      "[2026-11-20 15:25:50 +0000] [1] [ERROR] Worker (pid:8) was sent SIGSEGV!\n"
		      "[2026-11-20 15:25:50 +0000] [9] [INFO] Booting worker with pid: 9\n" },
	/* a signal that means nothing to a worker ends it */
	{ "runtime.worker-left", "runtime", 0,
		START "[2026-11-20 15:25:51 +0000] [1] [WARNING] Worker (pid:7) was sent SIGHUP!\n"
		      "[2026-11-20 15:25:51 +0000] [9] [INFO] Booting worker with pid: 9\n" },
	/* the control socket is opened when the first workers are there, and after each fork that follows */
	{ "runtime.vanished", "runtime", 0,
		START "[2026-11-20 15:25:49 +0000] [1] [INFO] Control socket listening at /x\n"
		      "[2026-11-20 15:25:49 +0000] [8] [INFO] Booting worker with pid: 8\n"
		      "[2026-11-20 15:25:49 +0000] [1] [INFO] Control socket listening at /x\n" },
	{ "runtime.vanished", "runtime", 0,
		START "[2026-11-20 15:25:50 +0000] [9] [INFO] Booting worker with pid: 9\n"
		      "[2026-11-20 15:25:50 +0000] [1] [INFO] Control socket listening at /x\n"
		      "[2026-11-20 15:25:51 +0000] [1] [INFO] Control socket listening at /x\n"
		      "[2026-11-20 15:25:51 +0000] [19] [INFO] Booting worker with pid: 19\n" },
	{ "healthy.start", "boot", 0,
		START "[2026-11-20 15:25:49 +0000] [8] [INFO] Booting worker with pid: 8\n"
		      "[2026-11-20 15:25:49 +0000] [1] [INFO] Control socket listening at /x\n" },
	/* the first lines are cut off */
	{ "healthy.start", "boot", 0,
		"[2026-11-20 15:25:49 +0000] [1] [INFO] Using worker: gevent\n"
		"[2026-11-20 15:25:49 +0000] [7] [INFO] Booting worker with pid: 7\n" },
	/* it left the function that runs a worker: whatever it came out of, nobody caught it */
	{ "runtime.worker-exit", "runtime", 1,
		"Traceback (most recent call last):\n"
		"  File \"/v/gunicorn/arbiter.py\", line 515, in spawn_worker\n    worker.init_process()\n"
		"  File \"/v/gunicorn/workers/sync.py\", line 119, in run\n    self.run_for_one(timeout)\n"
		"  File \"/v/gunicorn/workers/sync.py\", line 30, in accept\n    self.handle(listener, client, addr)\n"
		"  File \"/v/gunicorn/workers/sync.py\", line 141, in handle\n    self.handle_error(req, client, addr, e)\n"
		"  File \"/v/gunicorn/workers/base.py\", line 213, in handle_error\n    self.log.exception(\"no\", req.uri)\n"
		"AttributeError: 'NoneType' object has no attribute 'uri'\n" },
	/* the file system has no such call for the heartbeat file; or its descriptor was closed; or the timeout came while it beat */
	{ "boot.worker-tmp", "boot", 1, BEATING "FileNotFoundError: [Errno 2] No such file or directory\n" },
	{ "runtime.worker-exit", "runtime", 1, BEATING "OSError: [Errno 9] Bad file descriptor\n" },
	{ "runtime.timeout", "runtime", 1,
		BEATING "  File \"/v/gunicorn/workers/base.py\", line 203, in handle_abort\n    sys.exit(1)\nSystemExit: 1\n" },
	/* what a worker class does to the process before there is one (setup()), it does when the settings are read */
	{ "boot.worker-class", "startup-config", 1,
		"Traceback (most recent call last):\n"
		"  File \"/v/gunicorn/arbiter.py\", line 62, in __init__\n    self.worker_class = cfg.worker_class\n"
		"  File \"/v/gunicorn/config.py\", line 90, in worker_class\n    worker_class.setup()\n"
		"  File \"/v/gunicorn/workers/gtornado.py\", line 17, in patch\n    web = sys.modules[\"tornado.web\"]\n"
		"KeyError: 'tornado.web'\n" },
	/* a descriptor that it inherited is no socket: nobody set that; what is raised before there is an arbiter may be a setting */
	{ "master.crash", "startup-config", 1,
		"Traceback (most recent call last):\n"
		"  File \"/v/gunicorn/app/base.py\", line 72, in run\n    Arbiter(self).run()\n"
		"  File \"/v/gunicorn/arbiter.py\", line 199, in run\n    self.start()\n"
		"  File \"/v/gunicorn/arbiter.py\", line 157, in start\n    self.LISTENERS = sock.create_sockets(self.cfg)\n"
		"  File \"/v/gunicorn/sock.py\", line 162, in create_sockets\n    sock_name = sock.getsockname()\n"
		"OSError: [Errno 88] Socket operation on non-socket\n" },
	{ "boot.config-error", "startup-config", 0,
		"Traceback (most recent call last):\n"
		"  File \"/v/gunicorn/app/base.py\", line 119, in run\n    Arbiter(self).run()\n"
		"  File \"/v/gunicorn/arbiter.py\", line 95, in setup\n    self.log.warning(\"no\")\n"
		"AttributeError: 'Arbiter' object has no attribute 'log'\n" },
	/* the shell that started it waits for the master */
	{ "master.crash", "startup-config", 1,
		"2016-07-05 21:32:02 [10449] [INFO] Starting gunicorn 17.5\n"
		"./serve: line 7: 10449 Segmentation fault: 11  python gunicorn web:app\n" },
	/* the parser is not the application; nor is h11 */
	{ "client.noise", "runtime", 1,
		"[2015-05-09 11:54:44 -0400] [75567] [ERROR] Error handling request\n"
		"Traceback (most recent call last):\n"
		"  File \"/v/gunicorn/workers/sync.py\", line 129, in handle\n    req = six.next(parser)\n"
		"  File \"/v/gunicorn/http/parser.py\", line 41, in __next__\n    self.mesg = self.mesg_class(self.cfg)\n"
		"  File \"/usr/lib/python2.7/urlparse.py\", line 211, in urlsplit\n    raise ValueError(\"Invalid IPv6 URL\")\n"
		"ValueError: Invalid IPv6 URL\n" },
	{ "client.noise", "runtime", 1,
		"[2022-02-13 10:02:41 +0000] [31] [WARNING] Invalid HTTP request received.\n"
		"Traceback (most recent call last):\n"
		"  File \"/v/uvicorn/protocols/http/h11_impl.py\", line 136, in handle_events\n    event = self.conn.next_event()\n"
		"h11._util.RemoteProtocolError: illegal request line: bytearray(b'SM')\n" },
	/* it was asked to reload when it went */
	{ "master.gone-unexplained", "reload", 1,
		"[2026-11-20 15:25:49 +0000] [1] [INFO] Handling signal: hup\n"
		"[2026-11-20 15:25:50 +0000] [7] [INFO] Parent changed, shutting down: <Worker 7>\n" },
	/* twice, and nobody has served */
	{ "runtime.killed-9-unexplained", "runtime", 0,
		"[2026-11-20 15:25:49 +0000] [1] [INFO] Starting gunicorn 23.0.0\n" START
		"[2026-11-20 15:26:40 +0000] [1] [ERROR] Worker (pid:7) was sent SIGKILL! Perhaps out of memory?\n"
		"[2026-11-20 15:26:40 +0000] [9] [INFO] Booting worker with pid: 9\n"
		"[2026-11-20 15:27:17 +0000] [1] [ERROR] Worker (pid:9) was sent SIGKILL! Perhaps out of memory?\n" },
	/* sys.exit(-1) */
	{ "boot.unexplained", "boot", 0,
		"  Process: 7 ExecStart=/srv/venv/bin/gunicorn wsgi:app (code=exited, status=255)\n" },
	/* a request that fails ends no container; another's end says nothing */
	{ "boot.dependency-down", "boot", 0,
		"shop-1 | OperationalError: could not connect to server: Connection refused\nshop-1 exited with code 1\n" },
	{ "runtime.dependency-down", "runtime", 0,
		"shop-1 | OperationalError: could not connect to server: Connection refused\nshop-db-1 exited with code 1\n" },
	/* an application is called for a request alone: by its framework's name, or by the server of gevent */
	{ "runtime.unhandled-exception", "runtime", 0,
		START "Traceback (most recent call last):\n"
		      "  File \"/v/flask/app.py\", line 1836, in __call__\n    return self.wsgi_app(environ, start_response)\n"
		      "RuntimeError: You need to use another server.\n" },
	{ "runtime.unhandled-exception", "runtime", 0,
		START "Traceback (most recent call last):\n"
		      "  File \"/v/gevent/pywsgi.py\", line 884, in handle_one_response\n    self.run_application()\n" },
	/* where a stack ends in the worker's own loop */
	{ "runtime.worker-exit", "runtime", 0,
		"Traceback (most recent call last):\n"
		"  File \"/v/gunicorn/arbiter.py\", line 589, in spawn_worker\n    worker.init_process()\n"
		"  File \"/v/gunicorn/workers/sync.py\", line 125, in run\n    self.run_for_one(timeout)\n" },
	/* Python 2 has another name for it */
	{ "client.noise", "runtime", 1,
		"Traceback (most recent call last):\n"
		"  File \"/v/gunicorn/workers/async.py\", line 102, in handle_request\n    resp.close()\n"
		"  File \"/v/gunicorn/util.py\", line 298, in write\n    sock.sendall(data)\n"
		"error: [Errno 110] Connection timed out\n" },
	{ "runtime.unhandled-exception", "runtime", 0,
		"Traceback (most recent call last):\n"
		"  File \"/v/tornado/http1connection.py\", line 238, in _read_message\n    delegate.finish()\n" },
	/* faulthandler says where it was */
	{ "boot.crash-signal", "boot", 0,
		"[2026-11-20 15:25:49 +0000] [1] [WARNING] Worker with pid 7 was terminated due to signal 4\n"
		"Fatal Python error: Illegal instruction\n\nCurrent thread 0x0000ffffa6e414c0 (most recent call first):\n"
		"  File \"<frozen importlib._bootstrap>\", line 241 in _call_with_frames_removed\n" },
	/* the name of whom it killed is in the next line */
	{ "runtime.oom-kill", "runtime", 0, "Nov 20 15:25:49 h kernel: [ 4412.0] Out of memory: Killed pr\n" },
	{ "runtime.oom-kill", "runtime", 1,
		START
		"Nov 20 15:26:00 h kernel: [ 4412.0] Out of memory: Killed pr\n"
		"[2026-11-20 15:26:01 +0000] [1] [ERROR] Worker (pid:7) was sent SIGKILL! Perhaps out of memory?\n" },
	{ "runtime.oom-kill", "runtime", 0, "Out of memory: Killing something else\n" },
	/* a worker on its way to the application */
	{ "boot.app-exception", "boot", 1,
		"  File \"/v/gunicorn/util.py\", line 88, in set_owner_process\n    os.setgid(gid)\n"
		"OSError: [Errno 1] Operation not permitted\n" },
	{ "boot.unexplained", "boot", 0, "  File \"/v/gunicorn/util.py\", line 371, in import_app\n" },
	{ "shutdown.requested", "shutdown", 0,
		"Traceback (most recent call last):\n  File \"/v/bin/gunicorn\", line 5, in <module>\n"
		"  File \"/v/gunicorn/app/wsgiapp.py\", line 8, in run\nKeyboardInterrupt\n" },
	{ "boot.import-missing", "boot", 1,
		"ModuleNotFoundError: No module named 'shop'\n"
		"[2026-11-20 15:25:49 +0000] [1] [ERROR] Worker (pid:7) exited with code 3\n"
		"--- Logging error ---\nTraceback (most recent call last):\n"
		"  File \"/v/gunicorn/arbiter.py\", line 529, in reap_workers\n    raise HaltServer(reason, 3)\n"
		"gunicorn.errors.HaltServer: <HaltServer 'Worker failed to boot.' 3>\n\n"
		"During handling of the above exception, another exception occurred:\n\n"
		"Traceback (most recent call last):\n  File \"/lib/logging/__init__.py\", line 9, in emit\n"
		"RuntimeError: reentrant call inside <_io.BufferedWriter name='<stderr>'>\n" },
	{ "boot.app-exception", "boot", 1,
		"{\"message\": \"Exception in worker process\", \"stack\": \"Traceback (most recent call last):\\n  File "
		"\\\"/srv/app.py\\\", line 22, in init\\nFileNotFoundError: [Errno 2] No such file or directory\"}\n" },
	{ "boot.pidfile", "startup-config", 1,
		"web: Error: Already running on PID 15 (or pid file '/srv/a.pid' is stale\n" },
	{ "boot.log-unwritable", "startup-config", 1,
		"'/var/log/g.log' isn't writable [FileNotFoundError(2, 'No such file or directory')]\n" },
	{ "boot.config-error", "startup-config", 0,
		"2026-11-20 15:25:49,094 INFO exited: web (exit status 127; not expected)\n" },
	{ "proxy.upstream-closed", "runtime", 1,
		"2026/11/20 15:25:49 [error] 9#9: *57 readv() failed (104: Connection reset by peer) while reading upstream\n" },
	{ "proxy.upstream-closed", "runtime", 1,
		"2026/11/20 15:25:49 [error] 9#9: *57 recv() failed (104: Unknown error) while reading response header from "
		"upstream, client: x\n" },
	/* a script that starts other programs is Python, too */
	{ "boot.app-exception", "boot", 0,
		"Traceback (most recent call last):\n"
		"  File \"/scripts/start.py\", line 86, in <module>\n    main()\n"
		"  File \"/usr/lib/python2.7/subprocess.py\", line 190, in check_call\n    raise CalledProcessError(retcode, cmd)\n"
		"subprocess.CalledProcessError: Command '/srv/shop.sh start' returned non-zero exit status 1\n" },
	{ "boot.app-exception", "boot", 1,
		"Traceback (most recent call last):\n"
		"  File \"/v/gunicorn/util.py\", line 370, in import_app\n    mod = importlib.import_module(module)\n"
		"  File \"/srv/wsgi.py\", line 8, in <module>\n    main()\n"
		"ValueError: no shop\n" },
	{ "boot.import-missing", "startup-config", 1,
		"python2.7: can't open file '/srv/thirdpart/gunicorn': [Errno 2] No such file or directory\n" },
	/* supervisorctl says which it is */
	{ "proxy.upstream-refused", "boot", 1,
		"connect() failed (111: Connection refused) while connecting to upstream\n    web      FATAL\n" },
	{ "proxy.upstream-refused", "runtime", 1,
		"connect() failed (111: Connection refused) while connecting to upstream\n    web      RUNNING\n" },
	{ "proxy.upstream-refused", "runtime", 1,
		"at=error code=H10 desc=\"App crashed\" method=GET path=\"/\" dyno= connect= service= status=503 bytes=\n" },
	/* above the journal systemd shows how the run ended that the lines below are of */
	{ "boot.bind-unexplained", "startup-config", 0,
		"    Process: 7 ExecStart=/srv/venv/bin/gunicorn wsgi:app (code=exited, status=1/FAILURE)\n\n"
		"[INFO] Starting gunicorn 20.1.0\n[ERROR] Can't connect to ('::', 80)\n" },
	{ "boot.unexplained", "boot", 0,
		"    Process: 7 ExecStart=/srv/venv/bin/gunicorn wsgi:app (code=exited, status=1/FAILURE)\n" },
	{ "unknown", "unknown", 0, "    Process: 7 ExecStart=/usr/sbin/nginx (code=exited, status=1/FAILURE)\n" },
	{ "boot.config-error", "startup-config", 0,
		"    Process: 7 ExecStart=/srv/venv/bin/gunicorn wsgi:app (code=exited, status=200/CHDIR)\n" },
	{ "boot.unexplained", "boot", 0,
		"heroku[web.1]: Error R10 (Boot timeout) -> Web process failed to bind to $PORT within 60 seconds of launch\n"
		"heroku[router]: at=error code=H10 desc=\"App crashed\" method=GET path=\"/\"\n" },
	{ "boot.unexplained", "boot", 0,
		"2026-11-20T15:25:49.340Z ERROR - Container shop_0_66a for site shop has exited, failing site start\n"
		"2026-11-20T15:25:49.361Z ERROR - Container shop_0_66a didn't respond to HTTP pings on port: 8000, failing site start.\n"
		"2026-11-20T15:25:49.371Z INFO  - Stopping site shop\n" },
	/* "Can't connect to" is said by others, too */
	{ "boot.dependency-down", "boot", 0,
		"Nov 20 15:25:49 h gunicorn[7]: [ERROR] Can't connect to MySQL server on 'db' (110)\n"
		"Nov 20 15:25:49 h gunicorn[7]: OperationalError: (2003, \"Can't connect to MySQL server (timed out)\")\n"
		"Nov 20 15:25:49 h systemd[1]: shop.service: Main process exited, code=exited, status=1/FAILURE\n" },
	/* its tries are not here, nor whatever they may have said */
	{ "boot.bind-unexplained", "startup-config", 0, "[ERROR] Can't connect to /run/shop.sock\n" },
	{ "boot.bind-unexplained", "startup-config", 1,
		"[ERROR] Retrying in 1 second.\n[ERROR] Can't connect to /run/shop.sock\n" },
	/* Gunicorn itself, in a Python that it was not written for */
	{ "boot.syntax-error", "startup-config", 1,
		"Traceback (most recent call last):\n"
		"  File \"/v/bin/gunicorn\", line 7, in <module>\n    from gunicorn.app.wsgiapp import run\n"
		"  File \"/v/gunicorn/app/wsgiapp.py\", line 9\n    print(\"x\", file=sys.stderr)\n"
		"                   ^\nSyntaxError: invalid syntax\n" },
	/* raised while an error of a request was handled, and nobody caught it */
	{ "runtime.worker-exit", "runtime", 1,
		"[2026-11-20 15:25:49 +0000] [9] [ERROR] Exception in worker process\n"
		"Traceback (most recent call last):\n"
		"  File \"/v/gunicorn/workers/sync.py\", line 134, in handle\n    req = next(parser)\n"
		"  File \"/v/gunicorn/http/message.py\", line 445, in parse_request_line\n    raise InvalidHTTPVersion(x)\n"
		"gunicorn.http.errors.InvalidHTTPVersion: <exception str() failed>\n" },
	{ "boot.config-error", "startup-config", 1,
		"Traceback (most recent call last):\n"
		"  File \"/v/gunicorn/sock.py\", line 203, in create_sockets\n    raise ValueError('keyfile')\n"
		"ValueError: keyfile \"/srv/tls/key.pem\" does not exist\n" },
	{ "boot.import-missing", "startup-config", 1, "web-1  | /srv/start.sh: 7: exec: gunicorn: not found\n" },
	/* rows of a screen, copied with the blanks up to its edge; one that has a header does not end in a forged one */
	{ "proxy.socket-permission", "runtime", 1,
		"$ sudo tail -f /var/log/nginx/error.log" ROOM
		"2026/11/20 15:25:49 [crit] 9#9: *1 connect() to unix:/srv/g.sock "
		"failed (13: Permission denied) while connecting to upstream, client: x" ROOM "\n" },
	{ "boot.import-missing", "boot", 1,
		"Nov 20 15:25:49 h gunicorn[7]: [2026-11-20 15:25:49 +0000] [7] [INFO] Booting worker with pid: 7" ROOM
		"Nov 20 15:25:50 h gunicorn[7]: ModuleNotFoundError: No module named 'shop'" ROOM "~\n" },
	{ "unknown", "unknown", 0,
		"[2026-11-20 15:25:49 +0000] [7] [INFO] Booting worker with pid: 7\n"
		"- - - \"GET / HTTP/1.1\" 200 5 \"x" ROOM
		"[2026-11-20 15:25:50 +0000] [1] [CRITICAL] WORKER TIMEOUT (pid:7)\n" },
	/* a module that serves requests is only loaded */
	{ "boot.app-exception", "boot", 1,
		"[2026-11-20 15:25:49 +0000] [7] [ERROR] Exception in worker process\n"
		"Traceback (most recent call last):\n"
		"  File \"/v/lib/python3.12/site-packages/aiohttp/web_protocol.py\", line 3, in <module>\n"
		"    wrap = ssl.wrap_socket\n"
		"AttributeError: module 'ssl' has no attribute 'wrap_socket'\n" },
	/* shells speak the language of their user */
	{ "boot.import-missing", "startup-config", 1, "bash: gunicorn: orden no encontrada\n" },
	{ "boot.import-missing", "startup-config", 1,
		"-bash: gunicorn: \xd0\xba\xd0\xbe\xd0\xbc\xd0\xb0\xd0\xbd\xd0\xb4\xd0\xb0\n" },
	{ "boot.import-missing", "startup-config", 1,
		"bash: l\xc3\xadnea 1: gunicorn: no se encontr\xc3\xb3 la orden\n" },
	/* it is there, and may not be run */
	{ "boot.config-error", "startup-config", 0, "bash: gunicorn: Permission denied\n" },
	{ "boot.config-error", "startup-config", 0, "bash: line 1: gunicorn: Permission denied\n" },
	{ "boot.config-error", "startup-config", 0, "-bash: ./venv/bin/gunicorn: Permission denied\n" },
	{ "boot.import-missing", "startup-config", 1, "bash : ligne 1 : gunicorn : commande introuvable\n" },
	{ "boot.import-missing", "startup-config", 1, "-bash: /srv/venv/bin/gunicorn: No such file or directory\n" },
	{ "boot.import-missing", "startup-config", 1,
		"bash: ./venv/bin/gunicorn: /old/venv/bin/python3: bad interpreter: No such file or directory\n" },
	{ "boot.import-missing", "startup-config", 1, "/usr/bin/env: 'gunicorn': No such file or directory\n" },
	{ "boot.import-missing", "startup-config", 1,
		"docker: Error response from daemon: caused \"exec: \\\"gunicorn\\\": executable file not found in $PATH\": x\n" },
	{ "unknown", "unknown", 0, "ls: cannot access '/run/gunicorn.sock': No such file or directory\n" },
	/* who started it, or waits for it, in a few words */
	{ "boot.unexplained", "boot", 0,
		"shop            FATAL     Exited too quickly (process log may have details)\n" },
	{ "boot.unexplained", "boot", 0,
		"2026-11-20 15:25:49,094 INFO gave up: shop entered FATAL state, too many start retries too quickly\n" },
	{ "boot.unexplained", "boot", 0, "web-1 exited with code 3\n" },
	{ "boot.app-attribute", "boot", 0, "web-1 exited with code 4\n" },
	{ "boot.unexplained", "boot", 0,
		"==> Port scan timeout reached, no open ports detected. Bind your service to a port.\n" },
	{ "boot.unexplained", "boot", 0,
		"The user-provided container failed to start and listen on the port defined by the PORT=8080 variable\n" },
	{ "shutdown.forced-kill", "shutdown", 0,
		"Nov 20 15:25:49 h systemd[1]: shop.service: State 'stop-sigterm' timed out. Killing.\n" },
	/* with the order to end it is its own, unless it said that it has ended */
	{ "shutdown.forced-kill", "shutdown", 1,
		START "[2026-11-20 15:26:10 +0000] [1] [INFO] Handling signal: term\n"
		      "Nov 20 15:27:40 h systemd[1]: shop.service: State 'stop-sigterm' timed out. Killing.\n" },
	{ "shutdown.requested", "shutdown", 1,
		START "[2026-11-20 15:26:10 +0000] [1] [INFO] Handling signal: term\n"
		      "[2026-11-20 15:26:10 +0000] [7] [INFO] Worker exiting (pid: 7)\n"
		      "[2026-11-20 15:26:11 +0000] [1] [INFO] Shutting down: Master\n"
		      "Nov 20 15:27:40 h systemd[1]: user@1000.service: State 'stop-sigterm' timed out. Killing.\n" },
	/* its workers do not log, and a second is what an end takes that nobody has to be killed for */
	{ "shutdown.forced-kill", "shutdown", 0,
		START "[2026-11-20 15:26:10 +0000] [1] [INFO] Handling signal: term\n"
		      "[2026-11-20 15:26:11 +0000] [1] [INFO] Shutting down: Master\n" },
	/* whether it had booted is not here */
	{ "runtime.worker-exit", "runtime", 0,
		"no licence for this machine\n"
		"[2026-11-20 15:25:49 +0000] [9] [INFO] Worker exiting (pid: 9)\n"
		"[2026-11-20 15:25:49 +0000] [8] [ERROR] Worker (pid:9) exited with code 1\n"
		"[2026-11-20 15:25:49 +0000] [34] [INFO] Booting worker with pid: 34\n" },
	/* app.run() at the top level: loading ends with the timeout, and with nothing else */
	{ "boot.timeout", "boot", 0,
		" * Running on http://127.0.0.1:5000/ (Press CTRL+C to quit)\n"
		"[2026-11-20 15:25:49 +0000] [4] [CRITICAL] WORKER TIMEOUT (pid:162)\n"
		"[2026-11-20 15:25:49 +0000] [162] [INFO] Worker exiting (pid: 162)\n" },
	{ "runtime.timeout", "runtime", 1,
		START " * Running on http://127.0.0.1:5000/ (Press CTRL+C to quit)\n"
		      "[2026-11-20 23:25:49 +0000] [1] [CRITICAL] WORKER TIMEOUT (pid:7)\n"
		      "[2026-11-20 23:25:49 +0000] [7] [INFO] Worker exiting (pid: 7)\n" },
	/* a request that was not even read is none, and one that a timeout ended may be written in one more way */
	{ "recycle.max-requests", "recycle", 1,
		"[INFO] 2026-11-20 15:25:49,863 gunicorn.error: Worker exiting (pid: 9)\n"
		"[ERROR] 2026-11-20 15:25:49,860 gunicorn.error: Error handling request (no URI read)\n"
		"[INFO] 2026-11-20 15:25:19,835 gunicorn.error: Autorestarting worker after current request.\n" },
	{ "runtime.timeout", "runtime", 1,
		"Traceback (most recent call last):\n"
		"File \"/v/gunicorn/workers/sync.py\", line 133, in handle\nreq = next(parser)\nSystemExit(1)\n" },
	/* a stack that ends in the row that raises has the exception; one that goes on from there does not */
	{ "boot.app-exception", "boot", 1,
		"  File \"/app/app/database.py\", line 38, in connect_args\n"
		"    raise ValueError(\"a certificate is required\")\n"
		"[ERROR] Worker (pid:9) exited with code 3.\n" },
	{ "boot.dependency-down", "boot", 1,
		"  File \"/app/app/database.py\", line 38, in connect\n"
		"    raise OperationalError(f'connection refused')\n"
		"[ERROR] Worker (pid:9) exited with code 3.\n" },
	{ "boot.unexplained", "boot", 0,
		"  File \"/app/app/database.py\", line 38, in connect\n"
		"    raise OperationalError('connection refused')\n"
		"  File \"/app/app/other.py\", line 38, in other\n"
		"[ERROR] Worker (pid:9) exited with code 3.\n" },
	{ "boot.unexplained", "boot", 0,
		"  File \"/app/app/database.py\", line 38, in connect\n    raise error(reason)\n"
		"[ERROR] Worker (pid:9) exited with code 3.\n" },
	/* stdout and stderr went to one log: it starts once, whatever stands before it */
	{ "boot.syntax-error", "boot", 1,
		"2026-11-20 15:25:48,754 INFO exited: shop (exit status 1; not expected)\n"
		"[2026-11-20 15:25:49 +0000] [1] [INFO] Starting gunicorn 23.0.0\n"
		"[2026-11-20 15:25:49 +0000] [1] [INFO] Starting gunicorn 23.0.0\n"
		"[2026-11-20 15:25:49 +0000] [7] [ERROR] Exception in worker process\n"
		"[2026-11-20 15:25:49 +0000] [7] [ERROR] Exception in worker process\n"
		"  File \"/app/shop.py\", line 3\n    if\n      ^\nSyntaxError: invalid syntax\n" },
	/* the SIGKILL behind a timeout of which only the end is here */
	{ "runtime.timeout", "runtime", 0,
		"[2026-11-20 15:26:49 +0000] [1] [ERROR] Worker (pid:7) was sent SIGKILL! Perhaps out of memory?\n"
		"[2026-11-20 15:25:50 +0000] [7] [INFO] Worker exiting (pid: 7)\nSystemExit: 1\n" },
	/* one that serves, or of which nothing is known; several may have been loading */
	{ "runtime.killed-9-unexplained", "runtime", 1,
		"[2026-11-20 15:26:49 +0000] [1] [ERROR] Worker (pid:7) was sent SIGKILL! Perhaps out of memory?\n" },
	{ "runtime.killed-9-unexplained", "runtime", 0,
		"[1] [ERROR] Worker (pid:7) was sent SIGKILL! Perhaps out of memory?\n"
		"[1] [ERROR] Worker (pid:8) was sent SIGKILL! Perhaps out of memory?\n" },
	/* a master that went while it reloaded */
	{ "master.gone-unexplained", "reload", 1,
		"[2026-11-20 15:26:49 +0000] [1] [INFO] Handling signal: hup\n"
		"[2026-11-20 15:26:50 +0000] [7] [INFO] Parent changed, shutting down: <Worker 7>\n" },
	/* a pager has cut off what is right of the screen */
	{ "boot.unexplained", "boot", 0,
		"Nov 20 15:25:49 h gunicorn[7]: Traceback (most recent call last):\n"
		"Nov 20 15:25:49 h gunicorn[7]:   File \"/opt/netbox/venv/lib64/python3.12/gunicorn/workers/base.py\", l>\n"
		"Nov 20 15:25:49 h gunicorn[7]:     self.load_wsgi()\n"
		"Nov 20 15:25:49 h gunicorn[7]:   File \"/opt/netbox/venv/lib64/python3.12/gunicorn/app/base.py\", line 66,>\n" },
	{ "boot.app-attribute", "boot", 1,
		"{\"TimeStamp\": \"2026-11-20T15:25:49.6074532+00:00\", \"Log\": \"F Failed to find attribute 'app' in 'main'.\"}\n" },
	/* an application that tells of such lines, in its own words or in its own lines */
	{ "healthy.start", "boot", 0,
		"[2026-11-20 15:25:49 +0000] [1] [INFO] Starting gunicorn 23.0.0\n"
		"[2026-11-20 15:25:49 +0000] [1] [INFO] Listening at: http://0.0.0.0:8000 (1)\n"
		"[2026-11-20 15:25:49 +0000] [7] [INFO] Booting worker with pid: 7\n"
		"WORKER TIMEOUT (pid:7)\n"
		"Worker (pid:7) was sent SIGKILL! Perhaps out of memory?\n"
		"support: a customer pasted \"[1] [CRITICAL] WORKER TIMEOUT (pid:7)\" again\n"
		"2026-11-20 15:25:50,001 ERROR shop: Worker (pid:7) exited with code 3\n"
		"{\"level\": \"error\", \"msg\": \"ticket 4: Worker failed to boot.\"}\n" },
	{ "healthy.start", "boot", 0,
		"[2026-11-20 15:25:49 +0000] [1] [INFO] Listening at: http://0.0.0.0:8000 (1)\n"
		"[2026-11-20 15:25:49 +0000] [7] [INFO] Booting worker with pid: 7\n"
		"[2026-11-20 15:25:59 +0000] [1] [ERROR] the flux is low\n" },
	{ "unknown", "unknown", 0,
		"it says WORKER TIMEOUT (pid:7) in the manual\nReason: none\nTraceback of a parcel\n" },
};

struct heard {
	struct hearing hearing;
	struct recogniser recogniser;
	struct incident first;
	unsigned incidents;
	bool told[CAUSES];
};

static void
judged(void *context, const struct incident *incident)
{
	struct heard *h = context;

	if (h->incidents++ == 0)
		h->first = *incident;
	h->told[incident->verdict.cause] = true;
}

static void
hear(void *context, const struct recognised *what)
{
	struct heard *h = context;

	hearing_line(&h->hearing, what);
}

static struct cause_verdict
judge_one(struct heard *h, const char *text, size_t length, bool copied)
{
	h->incidents = 0;
	memset(h->told, 0, sizeof h->told);
	recogniser_init(&h->recogniser, hear, h);
	h->recogniser.copied = copied;
	hearing_init(&h->hearing, judged, h);
	recogniser_feed(&h->recogniser, text, length);
	recogniser_end(&h->recogniser);
	hearing_close(&h->hearing, false);
	return h->first.verdict;
}

static struct cause_verdict
judge(struct heard *h, const char *text, size_t length)
{
	return judge_one(h, text, length, true);
}

/* A client's words must not become rows of the log that they are quoted in, be Gunicorn's own header never seen there. */
static void
a_live_log_has_no_rows_of_a_screen(void **state)
{
	static const char *const forged[] = {
		"INFO GET / from x" ROOM "[2026-11-20 15:25:50 +0000] [1] [ERROR] Reason: Worker failed to boot.\n",
		"WARNING Slow request from Traceback (most recent call last): File \"/srv/a/import_app.py\", line 1, in <module> "
		"import x ModuleNotFoundError: No module named 'x'\n",
	};
	struct heard *h = malloc(sizeof *h);

	(void)state;
	assert_non_null(h);
	for (size_t i = 0; i < sizeof forged / sizeof forged[0]; i++) {
		assert_int_not_equal(judge_one(h, forged[i], strlen(forged[i]), true).cause, CAUSE_UNKNOWN);
		assert_int_equal(judge_one(h, forged[i], strlen(forged[i]), false).cause, CAUSE_UNKNOWN);
	}
	free(h);
}

static void
every_log(void **state)
{
	struct heard *h = malloc(sizeof *h);

	(void)state;
	assert_non_null(h);
	for (unsigned i = 0; i < sizeof logs / sizeof logs[0]; i++) {
		const struct cause_verdict *v = &h->first.verdict;

		judge(h, logs[i].text, strlen(logs[i].text));
		if (strcmp(causes[v->cause].name, logs[i].name) != 0 ||
			strcmp(cause_phases[v->phase], logs[i].phase) != 0 ||
			(v->confidence >= CAUSE_CONFIDENT) != (logs[i].confident == 1))
			fail_msg("log %u, %s, is taken for %s/%s, %u", i, logs[i].name, cause_phases[v->phase],
				causes[v->cause].name, v->confidence);
	}
	free(h);
}

/* A master that replaced another beside it, and lost a worker while that one went. */
#define REPLACED \
	"[2026-11-20 15:25:49 +0000] [10] [INFO] Starting gunicorn 23.0.0\n" \
	"[2026-11-20 15:25:49 +0000] [11] [INFO] Booting worker with pid: 11\n" \
	"[2026-11-20 15:35:49 +0000] [30] [INFO] Starting gunicorn 23.0.0\n" \
	"[2026-11-20 15:35:49 +0000] [31] [INFO] Booting worker with pid: 31\n" \
	"[2026-11-20 15:35:51 +0000] [10] [INFO] Handling signal: term\n"
#define LOST "[ERROR] Worker (pid:31) was sent SIGKILL! Perhaps out of memory?\n"
#define WENT \
	"[2026-11-20 15:35:51 +0000] [11] [INFO] Worker exiting (pid: 11)\n" \
	"[2026-11-20 15:35:51 +0000] [10] [INFO] Shutting down: Master\n"

static const struct beside {
	const char *why;
	bool forced, killed;
	const char *text;
} besides[] = {
	{ "after the other has gone", false, true, REPLACED WENT "[2026-11-20 15:35:58 +0000] [30] " LOST },
	{ "before the other has gone", false, true, REPLACED "[2026-11-20 15:35:51 +0000] [30] " LOST WENT },
	{ "of the one that goes", true, false,
		REPLACED "[2026-11-20 15:36:21 +0000] [10] [ERROR] Worker (pid:11) was sent SIGKILL! Perhaps out of memory?\n" },
	{ "the same, asked before there was another", true, false,
		"[2026-11-20 15:25:49 +0000] [11] [INFO] Booting worker with pid: 11\n"
		"[2026-11-20 15:35:51 +0000] [10] [INFO] Handling signal: term\n"
		"[2026-11-20 15:36:21 +0000] [10] [ERROR] Worker (pid:11) was sent SIGKILL! Perhaps out of memory?\n" },
	{ "nobody says which master", true, false,
		"[INFO] Handling signal: term\n"
		"[ERROR] Worker (pid:31) was sent SIGKILL! Perhaps out of memory?\n" },
};

/* As some viewers print it: the newest line first. */
static void
turn_round(struct text *t, const char *log)
{
	for (size_t end = strlen(log), at = end; at > 0; end = at) {
		for (at = end - 1; at > 0 && log[at - 1] != '\n';)
			at--;
		text_addn(t, log + at, end - at);
	}
}

static void
expect_beside(struct heard *h, const struct beside *b, const char *text)
{
	judge(h, text, strlen(text));
	if (h->told[CAUSE_FORCED_KILL] != b->forced || h->told[CAUSE_KILLED] != b->killed)
		fail_msg("a death %s, in this order:\n%s", b->why, text);
}

static void
a_death_beside_a_stop(void **state)
{
	struct heard *h = malloc(sizeof *h);
	char log[4096];

	(void)state;
	assert_non_null(h);
	for (unsigned i = 0; i < sizeof besides / sizeof besides[0]; i++) {
		struct text t;

		expect_beside(h, &besides[i], besides[i].text);
		if (besides[i].forced) /* turned round, a stop behind a death is what somebody did about it */
			continue;
		text_init(&t, log, sizeof log);
		turn_round(&t, besides[i].text);
		expect_beside(h, &besides[i], log);
	}
	free(h);
}

/* What shippers, terminals and threads put around each line. */
static const struct form {
	const char *before, *after;
	bool escaped; /* it is a string of JSON */
} forms[] = {
	{ "web-1  | ", "", false },
	{ "\x1b[36mweb_1  | \x1b[0m", "", false },
	{ "[36mweb_1  | [0m", "", false },
	{ "shop_web.1.x9f0k2@node2    | ", "", false },
	{ "Nov 20 10:11:12 app01 gunicorn[812]: ", "", false },
	{ "Fri 2026-11-20 10:11:12 CET app01 gunicorn[812]: ", "", false },
	{ "2026-11-20T10:11:12+0000 app01 python3.11[812]: ", "", false },
	{ "<134>1 2026-11-20T10:11:12.123Z app01 gunicorn 812 - - ", "", false },
	{ "2026-11-20T10:11:12.123456789Z stderr F ", "", false },
	{ "[pod/web-6d4cf56db6-x7k2p/web] ", "", false },
	{ "web-6d4cf56db6-x7k2p web ", "", false },
	{ "2026-11-20T10:11:12.123000+00:00 web/app/0123456789abcdef0123456789abcdef ", "", false },
	{ "2026-11-20T10:11:12.123456+00:00 app[web.1]: ", "", false },
	{ "2026-11-20T10:11:12Z app[e784e4] fra [info]", "", false },
	{ "2026-11-20T10:11:12.12+0000 [APP/PROC/WEB/0] ERR ", "", false },
	{ "> ", "", false },
	{ "", "\r", false },
	{ "\x1b[31m", "\x1b[0m", false },
	{ "{\"log\":\"", "\\n\",\"stream\":\"stderr\",\"time\":\"2026-11-20T10:11:12.123456789Z\"}", true },
	{ "{\"textPayload\":\"", "\",\"severity\":\"ERROR\",\"timestamp\":\"2026-11-20T10:11:12Z\"}", true },
	{ "{\"MESSAGE\":\"", "\",\"_PID\":\"812\",\"PRIORITY\":\"3\"}", true },
};

/* LOG in FORM, line by line. */
static void
put_into(struct text *t, const struct form *form, const char *log)
{
	while (*log != '\0') {
		size_t n = strcspn(log, "\n");

		text_add(t, form->before);
		for (size_t i = 0; i < n; i++) {
			if (form->escaped && (log[i] == '"' || log[i] == '\\'))
				text_add(t, "\\");
			text_addn(t, log + i, 1);
		}
		text_add(t, form->after);
		text_add(t, "\n");
		log += n + (log[n] == '\n');
	}
}

/* A log means the same, however it came here. */
static void
every_form(void **state)
{
	struct heard *h = malloc(sizeof *h);
	char log[8192];

	(void)state;
	assert_non_null(h);
	for (unsigned i = 0; i < sizeof logs / sizeof logs[0]; i++)
		for (unsigned k = 0; k < sizeof forms / sizeof forms[0]; k++) {
			struct cause_verdict bare = judge(h, logs[i].text, strlen(logs[i].text)), v;
			struct text t;

			text_init(&t, log, sizeof log);
			put_into(&t, &forms[k], logs[i].text);
			v = judge(h, log, t.len);
			if (v.cause != bare.cause || v.phase != bare.phase)
				fail_msg("log %u, %s, is %s/%s behind '%s'", i, logs[i].name, cause_phases[v.phase],
					causes[v.cause].name, forms[k].before);
		}
	free(h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_log),
		cmocka_unit_test(a_death_beside_a_stop),
		cmocka_unit_test(a_live_log_has_no_rows_of_a_screen),
		cmocka_unit_test(every_form),
	};

	return cmocka_run_group_tests_name("hearing", tests, NULL, NULL);
}

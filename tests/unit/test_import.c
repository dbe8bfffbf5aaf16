#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "import/import.h"
#include "import/print.h"

/* An import, and what it printed. */
struct imported {
	struct conf_report report;
	struct import im;
	char *text;
	size_t length;
};

static void
begin(struct imported *i)
{
	conf_report_init(&i->report);
	assert_true(import_init(&i->im, &i->report));
	i->text = NULL;
}

/* Whatever was imported: all of it is settled, and it reads. */
static void
end(struct imported *i)
{
	struct conf_report reading;
	struct conf *conf;
	FILE *out = open_memstream(&i->text, &i->length);

	assert_true(import_finish(&i->im));
	assert_int_equal(ledger_count(&i->im.ledger, FATE_OPEN, NULL), 0);
	import_print(out, &i->im, NULL);
	fclose(out);
	if (i->report.errors > 0)
		return;
	conf_report_init(&reading);
	conf = conf_read_text("/imported.ini", i->text, i->length, &reading);
	if (conf == NULL)
		fail_msg("line %u: %s\n%s", (unsigned)reading.at[0].line, reading.at[0].text, i->text);
	conf_free(conf);
	conf_report_free(&reading);
}

static void
release(struct imported *i)
{
	free(i->text);
	import_release(&i->im);
	conf_report_free(&i->report);
}

static void
add(struct imported *i, const char *name, const char *text)
{
	import_add_text(&i->im, name, text, strlen(text));
}

/* The settings of all drafts: "key = value; ", those that are off with # in front. */
static char *
settings_of(const struct imported *i)
{
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	for (const struct draft *d = i->im.drafts; d != NULL; d = d->next)
		for (unsigned key = 0; key < KEY_COUNT; key++)
			for (const struct draft_setting *s = d->first; s != NULL; s = s->next)
				if (s->key == (enum key_id)key)
					fprintf(out, "%s%s = %s; ", s->is_off ? "#" : "", conf_keys[key].name,
						s->value);
	fclose(out);
	return text;
}

static void
expect_settings(const struct imported *i, const char *what, const char *wanted)
{
	char *got = settings_of(i);

	if (strcmp(got, wanted) != 0)
		fail_msg("%s\nwanted %s\ngot    %s", what, wanted, got);
	free(got);
}

/* I is what the command LINE becomes, for the caller to release. */
static void
expect_of_command(struct imported *i, const char *line, const char *wanted)
{
	begin(i);
	import_add_command(&i->im, line);
	end(i);
	expect_settings(i, line, wanted);
}

/* ---- command lines ---- */

static void
command_lines(void **state)
{
	/* clang-format off */
	static const struct { const char *line, *wanted; } cases[] = {
		{ "gunicorn -w4 -k gevent -b :80 -t 5 a.b:c", "app = a.b:c; bind = :80; workers = 4; worker_class = gevent; timeout = 5s; " },
		{ "gunicorn --bind=0.0.0.0 --bind [::1]:9 a", "app = a; bind = 0.0.0.0:8000; bind = [::1]:9; " },
		{ "gunicorn --bind [::] -b [::]:9 a", "app = a; bind = :8000; bind = :9; " },
		{ "gunicorn -Dw 2 -p /x a", "app = a; workers = 2; " },
		{ "gunicorn --worker-cl sync --preload --no-sendfile a", "app = a; worker_class = sync; preload_app = yes; sendfile = no; " },
		{ "gunicorn -m 022 a", "app = a; umask = 0022; " },
		{ "gunicorn -m 7 -b unix:/x.sock a", "app = a; bind = unix:/x.sock; socket_mode = 0660; umask = 0007; " },
		{ "gunicorn -m 18 a", "app = a; umask = 0022; " },
		{ "gunicorn -e A=b --env 'C=d e' a", "app = a; raw_env = A=b; raw_env = \"C=d e\"; " },
		{ "gunicorn --timeout 1 --timeout 2 a", "app = a; timeout = 2s; " },
		{ "gunicorn --frobnicate=1 a", "app = a; args = --frobnicate=1; " },
		{ "gunicorn --proxy-protocol a:b", "app = a:b; proxy_protocol = yes; " },
		{ "gunicorn -u www -g web a", "app = a; user = www; group = web; " },
		{ "/v/bin/python -u -m gunicorn a", "app = a; command = /v/bin/python -u -m gunicorn; " },
		{ "env A=b C='d e' nohup /v/bin/gunicorn a &", "app = a; command = /v/bin/gunicorn; environment = A=b; environment = \"C=d e\"; " },
		{ "cd /srv && . venv/bin/activate && exec gunicorn a >/dev/null 2>&1", "app = a; directory = /srv; virtualenv = /srv/venv; " },
		{ "gunicorn -b unix:x.sock a", "app = a; bind = unix:/FILL_IN_directory/x.sock; socket_mode = 0666; " },
		{ ". venv/bin/activate; ../x/gunicorn a", "app = a; command = ../x/gunicorn; virtualenv = /FILL_IN_directory/venv; " },
		{ "sh -lc 'gunicorn a'", "app = a; " },
		{ "cd /srv; uv run --frozen gunicorn a", "app = a; directory = /srv; virtualenv = /srv/.venv; " },
		{ "/p/poetry run gunicorn a", "app = a; command = /p/poetry run gunicorn; " },
		{ "sudo -u www gunicorn a", "app = a; user = www; " },
		{ "su - www -c 'cd /x && gunicorn a'", "app = a; directory = /x; user = www; " },
		{ "env -u LANG gunicorn a", "app = a; unset_environment = LANG; " },
		{ "env -C /x -i A=b gunicorn a", "app = a; directory = /x; environment = A=b; clear_environment = yes; " },
		{ "nice -n 5 ionice -c2 -n 4 taskset -c 0-3 gunicorn a", "app = a; nice = 5; cpu_affinity = 0-3; io_scheduling_class = best-effort; "
			"io_scheduling_priority = 4; " },
		{ "nice gunicorn a", "app = a; nice = 10; " },
		{ "taskset 0xb gunicorn a", "app = a; cpu_affinity = 0,1,3; " },
		{ "taskset -p 3 gunicorn a", "command = /bin/sh -c \"taskset -p 3 gunicorn a\"; " },
		{ "taskset --cpu-list 0-1 gunicorn a", "app = a; cpu_affinity = 0-1; " },
		{ "chrt -f -R 20 gunicorn a", "app = a; cpu_scheduling_policy = fifo; cpu_scheduling_priority = 20; cpu_scheduling_reset_on_fork = yes; " },
		{ "chrt 5 gunicorn a", "app = a; cpu_scheduling_policy = rr; cpu_scheduling_priority = 5; " },
		{ "chrt --idle 0 gunicorn a", "app = a; cpu_scheduling_policy = idle; " },
		{ "chrt -d -T 5 0 gunicorn a", "command = /bin/sh -c \"chrt -d -T 5 0 gunicorn a\"; " },
		{ "prlimit --nofile=1024:4096 -u64 --core=unlimited --stack=8: --frob=1 gunicorn a",
			"app = a; limit_core = infinity; limit_nofile = 1024:4096; limit_nproc = 64; " },
		{ "prlimit -t60 --rttime=200 -- gunicorn a", "app = a; limit_cpu = 60s; limit_rttime = 200us; " },
		{ "setpriv --reuid=www --regid web --groups=a,b --nnp --bounding-set=-all,+net_bind_service,+kill --ambient-caps +kill "
			"--securebits=+noroot --reset-env gunicorn a",
			"app = a; user = www; group = web; supplementary_groups = a b; capability_bounding_set = CAP_NET_BIND_SERVICE CAP_KILL; "
			"ambient_capabilities = CAP_KILL; secure_bits = noroot; no_new_privileges = yes; " },
		{ "setpriv --init-groups --bounding-set=-sys_admin,-kill -- gunicorn a", "app = a; capability_bounding_set = ~CAP_SYS_ADMIN CAP_KILL; " },
		{ "setpriv --bounding-set -all gunicorn a", "app = a; capability_bounding_set = none; " },
		{ "chpst -u www:web:more -n5 -P -o 1024 -t 60 -e env -/ /x gunicorn a", "command = /bin/sh -c \"chpst -u www:web:more -n5 -P -o 1024 -t 60 -e env -/ /x gunicorn a\"; " },
		{ "chpst -u :33:44 -n5 -Pv -o 1024 -t 60 -e env gunicorn a", "app = a; user = 33; group = 44; nice = 5; limit_cpu = 60s; limit_nofile = 1024; " },
		{ "sudo --user www -i gunicorn a", "app = a; directory = /FILL_IN_home_of_www; user = www; " },
		{ "runuser --user www -g web -- gunicorn a", "app = a; user = www; group = web; " },
		{ "runuser -s /bin/sh www -c 'gunicorn a'", "app = a; user = www; " },
		{ "su -l www -c 'cd app && gunicorn a'", "app = a; directory = /FILL_IN_home_of_www/app; user = www; " },
		{ "mise exec python@3.12 -- gunicorn a", "app = a; command = mise exec python@3.12 -- gunicorn; " },
		{ "direnv exec /srv gunicorn a", "app = a; command = direnv exec /srv gunicorn; " },
		{ "envdir env bin/gunicorn a", "app = a; command = envdir env bin/gunicorn; " },
		{ "chamber exec web -- gunicorn a", "app = a; command = chamber exec web -- gunicorn; " },
		{ "cd /srv; pixi run -e prod gunicorn a", "app = a; directory = /srv; virtualenv = /srv/.pixi/envs/prod; " },
		{ "pixi run --manifest-path /x/pixi.toml gunicorn a", "app = a; virtualenv = /x/.pixi/envs/default; " },
		{ "hatch -e web run gunicorn a", "app = a; virtualenv = /FILL_IN_what_hatch_env_find_web_prints; " },
		{ "hatch run web:gunicorn a", "command = /bin/sh -c \"hatch run web:gunicorn a\"; " },
		{ "doppler run -p x --config y -- gunicorn a", "app = a; " },
		{ "cd /srv; dotenv -f conf/.env run -- gunicorn a", "app = a; directory = /srv; environment_file = /srv/conf/.env; " },
		{ "cd /srv; honcho run gunicorn a", "app = a; directory = /srv; environment_file = -/srv/.env; " },
		{ "cd /srv; umask 077; A=b nice -n 5 celery -A x gunicorn", "command = /bin/sh -c \"cd /srv; umask 077; A=b nice -n 5 celery -A x gunicorn\"; " },
		{ "honcho start", "command = /bin/sh -c \"honcho start\"; " },
		{ "wait-for-it.sh db:5432 -t 30 -- gunicorn a", "app = a; exec_start_pre = -wait-for-it.sh db:5432 -t 30; " },
		{ "conda run --name web gunicorn a", "app = a; virtualenv = /FILL_IN_prefix_of_conda_s_web; " },
		{ "ulimit -Sn 65536; ulimit -c unlimited; ulimit -s 8192; ulimit -x 3; gunicorn a",
			"app = a; limit_core = infinity; limit_nofile = 65536; limit_stack = 8388608; " },
		{ "cd /srv && set -a && . ./.env && . ~/.profile && set +a && . other && gunicorn a",
			"app = a; directory = /srv; environment_file = /srv/.env; " },
		{ "export A=b C $(cat x); gunicorn a", "app = a; environment = A=b; " },
		{ "cd /srv; pdm run gunicorn a", "app = a; directory = /srv; virtualenv = /srv/.venv; " },
		{ "conda run --no-capture-output -p /opt/envs/web gunicorn a", "app = a; virtualenv = /opt/envs/web; " },
		{ "conda run -n web gunicorn a", "app = a; virtualenv = /FILL_IN_prefix_of_conda_s_web; " },
		{ "s6-setuidgid www gunicorn a", "app = a; user = www; " },
		{ "docker run -p 80:80 image gunicorn -b :80 a", "command = /bin/sh -c \"docker run -p 80:80 image gunicorn -b :80 a\"; " },
		{ "gosu www:web gunicorn a", "app = a; user = www; group = web; " },
		{ "PORT=80; gunicorn -b :$PORT a", "app = a; bind = :80; environment = PORT=80; " },
		{ "gunicorn -b :${PORT:-80} -w $N a", "app = a; bind = :80; #workers = $N; " },
		{ "gunicorn -w $(nproc) a", "app = a; #workers = $(nproc); " },
		{ "WEB_CONCURRENCY=3 gunicorn a", "app = a; workers = 3; environment = WEB_CONCURRENCY=3; " },
		{ "CMD [\"gunicorn\", \"-w\", \"2\", \"a\"]", "app = a; workers = 2; " },
		{ "CMD [\"{{ bin }}/gunicorn\", \"-b\", \":80\", \"a\"]", "app = a; command = \"/FILL_IN_bin/gunicorn\"; bind = :80; " },
		/* what env splits by itself, and what a shell would read otherwise */
		{ "env -S 'A=b gunicorn -w 2' a", "app = a; workers = 2; environment = A=b; " },
		{ "env -u XS -iS\"gunicorn a\"", "app = a; clear_environment = yes; unset_environment = XS; " },
		{ "env --split-string='gunicorn a'", "app = a; " },
		{ "env -S 'gunicorn a; rm x'", "command = /bin/sh -c \"env -S 'gunicorn a; rm x'\"; " },
		{ "env -S", "command = /bin/sh -c \"env -S\"; " },
		{ "exec -a x gunicorn a", "app = a; " },
		{ "exec -cl -a x gunicorn a", "app = a; clear_environment = yes; " },
		{ "uv run --directory /srv --frozen --env-file=x.env gunicorn a",
			"app = a; directory = /srv; virtualenv = /srv/.venv; environment_file = /srv/x.env; " },
		{ "uv --project /p run --with x -q -m gunicorn a", "app = a; command = python -m gunicorn; virtualenv = /p/.venv; " },
		{ "uv run --module gunicorn a:b -w 2", "app = a:b; command = python -m gunicorn; virtualenv = /FILL_IN_directory/.venv; workers = 2; " },
		{ "uv run --env-file .env --directory /srv gunicorn a",
			"app = a; directory = /srv; virtualenv = /srv/.venv; environment_file = /srv/.env; " },
		{ "UV_PROJECT_ENVIRONMENT=/v uv run -- gunicorn a", "app = a; virtualenv = /v; environment = UV_PROJECT_ENVIRONMENT=/v; " },
		{ "uv sync; uv run gunicorn", "virtualenv = /FILL_IN_directory/.venv; " },
		{ "uv pip install gunicorn", "command = /bin/sh -c \"uv pip install gunicorn\"; " },
		{ "pdm run -p /p gunicorn a", "app = a; virtualenv = /p/.venv; " },
		{ "pdm run --venv web gunicorn a", "app = a; virtualenv = /FILL_IN_what_pdm_venv_path_web_prints; " },
		{ "conda activate web && gunicorn a", "app = a; virtualenv = /FILL_IN_prefix_of_conda_s_web; " },
		{ ". /opt/conda/bin/activate /opt/envs/web && gunicorn a", "app = a; virtualenv = /opt/envs/web; " },
		{ "opentelemetry-instrument --service_name x --a=b gunicorn a", "app = a; command = opentelemetry-instrument --service_name x --a=b gunicorn; " },
		{ "opentelemetry-instrument --service_name gunicorn", "command = /bin/sh -c \"opentelemetry-instrument --service_name gunicorn\"; " },
		{ "python3 -m pipenv run gunicorn a", "app = a; command = python3 -m pipenv run gunicorn; " },
		{ "python3 -m uv run gunicorn a", "app = a; virtualenv = /FILL_IN_directory/.venv; " },
		{ "newrelic-admin run-python -m gunicorn a", "app = a; command = newrelic-admin run-python -m gunicorn; " },
		{ "${PY} -bb -m gunicorn.app.wsgiapp a", "app = a; command = FILL_IN_PY -bb -m gunicorn.app.wsgiapp; " },
		{ "$V/bin/python /x/gunicorn a", "app = a; command = /FILL_IN_V/bin/python /x/gunicorn; " },
		/* which command of a line is the one */
		{ "mkdir -p /run/gunicorn && cd /srv/gunicorn && exec gunicorn a", "app = a; directory = /srv/gunicorn; " },
		{ "python -m pip install gunicorn; gunicorn a", "app = a; " },
		{ "cd /srv/gunicorn; ./start.sh", "command = /bin/sh -c \"cd /srv/gunicorn; ./start.sh\"; " },
		{ "export GUNICORN_CMD_ARGS=-w2; gunicorn a > gunicorn.log", "app = a; environment = GUNICORN_CMD_ARGS=-w2; " },
		{ ": ${P:=80} ${Q=$X}; gunicorn -b :$P -w ${N:=3} a", "app = a; bind = :80; workers = 3; " },
		{ "gunicorn a $MORE ${OPTS}", "app = a; " },
		{ "celery -A x worker", "command = /bin/sh -c \"celery -A x worker\"; " },
		{ "cd /x; celery -A x | tee y", "command = /bin/sh -c \"cd /x; celery -A x | tee y\"; " },
		{ "cd /x && exec litestream -exec 'gunicorn a'", "command = /bin/sh -c \"cd /x && exec litestream -exec 'gunicorn a'\"; " },
		{ "if true; then gunicorn a; fi", "command = /bin/sh -c \"if true; then gunicorn a; fi\"; " },
	};
	/* clang-format on */

	(void)state;
	for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
		struct imported i;

		expect_of_command(&i, cases[k].line, cases[k].wanted);
		release(&i);
	}
}

/* INI takes blanks at the ends of a value for those of the line, and an application of blanks for none; a list parts its
 * words at them. */
static void
blanks_stay_what_they_are(void **state)
{
	static const struct {
		const char *line, *wanted;
	} cases[] = {
		{ "gunicorn ' '", "" },
		{ "gunicorn '\\ '", "" },
		{ "gunicorn ' ' a", "app = a; " },
		{ "gunicorn ' a'", "" },
		{ "gunicorn -c ' ' -n 'x ' a", "app = a; " },
		{ "gunicorn --paste '  '", "" },
		{ "gunicorn -e ' A= ' -e 'B=b ' a", "app = a; raw_env = \" A= \"; raw_env = \"B=b \"; " },
		{ "gunicorn -b 'unix:/a b,c.sock' a", "app = a; bind = \"unix:/a b,c.sock\"; socket_mode = 0666; " },
		{ "env -u 'A B' gunicorn a", "app = a; " },
		{ "celery ' '", "command = /bin/sh -c \"celery ' '\"; " },
	};

	(void)state;
	for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
		struct imported i;

		expect_of_command(&i, cases[k].line, cases[k].wanted);
		if (cases[k].wanted[0] == '\0')
			assert_int_equal(i.im.ledger.first->fate, FATE_LOST);
		release(&i);
	}
}

/* An option of uv that only keeps it from installing is no loss; one that asks for something is. */
static void
options_of_uv(void **state)
{
	/* clang-format off */
	static const struct { const char *line; enum fate fate; } cases[] = {
		{ "uv run --no-sync --frozen -q gunicorn a", FATE_KEPT }, { "uv run --with x gunicorn a", FATE_LOST },
		{ "uv run --no-dev gunicorn a", FATE_LOST }, { "uv run --directory x --env-file y gunicorn a", FATE_KEPT },
	};
	/* clang-format on */

	(void)state;
	for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
		struct imported i;

		begin(&i);
		import_add_command(&i.im, cases[k].line);
		end(&i);
		assert_int_equal(i.im.ledger.first->fate, cases[k].fate);
		release(&i);
	}
}

static void
no_command_is_no_service(void **state)
{
	static const char *const lines[] = { "", " \t", "web:", "# gunicorn a", "CMD []", "CMD [ ]", "web: [\t] ",
		"CMD [\"\", \"a\"]" };

	(void)state;
	for (size_t n = 0; n < sizeof lines / sizeof lines[0]; n++) {
		struct imported i;

		begin(&i);
		import_add_command(&i.im, lines[n]);
		end(&i);
		if (i.report.errors != 1)
			fail_msg("'%s' was taken for a command", lines[n]);
		assert_int_equal(i.im.ledger.first->fate, FATE_LOST);
		release(&i);
	}
}

/* Nothing behind an array is dropped. */
static void
what_stands_behind_an_array(void **state)
{
	struct imported i;

	(void)state;
	begin(&i);
	import_add_command(&i.im, "ENTRYPOINT [\"tini\", \"--\"] CMD [\"gunicorn\", \"a\"]");
	end(&i);
	assert_int_equal(i.report.errors, 1);
	assert_int_equal(i.im.ledger.first->fate, FATE_LOST);
	release(&i);
	expect_of_command(&i, "CMD [\"gunicorn\", \"a\"] \t", "app = a; ");
	release(&i);
}

/* What stood beside Gunicorn, or came behind it, is not run any more: that is lost, but where it did nothing. */
static void
company_is_lost(void **state)
{
	static const struct {
		const char *line;
		enum fate fate;
		const char *reason;
	} cases[] = {
		{ "gunicorn a; exit", FATE_KEPT, "exit: no shell is left" },
		{ "gunicorn a & wait", FATE_KEPT, "wait: no shell is left" },
		{ "gunicorn a; rm x", FATE_LOST, "rm x: it is not run when the service has ended" },
		{ "sh -c 'gunicorn a || rm x'", FATE_LOST, "rm x: it is not run when the service has ended" },
		{ "gunicorn a & nginx; wait", FATE_LOST, "nginx: it is not run beside the service" },
		{ "nginx & exec gunicorn a", FATE_LOST, "nginx: it is not run beside the service" },
		{ "migrate; exec gunicorn a", FATE_LOST, "migrate: it is not run: do it before" },
		{ "env -v gunicorn a", FATE_LOST, "an option of env" },
		{ "gunicorn a $MORE", FATE_LOST, "options of Gunicorn that are not known" },
		{ "gunicorn a b", FATE_KEPT, "looks at the first application only" },
		{ "exec -a x gunicorn a", FATE_KEPT, "Gunicorn is a script" },
		{ "mkdir /run/gunicorn; gunicorn a", FATE_LOST, "mkdir /run/gunicorn: it is not run" },
	};

	(void)state;
	for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
		const struct ledger_entry *e;
		struct imported i;

		expect_of_command(&i, cases[k].line, "app = a; ");
		e = i.im.ledger.first;
		if (e->fate != cases[k].fate || strstr(e->reason, cases[k].reason) == NULL)
			fail_msg("%s is %s (%s)", cases[k].line, fate_name(e->fate), e->reason);
		release(&i);
	}
}

/* ---- units ---- */

/* A [Service] of these lines, and what it becomes. */
static void
service_lines(void **state)
{
	/* clang-format off */
	static const struct { const char *lines, *wanted; } cases[] = {
		{ "ExecStart=/x/gunicorn a\n", "app = a; command = /x/gunicorn; " },
		{ "ExecStart=venv/bin/gunicorn -b unix:x.sock a\n", "app = a; command = /venv/bin/gunicorn; bind = unix:/x.sock; socket_mode = 0666; " },
		{ "ExecStart=gunicorn -c x\n", "config = x; " },
		{ "WorkingDirectory=/srv\nEnvironment=PATH=/a\nExecStart=uv run gunicorn a\n",
			"app = a; directory = /srv; virtualenv = /srv/.venv; environment = PATH=/a; environment = PATH=/srv/.venv/bin:/a; " },
		{ "RuntimeDirectory=/run/x\nExecStart=gunicorn a\n", "app = a; " },
		{ "WorkingDirectory=/srv\nExecStart=gunicorn -b unix:x.sock a\n", "app = a; directory = /srv; bind = unix:/srv/x.sock; socket_mode = 0666; " },
		{ "Environment=A=b \"C=d e\" 'F=g'\nExecStart=gunicorn ${A} $C\n", "app = b; environment = A=b; environment = \"C=d e\"; environment = F=g; " },
		{ "Environment=P=80\nExecStart=gunicorn -b 1.2.3.4:$P --certfile /x/$1/y $$a\n", "app = $a; bind = 1.2.3.4:80; environment = P=80; certfile = /x/FILL_IN_1/y; " },
		{ "EnvironmentFile=-/etc/x\nExecStart=gunicorn a\n", "app = a; environment_file = -/etc/x; " },
		{ "User=a\nUser=b\nExecStart=gunicorn a\n", "app = a; user = b; " },
		{ "Environment=A=b\nEnvironment=\nEnvironment=C=d\nExecStart=gunicorn a\n", "app = a; environment = C=d; " },
		{ "ExecStart=gunicorn a\nExecStart=\nExecStart=gunicorn b\n", "app = b; " },
		{ "ExecStart=gunicorn a\nRestart=on-abort\nRestartSec=2min\n", "app = a; restart = on-failure; restart_delay = 120s; restart_delay_max = 120s; " },
		{ "ExecStart=gunicorn a\nTimeoutSec=1min 30s\nUMask=0077\n", "app = a; umask = 0077; start_timeout = 90s; stop_timeout = 90s; " },
		{ "ExecStart=gunicorn a\nTimeoutStopSec=infinity\n", "app = a; stop_timeout = 86400s; " },
		{ "ExecStart=gunicorn %i:%% --name %n\n", "app = eu:%; proc_name = web@eu.service; " },
		{ "ExecStart=gunicorn --access-logformat '%(h)s' a\n", "app = a; access_log_format = %(h)s; " },
		{ "ExecStart=@/x/gunicorn web -w 2 a\n", "app = a; command = /x/gunicorn; workers = 2; " },
		{ "User={{ u }}\nExecStart={{ b }}/gunicorn -w {{ n }} a\n", "app = a; command = \"/FILL_IN_b/gunicorn\"; #workers = {{ n }}; user = FILL_IN_u; " },
		{ "User={USER}\nEnvironment=U=x/{ID}\nExecStart=/srv/{app_dir}/gunicorn --name {S}x --access-logformat '%({REMOTE_USER}e)s' {APP}.wsgi\n",
			"app = FILL_IN_APP.wsgi; command = /srv/FILL_IN_app_dir/gunicorn; user = FILL_IN_USER; environment = U=x/{ID}; proc_name = {S}x; access_log_format = %({REMOTE_USER}e)s; " },
		{ "ExecStartPre=/bin/sh -c \"ps | awk '{print}'\"\nExecStart=gunicorn a\n",
			"app = a; start_timeout = 90s; exec_start_pre = /bin/sh -c \"ps | awk '{print}'\"; " },
		{ "{% if x %}Group={{ g }}{% endif %}\nExecStart=gunicorn a\n", "app = a; group = FILL_IN_g; " },
		{ "Environment=K=a$w2x!@b@c$5$$d P=$HOME/x:${y} L=$V @N@\nExecStart=gunicorn a\n",
			"app = a; environment = K=a$w2x!@b@c$5$$d; environment = P=FILL_IN_HOME/x:FILL_IN_y; environment = L=$V; " },
		{ "WorkingDirectory=${HOME}\nExecStart=gunicorn a\n", "app = a; directory = /FILL_IN_HOME; " },
		{ "EnvironmentFile=/e\nExecStart=/bin/sh -c '${CELERY} -A ${APP} beat $$X'\n",
			"command = /bin/sh -c \"${CELERY} -A ${APP} beat $X\"; environment_file = /e; stop_timeout = 90s; " },
		{ "EnvironmentFile=/e\nExecStart=/x/celery -A ${APP} $OPTS --x=$Y '$$z\"'\n",
			"command = /bin/sh -c \"exec \\\"/x/celery\\\" \\\"-A\\\" \\\"${APP}\\\" $OPTS \\\"--x=\\\\$Y\\\" \\\"\\\\$z\\\\\\\"\\\"\"; environment_file = /e; stop_timeout = 90s; " },
		{ "StandardOutput=null\nExecStart=gunicorn a\n", "app = a; log = none; " },
		{ "Nice=3\nEnvironment=A=b\nExecStart=/usr/bin/env C=d nice -n 5 sudo -u www /srv/start.sh\n",
			"command = /usr/bin/env C=d nice -n 5 sudo -u www /srv/start.sh; environment = A=b; nice = 3; stop_timeout = 90s; " },
		{ "ExecStart=/srv/start.sh\nTimeoutStartSec=5\n", "command = /srv/start.sh; start_timeout = 5s; stop_timeout = 90s; " },
		{ "ExecStart=gunicorn a\nExecStartPre=-/bin/mkdir -p '/run/a b'\nExecStartPre=+!/bin/x ; y\n", "app = a; start_timeout = 90s; exec_start_pre = -/bin/mkdir -p \"/run/a b\"; exec_start_pre = +/bin/x ; y; " },
		{ "ExecStart=gunicorn a\nExecStartPre=find /x -exec rm {} \\;\nExecStartPre=/x/a ';' ; /x/b\n",
			"app = a; start_timeout = 90s; exec_start_pre = find /x -exec rm {} \";\"; exec_start_pre = /x/a \";\" ; /x/b; " },
		{ "ExecStart=gunicorn a\nExecStartPre=/bin/x\nExecStartPre=\nExecStopPost=/bin/y\n", "app = a; exec_stop_post = /bin/y; " },
		{ "ExecStart=gunicorn a\nExecStartPost=/bin/kill -0 $MAINPID\n", "app = a; start_timeout = 90s; exec_start_post = /bin/sh -c \"exec \\\"/bin/kill\\\" \\\"-0\\\" $MAINPID\"; " },
		{ "ExecStart=gunicorn a\nExecCondition=/bin/sh -c 'test $$A = \"$B\"'\n", "app = a; start_timeout = 90s; exec_condition = /bin/sh -c \"test $A = \\\"$B\\\"\"; " },
		{ "ExecStart=/x/y\nType=notify\nNotifyAccess=all\nWatchdogSec=30s\n", "command = /x/y; start_timeout = 90s; stop_timeout = 90s; type = notify; notify_access = all; watchdog = 30s; " },
		{ "ExecStart=/x/y\nType=oneshot\nRemainAfterExit=yes\nSuccessExitStatus=75 SIGUSR1\n", "command = /x/y; autostart = no; restart = never; success_exit_status = 75 SIGUSR1; stop_timeout = 90s; type = oneshot; remain_after_exit = yes; " },
		{ "Type=oneshot\nExecStart=/x/a b\nExecStart=-/x/c\nExecStartPre=/x/first\nExecStart=/x/last\n",
			"command = /x/last; autostart = no; restart = never; stop_timeout = 90s; exec_start_pre = /x/first; exec_start_pre = /x/a b; exec_start_pre = -/x/c; type = oneshot; " },
		{ "Type=oneshot\nExecStart=/x/a\nExecStartPre=\nExecStart=/x/b\n", "command = /x/b; autostart = no; restart = never; stop_timeout = 90s; exec_start_pre = /x/a; type = oneshot; " },
		{ "Type=oneshot\nRestart=on-failure\nExecStart=/x/a\nExecStart=/x/b\nExecStart=\nExecStart=/x/last\n[Install]\nWantedBy=x.target\n",
			"command = /x/last; restart = on-failure; stop_timeout = 90s; type = oneshot; " },
		{ "ExecStart=gunicorn a\nTimeoutStartSec=0\nTimeoutStopSec=0\n", "app = a; start_timeout = 86400s; stop_timeout = 86400s; " },
		/* a job that is run once has no limit of its own, and what a stop gives is said where we would give less */
		{ "ExecStart=/x/y\nTimeoutStartSec=9\nTimeoutSec=infinity\nType=oneshot\n",
			"command = /x/y; autostart = no; restart = never; stop_timeout = 86400s; type = oneshot; " },
		{ "ExecStart=/x/y\nTimeoutStartSec=0\nTimeoutStopSec=soon\n", "command = /x/y; start_timeout = 86400s; stop_timeout = 90s; " },
		{ "ExecStart=gunicorn a\nExecStartPre=/x/a\nTimeoutStartSec=5\n", "app = a; start_timeout = 5s; exec_start_pre = /x/a; " },
		{ "ExecStart=/x/y\nExecStartPre=/x/a\nType=oneshot\nRestart=no\n[Install]\nWantedBy=x\n",
			"command = /x/y; restart = never; stop_timeout = 90s; exec_start_pre = /x/a; type = oneshot; " },
		{ "ExecStart=gunicorn a\nTimeoutStopSec=.5s 1\nRestartSec=0s5\nStartLimitInterval=1y\n", "app = a; restart_delay = 5s; start_limit_interval = 604800s; stop_timeout = 1500ms; " },
		{ "ExecStart=gunicorn a\nTimeoutStopSec=1.5.5s\nTimeoutStartSec=5.\nRestartSec=2\u00b5s\n", "app = a; restart_delay = 1ms; " },
		{ "ExecStart=gunicorn a\nSuccessExitStatus=TEMPFAIL EX_USAGE SIGINT\nRestartPreventExitStatus=EXCEPTION 3\n",
			"app = a; success_exit_status = 75 SIGINT; restart_prevent_exit_status = 255 3; " },
		{ "ExecStart=gunicorn a\n[Socket]\nListenStream=80\n", "app = a; " },
		{ "ExecStart=/usr/bin/env -uA --unset=B --unset C --chdir=/srv --ignore-environment -v gunicorn a\n",
			"app = a; directory = /srv; clear_environment = yes; unset_environment = A; unset_environment = B; unset_environment = C; " },
		{ "PermissionsStartOnly=true\nExecStartPre=/x/a ; -/x/b\nExecStartPre=-+/x/c\nExecStart=gunicorn a\n",
			"app = a; start_timeout = 90s; exec_start_pre = +/x/a ; -+/x/b; exec_start_pre = -+/x/c; " },
		{ "ExecStartPre=-/bin/rm -f /srv/x.sock\nExecStartPre=/bin/rm -f /srv/x.sock /srv/other\nExecStart=gunicorn -b unix:/srv/x.sock a\n",
			"app = a; bind = unix:/srv/x.sock; socket_mode = 0666; start_timeout = 90s; exec_start_pre = /bin/rm -f /srv/x.sock /srv/other; " },
		{ "RuntimeDirectory=web\nExecStart=gunicorn a\nExecStopPost=/bin/rm -rf /run/web/\nExecStopPost=/bin/rm -f /run/web/pid\n",
			"app = a; runtime_directory = web; exec_stop_post = /bin/rm -f /run/web/pid; " },
		{ "ExecSearchPath=/x/bin:/usr/bin\nExecStart=gunicorn a\n", "app = a; environment = PATH=/x/bin:/usr/bin; " },
		{ "DynamicUser=yes\nProtectSystem=full\nExecStart=gunicorn a\n",
			"app = a; user = web; no_new_privileges = yes; private_tmp = yes; protect_system = full; protect_home = read-only; remove_ipc = yes; "
			"restrict_suid_sgid = yes; " },
		{ "DynamicUser=yes\nUser=shop\nPrivateTmp=no\nExecStart=gunicorn a\n",
			"app = a; user = shop; no_new_privileges = yes; protect_system = strict; protect_home = read-only; remove_ipc = yes; restrict_suid_sgid = yes; " },
		{ "OOMPolicy=stop\nRestart=no\nExecStart=gunicorn a\n", "app = a; oom_policy = stop; restart = never; " },
		{ "ExecStart=/x/y\nReloadSignal=SIGUSR1\nRestartKillSignal=SIGINT\n", "command = /x/y; stop_timeout = 90s; reload_signal = SIGUSR1; " },
		{ "ExecStart=/x/y\nKillSignal=SIGQUIT\nExecReload=/bin/kill -HUP $MAINPID\n", "command = /x/y; stop_timeout = 90s; kill_signal = SIGQUIT; reload_signal = HUP; " },
		{ "ExecStart=gunicorn a\nLimitNOFILE=1024:infinity\nLimitAS=4G\nLimitNICE=-5\nLimitCORE=0\n", "app = a; limit_as = 4G; limit_core = 0; limit_nice = -5; limit_nofile = 1024:infinity; " },
		{ "ExecStart=gunicorn a\nLimitSTACK=1G 500M\nLimitDATA=1.5G:2G\nLimitNPROC=0x40\nLimitFSIZE=4 G\nLimitMSGQUEUE=1E\nMemoryMax=1G512M\n",
			"app = a; limit_data = 1.5G:2G; limit_fsize = 4294967296; limit_msgqueue = 1E; "
			"limit_nproc = 64; limit_stack = 1598029824; memory_max = 1610612736; " },
		{ "ExecStart=gunicorn a\nCPUShares=512\nBlockIOWeight=1000\nCPUSchedulingPolicy=3\n",
			"app = a; cpu_scheduling_policy = batch; cpu_weight = 50; io_weight = 200; " },
		{ "ExecStart=gunicorn a\nCPUShares=2\nEnvironment=A=b # a comment\n", "app = a; environment = A=b; cpu_weight = 1; " },
		{ "ExecStart=gunicorn a\nLimitCPU=5min:1h\nLimitRTTIME=200\n", "app = a; limit_cpu = 300000ms:3600000ms; limit_rttime = 200us; " },
		{ "ExecStart=gunicorn a\nLimitCPU=1min 30s\nLimitNPROC=1\nLimitNPROC=\n", "app = a; limit_cpu = 90000ms; " },
		{ "ExecStart=gunicorn a\nCPUAffinity=7\nCPUAffinity=\nCPUAffinity=0 1\nCPUAffinity=4-5\n", "app = a; cpu_affinity = 0 1 4-5; " },
		{ "ExecStart=gunicorn a\nNice=5\nOOMScoreAdjust=-100\nCPUAffinity=0-1,3\n", "app = a; nice = 5; cpu_affinity = 0-1,3; oom_score_adjust = -100; " },
		{ "ExecStart=gunicorn a\nIOSchedulingClass=3\nCPUSchedulingPolicy=rr\nCPUSchedulingPriority=9\n", "app = a; cpu_scheduling_policy = rr; cpu_scheduling_priority = 9; io_scheduling_class = idle; " },
		{ "ExecStart=gunicorn a\nMemoryMax=512M\nMemoryHigh=40%\nTasksMax=infinity\nCPUQuota=150%\nCPUWeight=idle\nIOWeight=50\n", "app = a; memory_max = 512M; memory_high = 40%; tasks_max = infinity; cpu_quota = 150%; cpu_weight = idle; io_weight = 50; " },
		{ "ExecStart=gunicorn a\nRuntimeDirectory=web web/x\nRuntimeDirectoryMode=750\nRuntimeDirectoryPreserve=yes\n", "app = a; runtime_directory = web web/x; runtime_directory_mode = 750; runtime_directory_preserve = yes; " },
		{ "ExecStart=gunicorn a\nStateDirectory=%p\nLogsDirectory=a\nLogsDirectory=b\nCacheDirectory=a:b\n", "app = a; state_directory = web; logs_directory = a; logs_directory = b; " },
		{ "ExecStart=gunicorn a\nLoadCredential=key:/etc/a b\nLoadCredential=other\nPassEnvironment=A B\n", "app = a; pass_environment = A B; load_credential = \"key:/etc/a b\"; " },
		{ "ExecStart=gunicorn a\nSetCredential=key:s3 cret\nSetCredential=n:a\\nb\nUnsetEnvironment=LANG LC_ALL\nUnsetEnvironment=A=b\n",
			"app = a; unset_environment = LANG LC_ALL; set_credential = \"key:s3 cret\"; " },
		{ "ExecStart=gunicorn a\nSetCredential=key:\\x41 \\\\b\"c\\x27\n", "app = a; set_credential = \"key:A \\\\b\\\"c'\"; " },
		{ "ExecStart={{ d }}/x.sh y\n", "command = \"/FILL_IN_d/x.sh\" y; stop_timeout = 90s; " },
		{ "ExecStart=gunicorn -b unix: a\n", "app = a; " },
		{ "ExecStart=pipenv --python /p run gunicorn a\n", "app = a; command = pipenv --python /p run gunicorn; " },
		{ "ExecStart=gunicorn a\nOOMPolicy=kill\nMemoryLimit=1G\n", "app = a; memory_max = 1G; oom_policy = restart; " },
		{ "ExecStart=gunicorn a\nCapabilityBoundingSet=~CAP_RAWIO CAP_MKNOD\nRestrictAddressFamilies=AF_UNIX AF_NOWHERE\n",
			"app = a; capability_bounding_set = ~CAP_MKNOD; restrict_address_families = AF_UNIX; " },
		{ "ExecStart=gunicorn a\nBindPaths=/a:/a -/b\nBindPaths=/c:/d /e:/e:rbind\nBindReadOnlyPaths=/f\n",
			"app = a; bind_paths = /a:/a -/b; bind_paths = /c:/d /e:/e:rbind; bind_read_only_paths = /f; " },
		{ "ExecStart=gunicorn a\nTemporaryFileSystem=/var:ro /opt:mode=0700,size=10M\nBindReadOnlyPaths=/var/lib/x\n",
			"app = a; bind_read_only_paths = /var/lib/x; temporary_file_system = /var:ro \"/opt:mode=0700,size=10M\"; " },
		{ "ExecStart=gunicorn a\nBindPaths={{ a }}/x:{{ b }}\n", "app = a; bind_paths = \"/FILL_IN_a/x:/FILL_IN_b\"; " },
		{ "ExecStart=gunicorn -c {{ d }}/x.py --chdir {{ c }} {% if x %}--certfile {{ y }}{% endif %} a\n",
			"app = a; config = /FILL_IN_d/x.py; chdir = FILL_IN_c; certfile = FILL_IN_y; " },
		{ "EnvironmentFile={{ a[\"b\"] }}/.env\nEnvironmentFile=relative\nExecStart=gunicorn a\n", "app = a; environment_file = \"/FILL_IN_a_b/.env\"; " },
		/* a later line that systemd passes over leaves the one before it */
		{ "ExecStart=gunicorn a\nMemoryMax=1G\nMemoryMax=512m\nLimitNOFILE=65536\nLimitNOFILE=1K\nTasksMax=9\nTasksMax=9K\n",
			"app = a; limit_nofile = 65536; memory_max = 1G; tasks_max = 9; " },
		{ "ExecStart=gunicorn a\nUMask=0027\nUMask=9\nProtectSystem=full\nProtectSystem=foo\nNice=5\nNice=25\nRestart=no\nRestart=x\n",
			"app = a; umask = 0027; nice = 5; restart = never; protect_system = full; " },
		{ "WorkingDirectory=/srv\nWorkingDirectory=-x\nExecStart=gunicorn -c x\nOOMPolicy=stop\nOOMPolicy=foo\nRestartSec=7\nRestartSec=soon\n",
			"directory = /srv; oom_policy = restart; restart_delay = 7s; config = x; " },
		{ "ExecStart=/x/y\nType=notify\nType=foo\n", "command = /x/y; start_timeout = 90s; stop_timeout = 90s; type = notify; " },
		/* and whoever asks what another directive says is told what is in effect of it */
		{ "ExecStart=gunicorn a\nOOMPolicy=stop\nRestart=no\nRestart=sometimes\n", "app = a; oom_policy = stop; restart = never; " },
		{ "ExecStart=gunicorn a\nPrivateDevices=yes\nPrivateDevices=perhaps\nDevicePolicy=strict\n", "app = a; private_devices = yes; " },
		{ "Type=oneshot\nType=once\nExecStart=/x/a\nExecStart=/x/b\n",
			"command = /x/b; autostart = no; restart = never; stop_timeout = 90s; exec_start_pre = /x/a; type = oneshot; " },
		/* an empty one takes a list away, but leaves a boolean and a word as they were */
		{ "PermissionsStartOnly=yes\nPermissionsStartOnly=\nExecStartPre=/x/a\nExecStart=gunicorn a\n", "app = a; start_timeout = 90s; exec_start_pre = +/x/a; " },
		{ "Type=oneshot\nType=\nExecStart=/x/a\n", "command = /x/a; autostart = no; restart = never; stop_timeout = 90s; type = oneshot; " },
		{ "PrivateTmp=yes\nPrivateTmp=\nRestart=always\nRestart=\nUser=a\nUser=\nExecStart=gunicorn a\n", "app = a; restart = always; private_tmp = yes; " },
		/* each part of a start has 90 s */
		{ "Type=notify\nExecStart=/x/a\n", "command = /x/a; start_timeout = 90s; stop_timeout = 90s; type = notify; " },
		{ "Type=notify\nTimeoutStartSec=5\nExecStart=/x/a\n", "command = /x/a; start_timeout = 5s; stop_timeout = 90s; type = notify; " },
		{ "ExecCondition=/x/c\nExecStart=gunicorn a\n", "app = a; start_timeout = 90s; exec_condition = /x/c; " },
		{ "ExecStartPost=/x/p\nExecStart=gunicorn a\n", "app = a; start_timeout = 90s; exec_start_post = /x/p; " },
		{ "ExecStart=gunicorn a\nTimeoutStopSec=1\nTimeoutSec=2\nTimeoutStopSec=3\nTimeoutStopSec=x\nNice=4\nNice=\nNice=z\n",
			"app = a; start_timeout = 2s; stop_timeout = 3s; " },
		/* a path that systemd passes over, or that is not to be had here, takes none of the others along */
		{ "ExecStart=gunicorn a\nBindPaths=/a b /c/../d /e:/f /g:/h:idmap\nBindReadOnlyPaths=/../x\nReadWritePaths=/a -/b/.. c /d..e\n",
			"app = a; read_write_paths = /a /d..e; bind_paths = /a /e:/f; " },
		{ "ExecStart=gunicorn a\nTemporaryFileSystem=/var:ro /opt:dev /srv/.. /x\nPrivateTmp=yes\nPrivateTmp=maybe\nProtectControlGroups=strict\n",
			"app = a; private_tmp = yes; temporary_file_system = /var:ro /x; protect_control_groups = yes; " },
		/* a newer name takes the place of an older one, wherever it stands */
		{ "ExecStart=gunicorn a\nCPUWeight=200\nCPUShares=512\nMemoryMax=1G\nMemoryLimit=512M\nBlockIOWeight=100\nIOWeight=50\n",
			"app = a; memory_max = 1G; cpu_weight = 200; io_weight = 50; " },
		{ "ExecStart=gunicorn a\nCPUWeight=0\nCPUShares=512\nMemoryMax=1G\nMemoryMax=infinity\nMemoryLimit=512M\nBlockIOWeight=100\nIOWeight=50\nIOWeight=\n",
			"app = a; memory_max = 512M; cpu_weight = 50; io_weight = 20; " },
		{ "ExecStart=gunicorn a\nSupplementaryGroups=adm www\nSupplementaryGroups=video\n", "app = a; supplementary_groups = adm www; supplementary_groups = video; " },
	};
	/* clang-format on */

	(void)state;
	for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
		struct imported i;
		char text[1024];

		snprintf(text, sizeof text, "[Service]\n%s", cases[k].lines);
		begin(&i);
		add(&i, "web@eu.service", text);
		end(&i);
		expect_settings(&i, cases[k].lines, cases[k].wanted);
		release(&i);
	}
}

static const struct ledger_entry *
entry_of(const struct imported *i, const char *directive)
{
	for (const struct ledger_entry *e = i->im.ledger.first; e != NULL; e = e->next)
		if (strcmp(e->directive, directive) == 0)
			return e;
	fail_msg("no entry %s", directive);
	return NULL;
}

/* A [Unit] of these lines. */
static void
conditions(void **state)
{
	/* clang-format off */
	static const struct { const char *lines, *wanted; enum fate fate; } cases[] = {
		{ "ConditionPathExists=/srv/a b", "app = a; exec_condition = +test -e \"/srv/a b\"; ", FATE_KEPT },
		{ "ConditionPathExists=!/srv/off", "app = a; exec_condition = +test ! -e /srv/off; ", FATE_KEPT },
		{ "ConditionPathIsMountPoint=!/srv", "app = a; exec_condition = +/bin/sh -c \"! mountpoint -q \\\"$1\\\"\" sh /srv; ", FATE_KEPT },
		{ "AssertFileIsExecutable=/srv/x", "app = a; exec_start_pre = +test -x /srv/x; ", FATE_KEPT },
		{ "ConditionPathExists=srv", "app = a; ", FATE_MEANINGLESS },
		{ "ConditionPathExists=|/srv/x", "app = a; exec_condition = +/bin/sh -c \"test -e \\\"$1\\\"\" sh /srv/x; ", FATE_KEPT },
		{ "ConditionPathExists=|!/a b\nConditionPathIsDirectory=| /c\nConditionPathExists=/d",
			"app = a; exec_condition = +/bin/sh -c \"! test -e \\\"$1\\\" || test -d \\\"$2\\\"\" sh \"/a b\" /c; exec_condition = +test -e /d; ", FATE_KEPT },
		{ "ConditionPathExists=|/a\nConditionVirtualization=|vm", "app = a; ", FATE_LOST },
		{ "AssertPathExists=|/a\nAssertPathExists=|/b\nConditionPathExists=|/c",
			"app = a; exec_condition = +/bin/sh -c \"test -e \\\"$1\\\"\" sh /c; "
			"exec_start_pre = +/bin/sh -c \"test -e \\\"$1\\\" || test -e \\\"$2\\\"\" sh /a /b; ", FATE_KEPT },
		{ "ConditionDirectoryNotEmpty=!/srv", "app = a; exec_condition = +/bin/sh -c \"! test -n \\\"$(ls -A \\\"$1\\\" 2>/dev/null)\\\"\" sh /srv; ", FATE_KEPT },
		{ "ConditionHost=x", "app = a; ", FATE_LOST }, { "ConditionOSRelease=ID=debian", "app = a; ", FATE_LOST },
	};
	/* clang-format on */

	(void)state;
	for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
		struct imported i;
		char text[256];

		snprintf(text, sizeof text, "[Unit]\n%s\n[Service]\nExecStart=gunicorn a\n", cases[k].lines);
		begin(&i);
		add(&i, "web.service", text);
		end(&i);
		expect_settings(&i, cases[k].lines, cases[k].wanted);
		assert_int_equal(i.im.ledger.first->fate, cases[k].fate);
		release(&i);
	}
}

/* Order among units that are imported together is kept; of others it is said that it is not. */
static void
order_among_units(void **state)
{
	const struct ledger_entry *e;
	struct imported i;

	(void)state;
	begin(&i);
	add(&i, "web.service",
		"[Unit]\nAfter=db.service redis.service network.target\nRequires=db.service\n"
		"[Service]\nExecStart=gunicorn a\n");
	add(&i, "db.service",
		"[Unit]\nWants=last.service\nWants=web.service\nBefore=last.service\n[Service]\nExecStart=/x/db\n");
	add(&i, "last.service", "[Service]\nType=oneshot\nExecStart=/x/last\n");
	end(&i);
	assert_string_equal(draft_get(i.im.drafts, KEY_after), "db");
	assert_string_equal(draft_get(i.im.drafts, KEY_requires), "db");
	assert_string_equal(draft_get(i.im.drafts->next, KEY_wants), "web");
	assert_string_equal(draft_get(i.im.drafts->next->next, KEY_after), "db");
	assert_false(draft_has(i.im.drafts->next->next, KEY_autostart)); /* db has it started */
	assert_int_equal(entry_of(&i, "Before")->fate, FATE_KEPT);
	e = entry_of(&i, "After");
	assert_int_equal(e->fate, FATE_LOST);
	assert_memory_equal(e->reason, "redis.service: ", 15);
	assert_int_equal(entry_of(&i, "Requires")->fate, FATE_KEPT);
	assert_string_equal(entry_of(&i, "Requires")->key, "requires");
	release(&i);
}

/* A key that ends as the name of another does is named beside it. */
static void
every_key_of_a_line_is_named(void **state)
{
	struct imported i;

	(void)state;
	begin(&i);
	import_add_command(&i.im, "env -i A=b gunicorn a");
	end(&i);
	assert_string_equal(i.im.ledger.first->key, "clear_environment environment app");
	release(&i);
}

/* A stop of the one that it is part of reaches it; what would have two wait for each other is left out, and said. */
static void
part_of_another(void **state)
{
	/* clang-format off */
	static const struct { const char *web, *db, *requires, *after; enum fate fate; } cases[] = {
		{ "PartOf=db.service", "", "db", "", FATE_KEPT },
		{ "PartOf=db.service\nBefore=db.service", "", "", "", FATE_LOST },
		{ "PartOf=db.service", "Requires=web.service", "", "", FATE_LOST },
		{ "PartOf=db.service", "Wants=web.service", "db", "", FATE_KEPT },
		{ "PartOf=other.service", "", "", "", FATE_LOST },
		{ "Requires=db.service", "After=web.service", "db", "", FATE_KEPT },
	};
	/* clang-format on */

	(void)state;
	for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
		struct imported i;
		char text[256];

		begin(&i);
		snprintf(text, sizeof text, "[Unit]\n%s\n[Service]\nExecStart=gunicorn a\n", cases[k].web);
		add(&i, "web.service", text);
		snprintf(text, sizeof text, "[Unit]\n%s\n[Service]\nExecStart=/x/db\n", cases[k].db);
		add(&i, "db.service", text);
		end(&i);
		assert_string_equal(draft_get(i.im.drafts, KEY_requires), cases[k].requires);
		assert_string_equal(draft_get(i.im.drafts, KEY_after), cases[k].after);
		assert_int_equal(i.im.ledger.first->fate, cases[k].fate);
		if (strstr(cases[k].db, "After") != NULL) {
			assert_int_equal(entry_of(&i, "After")->fate, FATE_LOST);
			assert_string_equal(draft_get(i.im.drafts->next, KEY_after), "");
		}
		release(&i);
	}
}

/* What [Install] says of another service is said there; where that one is not imported, it is lost. */
static void
wanted_by_another(void **state)
{
	/* clang-format off */
	static const struct { const char *install, *web, *settings; enum fate fate; } cases[] = {
		{ "RequiredBy=web.service", "", "app = a; requires = db; ", FATE_KEPT },
		{ "WantedBy=multi-user.target web.service", "", "app = a; wants = db; ", FATE_KEPT },
		{ "RequiredBy=web.service", "After=db.service\nRequires=db.service", "app = a; after = db; requires = db; ", FATE_KEPT },
		{ "RequiredBy=web.service", "Before=db.service", "app = a; ", FATE_LOST },
		{ "RequiredBy=other.service", "", "app = a; ", FATE_LOST },
		{ "WantedBy=other.service", "", "app = a; ", FATE_LOST },
		{ "UpheldBy=web.service", "", "app = a; ", FATE_LOST },
		{ "RequiredBy=web.service\nRequiredBy=", "", "app = a; ", FATE_MEANINGLESS },
		{ "RequiredBy=multi-user.target", "", "app = a; ", FATE_IMPLIED },
	};
	/* clang-format on */

	(void)state;
	for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
		const struct ledger_entry *e;
		struct imported i;
		char text[256], *all;

		begin(&i);
		snprintf(text, sizeof text, "[Unit]\n%s\n[Service]\nExecStart=gunicorn a\n", cases[k].web);
		add(&i, "web.service", text);
		snprintf(text, sizeof text, "[Service]\nExecStart=/x/db\n[Install]\n%s\n", cases[k].install);
		add(&i, "db.service", text);
		end(&i);
		all = settings_of(&i);
		for (e = i.im.ledger.first; strcmp(e->section, "Install") != 0; e = e->next)
			;
		if (strncmp(all, cases[k].settings, strlen(cases[k].settings)) != 0 || e->fate != cases[k].fate ||
			strstr(all + strlen(cases[k].settings), "app") != NULL)
			fail_msg("%s: %s (%s), %s", cases[k].install, fate_name(e->fate), e->reason, all);
		free(all);
		release(&i);
	}
}

/* "Wants=web.service" is no word of eb.service, and nothing where an empty one follows. */
static void
another_starts_a_oneshot(void **state)
{
	static const struct {
		const char *wants;
		bool is_started;
	} cases[] = { { "Wants=b.service a.service", true }, { "Wants=%p.service", false },
		{ "Requires=ba.service", false }, { "Wants=a.service\nWants=", false },
		{ "Wants=\nWants=a.service", true } };

	(void)state;
	for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
		struct imported i;
		char text[256];

		begin(&i);
		add(&i, "a.service", "[Service]\nType=oneshot\nExecStart=/x/a\n");
		snprintf(text, sizeof text, "[Unit]\n%s\n[Service]\nExecStart=/x/b\n", cases[k].wants);
		add(&i, "b.service", text);
		end(&i);
		if (draft_has(i.im.drafts, KEY_autostart) == cases[k].is_started)
			fail_msg("%s", cases[k].wants);
		release(&i);
	}
}

static void
fates(void **state)
{
	/* clang-format off */
	static const struct { const char *name, *value; enum fate fate; } cases[] = {
		{ "PrivateTmp", "yes", FATE_KEPT }, { "PrivateTmp", "no", FATE_MEANINGLESS },
		{ "PrivateTmp", "strict", FATE_MEANINGLESS }, { "ProtectControlGroups", "private", FATE_KEPT }, { "ProtectControlGroups", "strict", FATE_KEPT },
		{ "BindPaths", "/a /g:/h:idmap", FATE_LOST }, { "BindPaths", "/a b /c/..", FATE_KEPT }, { "BindPaths", "/a/../b", FATE_MEANINGLESS },
		{ "ReadOnlyPaths", "/a b", FATE_KEPT }, { "TemporaryFileSystem", "/a /b:dev", FATE_LOST },
		{ "PrivateTmp", "disconnected", FATE_KEPT }, { "PrivateUsers", "yes", FATE_KEPT }, { "PrivateUsers", "self", FATE_KEPT },
		{ "PrivateUsers", "identity", FATE_LOST }, { "PrivateUsers", "no", FATE_MEANINGLESS }, { "PrivateMounts", "yes", FATE_KEPT },
		{ "CapabilityBoundingSet", "~CAP_SYS_ADMIN CAP_KILL", FATE_KEPT }, { "CapabilityBoundingSet", "", FATE_KEPT },
		{ "CapabilityBoundingSet", "CAP_NONSENSE", FATE_LOST }, { "AmbientCapabilities", "", FATE_MEANINGLESS },
		{ "ReadWritePaths", "-+/var/lib/x \"/a b\"", FATE_KEPT }, { "ProtectSystem", "strict", FATE_KEPT },
		{ "ProtectHome", "tmpfs", FATE_KEPT }, { "SystemCallFilter", "@system-service no_such", FATE_KEPT },
		{ "SystemCallFilter", "no_such", FATE_MEANINGLESS }, { "SystemCallArchitectures", "native x86", FATE_KEPT },
		{ "SystemCallArchitectures", "x86", FATE_LOST }, { "RestrictNamespaces", "~user net", FATE_KEPT },
		{ "RestrictAddressFamilies", "AF_UNIX AF_NOWHERE", FATE_KEPT }, { "RestrictAddressFamilies", "AF_NOWHERE", FATE_LOST }, { "RestrictRealtime", "off", FATE_MEANINGLESS },
		{ "LimitNOFILE", "1024", FATE_KEPT }, { "LimitNOFILE", "", FATE_MEANINGLESS },
		/* as systemd-analyze verify has them: "ignoring" */
		{ "LimitNOFILE", "1K", FATE_MEANINGLESS }, { "LimitNOFILE", "5:", FATE_MEANINGLESS }, { "LimitNPROC", "200:100", FATE_MEANINGLESS },
		{ "LimitAS", "4g", FATE_MEANINGLESS }, { "LimitFSIZE", "4MB", FATE_MEANINGLESS }, { "LimitMEMLOCK", ".5G", FATE_MEANINGLESS },
		{ "LimitCORE", "1M500G", FATE_MEANINGLESS }, { "LimitCPU", "soon", FATE_MEANINGLESS }, { "LimitRSS", "infinity:1M", FATE_MEANINGLESS },
		{ "MemoryMax", "512m", FATE_MEANINGLESS }, { "MemoryHigh", "512MB", FATE_MEANINGLESS }, { "MemorySwapMax", "40.5%", FATE_KEPT },
		{ "TasksMax", "1K", FATE_MEANINGLESS }, { "TasksMax", "10%", FATE_KEPT }, { "CPUQuota", "0.5", FATE_MEANINGLESS },
		{ "CPUWeight", "0", FATE_MEANINGLESS }, { "Nice", "25", FATE_MEANINGLESS }, { "UMask", "9", FATE_MEANINGLESS },
		{ "StateDirectoryMode", "999", FATE_MEANINGLESS }, { "StartLimitBurst", "x", FATE_MEANINGLESS }, { "OOMPolicy", "foo", FATE_MEANINGLESS },
		{ "MemoryMax", "0", FATE_MEANINGLESS }, { "TasksMax", "0%", FATE_MEANINGLESS }, { "MemorySwapMax", "0", FATE_KEPT },
		{ "CacheDirectory", "a:b", FATE_LOST }, { "CPUShares", "1", FATE_MEANINGLESS }, { "CPUSchedulingPolicy", "4", FATE_LOST }, { "CPUSchedulingPolicy", "often", FATE_MEANINGLESS }, { "OOMPolicy", "KILL", FATE_MEANINGLESS },
		{ "UnsetEnvironment", "A=b", FATE_LOST }, { "SupplementaryGroups", "a%", FATE_LOST }, { "Nice", "0x5", FATE_LOST },
		{ "Environment", "x y", FATE_MEANINGLESS }, { "WorkingDirectory", "-x", FATE_MEANINGLESS },
		{ "ProtectSystem", "maybe", FATE_MEANINGLESS }, { "ProtectHome", "{{ x }}", FATE_LOST },
		{ "Type", "notify", FATE_IMPLIED }, { "Type", "oneshot", FATE_LOST },
		{ "KillMode", "mixed", FATE_IMPLIED }, { "KillMode", "process", FATE_LOST },
		{ "KillSignal", "SIGTERM", FATE_IMPLIED }, { "KillSignal", "SIGQUIT", FATE_LOST },
		{ "ExecReload", "/bin/kill -s HUP $MAINPID", FATE_IMPLIED }, { "ExecReload", "/bin/kill -HUP $MAINPID", FATE_IMPLIED },
		{ "ExecReload", "/bin/true", FATE_LOST }, { "ExecStop", "/bin/kill -s QUIT $MAINPID", FATE_LOST },
		{ "ExecStartPre", "/bin/true", FATE_KEPT }, { "ExecStartPre", "@/bin/true x", FATE_LOST },
		{ "ExecStartPre", "", FATE_MEANINGLESS }, { "NotifyAccess", "all", FATE_IMPLIED }, { "RemainAfterExit", "yes", FATE_LOST },
		{ "WatchdogSec", "30", FATE_IMPLIED }, { "SuccessExitStatus", "75", FATE_KEPT }, { "SuccessExitStatus", "TEMPFAIL", FATE_KEPT },
		{ "SuccessExitStatus", "EX_TEMPFAIL", FATE_MEANINGLESS }, { "RuntimeMaxSec", "infinity", FATE_MEANINGLESS }, { "RuntimeMaxSec", "1d", FATE_LOST },
		{ "RestartPreventExitStatus", "3 SIGKILL", FATE_KEPT }, { "RestartForceExitStatus", "0", FATE_KEPT }, { "PIDFile", "/run/x.pid", FATE_IMPLIED },
		{ "Slice", "system.slice", FATE_MEANINGLESS }, { "Slice", "web.slice", FATE_LOST },
		{ "KeyringMode", "inherit", FATE_LOST }, { "KeyringMode", "shared", FATE_LOST },
		{ "KeyringMode", "private", FATE_IMPLIED }, { "DevicePolicy", "auto", FATE_MEANINGLESS }, { "DevicePolicy", "closed", FATE_LOST },
		{ "TemporaryFileSystem", "/a:dev", FATE_LOST }, { "BindPaths", "/a:/b", FATE_KEPT }, { "BindPaths", "/a:/b:idmap", FATE_LOST }, { "BindPaths", "/a", FATE_KEPT }, { "EnvironmentFile", "x", FATE_MEANINGLESS },
		{ "IPAddressAllow", "localhost", FATE_MEANINGLESS }, { "IPAddressAllow", "localhost\nIPAddressDeny=any", FATE_LOST },
		{ "IPAddressDeny", "any", FATE_LOST }, { "SetCredential", "a:b\\nc", FATE_LOST },
		{ "PermissionsStartOnly", "yes", FATE_IMPLIED }, { "PermissionsStartOnly", "no", FATE_MEANINGLESS },
		{ "user", "x", FATE_MEANINGLESS }, { "FOO_BAR", "x", FATE_MEANINGLESS }, { "Frobnicate", "x", FATE_LOST },
		{ "After", "x", FATE_MEANINGLESS }, { "RestartSec", "5", FATE_KEPT }, { "User", "a b", FATE_LOST },
		{ "Environment", "LISTEN_FDS=3", FATE_LOST }, { "WorkingDirectory", "x", FATE_LOST },
		{ "StandardOutput", "journal", FATE_IMPLIED }, { "StandardOutput", "file:/x", FATE_LOST },
	};
	/* clang-format on */

	(void)state;
	for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
		const struct ledger_entry *e;
		struct imported i;
		char text[256];

		snprintf(text, sizeof text, "[Service]\nExecStart=gunicorn a\n%s=%s\n", cases[k].name, cases[k].value);
		begin(&i);
		add(&i, "web.service", text);
		end(&i);
		e = entry_of(&i, cases[k].name);
		if (e->fate != cases[k].fate || e->line != 3)
			fail_msg("%s=%s is %s (%s)", cases[k].name, cases[k].value, fate_name(e->fate), e->reason);
		if (e->fate != FATE_KEPT)
			assert_string_not_equal(e->reason, "");
		release(&i);
	}
}

/* What stands in front of a command is accounted for, whatever the command is. */
static void
prefixes_of_a_command(void **state)
{
	/* clang-format off */
	static const struct { const char *lines; enum fate fate; const char *reason; } cases[] = {
		{ "ExecStart=+/bin/b", FATE_LOST, "+: the command runs as user" }, { "ExecStart=!/bin/b", FATE_LOST, "!: the command runs as user" },
		{ "ExecStart=-/bin/b", FATE_LOST, "-: an end that systemd takes for success" }, { "ExecStart=@/bin/b zero x", FATE_LOST, "@: a name for argv[0]" },
		{ "ExecStart=|/bin/b", FATE_LOST, "|: no login shell" }, { "ExecStart=|/x/gunicorn a", FATE_LOST, "|: no login shell" },
		{ "ExecStart=-/bin/b\nRestart=always", FATE_KEPT, "-: it is started again" }, { "ExecStart=-/x/gunicorn a\nRestart=always", FATE_KEPT, "-: it is started again" },
		{ "ExecStart=:/bin/b $X", FATE_KEPT, ":: Bridle replaces no variables" }, { "ExecStart=+env A=b /bin/b", FATE_LOST, "+: the command runs as user" },
		{ "ExecStart=/bin/b", FATE_KEPT, "no Gunicorn is to be seen" },
	};
	/* clang-format on */

	(void)state;
	for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
		const struct ledger_entry *e;
		struct imported i;
		char text[256];

		snprintf(text, sizeof text, "[Service]\n%s\nUser=www\n", cases[k].lines);
		begin(&i);
		add(&i, "web.service", text);
		end(&i);
		e = entry_of(&i, "ExecStart");
		if (e->fate != cases[k].fate || strncmp(e->reason, cases[k].reason, strlen(cases[k].reason)) != 0)
			fail_msg("%s is %s (%s)", cases[k].lines, fate_name(e->fate), e->reason);
		assert_non_null(strstr(e->key, "command"));
		/* the command behind it is the last part, and what was tried on the way is none */
		if (e->parts != NULL && strstr(e->value, "gunicorn") == NULL)
			assert_ptr_equal(e->parts->next, e->last_part);
		release(&i);
	}
}

/* A reason is that of what is meant, and names it. */
static void
reasons(void **state)
{
	/* clang-format off */
	static const struct { const char *name, *text, *directive, *key, *reason; enum fate fate; } cases[] = {
		{ "x.service", "[Service]\nExecStart=/x\nWatchdogSec=30\n", "WatchdogSec", "watchdog", "", FATE_KEPT },
		{ "x.service", "[Service]\nExecStart=/x\nCoredumpFilter=all\n", "CoredumpFilter", "", "core dumps hold", FATE_LOST },
		{ "x.service", "[Service]\nExecStart=/x\nCoredumpFilter=default\n", "CoredumpFilter", "", "it is what the kernel", FATE_MEANINGLESS },
		{ "x.service", "[Service]\nExecStart=/x\nEnvironment=X=1 Y=a\\nb Z=2\n", "Environment", "environment", "Y: ", FATE_LOST },
		{ "x.service", "[Service]\nExecStart=/x\nEnvironment=Y=a\\nb\n", "Environment", "", "Y: ", FATE_LOST },
		{ "x.service", "[Service]\nExecStart=/x\nStateDirectory=a:b c\n", "StateDirectory", "state_directory", "a:b: ", FATE_LOST },
		{ "x.service", "[Service]\nExecStart=gunicorn a\nExecStartPre=-!/x\n", "ExecStartPre", "exec_start_pre", "the sandbox, too", FATE_KEPT },
		{ "s.conf", "[program:x]\ncommand=/x\nredirect_stderr=false\n", "redirect_stderr", "", "there is one log", FATE_LOST },
		{ "s.conf", "[program:x]\ncommand=/x\nredirect_stderr=true\n", "redirect_stderr", "", "standard output and", FATE_IMPLIED },
		{ "s.conf", "[program:x]\ncommand=/x\nenvironment=X=1,LISTEN_FDS=2,Z=2\n", "environment", "environment", "LISTEN_FDS: ", FATE_LOST },
		{ "s.conf", "[program:x]\ncommand=/x\nenvironment=X=1,{{ more, }}, Z={{ z }}\n", "environment", "environment", "{{ more, }}: which variables", FATE_LOST },
	};
	/* clang-format on */

	(void)state;
	for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
		const struct ledger_entry *e;
		struct imported i;

		begin(&i);
		add(&i, cases[k].name, cases[k].text);
		end(&i);
		e = entry_of(&i, cases[k].directive);
		if (e->fate != cases[k].fate || strcmp(e->key, cases[k].key) != 0 ||
			strncmp(e->reason, cases[k].reason, strlen(cases[k].reason)) != 0 ||
			(cases[k].reason[0] == '\0' && e->reason[0] != '\0'))
			fail_msg("%s is %s by %s (%s)", cases[k].text, fate_name(e->fate), e->key, e->reason);
		/* what stands behind what is lost is not lost with it */
		if (strstr(cases[k].text, "Z=2") != NULL)
			assert_non_null(strstr(i.text, "\nenvironment = Z=2\n"));
		if (strcmp(cases[k].key, "state_directory") == 0)
			assert_non_null(strstr(i.text, "\nstate_directory = c\n"));
		release(&i);
	}
}

/* What bridled has in its environment, a unit did not have. */
static void
the_environment_of_bridled_is_said(void **state)
{
	static const struct {
		const char *name, *text;
		bool is_said;
	} cases[] = {
		{ "x.service", "[Service]\nExecStart=gunicorn a\n", true },
		{ "x.service", "[Service]\nExecStart=gunicorn a\nPassEnvironment=LANG\n", false },
		{ "x.service", "[Service]\nExecStart=env -i gunicorn a\n", false },
		{ "s.conf", "[program:x]\ncommand=gunicorn a\n", false },
	};

	(void)state;
	for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
		struct imported i;

		begin(&i);
		add(&i, cases[k].name, cases[k].text);
		end(&i);
		if ((strstr(i.text, "variables that systemd sets") != NULL) != cases[k].is_said)
			fail_msg("%s", i.text);
		release(&i);
	}
}

static void
a_socket_gives_the_addresses(void **state)
{
	struct imported i;

	(void)state;
	begin(&i);
	add(&i, "/e/web.service",
		"[Unit]\nRequires=web.socket\n[Service]\nExecStart=gunicorn -b :1 a\n[Install]\nWantedBy=multi-user.target\n");
	add(&i, "/e/web.socket",
		"[Socket]\nListenStream=/run/w.sock\nListenStream=80\nSocketUser=www\nSocketMode=0600\n");
	end(&i);
	expect_settings(&i, "socket",
		"app = a; bind = unix:/run/w.sock; bind = 0.0.0.0:80 [::]:80; socket_owner = www; "
		"socket_mode = 0600; ");
	assert_int_equal(entry_of(&i, "Requires")->fate, FATE_IMPLIED);
	release(&i);
}

/* What is no Gunicorn gets no listener; a socket that is called otherwise belongs to whose command names its address. */
static void
a_socket_has_its_service(void **state)
{
	struct imported i;

	(void)state;
	begin(&i);
	add(&i, "/e/x.service", "[Service]\nExecStart=/x/fcgiwrap\n[Install]\nWantedBy=a\n");
	add(&i, "/e/x.socket", "[Socket]\nListenStream=/run/x.sock\nSocketUser=www\nSocketMode=0600\n");
	add(&i, "/e/web.service", "[Service]\nExecStart=gunicorn -b unix:/run/w.sock a\n[Install]\nWantedBy=a\n");
	add(&i, "/e/conf.socket", "[Socket]\nListenStream=/run/w.sock\nSocketUser=www\nSocketMode=0600\n");
	end(&i);
	expect_settings(&i, "sockets",
		"command = /x/fcgiwrap; stop_timeout = 90s; app = a; bind = unix:/run/w.sock; socket_owner = www; socket_mode = 0600; ");
	assert_int_equal(entry_of(&i, "SocketUser")->fate, FATE_LOST);
	release(&i);
}

/* By Service=, by its name, by Sockets= (systemd.socket(5), systemd.service(5)), whatever else is there. */
static void
a_socket_may_be_called_otherwise(void **state)
{
	/* clang-format off */
	static const struct { const char *service, *socket, *wanted; enum fate fate; } cases[] = {
		{ "Sockets=http.socket", "", "app = a; bind = unix:/run/h.sock; socket_mode = 0660; command = /x; stop_timeout = 90s; ", FATE_KEPT },
		{ "Sockets=other.socket\nSockets=http.socket", "", "app = a; bind = unix:/run/h.sock; socket_mode = 0660; command = /x; stop_timeout = 90s; ", FATE_LOST },
		{ "Sockets=http.socket\nSockets=", "", "app = a; command = /x; stop_timeout = 90s; app = FILL_IN_app; bind = unix:/run/h.sock; socket_mode = 0660; ", FATE_MEANINGLESS },
		{ "Sockets=http.socket", "Service=other.service\n", "app = a; command = /x; stop_timeout = 90s; ", FATE_LOST },
		{ "Sockets=http.sock http.socket.x", "", "app = a; command = /x; stop_timeout = 90s; app = FILL_IN_app; bind = unix:/run/h.sock; socket_mode = 0660; ", FATE_LOST },
	};
	/* clang-format on */

	(void)state;
	for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
		struct imported i;
		char text[256];

		begin(&i);
		snprintf(text, sizeof text, "[Service]\nExecStart=gunicorn a\n%s\n[Install]\nWantedBy=x\n",
			cases[k].service);
		add(&i, "/e/web.service", text);
		add(&i, "/e/other.service", "[Service]\nExecStart=/x\n[Install]\nWantedBy=x\n");
		snprintf(text, sizeof text, "[Socket]\nListenStream=/run/h.sock\nSocketMode=0660\n%s", cases[k].socket);
		add(&i, "/e/http.socket", text);
		end(&i);
		expect_settings(&i, cases[k].service, cases[k].wanted);
		assert_int_equal(entry_of(&i, "Sockets")->fate, cases[k].fate);
		release(&i);
	}
}

/* A service without [Install] is started by its socket, unless another one pulls it in; a directory below /run is made. */
static void
a_socket_may_start_its_service(void **state)
{
	/* clang-format off */
	static const struct { const char *service, *socket, *other, *wanted; } cases[] = {
		{ "", "ListenStream=/run/w.sock\n", "", "app = a; bind = unix:/run/w.sock; socket_mode = 0666; start = on-demand; " },
		{ "[Install]\nWantedBy=multi-user.target\n", "ListenStream=/run/w.sock\n", "", "app = a; bind = unix:/run/w.sock; socket_mode = 0666; " },
		{ "", "ListenStream=80\n", "[Unit]\nWants=web.service\n[Service]\nExecStart=/x\n",
			"app = a; bind = 0.0.0.0:80 [::]:80; command = /x; stop_timeout = 90s; wants = web; " },
		{ "[Install]\nWantedBy=x\n", "ListenStream=/var/run/a/b/w.sock\nDirectoryMode=0750\nSocketMode=0600\n", "",
			"app = a; bind = unix:/var/run/a/b/w.sock; socket_mode = 0600; runtime_directory = a/b; runtime_directory_mode = 0750; " },
		{ "[Install]\nWantedBy=x\n", "ListenStream=/run/a b/w.sock\nSocketMode=0600\n", "",
			"app = a; bind = \"unix:/run/a b/w.sock\"; socket_mode = 0600; runtime_directory = \"a b\"; " },
		{ "RuntimeDirectory=a a/b\n[Install]\nWantedBy=x\n", "ListenStream=/run/a/b/w.sock\nSocketMode=0600\n", "",
			"app = a; bind = unix:/run/a/b/w.sock; socket_mode = 0600; runtime_directory = a a/b; " },
		{ "ExecStartPre=/bin/rm -f /srv/w.sock\n[Install]\nWantedBy=x\n", "ListenStream=/srv/w.sock\nSocketMode=0600\n", "",
			"app = a; bind = unix:/srv/w.sock; socket_mode = 0600; " },
		{ "[Install]\nWantedBy=x\n", "ListenStream=/srv/a/w.sock\nDirectoryMode=0750\nSocketMode=0600\n", "",
			"app = a; bind = unix:/srv/a/w.sock; socket_mode = 0600; " },
	};
	/* clang-format on */

	(void)state;
	for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
		struct imported i;
		char text[256];

		begin(&i);
		snprintf(text, sizeof text, "[Service]\nExecStart=gunicorn a\n%s", cases[k].service);
		add(&i, "/e/web.service", text);
		snprintf(text, sizeof text, "[Socket]\n%s", cases[k].socket);
		add(&i, "/e/web.socket", text);
		if (cases[k].other[0] != '\0')
			add(&i, "/e/other.service", cases[k].other);
		end(&i);
		expect_settings(&i, cases[k].socket, cases[k].wanted);
		release(&i);
	}
}

/* What would be removed with one of them is made by none. */
static void
sockets_may_share_a_directory(void **state)
{
	struct imported i;

	(void)state;
	begin(&i);
	add(&i, "/e/a.service", "[Service]\nExecStart=gunicorn a\n[Install]\nWantedBy=x\n");
	add(&i, "/e/a.socket", "[Socket]\nListenStream=/run/g/a.sock\nSocketMode=0600\n");
	add(&i, "/e/b.service", "[Service]\nExecStart=gunicorn b\n[Install]\nWantedBy=x\n");
	add(&i, "/e/b.socket", "[Socket]\nListenStream=%t/g/b.sock\nSocketMode=0600\n");
	end(&i);
	expect_settings(&i, "shared",
		"app = a; bind = unix:/run/g/a.sock; socket_mode = 0600; app = b; bind = unix:/run/g/b.sock; "
		"socket_mode = 0600; ");
	assert_non_null(strstr(i.text, "Several have sockets in /run/g"));
	release(&i);
}

/* The directory of a socket is what its specifiers make of it. */
static void
a_socket_has_its_directory(void **state)
{
	/* clang-format off */
	static const struct { const char *unit, *more, *listen, *directory; } cases[] = {
		{ "web", "", "%t/gunicorn/x.sock", "gunicorn" }, { "web", "", "/run/%p/x.sock", "web" }, { "web", "", "/var/run/%N/x.sock", "web" },
		{ "web@eu", "", "/run/%p-%i/x.sock", "web-eu" }, { "web@", "", "%t/%i/x.sock", "FILL_IN_i" }, { "web", "", "%t/x.sock", "" },
		{ "web", "RuntimeDirectory=web\n", "/run/%p/x.sock", "web" }, { "web@", "RuntimeDirectory=%i\n", "/run/%i/x.sock", "FILL_IN_i" },
	};
	/* clang-format on */

	(void)state;
	for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
		unsigned directories = 0;
		struct imported i;
		char name[64], text[256];

		begin(&i);
		snprintf(name, sizeof name, "%s.service", cases[k].unit);
		snprintf(text, sizeof text, "[Service]\n%sExecStart=gunicorn a\n", cases[k].more);
		add(&i, name, text);
		snprintf(name, sizeof name, "%s.socket", cases[k].unit);
		snprintf(text, sizeof text, "[Socket]\nListenStream=%s\n", cases[k].listen);
		add(&i, name, text);
		end(&i);
		for (const struct draft_setting *s = i.im.drafts->first; s != NULL; s = s->next)
			directories += s->key == KEY_runtime_directory;
		if (strcmp(draft_get(i.im.drafts, KEY_runtime_directory), cases[k].directory) != 0 || directories > 1)
			fail_msg("%s: %u, %s", cases[k].listen, directories,
				draft_get(i.im.drafts, KEY_runtime_directory));
		release(&i);
	}
}

/* systemd.socket(5), BindIPv6Only=: by default, [::] takes IPv4 as well. */
static void
a_listener_for_both_families(void **state)
{
	static const struct {
		const char *more, *wanted;
	} cases[] = {
		{ "", "app = a; bind = [::]:80 0.0.0.0:80; " },
		{ "BindIPv6Only=both\n", "app = a; bind = [::]:80 0.0.0.0:80; " },
		{ "BindIPv6Only=ipv6-only\n", "app = a; bind = [::]:80; " },
	};

	(void)state;
	for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
		struct imported i;
		char text[128];

		begin(&i);
		add(&i, "/e/web.service", "[Service]\nExecStart=gunicorn a\n[Install]\nWantedBy=x\n");
		snprintf(text, sizeof text, "[Socket]\nListenStream=[::]:80\n%s", cases[k].more);
		add(&i, "/e/web.socket", text);
		end(&i);
		expect_settings(&i, cases[k].more, cases[k].wanted);
		release(&i);
	}
}

static void
dropins_count_in_their_order(void **state)
{
	struct imported i;

	(void)state;
	begin(&i);
	add(&i, "/e/web.service", "[Service]\nUser=a\nExecStart=gunicorn a\n");
	add(&i, "/e/web.service.d/10.conf", "[Service]\nExecStart=\nExecStart=gunicorn b\n");
	add(&i, "20.conf", "[Service]\nUser=c\n");
	end(&i);
	expect_settings(&i, "drop-ins", "app = b; user = c; ");
	assert_int_equal(entry_of(&i, "User")->fate, FATE_MEANINGLESS);
	release(&i);
}

/* A drop-in of a template reaches all of its instances, and others what it is for. */
static void
dropins_reach_their_units(void **state)
{
	/* clang-format off */
	static const struct { const char *name, *wanted; } cases[] = {
		{ "/e/app@.service.d/x.conf", "app = a; environment = N=app@1; app = a; environment = N=app@2; app = a; app = a; " },
		{ "/e/app@2.service.d/x.conf", "app = a; app = a; environment = N=app@2; app = a; app = a; " },
		{ "/e/service.d/x.conf", "app = a; environment = N=app@1; app = a; environment = N=app@2; app = a; environment = N=app-c@2; "
			"app = a; environment = N=app-b; " },
		{ "/e/app-.service.d/x.conf", "app = a; app = a; app = a; environment = N=app-c@2; app = a; environment = N=app-b; " },
		{ "/e/app-@.service.d/x.conf", "app = a; app = a; app = a; environment = N=app-c@2; app = a; " },
		{ "/e/app-@2.service.d/x.conf", "app = a; app = a; app = a; environment = N=app-c@2; app = a; " },
		{ "x.conf", "app = a; app = a; app = a; app = a; environment = N=app-b; " },
		{ "/e/conf.d/x.conf", "app = a; app = a; app = a; app = a; environment = N=app-b; " }, /* no directory of drop-ins */
	};
	/* clang-format on */

	(void)state;
	for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
		struct imported i;

		begin(&i);
		add(&i, "app@1.service", "[Service]\nExecStart=gunicorn a\n");
		add(&i, "app@2.service", "[Service]\nExecStart=gunicorn a\n");
		add(&i, "app-c@2.service", "[Service]\nExecStart=gunicorn a\n");
		add(&i, "app-b.service", "[Service]\nExecStart=gunicorn a\n");
		add(&i, cases[k].name, "[Service]\nEnvironment=N=%N\n");
		end(&i);
		expect_settings(&i, cases[k].name, cases[k].wanted);
		release(&i);
	}
}

/* Its directory says of which unit a drop-in is: it counts behind the lines of that one, though it was given before. */
static void
dropins_may_come_first(void **state)
{
	/* clang-format off */
	static const struct { const char *name, *unit, *wanted; } cases[] = {
		{ "/e/web.service.d/x.conf", "web.service", "app = a; user = d; app = b; user = b; " },
		{ "/e/other.service.d/x.conf", "web.service", "app = a; user = a; app = b; user = d; " },
		{ "/e/service.d/x.conf", "web.service", "app = a; user = d; app = b; user = d; " },
		{ "/e/w-.service.d/x.conf", "w-1.service", "app = a; user = d; app = b; user = b; " },
		{ "/e/w@.service.d/x.conf", "w@1.service", "app = a; user = d; app = b; user = b; " },
		{ "/e/w@1.service.d/x.conf", "w@.service", "app = a; user = d; app = b; user = b; " },
		{ "/e/web.timer.d/x.conf", "web.timer", "app = a; user = d; app = b; user = b; " },
	};
	/* clang-format on */

	(void)state;
	for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
		char source[64];
		struct imported i;

		begin(&i);
		add(&i, cases[k].name, "[Service]\nUser=d\n");
		add(&i, cases[k].unit, "[Service]\nUser=a\nExecStart=gunicorn a\n");
		add(&i, "other.service", "[Service]\nUser=b\nExecStart=gunicorn b\n");
		end(&i);
		assert_int_equal(i.report.errors, 0);
		expect_settings(&i, cases[k].name, cases[k].wanted);
		snprintf(source, sizeof source, "%s (a unit)", cases[k].name);
		assert_non_null(strstr(i.text, source));
		assert_null(strstr(strstr(i.text, source) + 1, source));
		release(&i);
	}
}

/* One that is of no unit that was given is not said of another one. */
static void
a_dropin_has_its_unit(void **state)
{
	/* clang-format off */
	static const struct { const char *first, *second; unsigned errors; } cases[] = {
		{ "x.service", "/e/y.service.d/x.conf", 1 },
		{ "/e/y.service.d/x.conf", "x.service", 1 },
		{ "x.service", "/e/x.socket.d/x.conf", 1 },
		{ "override.conf", "x.service", 1 },
		{ "x.service", "override.conf", 0 },
		{ "/e/y.service.d/x.conf", "/e/y.service.d/z.conf", 0 },
	};
	/* clang-format on */

	(void)state;
	for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
		const char *const names[] = { cases[k].first, cases[k].second };
		struct imported i;

		begin(&i);
		for (size_t n = 0; n < 2; n++) {
			bool is_dropin = strstr(names[n], ".conf") != NULL;

			add(&i, names[n], is_dropin ? "[Service]\nUser=d\n" : "[Service]\nExecStart=gunicorn a\n");
		}
		end(&i);
		if (i.report.errors != cases[k].errors)
			fail_msg("%s, %s: %u errors", cases[k].first, cases[k].second, (unsigned)i.report.errors);
		if (cases[k].errors > 0)
			assert_string_equal(i.report.at[0].file,
				strstr(names[0], ".conf") != NULL ? names[0] : names[1]);
		release(&i);
	}
}

/* Its timer is said to be lost, and does not make it a service that starts with the others. */
static void
a_timer_starts_its_service(void **state)
{
	struct imported i;

	(void)state;
	begin(&i);
	add(&i, "/e/tidy.service", "[Service]\nType=oneshot\nExecStart=/x/tidy\n");
	add(&i, "/e/tidy.timer", "[Timer]\nOnCalendar=daily\n[Install]\nWantedBy=timers.target\n");
	end(&i);
	expect_settings(&i, "timer",
		"command = /x/tidy; autostart = no; restart = never; stop_timeout = 90s; type = oneshot; ");
	assert_int_equal(entry_of(&i, "OnCalendar")->fate, FATE_LOST);
	release(&i);
}

/* Whether one includes the other, the files do not say. */
static void
a_section_may_be_in_two_files(void **state)
{
	struct imported i;

	(void)state;
	begin(&i);
	add(&i, "supervisord.conf", "[program:web]\ncommand=/x\n[program:web]\nuser=a\n");
	assert_int_equal(i.report.count, 0);
	add(&i, "conf.d/web.conf", "[program:db]\ncommand=/y\n\n[program:web]\ncommand=/z\n");
	end(&i);
	assert_int_equal(i.report.errors, 0);
	assert_int_equal(i.report.count, 1);
	assert_string_equal(i.report.at[0].file, "conf.d/web.conf");
	assert_int_equal(i.report.at[0].line, 4);
	assert_non_null(strstr(i.report.at[0].text, "'supervisord.conf', too (line 2)"));
	assert_non_null(strstr(i.report.at[0].text, "web-2"));
	release(&i);
}

static void
what_is_broken_has_its_line(void **state)
{
	/* clang-format off */
	static const struct { const char *name, *text; unsigned line; } cases[] = {
		{ "x.service", "[Service\n", 1 },
		{ "x.service", "[Service]\nExecStart=gunicorn a\nUser=x\001y\n", 3 },
		{ "x.service", "[Service]\n\nExecStart=gunicorn 'a\n", 3 },
		{ "x.service", "[Service]\nExecStart=/bin/sh -c 'gunicorn \"a'\n", 2 },
		{ "x.service", "[Service]\nExecStart=gunicorn a\nExecStart=gunicorn b\n", 3 },
		{ "x.service", "[Service]\nEnvironment=\"A=b\nExecStart=gunicorn a\n", 2 },
		{ "x.service", "[Service]\n{% if a %}\nExecStart=gunicorn a\n{% else %}\nExecStart=gunicorn b\n{% endif %}\n", 5 },
		{ "x.service", "[Unit]\nUser=x\nExecStart=gunicorn a\n[Install]\nWantedBy=x\n", 3 },
		{ "x.service", "[Service]\nUser=x\n", 0 },
		{ "x.service", "[Service]\nExecStart=gunicorn a\nExecStart=\n", 3 },
		{ "compose.yml", "services:\n  web: gunicorn a\n", 0 },
		/* lines with colons are no Procfile yet */
		{ "passwd", "root:x:0:0:root:/root:/bin/bash\nweb: x\n", 0 },
		{ "app.yml", "name: x\nweb: gunicorn\n  a: b\n", 0 },
		{ "app.yml", "name: x\nkind: y\n", 0 },
		{ "Procfile", "web:\nworker: celery\n", 1 },
		{ "bridle.ini", "[gunicorn:x]\napp = a\n", 0 },
		{ "s.conf", "[program:x]\ncommand=gunicorn 'a\n", 2 },
		{ "s.conf", "[program:x]\ncommand=gunicorn a\nfoo\n", 3 },
		{ "s.conf", "[supervisord]\n[program:x]\nuser=a\n[program:y]\ncommand=/x\n", 2 },
		{ "Procfile", "web: gunicorn a\n\nfoo\n", 3 },
		{ "Procfile", "# -w\nweb: gunicorn a \u2013w 2\n", 2 },
		{ "x.service", "[Service]\nExecStart=gunicorn -w 2 \u2014-timeout=60 a\n", 2 },
		{ "s.conf", "[program:x]\ncommand=gunicorn \u2212b :80 a\n", 2 },
	};
	/* clang-format on */

	(void)state;
	for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
		struct imported i;

		begin(&i);
		add(&i, cases[k].name, cases[k].text);
		end(&i);
		if (i.report.errors == 0)
			fail_msg("nothing wrong with %s", cases[k].text);
		assert_int_equal(i.report.at[0].line, cases[k].line);
		release(&i);
	}
}

/* What systemd passes over is said, and stops nothing. */
static void
what_is_passed_over_is_said(void **state)
{
	struct imported i;

	(void)state;
	begin(&i);
	add(&i, "x.service", "User=x\n[Service]\nExecStart=gunicorn a\nfoo bar\nRestartSec=soon\nTimeoutSec=soon\n");
	end(&i);
	expect_settings(&i, "ignored", "app = a; ");
	assert_int_equal(i.report.errors, 0);
	assert_int_equal(i.report.count, 4);
	assert_int_equal(i.report.at[1].line, 4);
	assert_int_equal(i.report.at[2].line, 5);
	assert_int_equal(i.report.at[3].line, 6);
	assert_int_equal(entry_of(&i, "RestartSec")->fate, FATE_MEANINGLESS);
	assert_int_equal(entry_of(&i, "foo bar")->fate, FATE_MEANINGLESS);
	release(&i);
}

/* Only a name is looked for; a path has to be one before any variable is replaced. What a template fills in may be one. */
static void
a_path_is_absolute(void **state)
{
	/* clang-format off */
	static const struct { const char *command; unsigned warnings; } cases[] = {
		{ "/x/gunicorn a", 0 }, { "gunicorn a", 0 }, { "-/x/gunicorn a", 0 }, { "{{ v }}/gunicorn a", 0 }, { "sh -c /x/y", 0 },
		{ "%i/gunicorn a", 0 }, { "x/gunicorn a", 1 }, { "./gunicorn a", 1 }, { "${V}/gunicorn a", 1 }, { "-x/gunicorn a", 1 },
	};
	/* clang-format on */

	(void)state;
	for (size_t n = 0; n < sizeof cases / sizeof cases[0]; n++) {
		char text[128];
		struct imported i;

		snprintf(text, sizeof text, "[Service]\nExecStart=%s\nRestart=no\n[Install]\nWantedBy=x\n",
			cases[n].command);
		begin(&i);
		add(&i, "x@.service", text);
		end(&i);
		assert_int_equal(i.report.errors, 0);
		if (i.report.count != cases[n].warnings)
			fail_msg("%s: %u warnings", cases[n].command, (unsigned)i.report.count);
		if (i.report.count > 0)
			assert_int_equal(i.report.at[0].line, 2);
		release(&i);
	}
}

/* What EnvironmentFile= holds is not known, and overrides what is. */
static void
a_file_may_know_a_variable_better(void **state)
{
	/* clang-format off */
	static const struct { const char *lines; bool is_said; } cases[] = {
		{ "Environment=W=2\nEnvironmentFile=/e\nExecStart=/x/gunicorn -w $W a\n", true },
		{ "Environment=W=2\nEnvironmentFile=/e\nExecStart=/x/gunicorn -w 2 a\n", false },
		{ "EnvironmentFile=/e\nExecStart=/x/gunicorn -w $W a\n", false },
		{ "Environment=W=2\nExecStart=/x/gunicorn -w ${W} a\n", false },
		{ "Environment=W=2\nEnvironmentFile=/e\nExecStart=/bin/sh -c 'exec gunicorn -w $$W a:b'\n", true },
		{ "Environment=W=2\nEnvironmentFile=/e\nExecStart=/bin/sh -c 'exec gunicorn -w 2 a:b'\n", false },
	};
	/* clang-format on */

	(void)state;
	for (size_t n = 0; n < sizeof cases / sizeof cases[0]; n++) {
		bool is_said = false;
		struct imported i;

		begin(&i);
		add(&i, "x.service", "[Service]\n");
		add(&i, "/x.service.d/y.conf", arena_printf(i.im.arena, "[Service]\n%s", cases[n].lines));
		end(&i);
		for (uint32_t h = 0; h < i.im.drafts->hints.count; h++)
			is_said = is_said || strstr(i.im.drafts->hints.at[h], "environment_file sets") != NULL;
		if (is_said != cases[n].is_said)
			fail_msg("%s", cases[n].lines);
		release(&i);
	}
}

/* A command that is too long is not said to be missing, too. */
static void
a_long_command_has_one_complaint(void **state)
{
	static char text[IMPORT_VALUE_MAX + 64];
	struct imported i;

	(void)state;
	snprintf(text, sizeof text, "[Service]\nExecStart=gunicorn %0*d\n", IMPORT_VALUE_MAX, 0);
	begin(&i);
	add(&i, "x.service", text);
	end(&i);
	assert_int_equal(i.report.errors, 1);
	assert_int_equal(i.report.at[0].line, 2);
	release(&i);
}

/* ---- others ---- */

static void
programs_of_supervisord(void **state)
{
	/* clang-format off */
	static const struct { const char *lines, *wanted; } cases[] = {
		{ "command=gunicorn\n  -w 2\n  a\n", "app = a; workers = 2; restart = on-failure; " },
		{ "command=gunicorn a \\\n  -w 2\n", "app = a; workers = 2; restart = on-failure; " },
		{ "command=gunicorn -b :%(ENV_P)s %(program_name)s\n", "app = x; #bind = :%(ENV_P)s; restart = on-failure; " },
		{ "command=gunicorn --access-logformat '%%(h)s %(l)s' a\n", "app = a; restart = on-failure; access_log_format = %(h)s %(l)s; " },
		{ "command=gunicorn a\nenvironment=A=\"b,c\", D='e f',\n  G=h\n", "app = a; environment = \"A=b,c\"; environment = \"D=e f\"; environment = G=h; restart = on-failure; " },
		{ "command=gunicorn a\nautorestart=unexpected\nautostart=false\n", "app = a; autostart = no; restart = on-failure; " },
		{ "command=gunicorn a\nstdout_logfile=/dev/null\nstdout_logfile_maxbytes=50MB\n", "app = a; restart = on-failure; log = none; log_max_size = 50MB; " },
		{ "command=gunicorn a\nstopwaitsecs=30\nstartretries=3\n", "app = a; restart = on-failure; start_limit = 4; stop_timeout = 30s; " },
		{ "command=gunicorn a\nstartretries=0\n", "app = a; restart = on-failure; start_limit = 1; " },
		{ "command=gunicorn a\nenvironment={% if x %}A=b,{% endif %}\n", "app = a; restart = on-failure; " },
		{ "command=celery -A x\ndirectory=/x\n", "command = celery -A x; directory = /x; restart = on-failure; " },
		{ "command=/x/y\nautorestart=true\nexitcodes=0,2\n", "command = /x/y; restart = always; success_exit_status = 0,2; " },
		{ "command=gunicorn a\nexitcodes=0,2\n", "app = a; restart = on-failure; success_exit_status = 0,2; " },
		/* shlex.split: within double quotes a backslash is one, but before another and the quote */
		{ "command=/x/y \"a\\. \\\"b\\\\\" c\\ d 'e\\'\nenvironment=K=\"p$ss@w@x\"\n",
			"command = /x/y \"a\\\\. \\\"b\\\\\" \"c d\" \"e\\\\\"; environment = K=p$ss@w@x; restart = on-failure; " },
		/* Python's %, for the first of its processes */
		{ "command=gunicorn -b :8%(process_num)02d a\nnumprocs=4\n", "app = a; bind = :800; restart = on-failure; " },
		{ "command=gunicorn -b :80%(process_num)02d --name 'x%(process_num)2d-%(process_num)03s' a\nnumprocs_start=1\n",
			"app = a; bind = :8001; restart = on-failure; proc_name = x 1-  1; " },
		{ "command=gunicorn -w %(numprocs)d a\nnumprocs=3\nnumprocs=4\n", "app = a; workers = 4; restart = on-failure; " },
		{ "command=gunicorn -b :8%(process_num)0999d -w %(numprocs)d a\nnumprocs=%(ENV_N)s\n",
			"app = a; #bind = :8%(process_num)s; #workers = %(numprocs)s; restart = on-failure; " },
		/* a section that is given twice is one */
		{ "command=gunicorn a\nuser=b\n[program:y]\ncommand=gunicorn c\nautorestart=true\n[program:x]\nuser=d\n",
			"app = a; user = d; restart = on-failure; app = c; restart = always; " },
		/* what supervisord is, its children are, too */
		{ "command=/x/y\nautorestart=true\nenvironment=A=\"own\"\n[supervisord]\nenvironment=A=\"1\",B=\"2\"\nuser=www\numask=027\n"
			"minfds=4096\ndirectory=/srv\n",
			"command = /x/y; directory = /srv; user = www; umask = 027; environment = A=1; environment = B=2; environment = A=own; "
			"limit_nofile = 4096; restart = always; " },
		{ "command=/x/y\nautorestart=true\nuser=own\ndirectory=/own\n[supervisord]\nuser=www\ndirectory=/srv\n",
			"command = /x/y; directory = /own; user = own; restart = always; " },
	};
	/* clang-format on */

	(void)state;
	for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
		struct imported i;
		char text[512];

		snprintf(text, sizeof text, "[supervisord]\nlogfile=/x\n[program:x]\n%s", cases[k].lines);
		begin(&i);
		add(&i, "supervisord.conf", text);
		end(&i);
		expect_settings(&i, cases[k].lines, cases[k].wanted);
		release(&i);
	}
}

/* A name is what conf takes for one, and there is one of each. */
static void
names_are_made_to_fit(void **state)
{
	static const char *const headings[] = { "web", "  ", "- x", ".@x@", "\xc3\xa9t\xc3\xa9", "web", "web",
		"state" };
	static const char *const wanted[] = { "web", "web-2", "x", "@x", "t", "web-3", "web-4", "state-1" };
	const struct draft *d;
	struct imported i;
	char text[64];

	(void)state;
	begin(&i);
	for (size_t k = 0; k < sizeof headings / sizeof headings[0]; k++) {
		snprintf(text, sizeof text, "[program:%s]\ncommand=/x\n", headings[k]);
		add(&i, "supervisord.conf", text);
	}
	end(&i);
	d = i.im.drafts;
	for (size_t k = 0; k < sizeof wanted / sizeof wanted[0]; k++, d = d->next)
		assert_string_equal(d->name, wanted[k]);
	release(&i);
}

/* One service more than a configuration holds is complained of, and nobody waits for the names of thousands. */
static void
services_may_be_too_many(void **state)
{
	static char lines[IMPORT_SIZE_MAX];
	struct imported i;

	(void)state;
	for (size_t n = 0; n + 4 < sizeof lines; n += 4)
		memcpy(lines + n, "a:b\n", 4);
	begin(&i);
	add(&i, "Procfile", lines);
	end(&i);
	assert_int_equal(i.report.errors, 1);
	assert_string_equal(i.report.at[0].text, "more services than a configuration holds");
	assert_string_equal(i.im.last_draft->name, "a-4096");
	release(&i);
}

static void
a_procfile_has_a_service_a_line(void **state)
{
	struct imported i;

	(void)state;
	begin(&i);
	add(&i, "Procfile",
		"\xef\xbb\xbf# x\r\nweb:gunicorn -b :$PORT a\r\nrelease: ./migrate\n{% if x %}\nworker: celery -A x\n");
	end(&i);
	expect_settings(&i, "Procfile", "app = a; #bind = :$PORT; command = /bin/sh -c \"celery -A x\"; ");
	assert_int_equal(ledger_count(&i.im.ledger, FATE_LOST, NULL), 3);
	assert_memory_equal(i.text, "# From Procfile (a Procfile)\n", 29);
	release(&i);
	begin(&i);
	add(&i, "processes", "# by another name\n\nclock: ./clock\nweb: gunicorn a\n");
	end(&i);
	expect_settings(&i, "processes", "command = /bin/sh -c ./clock; app = a; ");
	release(&i);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(command_lines),
		cmocka_unit_test(blanks_stay_what_they_are),
		cmocka_unit_test(options_of_uv),
		cmocka_unit_test(no_command_is_no_service),
		cmocka_unit_test(what_stands_behind_an_array),
		cmocka_unit_test(company_is_lost),
		cmocka_unit_test(service_lines),
		cmocka_unit_test(conditions),
		cmocka_unit_test(order_among_units),
		cmocka_unit_test(part_of_another),
		cmocka_unit_test(every_key_of_a_line_is_named),
		cmocka_unit_test(wanted_by_another),
		cmocka_unit_test(another_starts_a_oneshot),
		cmocka_unit_test(fates),
		cmocka_unit_test(prefixes_of_a_command),
		cmocka_unit_test(reasons),
		cmocka_unit_test(the_environment_of_bridled_is_said),
		cmocka_unit_test(a_socket_gives_the_addresses),
		cmocka_unit_test(a_socket_has_its_service),
		cmocka_unit_test(a_socket_may_be_called_otherwise),
		cmocka_unit_test(a_socket_may_start_its_service),
		cmocka_unit_test(sockets_may_share_a_directory),
		cmocka_unit_test(a_socket_has_its_directory),
		cmocka_unit_test(a_listener_for_both_families),
		cmocka_unit_test(dropins_count_in_their_order),
		cmocka_unit_test(dropins_reach_their_units),
		cmocka_unit_test(dropins_may_come_first),
		cmocka_unit_test(a_dropin_has_its_unit),
		cmocka_unit_test(a_timer_starts_its_service),
		cmocka_unit_test(a_section_may_be_in_two_files),
		cmocka_unit_test(what_is_broken_has_its_line),
		cmocka_unit_test(what_is_passed_over_is_said),
		cmocka_unit_test(a_path_is_absolute),
		cmocka_unit_test(a_file_may_know_a_variable_better),
		cmocka_unit_test(a_long_command_has_one_complaint),
		cmocka_unit_test(programs_of_supervisord),
		cmocka_unit_test(names_are_made_to_fit),
		cmocka_unit_test(services_may_be_too_many),
		cmocka_unit_test(a_procfile_has_a_service_a_line),
	};

	return cmocka_run_group_tests_name("import", tests, NULL, NULL);
}

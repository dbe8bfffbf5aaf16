/*
 * check_numbers -- durations, counts and switches that are allowed, and will hurt.
 */
#include "conf/check_rules.h"

#include <string.h>
#include <unistd.h>

enum { PYTHON_SIZE = 16 << 20 /* bytes: a worker with Gunicorn and nothing else */ };

static bool
is_gunicorn(const struct check *c)
{
	return c->section->kind == CONF_GUNICORN;
}

static bool
has_several_workers(const struct check *c)
{
	return c->service.workers.is_auto || c->service.workers.max > 1;
}

/* With threads, "sync" is gthread (config.py worker_class_str), whose workers serve several at a time. */
static bool
runs_sync(const struct check *c)
{
	const char *class = c->service.worker_class;

	return is_gunicorn(c) && (class[0] == '\0' || strcmp(class, "sync") == 0) && c->service.threads <= 1;
}

/* Gunicorn ends by itself after graceful_timeout; KILL before that cuts what it still waits for. */
static bool
stops_too_early(const struct check *c)
{
	return is_gunicorn(c) && c->service.stop_timeout < c->service.graceful_timeout;
}

static bool
cuts_requests(const struct check *c)
{
	return is_gunicorn(c) && c->service.graceful_timeout == 0;
}

static bool
delays_are_crossed(const struct check *c)
{
	return c->service.restart_delay > c->service.restart_delay_max;
}

/* `auto` is resolved on the machine that runs it, which may not be this one. */
static bool
is_never_ready(const struct check *c)
{
	return is_gunicorn(c) && !c->service.workers.is_auto && c->service.ready_workers > c->service.workers.min;
}

/* A replacement has to be ready for min_ready before start_timeout is over. */
static bool
is_never_replaced(const struct check *c)
{
	return is_gunicorn(c) && c->service.min_ready >= c->service.start_timeout;
}

static bool
never_times_out(const struct check *c)
{
	return runs_sync(c) && c->service.timeout == 0;
}

static bool
has_idle_threads(const struct check *c)
{
	static const char *const classes[] = { "gevent", "eventlet", "tornado", "asgi", "uvicorn" };

	for (size_t i = 0; i < sizeof classes / sizeof classes[0]; i++)
		if (strncmp(c->service.worker_class, classes[i], strlen(classes[i])) == 0 && c->service.threads > 1)
			return true;
	return false;
}

/* No fault, but whoever reads the file, or ps(1), is told something else than what runs. */
static bool
is_gthread_in_disguise(const struct check *c)
{
	return strcmp(c->service.worker_class, "sync") == 0 && c->service.threads > 1;
}

static bool
has_idle_connections(const struct check *c)
{
	return runs_sync(c) && check_is_set(c, "worker_connections");
}

/* Workers that are started together and share the load come to the same count at the same time. */
static bool
recycles_together(const struct check *c)
{
	return c->service.max_requests > 0 && c->service.max_requests_jitter <= 0 && has_several_workers(c);
}

static bool
recycles_the_only_one(const struct check *c)
{
	return c->service.max_requests > 0 && !has_several_workers(c);
}

static bool
has_idle_jitter(const struct check *c)
{
	return c->service.max_requests_jitter > 0 && c->service.max_requests <= 0;
}

/* Each would be over it as soon as it has loaded Gunicorn. */
static bool
has_no_room(const struct check *c)
{
	return c->service.memory_max_worker > 0 && c->service.memory_max_worker < PYTHON_SIZE;
}

/* The application lies in the master, which HUP does not load anew (gunicorn-facts 3.3). */
static bool
hup_keeps_the_code(const struct check *c)
{
	return c->service.preload_app == 1 && c->service.reload_by == CONF_RELOAD_HUP;
}

static bool
watches_files(const struct check *c)
{
	return check_says_yes(c, "reload");
}

static bool
watches_files_in_vain(const struct check *c)
{
	return watches_files(c) && c->service.preload_app == 1;
}

/* Gunicorn does not start beside a pid that lives, whoever has it by now (pidfile.py validate). */
static bool
writes_a_pidfile(const struct check *c)
{
	return check_passed(c, "pidfile")[0] != '\0';
}

static bool
opens_a_control_socket(const struct check *c)
{
	return check_passed(c, "control_socket")[0] != '\0';
}

/* gunicorn-facts 7: a datagram socket whose reader is slow blocks master and workers alike. */
static bool
blocks_on_statsd(const struct check *c)
{
	return strncmp(check_passed(c, "statsd_host"), "unix:", 5) == 0;
}

static bool
probes_nobody(const struct check *c)
{
	return is_gunicorn(c) && c->service.probe[0] != '\0' && c->service.bind.count == 0;
}

static bool
waits_for_nobody(const struct check *c)
{
	return is_gunicorn(c) && c->service.start == CONF_START_ON_DEMAND && c->service.bind.count == 0;
}

static bool
rests_without_an_address(const struct check *c)
{
	return is_gunicorn(c) && c->service.idle_stop > 0 && c->service.bind.count == 0;
}

/* The page has room for so many listeners, and what is not there cannot be looked at: wire/page.h. */
static bool
has_too_many_to_rest(const struct check *c)
{
	enum { SEEN = 3 };

	return is_gunicorn(c) && c->service.idle_stop > 0 && c->service.bind.count > SEEN;
}

/* tcp only connects, which TLS does not mind. */
static bool
probes_through_tls(const struct check *c)
{
	return is_gunicorn(c) && c->service.probe[0] == '/' && check_passed(c, "certfile")[0] != '\0';
}

static bool
has_idle_probe(const struct check *c)
{
	return is_gunicorn(c) && c->service.probe[0] == '\0' && c->service.probe_interval > 0;
}

/* The watcher of a root is somebody else, who needs the right to write to connect to a unix socket (unix(7)). */
static bool
probes_behind_a_door(const struct check *c)
{
	return is_gunicorn(c) && c->service.probe[0] != '\0' && geteuid() == 0 && c->service.bind.count > 0 &&
		c->service.bind.at[0].family == CONF_BIND_UNIX && (c->service.socket_mode & 02) == 0 &&
		c->service.socket_group[0] == '\0';
}

/* --workers is always given, and a flag wins over that variable (config.py). */
static bool
has_web_concurrency(const struct check *c)
{
	return is_gunicorn(c) && check_variable(c, "WEB_CONCURRENCY") != NULL;
}

/* What it says wins over nothing that we pass, but may set what we do not know of. */
static bool
has_command_args(const struct check *c)
{
	return is_gunicorn(c) && check_variable(c, "GUNICORN_CMD_ARGS") != NULL;
}

/* As a program it has neither readiness by heartbeats nor replacement. */
static bool
is_gunicorn_in_disguise(const struct check *c)
{
	const char *slash = strrchr(c->command, '/');

	return !is_gunicorn(c) && slash != NULL && strcmp(slash, "/gunicorn") == 0;
}

static bool
never_restarts_anyway(const struct check *c)
{
	return c->service.restart == CONF_RESTART_NEVER && c->service.restart_prevent_exit_status.count > 0;
}

static bool
restarts_anyway(const struct check *c)
{
	return c->service.restart == CONF_RESTART_ALWAYS && c->service.restart_force_exit_status.count > 0;
}

static bool
is_prevented_and_forced(const struct check *c)
{
	const struct conf_words *prevented = &c->service.restart_prevent_exit_status;
	const struct conf_words *forced = &c->service.restart_force_exit_status;

	for (uint32_t i = 0; i < prevented->count; i++)
		for (uint32_t k = 0; k < forced->count; k++)
			if (strcmp(prevented->at[i], forced->at[k]) == 0)
				return true;
	return false;
}

/* clang-format off */
static const struct check_rule rules[] = {
	{ stops_too_early, CONF_WARNING, "stop_timeout", "stop_timeout is shorter than graceful_timeout, so requests are cut: "
		"leave it out (graceful_timeout + 10s), or lower graceful_timeout" },
	{ cuts_requests, CONF_WARNING, "graceful_timeout", "graceful_timeout = 0 cuts every request that is being served when "
		"the service stops: write 30s" },
	{ delays_are_crossed, CONF_WARNING, "restart_delay", "restart_delay is longer than restart_delay_max: raise that one" },
	{ never_restarts_anyway, CONF_WARNING, "restart_prevent_exit_status", "restart_prevent_exit_status has no effect with "
		"restart = never: leave it out" },
	{ restarts_anyway, CONF_WARNING, "restart_force_exit_status", "restart_force_exit_status has no effect with restart = always: "
		"leave it out, or write restart = on-failure" },
	{ is_prevented_and_forced, CONF_WARNING, "restart_force_exit_status", "what restart_prevent_exit_status has, too, is not "
		"started again: leave it out here or there" },
	{ is_never_ready, CONF_WARNING, "ready_workers", "ready_workers is more than there are workers to begin with, so the "
		"service may never be ready: raise workers, or lower it" },
	{ is_never_replaced, CONF_WARNING, "min_ready", "min_ready is not shorter than start_timeout, so no replacement can ever "
		"succeed: raise start_timeout" },
	{ probes_nobody, CONF_WARNING, "probe", "probe needs an address that Bridle listens on, so nothing is probed: set bind" },
	{ waits_for_nobody, CONF_WARNING, "start", "start = on-demand needs an address that Bridle listens on, so it is started "
		"at once: set bind" },
	{ rests_without_an_address, CONF_WARNING, "idle_stop", "idle_stop needs an address that Bridle listens on, so it is never "
		"stopped: set bind" },
	{ has_too_many_to_rest, CONF_WARNING, "idle_stop", "idle_stop sees three addresses at most, so this one is never stopped: "
		"bind fewer" },
	{ probes_through_tls, CONF_WARNING, "probe", "a probe speaks no TLS, so it can only fail with certfile: write probe = tcp" },
	{ has_idle_probe, CONF_WARNING, "probe_interval", "probe_interval has no effect without probe: set that, too" },
	{ probes_behind_a_door, CONF_WARNING, "probe", "the watcher's user may not connect to this socket, so nothing is probed: "
		"set socket_group to its group, or socket_mode = 0666" },
	{ never_times_out, CONF_WARNING, "timeout", "timeout = 0 leaves a stuck sync worker stuck for ever: write 30s, or what "
		"the slowest request needs" },
	{ has_idle_threads, CONF_WARNING, "threads", "threads has no effect with this worker_class: leave it out" },
	{ is_gthread_in_disguise, CONF_WARNING, "worker_class", "worker_class = sync with threads runs gthread: write "
		"worker_class = gthread" },
	{ has_idle_connections, CONF_WARNING, "worker_connections", "worker_connections has no effect on sync workers: leave it "
		"out, or write worker_class = gthread" },
	{ recycles_together, CONF_WARNING, "max_requests", "max_requests without jitter recycles all workers at the same time: "
		"add max_requests_jitter, a tenth of it for example" },
	{ recycles_the_only_one, CONF_WARNING, "max_requests", "max_requests with one worker: nobody serves while it is "
		"replaced: write workers = 2 or more" },
	{ has_idle_jitter, CONF_WARNING, "max_requests_jitter", "max_requests_jitter has no effect without max_requests" },
	{ has_no_room, CONF_WARNING, "memory_max_worker", "memory_max_worker is less than Python alone takes, so every worker "
		"would be recycled again and again: write 256M or what the application needs" },
	{ hup_keeps_the_code, CONF_WARNING, "reload_by", "reload_by = hup with preload_app never loads new code: write "
		"reload_by = replace" },
	{ watches_files, CONF_WARNING, "reload", "reload is for development: it ends workers behind Bridle's back" },
	{ watches_files_in_vain, CONF_WARNING, "reload", "reload has no effect on what preload_app has loaded" },
	{ writes_a_pidfile, CONF_WARNING, "pidfile", "pidfile: one that was left behind stops the next start, and nothing of "
		"Bridle needs it: leave it out" },
	{ opens_a_control_socket, CONF_WARNING, "control_socket", "control_socket: a client that stays connected stalls "
		"every fork of Gunicorn: leave it out, bridle does the same" },
	{ blocks_on_statsd, CONF_WARNING, "statsd_host", "statsd_host on a unix socket stops Gunicorn when its reader stops: "
		"write statsd_host = 127.0.0.1:8125" },
	{ has_web_concurrency, CONF_WARNING, "environment", "WEB_CONCURRENCY has no effect: write workers = N" },
	{ has_command_args, CONF_WARNING, "environment", "GUNICORN_CMD_ARGS is not looked into by Bridle: write the keys, or "
		"args" },
	{ is_gunicorn_in_disguise, CONF_WARNING, "command", "this is Gunicorn, run as any program: write [gunicorn:NAME], with "
		"app = module:variable" },
};
/* clang-format on */

void
check_numbers(const struct check *check)
{
	check_apply(check, rules, sizeof rules / sizeof rules[0]);
}

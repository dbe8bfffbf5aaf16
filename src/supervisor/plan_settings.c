/*
 * plan_settings.c -- settings in the words of those who act by them: limits of the life for core, a record of the page for the
 * watcher.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "supervisor/plan_parts.h"

static const msec no_limit = INT64_C(365) * 86400000; /* of a oneshot: a year is none */

void
plan_life(struct plan *p, const struct conf_service *s)
{
	static const enum restart_policy policies[] = { [CONF_RESTART_ALWAYS] = RESTART_ALWAYS,
		[CONF_RESTART_ON_FAILURE] = RESTART_ON_FAILURE,
		[CONF_RESTART_NEVER] = RESTART_NEVER };
	bool gunicorn = s->kind == CONF_GUNICORN;

	p->limits = (struct life_limits){
		.restart = {
			.policy = policies[s->restart],
			.delay = s->restart_delay,
			/* the longest wait is never shorter than the first */
			.delay_max = s->restart_delay_max > s->restart_delay ? s->restart_delay_max : s->restart_delay,
			.reset = s->restart_reset,
			.limit = (uint32_t)s->start_limit,
			.interval = s->start_limit_interval,
		},
		.stop = {
			.drain = s->drain_delay,
			.graceful = gunicorn ? s->graceful_timeout : s->stop_timeout,
			.total = s->stop_timeout,
			.quit = gunicorn,
		},
		.start_timeout = s->start_timeout == MSEC_NEVER ? no_limit : s->start_timeout,
		.oneshot = s->type == CONF_TYPE_ONESHOT,
		.remains = s->remain_after_exit == 1,
		.held = gunicorn && s->bind.count > 0,
	};
}

static struct page_probe
probe_settings(const struct conf_service *s)
{
	struct page_probe probe = {
		.timeout = s->probe_timeout,
		.interval = s->probe_interval,
		.status = (uint16_t)s->probe_status,
		.failures = (uint8_t)s->probe_failures,
		/* so many failures cannot be among fewer probes */
		.window = (uint8_t)(s->probe_window > s->probe_failures ? s->probe_window : s->probe_failures),
	};

	text_copy(probe.target, sizeof probe.target, s->probe);
	text_copy(probe.host, sizeof probe.host, s->probe_host[0] != '\0' ? s->probe_host : "localhost");
	return probe;
}

static uint8_t
class_of(const char *word)
{
	static const struct {
		const char *word;
		enum page_class class;
	} classes[] = {
		{ "", PAGE_CLASS_SYNC }, /* Gunicorn's default, also with threads, which make gthread of it */
		{ "sync", PAGE_CLASS_SYNC },
		{ "gthread", PAGE_CLASS_GTHREAD },
		{ "gevent", PAGE_CLASS_ASYNC },
		{ "eventlet", PAGE_CLASS_ASYNC },
		{ "tornado", PAGE_CLASS_ASYNC },
		{ "asgi", PAGE_CLASS_ASYNC },
	};

	for (unsigned i = 0; i < sizeof classes / sizeof classes[0]; i++)
		if (strcmp(word, classes[i].word) == 0)
			return (uint8_t)classes[i].class;
	return PAGE_CLASS_OTHER;
}

/* What advice is compared with (core/advise.h). */
static void
plan_said(struct page_settings *to, const struct conf_service *s)
{
	to->worker_class = class_of(s->worker_class);
	to->said = (uint8_t)((s->timeout >= 0 ? PAGE_SAID_TIMEOUT : 0) | (s->preload_app >= 0 ? PAGE_SAID_PRELOAD : 0) |
		(s->preload_app == 1 ? PAGE_PRELOADS : 0));
	to->threads = s->threads > 0 ? (uint16_t)s->threads : 0;
	to->max_requests = s->max_requests > 0 ? (uint32_t)s->max_requests : 0;
	if (s->max_requests > 0 && s->max_requests_jitter > 0) /* per cent of max_requests */
		to->jitter = (uint16_t)(s->max_requests_jitter * 100 / s->max_requests < UINT16_MAX ?
				s->max_requests_jitter * 100 / s->max_requests :
				UINT16_MAX);
}

/* What we act by ourselves, in any case or when it is asked for. */
static void
plan_switches(struct plan *p, const struct conf_service *s)
{
	static const uint8_t unhealthy[] = { [CONF_UNHEALTHY_NONE] = POLICY_NONE,
		[CONF_UNHEALTHY_REPLACE] = POLICY_REPLACE,
		[CONF_UNHEALTHY_RESTART] = POLICY_RESTART };
	static const enum manner manners[] = { [CONF_REPLACE_SURGE] = MANNER_BESIDE,
		[CONF_REPLACE_ONE_BY_ONE] = MANNER_SINGLY,
		[CONF_REPLACE_STOP_FIRST] = MANNER_DOWN_FIRST };

	p->autostart = s->autostart != 0;
	p->remove_ipc = s->remove_ipc == 1;
	p->on_demand = p->limits.held && s->start == CONF_START_ON_DEMAND;
	p->rests = p->limits.held && s->idle_stop > 0;
	p->output = s->log != CONF_LOG_NONE;
	p->reload_hup = s->reload_by == CONF_RELOAD_HUP;
	p->replace = manners[s->replace];
	p->policies[POLICY_BOOT_LOOP] = (uint8_t)s->on_boot_loop;
	p->policies[POLICY_FLAPPING] = (uint8_t)s->on_flapping;
	p->policies[POLICY_HANG] = (uint8_t)s->on_hang;
	p->policies[POLICY_OOM] = (uint8_t)s->on_oom;
	p->policies[POLICY_UNHEALTHY] = unhealthy[s->on_unhealthy];
	p->umask = s->umask;
	p->backlog = (int)s->backlog;
}

bool
plan_settings(struct plan *p, const struct conf_service *s, unsigned cpus)
{
	const struct conf_workers w = conf_workers_resolve(s->workers, cpus);

	/* a range begins at its lower end: the queue says whether more are needed (core/pool.h) */
	p->workers = w.min;
	plan_switches(p, s);
	p->settings = malloc(sizeof *p->settings);
	if (p->settings == NULL)
		return false;
	*p->settings = (struct page_settings){
		.log_max_size = s->log_max_size,
		.log_max_age = s->log_max_age,
		.min_ready = s->min_ready,
		.start_timeout = (uint32_t)s->start_timeout,
		.timeout = s->timeout > 0 ? (uint32_t)s->timeout : 0,
		.graceful_timeout = s->graceful_timeout > 0 ? (uint32_t)s->graceful_timeout : 0,
		.memory_max_worker = s->memory_max_worker,
		.idle_stop = s->kind == CONF_GUNICORN && s->bind.count > 0 ? s->idle_stop : 0,
		.tells = s->on_incident.count > 0,
		.dumps = s->hang_dump.count > 0,
		.reports = s->on_failure.count > 0,
		.log_keep = (uint32_t)s->log_keep,
		.workers_min = w.min,
		.workers_max = w.max,
		.ready_workers = (uint32_t)s->ready_workers,
		.log = (uint8_t)s->log,
		.log_format = (uint8_t)s->log_format,
		.log_drops = s->log_full == CONF_LOG_DROP,
		.probe = s->kind == CONF_GUNICORN ? probe_settings(s) : (struct page_probe){ 0 },
	};
	if (s->kind == CONF_GUNICORN)
		plan_said(p->settings, s);
	return true;
}

/* For the watcher: which facts hold for it. */
static uint32_t
packed_version(const struct conf_version *v)
{
	return (uint32_t)v->major << 16 | (uint32_t)v->minor << 8 | (uint32_t)v->patch;
}

/* gthread looks at its connections before it accepts, in 20.1 already (workers/gthread.py, run()); it is what threads make of the
 * default (config.py, worker_class_str). */
static bool
is_limited(const struct conf_service *s)
{
	const char *class = s->worker_class;

	if (s->threads > 1 && (class[0] == '\0' || strcmp(class, "sync") == 0))
		return true;
	return strcmp(class, "gevent") == 0 || strcmp(class, "eventlet") == 0 || strcmp(class, "gthread") == 0;
}

/* The most connections of a worker that accepts no more then; 0: of another kind, or a file of its own may say another
 * number. */
static uint32_t
connections_of(const struct conf_section *section, const struct conf_service *s)
{
	enum { DEFAULT = 1000 /* Gunicorn's */ };
	const struct conf_setting *set = conf_setting_of(section, "worker_connections");

	if (!is_limited(s))
		return 0;
	if (set != NULL && set->value[0] != '\0')
		return (uint32_t)strtoul(set->value, NULL, 10);
	return conf_setting_of(section, "config") == NULL && s->args.count == 0 ? DEFAULT : 0;
}

/* The rest of it is known when command and proof are. */
void
plan_shown(struct plan *p, const struct conf_section *section, const struct conf_service *s)
{
	struct page_settings *to = p->settings;

	to->probe.proof = plan_program_shown(plan_program_of(p));
	if (s->kind == CONF_PROGRAM) /* one field for two: a program has no min_ready, a Gunicorn no watchdog */
		to->min_ready = s->watchdog;
	if (to->probe.proof == PAGE_PROOF_PROBE) {
		text_copy(to->probe.target, sizeof to->probe.target, "tcp");
		to->probe.timeout = s->probe_timeout;
	}
	to->connections = connections_of(section, s);
	to->gunicorn_version = packed_version(&p->command.gunicorn);
}

#include "supervisor/plan.h"

#include <errno.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/text.h"
#include "os/lookup.h"
#include "supervisor/errand.h"
#include "supervisor/plan_parts.h"
#include "supervisor/plan_sandbox.h"

enum { NUMERIC_HOST = INET6_ADDRSTRLEN + 1 + IF_NAMESIZE }; /* "fe80::1%eth0" and a NUL */

static const msec no_limit = INT64_C(365) * 86400000; /* of a oneshot: a year is none */

/* A strictly growing store for the plan's strings; sized before it is filled. */
struct store {
	char *at;
	size_t len, size;
};

static const char *
keep(struct store *s, const char *words)
{
	size_t n = strlen(words) + 1;
	char *copy = s->at + s->len;

	if (n > s->size - s->len) /* words_size() counted: this does not happen */
		return "";
	memcpy(copy, words, n);
	s->len += n;
	return copy;
}

/* A host name is looked up here, at load time, because it may take seconds; later only numbers are used. */
static bool
resolve(const char *host, char *numeric, size_t size, struct err *err)
{
	struct sockaddr_storage address;
	socklen_t length;
	int failure;

	numeric[0] = '\0';
	if (host[0] == '\0')
		return true;
	if (!lookup(host, 0, &address, &length, err))
		return false;
	failure = getnameinfo((struct sockaddr *)&address, length, numeric, (socklen_t)size, NULL, 0, NI_NUMERICHOST);
	return failure == 0 || err_set(err, 0, "cannot look up '%s': %s", host, gai_strerror(failure));
}

static bool
plan_binds(struct plan *p, const struct conf_service *s, struct store *store, struct err *err)
{
	char numeric[NUMERIC_HOST];

	p->bind_count = s->bind.count;
	if (s->bind.count == 0)
		return true;
	p->binds = calloc(s->bind.count, sizeof *p->binds);
	if (p->binds == NULL)
		return err_set(err, errno, "cannot keep addresses");
	for (uint32_t i = 0; i < s->bind.count; i++) {
		const struct conf_bind *b = &s->bind.at[i];
		struct plan_bind *out = &p->binds[i];

		out->is_unix = b->family == CONF_BIND_UNIX;
		out->port = b->port;
		out->text = keep(store, b->text);
		if (!out->is_unix && !resolve(b->host, numeric, sizeof numeric, err))
			return false;
		out->address = keep(store, out->is_unix ? b->path : numeric);
	}
	return true;
}

/* Network file systems can hang for minutes; a start that touches one must not hang us (spawn.h, may_stall). */
static bool
on_network(const char *path)
{
	static const unsigned long kinds[] = { 0x6969 /* NFS */, 0xff534d42 /* CIFS */, 0xfe534d42 /* SMB2 */,
		0x65735546 /* FUSE */, 0x5346414f /* AFS */, 0x00c36400 /* CEPH */, 0x01021997 /* 9P */ };
	struct statfs fs;

	if (path == NULL || path[0] != '/' || statfs(path, &fs) != 0)
		return false;
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (((unsigned long)fs.f_type & 0xffffffff) == kinds[i])
			return true;
	return false;
}

static void
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
		.on_unhealthy = (uint8_t)s->on_unhealthy,
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

/* What the watcher must know goes to the page as it is here. */
static bool
plan_settings(struct plan *p, const struct conf_service *s, unsigned cpus)
{
	static const enum manner manners[] = { [CONF_REPLACE_SURGE] = MANNER_BESIDE,
		[CONF_REPLACE_ONE_BY_ONE] = MANNER_SINGLY,
		[CONF_REPLACE_STOP_FIRST] = MANNER_DOWN_FIRST };
	const struct conf_workers w = conf_workers_resolve(s->workers, cpus);

	/* a range begins at its lower end: the queue says whether more are needed (core/pool.h) */
	p->workers = w.min;
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
	p->umask = s->umask;
	p->backlog = (int)s->backlog;
	return true;
}

/* For the watcher: which facts hold for it. */
static uint32_t
packed_version(const struct conf_version *v)
{
	return (uint32_t)v->major << 16 | (uint32_t)v->minor << 8 | (uint32_t)v->patch;
}

static size_t
words_size(const struct conf_service *s)
{
	size_t n = s->directory[0] == '\0' ? 0 : strlen(s->directory) + 1;

	for (uint32_t i = 0; i < s->bind.count; i++) {
		const struct conf_bind *b = &s->bind.at[i];

		/* a numeric host is not known yet: the longest there is */
		n += strlen(b->text) + 1 + (b->family == CONF_BIND_UNIX ? strlen(b->path) + 1 : NUMERIC_HOST);
	}
	return n;
}

/* Most services ask for none. */
static void
plan_drop_steps(struct plan *p)
{
	if (steps_any(p->steps))
		return;
	steps_free(p->steps);
	p->steps = NULL;
}

/* The most connections of a worker that accepts no more then; 0: of another kind, or a file of its own may say another
 * number. */
static uint32_t
connections_of(const struct conf_section *section, const struct conf_service *s)
{
	enum { DEFAULT = 1000 /* Gunicorn's */ };
	const struct conf_setting *set = conf_setting_of(section, "worker_connections");

	if (strcmp(s->worker_class, "gevent") != 0 && strcmp(s->worker_class, "eventlet") != 0)
		return 0;
	if (set != NULL && set->value[0] != '\0')
		return (uint32_t)strtoul(set->value, NULL, 10);
	return conf_setting_of(section, "config") == NULL && s->args.count == 0 ? DEFAULT : 0;
}

static bool
plan_fill(struct plan *p, const struct conf_section *section, const struct plan_home *home, struct err *err)
{
	struct conf_service s;
	struct store store = { 0 };

	/* its strings are the configuration's, which may go before the plan does: all that stays is copied */
	conf_decode_service(section, &s);
	store.size = words_size(&s);
	store.at = p->words = store.size == 0 ? NULL : malloc(store.size);
	if (store.at == NULL && store.size > 0)
		return err_set(err, errno, "cannot keep settings");
	p->steps = steps_new();
	if (p->steps == NULL)
		return err_set(err, errno, "cannot keep settings");
	plan_life(p, &s);
	if (!plan_settings(p, &s, home->cpus))
		return err_set(err, errno, "cannot keep settings");
	if (!errand_make(&p->on_incident, &s.on_incident, err) || !errand_make(&p->hang_dump, &s.hang_dump, err))
		return false;
	if (s.directory[0] != '\0')
		p->directory = keep(&store, s.directory);
	/* cgroups are entered while they can be written to; mounts take descriptors of high numbers, which limits may
	 * forbid */
	if (!plan_account(p, &s, err) || !plan_binds(p, &s, &store, err) ||
		!plan_bounds(p, &s, home->run_dir, home->cgroup_fd, err) || !plan_directories(p, &s, home, err) ||
		!plan_sandbox(p, &s, home->run_dir, err) || !plan_limits(p, &s, err) ||
		!plan_credentials(p, &s, home->run_dir, err))
		return err_prefix(err, "%s", section->name);
	if (!plan_command(p, section, &s, home, err))
		return false;
	/* after the command, whose strings it shares */
	if (p->reload_hup && !plan_trial(p, err))
		return false;
	if (!plan_program_new(&p->program, &s, err) || !plan_endings_new(&p->endings, &s, err) ||
		!plan_hooks_new(&p->hooks, &s, &p->command, err))
		return err_prefix(err, "%s", section->name);
	p->settings->probe.proof = plan_program_shown(plan_program_of(p));
	if (s.kind == CONF_PROGRAM) /* one field for two: a program has no min_ready, a Gunicorn no watchdog */
		p->settings->min_ready = s.watchdog;
	if (p->settings->probe.proof == PAGE_PROOF_PROBE) {
		text_copy(p->settings->probe.target, sizeof p->settings->probe.target, "tcp");
		p->settings->probe.timeout = s.probe_timeout;
	}
	p->settings->connections = connections_of(section, &s);
	p->settings->gunicorn_version = packed_version(&p->command.gunicorn);
	plan_drop_steps(p);
	p->may_stall = on_network(p->directory) || on_network(p->command.argv[0]) || on_network(s.virtualenv);
	return true;
}

/* All or nothing: of a plan that lacks a part nothing could be started. */
struct plan *
plan_new(const struct conf_section *section, const struct plan_home *home, struct err *err)
{
	struct plan *p = calloc(1, sizeof *p);

	if (p == NULL) {
		err_set(err, errno, "cannot plan service");
		return NULL;
	}
	if (plan_fill(p, section, home, err))
		return p;
	plan_free(p);
	return NULL;
}

void
plan_free(struct plan *p)
{
	if (p == NULL)
		return;
	conf_command_free(&p->command);
	steps_free(p->steps);
	free(p->bounds);
	free(p->directories);
	free(p->credentials);
	free(p->trial);
	free(p->trial_environment);
	free(p->trial_path);
	plan_hooks_free(p->hooks);
	plan_program_free(p->program);
	plan_endings_free(p->endings);
	free(p->settings);
	free(p->groups);
	free(p->binds);
	errand_free(p->on_incident);
	errand_free(p->hang_dump);
	free(p->words);
	free(p);
}

struct spawn_request
plan_request(const struct plan *p)
{
	return (struct spawn_request){
		.path = p->command.argv[0],
		.argv = p->command.argv,
		.envp = p->command.envp,
		.directory = p->directory,
		.listen_pid = p->command.listen_pid,
		.null_fd = -1,
		.output_fd = -1,
		.cgroup_fd = -1,
		.change_user = p->change_user,
		.uid = p->uid,
		.gid = p->gid,
		.groups = p->groups,
		.group_count = p->group_count,
		.umask = p->umask,
		.steps = p->steps,
		.keep_oom = p->keep_oom,
		.may_stall = p->may_stall,
	};
}

const struct plan_program *
plan_program_of(const struct plan *p)
{
	static const struct plan_program usual; /* zeroed: proof by exec, TERM, no reload_signal */

	return p != NULL && p->program != NULL ? p->program : &usual;
}

/*
 * check_limits -- limits and scheduling that cannot be had here, or do nothing.
 */
#include "conf/check_rules.h"

#include <inttypes.h>
#include <sched.h>
#include <string.h>

#include "os/rlimit.h"
#include "os/scheduling.h"

enum { PYTHON_SPACE = 64 << 20 /* bytes of addresses: a Python with Gunicorn and nothing else */ };

/* The other policies have no priorities (sched(7)). */
static bool
is_realtime(const struct check *c)
{
	return c->service.cpu_scheduling_policy == CONF_CPU_FIFO || c->service.cpu_scheduling_policy == CONF_CPU_RR;
}

static bool
lacks_priority(const struct check *c)
{
	return is_realtime(c) && c->service.cpu_scheduling_priority <= 0;
}

static bool
has_idle_priority(const struct check *c)
{
	return !is_realtime(c) && c->service.cpu_scheduling_priority > 0;
}

/* The idle class has no levels (ioprio_set(2)). */
static bool
has_idle_disk_priority(const struct check *c)
{
	return c->service.io_scheduling_class == CONF_IO_IDLE && c->service.io_scheduling_priority >= 0;
}

/* Since Linux 2.4.30 (getrlimit(2), RLIMIT_RSS). */
static bool
limits_what_is_not_looked_at(const struct check *c)
{
	return c->service.limit_rss.soft != CONF_NOT_SET;
}

/* Only early Linux 2.4 had it (getrlimit(2), RLIMIT_LOCKS). */
static bool
limits_locks(const struct check *c)
{
	return c->service.limit_locks.soft != CONF_NOT_SET;
}

static bool
has_no_addresses(const struct check *c)
{
	return c->section->kind == CONF_GUNICORN && c->service.limit_as.soft < PYTHON_SPACE;
}

/* A worker has its listeners, log, heartbeat file, epoll and a connection or a few, each being one. */
static bool
has_no_descriptors(const struct check *c)
{
	enum { LEAST = 32 };

	return c->section->kind == CONF_GUNICORN && c->service.limit_nofile.soft < LEAST;
}

static uint64_t
memory_of(const struct conf_amount *amount)
{
	return amount->share == 0 ? amount->value : CONF_NOT_SET; /* a share is large enough */
}

static bool
has_no_memory(const struct check *c)
{
	enum { PYTHON = 16 << 20 };

	return c->section->kind == CONF_GUNICORN &&
		memory_of(&c->service.memory_max) < 2 * PYTHON; /* master and worker */
}

static bool
is_ended_before_it_is_recycled(const struct check *c)
{
	const struct conf_service *s = &c->service;

	return c->section->kind == CONF_GUNICORN && s->memory_max_worker > 0 &&
		memory_of(&s->memory_max) < s->memory_max_worker;
}

/* The kernel begins to slow down at memory.high, which is never reached then (cgroup-v2.rst). */
static bool
is_slowed_above_its_end(const struct check *c)
{
	uint64_t high = memory_of(&c->service.memory_high), most = memory_of(&c->service.memory_max);

	return high < CONF_NOT_SET && most < CONF_NOT_SET && high > most;
}

static bool
has_idle_oom_policy(const struct check *c)
{
	return c->service.oom_policy != CONF_OOM_CONTINUE && memory_of(&c->service.memory_max) >= CONF_NOT_SET &&
		c->service.memory_max.share == 0;
}

/* The kernel takes those that are there and no others (sched_setaffinity(2)). */
static bool
runs_nowhere(const struct check *c)
{
	uint64_t wanted[CONF_CPUS_MAX / 64], there[CONF_CPUS_MAX / 64] = { 0 };

	if (c->service.cpu_affinity[0] == '\0' || !conf_cpus_parse(c->service.cpu_affinity, wanted) ||
		sched_getaffinity(0, sizeof there, (cpu_set_t *)(void *)there) != 0)
		return false;
	for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++)
		if (wanted[i] & there[i])
			return false;
	return true;
}

/* clang-format off */
static const struct check_rule rules[] = {
	{ lacks_priority, CONF_ERROR, "cpu_scheduling_policy", "fifo and rr need cpu_scheduling_priority = 1 to 99" },
	{ has_idle_priority, CONF_WARNING, "cpu_scheduling_priority", "cpu_scheduling_priority has no effect without "
		"cpu_scheduling_policy = fifo or rr" },
	{ has_idle_disk_priority, CONF_WARNING, "io_scheduling_priority", "io_scheduling_priority has no effect with "
		"io_scheduling_class = idle" },
	{ limits_what_is_not_looked_at, CONF_WARNING, "limit_rss", "limit_rss has no effect on Linux: write memory_max" },
	{ limits_locks, CONF_WARNING, "limit_locks", "limit_locks has no effect on Linux" },
	{ has_no_addresses, CONF_WARNING, "limit_as", "limit_as is less than Python alone maps, so no worker will start: "
		"write memory_max instead, which counts what is used" },
	{ has_no_descriptors, CONF_WARNING, "limit_nofile", "limit_nofile leaves Gunicorn no descriptors for connections: "
		"write 1024 or more" },
	{ has_no_memory, CONF_WARNING, "memory_max", "memory_max is less than a master and a worker take before the application "
		"is loaded, so no worker will live: write 256M or more" },
	{ is_ended_before_it_is_recycled, CONF_WARNING, "memory_max_worker", "memory_max_worker is above memory_max, so the kernel "
		"ends the worker before it is recycled: lower it" },
	{ is_slowed_above_its_end, CONF_WARNING, "memory_high", "memory_high is above memory_max, so it has no effect: lower it" },
	{ has_idle_oom_policy, CONF_WARNING, "oom_policy", "oom_policy has no effect without memory_max" },
	{ runs_nowhere, CONF_WARNING, "cpu_affinity", "none of these processors may be used here, so the service cannot be "
		"started" },
};
/* clang-format on */

/* A warning: bridled may be started by somebody who has the capability, and this be looked at by somebody who has not. */
static void
check_limit(const struct check *check, const char *key, int resource, const struct conf_limit *limit)
{
	const struct rlimit wanted = { limit->soft == CONF_INFINITY ? RLIM_INFINITY : (rlim_t)limit->soft,
		limit->hard == CONF_INFINITY ? RLIM_INFINITY : (rlim_t)limit->hard };
	rlim_t hard;

	if (limit->soft != CONF_NOT_SET && !rlimit_can(resource, wanted, &hard))
		check_say(check, CONF_WARNING, key,
			"%s cannot be had here: the hard limit is %" PRIuMAX ", and raising it needs CAP_SYS_RESOURCE: "
			"start bridled with a higher one, or lower this",
			key, (uintmax_t)hard);
}

static void
check_score(const struct check *check)
{
	int ours;

	if (check->service.oom_score_adjust != CONF_LEVEL_NOT_SET && scheduling_read_oom(&ours) &&
		check->service.oom_score_adjust < ours && !rlimit_may_raise())
		check_say(check, CONF_WARNING, "oom_score_adjust",
			"oom_score_adjust cannot be had here: ours is %d, and going below it needs CAP_SYS_RESOURCE",
			ours);
}

void
check_limits(const struct check *check)
{
	const struct conf_service *s = &check->service;

	check_apply(check, rules, sizeof rules / sizeof rules[0]);
#define X(name, resource) check_limit(check, "limit_" #name, (int)RLIMIT_##resource, &s->limit_##name);
	RLIMITS(X)
#undef X
	check_score(check);
}

/* How far the processes of a service may go, and how they are scheduled: a step each, for those that are asked for. */
#include <sched.h>

#include "os/rlimit.h"
#include "os/scheduling.h"
#include "supervisor/plan_parts.h"

static rlim_t
kernel_limit(uint64_t n)
{
	return n == CONF_INFINITY ? RLIM_INFINITY : (rlim_t)n;
}

static bool
add_limits(struct plan *p, const struct conf_service *s, struct err *err)
{
	const struct {
		const char *key;
		int resource;
		struct conf_limit limit;
	} limits[] = {
#define X(name, resource) { "limit_" #name, (int)RLIMIT_##resource, s->limit_##name },
		RLIMITS(X)
#undef X
	};

	for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
		const struct conf_limit *l = &limits[i].limit;
		const struct rlimit limit = { kernel_limit(l->soft), kernel_limit(l->hard) };

		if (l->soft != CONF_NOT_SET && !rlimit_step(p->steps, limits[i].key, limits[i].resource, limit, err))
			return false;
	}
	/* else it gets the limit that we were given, not the one that we have raised for ourselves (privilege.h) */
	p->own_descriptors = s->limit_nofile.soft != CONF_NOT_SET;
	return true;
}

static bool
add_processor(struct plan *p, const struct conf_service *s, struct err *err)
{
	static const struct {
		int policy;
		const char *words;
	} policies[] = {
		[CONF_CPU_OTHER] = { SCHED_OTHER, "other" },
		[CONF_CPU_BATCH] = { SCHED_BATCH, "batch" },
		[CONF_CPU_IDLE] = { SCHED_IDLE, "idle" },
		[CONF_CPU_FIFO] = { SCHED_FIFO, "fifo" },
		[CONF_CPU_RR] = { SCHED_RR, "rr" },
	};
	int priority = s->cpu_scheduling_priority == CONF_LEVEL_NOT_SET ? 0 : s->cpu_scheduling_priority;
	uint64_t mask[CONF_CPUS_MAX / 64];

	if (s->cpu_affinity[0] != '\0' &&
		(!conf_cpus_parse(s->cpu_affinity, mask) ||
			!scheduling_affinity(p->steps, mask, sizeof mask, s->cpu_affinity, err)))
		return false;
	if (s->nice != CONF_LEVEL_NOT_SET && !scheduling_nice(p->steps, s->nice, err))
		return false;
	/* nothing is set that was not asked for: what we were started with is passed on */
	if (s->cpu_scheduling_policy == CONF_CPU_UNSET)
		return true;
	return scheduling_policy(p->steps, policies[s->cpu_scheduling_policy].policy, priority,
		s->cpu_scheduling_reset_on_fork == 1, policies[s->cpu_scheduling_policy].words, err);
}

/* What is not said is as ioprio_set(2) has it for who has no class: best-effort, and its middle. */
static bool
add_disk(struct plan *p, const struct conf_service *s, struct err *err)
{
	enum { MIDDLE = 4 };
	static const int classes
		[] = { [CONF_IO_REALTIME] = 1, [CONF_IO_BEST_EFFORT] = 2, [CONF_IO_IDLE] = 3, [CONF_IO_UNSET] = 2 };
	int level = s->io_scheduling_priority == CONF_LEVEL_NOT_SET ? MIDDLE : s->io_scheduling_priority;

	if (s->io_scheduling_class == CONF_IO_IDLE)
		level = 0; /* it has no levels */
	if (s->io_scheduling_class == CONF_IO_UNSET && s->io_scheduling_priority == CONF_LEVEL_NOT_SET)
		return true;
	return scheduling_io(p->steps, classes[s->io_scheduling_class], level, err);
}

bool
plan_limits(struct plan *p, const struct conf_service *s, struct err *err)
{
	p->keep_oom = s->oom_score_adjust != CONF_LEVEL_NOT_SET;
	if (p->keep_oom && !scheduling_oom(p->steps, s->oom_score_adjust, err))
		return false;
	/* limits last: a low one on open files or address space must not be in the way of the others */
	return add_disk(p, s, err) && add_processor(p, s, err) && add_limits(p, s, err);
}

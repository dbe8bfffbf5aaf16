/* What a service as a whole may take: a control group around all of its generations. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "supervisor/plan_parts.h"

/* For shares, "40%": of what the machine has, not of what is free now. */
static uint64_t
machine_memory(void)
{
	long pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGESIZE);

	return pages > 0 && size > 0 ? (uint64_t)pages * (uint64_t)size : 0;
}

static uint64_t
number_in(const char *path)
{
	FILE *f = fopen(path, "re");
	unsigned long n = 0;

	if (f == NULL)
		return 0;
	if (fscanf(f, "%lu", &n) != 1)
		n = 0;
	fclose(f);
	return n;
}

/* As many as pids and threads allow (proc_sys_kernel(5)). */
static uint64_t
machine_tasks(void)
{
	uint64_t pids = number_in("/proc/sys/kernel/pid_max"), threads = number_in("/proc/sys/kernel/threads-max");

	return pids < threads ? pids : threads;
}

/* What AMOUNT is of ALL; what cannot be known is no limit. */
static uint64_t
settle_amount(const struct conf_amount *amount, uint64_t all)
{
	enum { WHOLE = 100 * 100 };

	if (amount->share == 0)
		return amount->value == CONF_INFINITY ? BOUND_INFINITY :
			amount->value == CONF_NOT_SET ? BOUND_NONE :
							amount->value;
	/* in two parts: the product of both could overflow */
	return all == 0 ? BOUND_INFINITY : all / WHOLE * amount->share + all % WHOLE * amount->share / WHOLE;
}

/* What is not written is BOUND_NONE: the kernel's default holds, also where something else was written before. */
static struct bounds
bounds_of(const struct conf_service *s)
{
	return (struct bounds){
		.memory_max = settle_amount(&s->memory_max, machine_memory()),
		.memory_high = settle_amount(&s->memory_high, machine_memory()),
		.memory_swap_max = settle_amount(&s->memory_swap_max, machine_memory()),
		.tasks_max = settle_amount(&s->tasks_max, machine_tasks()),
		.cpu_quota = s->cpu_quota.share > 0 ? s->cpu_quota.share : settle_amount(&s->cpu_quota, 0),
		.cpu_weight = s->cpu_weight < 0 ? BOUND_NONE : (uint64_t)s->cpu_weight,
		.io_weight = s->io_weight < 0 ? BOUND_NONE : (uint64_t)s->io_weight,
	};
}

bool
plan_bounds(struct plan *p, const struct conf_service *s, const char *run_dir, int cgroup_fd, struct err *err)
{
	const struct bounds bounds = bounds_of(s);
	struct err why = { 0 };
	unsigned kept;

	p->settings->oom_policy = (uint8_t)s->oom_policy;
	if (!bounds_any(&bounds))
		return true;
	p->bounds = malloc(sizeof *p->bounds);
	if (p->bounds == NULL)
		return err_set(err, 0, "cannot keep settings");
	*p->bounds = bounds;
	/* tried out, not looked up: containers and old kernels refuse in too many ways. But not on who runs: this plan may
	 * never be taken up, for the fault of another service */
	kept = bounds_try(p->bounds, cgroup_fd, run_dir, s->name, &why);
	return bounds_steps(p->steps, p->bounds, kept, run_dir, s->name, err);
}

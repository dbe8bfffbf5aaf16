/* check_policies: what is done about incidents, where it would not help. */
#include "conf/check_rules.h"

/* core/policy.c would do neither: there is no generation that serves. */
static bool
loads_the_same(const struct check *c)
{
	enum conf_on_trouble deed = c->service.on_boot_loop;

	return deed == CONF_TROUBLE_RECYCLE || deed == CONF_TROUBLE_REPLACE;
}

static bool
recycles_the_dead(const struct check *c)
{
	return c->service.on_flapping == CONF_TROUBLE_RECYCLE;
}

static bool
stops_all_for_one(const struct check *c)
{
	return c->service.on_hang == CONF_TROUBLE_STOP;
}

static bool
recycles_the_killed(const struct check *c)
{
	return c->service.on_oom == CONF_TROUBLE_RECYCLE;
}

/* oom_policy goes by what the kernel counted (watcher/ooms), on_oom by what was judged of it. */
static bool
says_it_twice(const struct check *c)
{
	return c->service.on_oom != CONF_TROUBLE_NONE && c->service.oom_policy != CONF_OOM_CONTINUE;
}

/* Beside the old one there is no room on a port that Gunicorn binds itself. */
static bool
has_nothing_to_replace_on(enum conf_on_trouble deed, const struct check *c)
{
	return deed == CONF_TROUBLE_REPLACE && c->service.bind.count == 0;
}

static bool
flapping_unheld(const struct check *c)
{
	return has_nothing_to_replace_on(c->service.on_flapping, c);
}

static bool
hang_unheld(const struct check *c)
{
	return has_nothing_to_replace_on(c->service.on_hang, c);
}

static bool
oom_unheld(const struct check *c)
{
	return has_nothing_to_replace_on(c->service.on_oom, c);
}

/* clang-format off */
static const struct check_rule rules[] = {
	{ loads_the_same, CONF_ERROR, "on_boot_loop", "on_boot_loop can only be none or stop: another worker or generation would load "
		"the same code, which has just failed" },
	{ recycles_the_dead, CONF_ERROR, "on_flapping", "on_flapping can only be none, replace or stop: who died is there no more to be "
		"recycled, and Gunicorn has started another one" },
	{ stops_all_for_one, CONF_ERROR, "on_hang", "on_hang can only be none, recycle or replace: the other workers serve while one "
		"hangs, and timeout ends that one" },
	{ recycles_the_killed, CONF_ERROR, "on_oom", "on_oom can only be none, replace or stop: the worker is gone already. To "
		"recycle one before that, write memory_max_worker" },
	{ says_it_twice, CONF_ERROR, "on_oom", "on_oom and oom_policy both say what is done when the kernel ends a process for want "
		"of memory: leave one of them out" },
	{ flapping_unheld, CONF_WARNING, "on_flapping", "on_flapping = replace has no effect without bind: a second generation "
		"would find the address taken" },
	{ hang_unheld, CONF_WARNING, "on_hang", "on_hang = replace has no effect without bind: a second generation would find the "
		"address taken" },
	{ oom_unheld, CONF_WARNING, "on_oom", "on_oom = replace has no effect without bind: a second generation would find the "
		"address taken" },
};
/* clang-format on */

void
check_policies(const struct check *check)
{
	check_apply(check, rules, sizeof rules / sizeof rules[0]);
}

/* check_policies: what is done about incidents, where it would not help. */
#include "conf/check_rules.h"

#include <string.h>

static const struct {
	const char *key, *words, *why;
} narrower[] = {
#define NARROWER(key, words, why) { #key, words, why },
#include "conf/narrower.def"
};

/* Whatever else is written there was no value of its kind, and is complained of already. */
static bool
is_left_out(const struct conf_setting *setting, const char *words)
{
	return setting != NULL && setting->decoded != NULL && strstr(words, setting->value) == NULL;
}

static void
check_narrower(const struct check *check)
{
	for (size_t i = 0; i < sizeof narrower / sizeof narrower[0]; i++)
		if (is_left_out(conf_setting_of(check->section, narrower[i].key), narrower[i].words))
			check_say(check, CONF_ERROR, narrower[i].key, "%s takes %s: %s", narrower[i].key,
				narrower[i].words, narrower[i].why);
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
	check_narrower(check);
	check_apply(check, rules, sizeof rules / sizeof rules[0]);
}

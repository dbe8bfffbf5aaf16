/*
 * check_hooks -- commands around a service that cannot be run, and programs that will never be ready, or too soon.
 */
#include "conf/check_rules.h"

#include "conf/hook.h"

static bool
is_program(const struct check *c)
{
	return c->section->kind == CONF_PROGRAM;
}

/* Ways in which a program says that it is ready, beside notify. */
static unsigned
count_proofs(const struct check *c)
{
	return (unsigned)(c->service.ready_fd >= 0) + (c->service.ready_probe.count > 0) +
		(c->service.ready_command.count > 0);
}

static bool
is_proven_twice(const struct check *c)
{
	return is_program(c) && (count_proofs(c) > 1 || (count_proofs(c) == 1 && c->service.type == CONF_TYPE_NOTIFY));
}

static bool
is_proven_by_its_end(const struct check *c)
{
	return is_program(c) && c->service.type == CONF_TYPE_ONESHOT && count_proofs(c) > 0;
}

static bool
remains_for_nothing(const struct check *c)
{
	return is_program(c) && c->service.remain_after_exit == 1 && c->service.type != CONF_TYPE_ONESHOT;
}

static bool
runs_once_for_ever(const struct check *c)
{
	return is_program(c) && c->service.type == CONF_TYPE_ONESHOT && c->service.restart == CONF_RESTART_ALWAYS;
}

static bool
is_watched_in_silence(const struct check *c)
{
	return is_program(c) && c->service.watchdog > 0 && c->service.type != CONF_TYPE_NOTIFY;
}

/* Half of it is when the program ought to report (sd_watchdog_enabled(3)). */
static bool
is_watched_too_closely(const struct check *c)
{
	return is_program(c) && c->service.watchdog > 0 && c->service.watchdog < 1000;
}

static bool
asks_with_kill(const struct check *c)
{
	return is_program(c) && c->service.kill_signal == 9;
}

/* clang-format off */
static const struct check_rule rules[] = {
	{ is_proven_twice, CONF_WARNING, "type", "one proof of being ready is enough, and only one counts (notify, else ready_fd, "
		"else ready_probe, else ready_command): leave the others out" },
	{ is_proven_by_its_end, CONF_WARNING, "type", "a oneshot is never ready, it ends: leave out ready_fd, ready_probe and "
		"ready_command" },
	{ remains_for_nothing, CONF_WARNING, "remain_after_exit", "remain_after_exit has no effect without type = oneshot: set that, "
		"or restart = never" },
	{ runs_once_for_ever, CONF_WARNING, "restart", "a oneshot that succeeded is not started again, whatever restart says: write "
		"on-failure, or leave it out" },
	{ is_watched_in_silence, CONF_WARNING, "watchdog", "watchdog has no effect without type = notify: set that, too" },
	{ is_watched_too_closely, CONF_WARNING, "watchdog", "a watchdog of less than a second ends programs that only waited for a "
		"busy machine: write 10s" },
	{ asks_with_kill, CONF_WARNING, "kill_signal", "KILL leaves a program no time to end well: stop_timeout brings it to those "
		"who need it" },
};
/* clang-format on */

/* Read as they will be when the service is planned (supervisor/plan_hooks), so that one
 * that cannot be found is known now. */
static void
check_commands(const struct check *c, const char *key, const struct conf_words *commands)
{
	struct arena *arena = arena_new();
	struct conf_hook hook;
	struct err err;

	if (commands->count > HOOK_COMMANDS_MAX)
		check_say(c, CONF_ERROR, key, "%s: more than %d commands", key, HOOK_COMMANDS_MAX);
	for (uint32_t i = 0; arena != NULL && i < commands->count; i++)
		if (!hook_parse(arena, &c->service, commands->at[i], &hook, &err))
			check_say(c, CONF_ERROR, key, "%s: %s", key, err.text);
	arena_free(arena);
}

void
check_hooks(const struct check *c)
{
	const struct conf_service *s = &c->service;

	check_commands(c, "exec_condition", &s->exec_condition);
	check_commands(c, "exec_start_pre", &s->exec_start_pre);
	check_commands(c, "exec_start_post", &s->exec_start_post);
	check_commands(c, "exec_stop_post", &s->exec_stop_post);
	check_commands(c, "on_failure", &s->on_failure);
	check_commands(c, "ready_command", &s->ready_command);
	check_apply(c, rules, sizeof rules / sizeof rules[0]);
}

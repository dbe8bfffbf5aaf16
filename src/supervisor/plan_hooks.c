/*
 * plan_hooks.c -- everything in one arena, which goes with the plan. Environments are vectors into the service's own: a
 * command sees what its master sees, but for what only a master may have.
 */
#include "supervisor/plan_hooks.h"

#include <errno.h>
#include <string.h>

#include "conf/arena.h"
#include "conf/hook.h"

_Static_assert((int)HOOK_COMMANDS_MAX == (int)HOOKS_MOST, "what may be written has a bit each");

struct making {
	struct plan_hooks *hooks;
	struct arena *arena;
	const struct conf_service *service;
	struct err *err;
};

static bool
no_memory(struct err *err)
{
	return err_set(err, ENOMEM, "cannot keep commands");
}

/* What execve(2) takes is not const, and is not written to. */
static bool
take_one(struct making *m, const char *command, struct plan_hook *out, bool *ignored)
{
	struct conf_hook hook;
	char **argv;

	if (!hook_parse(m->arena, m->service, command, &hook, m->err))
		return false;
	argv = arena_alloc(m->arena, (hook.words.count + 1) * sizeof *argv);
	if (argv == NULL)
		return no_memory(m->err);
	memcpy(argv, hook.words.at, hook.words.count * sizeof *argv);
	*out = (struct plan_hook){ .path = hook.path, .argv = argv, .privileged = hook.privileged };
	*ignored = hook.ignored;
	return true;
}

static bool
take_list(struct making *m, const char *key, enum hook_list list, const struct conf_words *commands)
{
	struct plan_hook *at = arena_alloc(m->arena, (commands->count + 1) * sizeof *at);
	struct hook_plan *order = &m->hooks->order;

	if (at == NULL)
		return no_memory(m->err);
	if (commands->count > HOOKS_MOST)
		return err_set(m->err, 0, "%s: more than %d commands", key, HOOKS_MOST);
	m->hooks->lists[list] = at;
	order->count[list] = (uint8_t)commands->count;
	for (uint32_t i = 0; i < commands->count; i++) {
		bool ignored = false;

		if (!take_one(m, commands->at[i], &at[i], &ignored))
			return err_prefix(m->err, "%s", key);
		if (ignored)
			order->ignored[list] |= UINT32_C(1) << i; /* a bit each: see the assertion above */
	}
	return true;
}

static bool
take_failure(struct making *m)
{
	bool ignored;

	if (m->service->on_failure.count == 0) /* at most one (onecommand: conf/kinds_commands.c) */
		return true;
	m->hooks->on_failure = arena_alloc(m->arena, sizeof *m->hooks->on_failure);
	if (m->hooks->on_failure == NULL)
		return no_memory(m->err);
	return take_one(m, m->service->on_failure.at[0], m->hooks->on_failure, &ignored) ||
		err_prefix(m->err, "on_failure");
}

/* What is the master's alone: its descriptors, the socket that it may speak to, a directory that is there for as long
 * as it is. */
static bool
is_for_commands(const struct conf_command *command, const char *variable)
{
	static const char *const masters[] = { "LISTEN_PID=", "LISTEN_FDS=", "NOTIFY_SOCKET=", "WATCHDOG_USEC=",
		"WATCHDOG_PID=" };

	for (size_t i = 0; i < sizeof masters / sizeof masters[0]; i++)
		if (strncmp(variable, masters[i], strlen(masters[i])) == 0)
			return false;
	return command->tmpdir == NULL || strncmp(variable, "TMPDIR=", 7) != 0;
}

/* All of ENVP that is for commands, and BRIDLE_GENERATION at the end. */
static bool
take_environment(struct making *m, const struct conf_command *command, char **envp, struct plan_hook_environment *out)
{
	uint32_t n = 0;

	while (envp[n] != NULL)
		n++;
	out->at = arena_alloc(m->arena, (n + PLAN_HOOK_VARIABLES + 2) * sizeof *out->at);
	if (out->at == NULL)
		return no_memory(m->err);
	for (char **variable = envp; *variable != NULL; variable++)
		if (*variable != m->hooks->generation && is_for_commands(command, *variable))
			out->at[out->count++] = *variable;
	out->at[out->count++] = m->hooks->generation;
	return true;
}

static bool
take_environments(struct making *m, const struct conf_command *command)
{
	/* the same bytes as the master's: what a start writes there (service_patch) holds for its commands, too */
	m->hooks->generation = command->generation - strlen("BRIDLE_GENERATION=");
	/* where names are looked up, and nothing else is run, there is none for commands */
	return command->own_envp == NULL ||
		(take_environment(m, command, command->envp, &m->hooks->as_service) &&
			take_environment(m, command, command->own_envp, &m->hooks->as_we));
}

static bool
fill(struct making *m, const struct conf_command *command)
{
	const struct conf_service *s = m->service;

	m->hooks->order.oneshot = s->type == CONF_TYPE_ONESHOT;
	return take_list(m, "exec_condition", HOOK_CONDITION, &s->exec_condition) &&
		take_list(m, "exec_start_pre", HOOK_START_PRE, &s->exec_start_pre) &&
		take_list(m, "ready_command", HOOK_READY, &s->ready_command) &&
		take_list(m, "exec_start_post", HOOK_START_POST, &s->exec_start_post) &&
		take_list(m, "exec_stop_post", HOOK_STOP_POST, &s->exec_stop_post) && take_failure(m) &&
		take_environments(m, command);
}

bool
plan_hooks_new(struct plan_hooks **hooks, const struct conf_service *service, const struct conf_command *command,
	bool names, struct err *err)
{
	struct making m = { .service = service, .err = err };

	*hooks = NULL;
	if (!names && !hook_any(service))
		return true;
	m.arena = arena_new();
	m.hooks = m.arena == NULL ? NULL : arena_alloc(m.arena, sizeof *m.hooks);
	if (m.hooks == NULL) {
		arena_free(m.arena);
		return no_memory(err);
	}
	m.hooks->arena = m.arena;
	m.hooks->order.count[HOOK_LOOK_UP] = names; /* one process for all of them: names_ask() */
	/* an arena without memory gives "" for strings: it is asked once, at the end */
	if (!fill(&m, command) || arena_failed(m.arena)) {
		if (arena_failed(m.arena))
			no_memory(err);
		arena_free(m.arena);
		return false;
	}
	*hooks = m.hooks;
	return true;
}

void
plan_hooks_free(struct plan_hooks *hooks)
{
	if (hooks != NULL)
		arena_free(hooks->arena);
}

/*
 * around_environment.c -- no memory is taken when a command is run: the vectors have room at their end (plan_hooks.c), and
 * the strings lie on the caller's stack, who waits until the command was executed.
 */
#include "supervisor/around_environment.h"

#include <string.h>
#include <sys/wait.h>

#include "base/text.h"
#include "supervisor/around.h"
#include "supervisor/service.h"
#include "wire/briefing.h"
#include "wire/ending.h"

_Static_assert((int)BRIEFING_COUNT <= (int)PLAN_HOOK_VARIABLES, "the vectors have room for what on_failure is told");

static const char *const results[] = { [AROUND_SUCCESS] = "success",
	[AROUND_EXIT_CODE] = "exit-code",
	[AROUND_SIGNAL] = "signal",
	[AROUND_CORE_DUMP] = "core-dump",
	[AROUND_TIMEOUT] = "timeout",
	[AROUND_RESOURCES] = "resources" };

/* Written behind what all commands have, and ended anew each time: nothing is allocated for it. */
static void
put_at(struct plan_hook_environment *e, unsigned n, char *variable)
{
	e->at[e->count + n] = variable;
	e->at[e->count + n + 1] = NULL;
}

static void
put(struct around_variables *v, struct plan_hooks *hooks, const char *name, const char *value)
{
	struct text t;

	if (v->count == PLAN_HOOK_VARIABLES) /* there are never more: the vectors were made for so many */
		return;
	text_init(&t, v->text[v->count], sizeof v->text[0]);
	text_addf(&t, "%s=%s", name, value);
	put_at(&hooks->as_service, v->count, v->text[v->count]);
	put_at(&hooks->as_we, v->count, v->text[v->count]);
	v->count++;
}

/* LAST of what every command is given, and nothing behind it yet. */
static void
begin(struct plan_hook_environment *e, char *last)
{
	e->at[e->count - 1] = last;
	e->at[e->count] = NULL;
}

static void
put_number(struct around_variables *v, struct plan_hooks *hooks, const char *name, int64_t n)
{
	char digits[24];
	struct text t;

	text_init(&t, digits, sizeof digits);
	text_addf(&t, "%lld", (long long)n);
	put(v, hooks, name, digits);
}

/* systemd.exec(5), EXIT_STATUS: "0" to "255", or the name of a signal without SIG. */
static void
put_end(struct around_variables *v, struct plan_hooks *hooks, int status)
{
	char name[32];
	struct text t;

	put(v, hooks, "EXIT_CODE", WIFEXITED(status) ? "exited" : WCOREDUMP(status) ? "dumped" : "killed");
	if (WIFEXITED(status)) {
		put_number(v, hooks, "EXIT_STATUS", WEXITSTATUS(status));
		return;
	}
	text_init(&t, name, sizeof name);
	ending_add_signal(&t, WTERMSIG(status));
	put(v, hooks, "EXIT_STATUS", strncmp(name, "SIG", 3) == 0 ? name + 3 : name);
}

void
around_variables(struct around_variables *v, struct service *s, uint8_t slot)
{
	struct plan_hooks *hooks = s->plan->hooks;
	const struct around_generation *g = &s->around->at[slot];

	v->count = 0;
	/* on_failure, if that ran last, has put another variable in its place */
	begin(&hooks->as_service, hooks->generation);
	begin(&hooks->as_we, hooks->generation);
	/* `bridle stop` in it is not to wait for itself (cli/within.h) */
	put(v, hooks, "BRIDLE_COMMAND", hook_list_name((enum hook_list)g->hooks.list));
	if (g->hooks.stage == HOOKS_BESIDE)
		put_number(v, hooks, "MAINPID", *service_pid_at(s, slot));
	if (g->hooks.stage != HOOKS_AFTER)
		return;
	put(v, hooks, "SERVICE_RESULT",
		/* it may have been restored from what another version wrote */
		g->result < sizeof results / sizeof results[0] ? results[g->result] : "protocol");
	if (g->ended)
		put_end(v, hooks, g->status);
}

void
around_reason(struct around_variables *v, struct service *s, const char *reason, char *const *told)
{
	struct plan_hooks *hooks = s->plan->hooks;
	struct text t;

	text_init(&t, v->text[0], sizeof v->text[0]);
	text_addf(&t, "BRIDLE_REASON=%s", reason);
	begin(&hooks->as_service, v->text[0]);
	begin(&hooks->as_we, v->text[0]);
	v->count = 1;
	for (unsigned i = 0; told != NULL && i < BRIEFING_COUNT; i++) {
		put_at(&hooks->as_service, i, told[i]);
		put_at(&hooks->as_we, i, told[i]);
	}
}

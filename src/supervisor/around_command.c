#include "supervisor/around_command.h"
#include "supervisor/around_deeds.h"

#include "base/log.h"
#include "base/text.h"
#include "supervisor/around.h"
#include "supervisor/around_environment.h"
#include "supervisor/belongings.h"
#include "supervisor/bridled.h"
#include "supervisor/service.h"
#include "wire/ending.h"

/* The command that its hooks point to; NULL when a plan that came meanwhile has it no more, or it is none of the
 * configuration's (names.h). */
static const struct plan_hook *
command_of(const struct service *s, const struct hooks *h)
{
	const struct plan_hooks *plan = s->plan != NULL ? s->plan->hooks : NULL;

	return plan != NULL && h->list != HOOK_LOOK_UP && h->index < plan->order.count[h->list] ?
		&plan->lists[h->list][h->index] :
		NULL;
}

struct spawn_request
around_request(const struct service *s, const struct plan_hook *command, int cgroup_fd)
{
	struct spawn_request r = plan_request(s->plan);

	r.path = command->path;
	r.argv = command->argv;
	r.envp = s->plan->hooks->as_service.at;
	r.listen_pid = NULL; /* listeners are the master's alone */
	r.null_fd = s->home->null_fd;
	r.output_fd = s->output_fd >= 0 ? s->output_fd : s->home->null_fd;
	r.cgroup_fd = cgroup_fd;
	r.descriptors = s->plan->own_descriptors ? 0 : s->home->descriptors;
	if (command->privileged) { /* with a + in front (systemd.service(5)) */
		r.descriptors = s->home->descriptors;
		r.envp = s->plan->hooks->as_we.at;
		r.change_user = false;
		r.steps = NULL;
	}
	return r;
}

/* What failed is told in the log at once, and in the page until the next start. */
void
around_tell(struct service *s, const struct hooks *h, const char *end)
{
	const struct plan_hook *command = command_of(s, h);
	char buffer[256];
	struct text t;

	text_init(&t, buffer, sizeof buffer);
	if (h->list == HOOK_LOOK_UP)
		text_addf(&t, "%s: %s", hook_list_name(h->list), end);
	else
		text_addf(&t, "%s '%s' %s", hook_list_name(h->list), command != NULL ? command->argv[0] : "?", end);
	log_warning("%s: %s", s->name, buffer);
	/* the commands behind it have no part in a start, and a look-up is none */
	if (h->list != HOOK_LOOK_UP && h->list < HOOK_STOP_POST)
		service_tell_command(s, buffer);
	else
		service_tell_why(s, buffer);
}

void
around_tell_status(struct service *s, const struct hooks *h, int status)
{
	char buffer[96];
	struct text t;

	text_init(&t, buffer, sizeof buffer);
	ending_add(&t, status);
	around_tell(s, h, buffer);
}

static pid_t
run_command(struct service *s, uint8_t slot, const struct plan_hook *command, struct err *err)
{
	struct around_variables variables;
	struct spawn_request r;

	around_variables(&variables, s, slot);
	r = around_request(s, command, s->cgroup[slot]);
	return service_spawn(s, &r, err);
}

pid_t
around_run(struct service *s, uint8_t slot)
{
	struct around_generation *g = around_at(s, slot);
	const struct plan_hook *command = command_of(s, &g->hooks);
	bool names = g->hooks.list == HOOK_LOOK_UP;
	struct err err;
	pid_t pid;

	if (command == NULL && !names) /* nothing is left that could be run: as if it had failed */
		return -1;
	if (g->hooks.stage == HOOKS_AFTER) /* KILL may have gone to the cgroup: nobody can be born there any more */
		service_renew_cgroup(s, slot);
	service_patch(s, slot);
	pid = names ? names_ask(s, slot, &err) : run_command(s, slot, command, &err);
	if (pid < 0)
		around_tell(s, &g->hooks, err.text);
	return pid;
}

/* on_failure: the command that is run when a service is given up. */
#include <signal.h>
#include <unistd.h>

#include "base/log.h"
#include "base/text.h"
#include "os/tree.h"
#include "supervisor/around.h"
#include "supervisor/around_command.h"
#include "supervisor/around_environment.h"
#include "supervisor/bridled.h"
#include "supervisor/service.h"
#include "wire/ending.h"

void
around_given_up(struct service *s, const char *reason, msec now)
{
	const struct plan_hook *command = s->plan != NULL && s->plan->hooks != NULL ? s->plan->hooks->on_failure : NULL;
	struct around_variables variables;
	struct spawn_request r;
	struct err err;
	pid_t pid;

	/* one at a time: it may still be running from the last time */
	if (command == NULL || s->around == NULL || s->around->failure != 0)
		return;
	around_reason(&variables, s, reason);
	r = around_request(s, command, -1); /* in no group of a generation: it is to outlive all of them */
	pid = spawn(&r, &err);
	if (pid < 0) {
		log_error("%s: on_failure: %s", s->name, err.text);
		return;
	}
	s->around->failure = pid;
	s->home->besides++;
	s->around->failure_due = now + s->life.limits.stop.total;
}

pid_t *
around_failure_pid(struct service *s)
{
	static pid_t nobodys; /* written to and never read: for services without commands */

	nobodys = 0;
	return s->around != NULL ? &s->around->failure : &nobodys;
}

/* Whether it is still there is asked of the kernel: time was lost, and pids are given again. */
void
around_failure_resume(struct service *s, msec now)
{
	struct tree_process p;

	if (s->around->failure == 0)
		return;
	if (!tree_look(s->around->failure, &p) || p.parent != getpid()) {
		s->around->failure = 0; /* its parent was killed: nobody tells us when it ends */
		return;
	}
	s->home->besides++;
	s->around->failure_due = now + s->life.limits.stop.total;
}

static void
kill_one(void *context, const struct tree_process *p)
{
	(void)context;
	tree_signal(p->pid, p->start, SIGKILL);
}

/* Whatever it has started, too: it has no group, and its session is its own. */
void
around_end(struct service *s)
{
	if (s->around != NULL && s->around->failure > 0)
		tree_walk(&s->around->failure, 1, kill_one, NULL);
}

bool
around_failure_reaped(struct service *s, pid_t pid, int status)
{
	char buffer[96];
	struct text t;

	if (s->around->failure != pid)
		return false;
	s->around->failure = 0;
	s->home->besides--;
	if (status == 0)
		return true;
	text_init(&t, buffer, sizeof buffer);
	ending_add(&t, status);
	log_warning("%s: on_failure %s", s->name, buffer);
	return true;
}

msec
around_failure_due(const struct service *s)
{
	return s->around->failure > 0 ? s->around->failure_due : MSEC_NEVER;
}

void
around_failure_tick(struct service *s, msec now)
{
	if (now < around_failure_due(s))
		return;
	log_warning("%s: on_failure takes longer than stop_timeout; it is killed", s->name);
	around_end(s);
	s->around->failure_due = MSEC_NEVER; /* once: KILL is not to be refused, and its end is reaped */
}

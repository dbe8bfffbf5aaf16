/* on_failure: the command that is run when a service is given up. */
#include <signal.h>
#include <unistd.h>

#include "base/log.h"
#include "base/text.h"
#include "os/sealed.h"
#include "os/tree.h"
#include "supervisor/around.h"
#include "supervisor/around_command.h"
#include "supervisor/around_environment.h"
#include "supervisor/bridled.h"
#include "supervisor/service.h"
#include "wire/briefing.h"
#include "wire/ending.h"

/* In words. */
static void
note_reason(struct service *s)
{
	const struct page_service *record = page_at(s->home->page, s->slot);
	struct text t;

	text_init(&t, s->around->reason, sizeof s->around->reason);
	if (record->why[0] != '\0' || s->last_pid == 0) {
		text_add(&t, record->why);
		return;
	}
	text_addf(&t, "%s %d ", s->kind == CONF_GUNICORN ? "master" : "process", (int)s->last_pid);
	ending_add(&t, s->last_status);
	text_add(&t, " after ");
	text_add_duration(&t, s->last_age);
}

static const struct plan_hook *
command_of(const struct service *s)
{
	return s->plan != NULL && s->plan->hooks != NULL ? s->plan->hooks->on_failure : NULL;
}

/* TOLD: the variables of a briefing; NULL: nothing is known. */
static void
run(struct service *s, char *const *told, msec now)
{
	const struct plan_hook *command = command_of(s);
	struct around_variables variables;
	struct spawn_request r;
	struct err err;
	pid_t pid;

	s->around->failure = 0;
	if (command == NULL) /* a plan that came meanwhile has it no more */
		return;
	around_reason(&variables, s, s->around->reason, told);
	r = around_request(s, command, -1); /* in no group of a generation: it is to outlive all of them */
	pid = spawn(&r, &err);
	/* for want of which it may have been given up: that is to be told, too */
	if (pid < 0 && r.failed == SPAWN_DIRECTORY) {
		r.directory = "/";
		pid = spawn(&r, &err);
	}
	if (pid < 0) {
		log_error("%s: on_failure: %s", s->name, err.text);
		return;
	}
	s->around->failure = pid;
	s->home->besides++;
	s->around->failure_due = now + s->life.limits.stop.total;
}

void
around_given_up(struct service *s, msec now)
{
	/* one at a time: it may still be running from the last time */
	if (command_of(s) == NULL || s->around == NULL || s->around->failure != 0)
		return;
	note_reason(s);
	if (s->kind != CONF_GUNICORN) { /* only of those incidents are known */
		run(s, NULL, now);
		return;
	}
	s->around->failure = AROUND_DUE;
	s->around->failure_due = now + AROUND_PATIENCE;
}

void
around_judged(struct service *s, uint32_t generation, int fd, msec now)
{
	char room[BRIEFING_MAX], *told[BRIEFING_COUNT];
	ssize_t n;

	/* what comes late may be of one that was given up before */
	if (s->around == NULL || s->around->failure != AROUND_DUE || generation != s->last_generation)
		return;
	n = fd >= 0 ? sealed_read(fd, room, sizeof room) : 0;
	run(s, n > 0 && briefing_read(room, (size_t)n, told) ? told : NULL, now);
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
	if (s->around->failure == AROUND_DUE) { /* the watcher that was asked went with us, and nobody asks again */
		note_reason(s);
		s->around->failure_due = now;
		return;
	}
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
static void
end(struct service *s)
{
	tree_walk(&s->around->failure, 1, kill_one, NULL);
}

/* Nobody of ours outlives us, and nobody waits for a command to tell of what is over: but who reads the log is to know that nobody
 * else was told. */
void
around_end(struct service *s)
{
	if (s->around == NULL || s->around->failure == 0)
		return;
	if (s->around->failure > 0) {
		log_warning("%s: bridled is stopped: on_failure has not ended, and is killed", s->name);
		end(s);
		return;
	}
	log_warning("%s: bridled is stopped: on_failure is not run any more: %s", s->name, s->around->reason);
	s->around->failure = 0;
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
	return s->around->failure != 0 ? s->around->failure_due : MSEC_NEVER;
}

void
around_failure_tick(struct service *s, msec now)
{
	if (now < around_failure_due(s))
		return;
	if (s->around->failure == AROUND_DUE) {
		run(s, NULL, now);
		return;
	}
	log_warning("%s: on_failure takes longer than stop_timeout; it is killed", s->name);
	end(s);
	s->around->failure_due = MSEC_NEVER; /* once: KILL is not to be refused, and its end is reaped */
}

/*
 * trial.c -- the service's own command with --check-config, which imports the application and ends. The answer to who
 * asked waits for that end; nothing else does.
 */
#include "supervisor/trial.h"

#include <signal.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/text.h"
#include "os/spawn.h"
#include "supervisor/belongings.h"
#include "supervisor/bridled.h"
#include "supervisor/service.h"
#include "wire/ending.h"
#include "wire/link.h"

/* At load time: an answer must not fail for want of memory later. */
void
trial_plan(struct service *s)
{
	if (s->trial == NULL && s->plan != NULL && s->plan->reload_hup)
		s->trial = calloc(1, sizeof *s->trial);
}

void
trial_free(struct service *s)
{
	if (s->trial != NULL && s->trial->pid > 0) { /* killed when it was stopped: nobody's when it is reaped */
		ev_timer_stop(s->home->loop, &s->trial->timer);
		s->home->children--;
	}
	free(s->trial);
}

static void
on_late(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct service *s = timer->data;

	(void)loop;
	(void)events;
	s->trial->late = true;
	trial_cancel(s);
}

/* As long as a start may take: more than importing the code it does not do. */
static void
watch_time(struct service *s)
{
	struct trial *t = s->trial;

	ev_timer_init(&t->timer, on_late, (double)s->life.limits.start_timeout / 1000., 0.);
	t->timer.data = s;
	ev_timer_start(s->home->loop, &t->timer);
}

/* It carries the marker of the current generation, so that whatever it leaves behind ends with that one at the latest. */
static pid_t
start(struct service *s, struct err *err)
{
	struct plan *p = s->plan;
	uint32_t number = s->life.slots[s->life.current].number;
	struct spawn_request r = plan_request(p);

	conf_command_patch(p->command.generation, number); /* the next start writes its own number there */
	if (p->command.tmpdir_generation != NULL)
		conf_command_patch(p->command.tmpdir_generation, number);
	r.argv = p->trial;
	r.envp = p->trial_environment;
	r.listen_pid = NULL; /* it listens to nobody: a check binds nothing (gunicorn-facts 10) */
	r.null_fd = s->home->null_fd;
	r.output_fd = s->output_fd >= 0 ? s->output_fd : s->home->null_fd;
	r.cgroup_fd = s->cgroup[s->life.current];
	r.descriptors = p->own_descriptors ? 0 : s->home->descriptors;
	return service_spawn(s, &r, err);
}

bool
trial_begin(struct service *s, uint32_t request, struct err *err)
{
	struct trial *t = s->trial;
	pid_t pid;

	if (t == NULL)
		return err_set(err, 0, "there was no memory for a trial of its code");
	if (t->pid != 0)
		return err_set(err, 0, "its code is being tried already");
	pid = start(s, err);
	if (pid < 0)
		return err_prefix(err, "its code cannot be tried");
	*t = (struct trial){ .pid = pid, .request = request };
	s->home->children++;
	watch_time(s);
	log_info("%s: process %d imports its code, on trial", s->name, (int)pid);
	return true;
}

/* Who has gone meanwhile (a watcher that was replaced) is not told. */
static void
answer(struct service *s, struct link_record *r)
{
	r->id = s->trial->request;
	r->service = s->slot;
	if (r->id == 0)
		return;
	watcher_link_tell(s->home, r);
	watcher_link_flush(s->home);
}

/* PID in the answer says that there is a log to look into. */
static void
failed(struct service *s, pid_t pid, int status)
{
	struct link_record r = link_make(LINK_ANSWER);
	struct text t;

	r.result = LINK_REFUSED;
	r.pid = pid;
	text_init(&t, r.text, sizeof r.text);
	text_add(&t, "its code cannot be loaded: on trial it ");
	if (s->trial->late)
		text_add(&t, "was not done within start_timeout");
	else
		ending_add(&t, status);
	text_add(&t, "; no HUP was sent");
	log_warning("%s: %s", s->name, r.text);
	answer(s, &r);
}

static void
passed(struct service *s, msec now)
{
	struct link_record r = link_make(LINK_ANSWER);

	if (!life_hup(&s->life, now)) { /* it died, or was stopped, while its code was tried */
		r.result = LINK_REFUSED;
		text_copy(r.text, sizeof r.text, "it is not running any more: no HUP was sent");
	}
	service_act(s, now);
	answer(s, &r);
}

static struct service *
find(const struct bridled *b, pid_t pid)
{
	for (uint32_t i = 0; pid > 0 && i < b->capacity; i++)
		if (b->services[i] != NULL && b->services[i]->trial != NULL && b->services[i]->trial->pid == pid)
			return b->services[i];
	return NULL;
}

bool
trial_is(const struct bridled *b, pid_t pid)
{
	return find(b, pid) != NULL;
}

bool
trial_reaped(struct bridled *b, pid_t pid, int status, msec now)
{
	struct service *s = find(b, pid);

	if (s == NULL)
		return false;
	b->children--;
	s->trial->pid = 0;
	ev_timer_stop(b->loop, &s->trial->timer);
	if (ending_is_clean(status))
		passed(s, now);
	else
		failed(s, pid, status);
	return true;
}

/* What was begun ends by being reaped: the answer goes out then. */
void
trial_cancel(struct service *s)
{
	if (s->trial != NULL && s->trial->pid > 0)
		kill(s->trial->pid, SIGKILL);
}

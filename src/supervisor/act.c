/* service_act: what the life orders, done. The only place that starts and signals services. */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "os/alarm.h"
#include "os/protect.h"
#include "os/spawn.h"
#include "os/tree.h"
#include "supervisor/adopt.h"
#include "supervisor/around.h"
#include "supervisor/belongings.h"
#include "supervisor/bridled.h"
#include "supervisor/demand.h"
#include "supervisor/door.h"
#include "supervisor/ordering.h"
#include "supervisor/places.h"
#include "supervisor/proof.h"
#include "supervisor/replace.h"
#include "supervisor/rest.h"
#include "supervisor/service.h"
#include "supervisor/tmpdir.h"

/* The plan could not be worked out when the configuration was read (a user, a virtualenv that was missing): perhaps it
 * can now. */
static bool
have_plan(struct service *s, struct err *err)
{
	struct bridled *b = s->home;
	const struct plan_home home = places_plan_home(b);
	const struct conf_section *section;
	struct plan *plan;

	if (s->plan != NULL)
		return true;
	section = conf_find(b->conf, s->name);
	if (section == NULL)
		return err_set(err, 0, "%s: the configuration has no such service", s->name);
	plan = plan_new(section, &home, err);
	if (plan != NULL)
		service_plan(s, plan);
	return plan != NULL;
}

/* The vectors are the plan's, and every start writes over them: execve(2) has copied them by
 * then (os/cradle.c waits for that). */
void
service_patch(struct service *s, uint8_t slot)
{
	uint32_t number = s->life.slots[slot].number;
	struct conf_command *c = &s->plan->command;

	conf_command_patch(c->generation, number);
	if (c->workers != NULL)
		conf_command_patch(c->workers, replace_workers(s, slot));
	if (c->tmpdir_generation != NULL)
		conf_command_patch(c->tmpdir_generation, number);
}

static pid_t
start_planned(struct service *s, uint8_t slot, struct err *err)
{
	int listeners[HELD_MAX + 1], door;
	uint32_t number = s->life.slots[slot].number;
	struct plan *p = s->plan;
	struct spawn_request r;
	pid_t pid;

	/* what may fail comes first: once there is a process, only it can */
	if (!held_open(&s->held, p, listeners, err) || !tmpdir_make(s, number, err))
		return -1;
	service_patch(s, slot);
	service_make_cgroup(s, slot);
	r = plan_request(p);
	r.listeners = listeners;
	r.listener_count = p->bind_count;
	r.null_fd = s->home->null_fd;
	r.output_fd = s->output_fd >= 0 ? s->output_fd : s->home->null_fd;
	r.cgroup_fd = s->cgroup[slot];
	r.descriptors = p->own_descriptors ? 0 : s->home->descriptors;
	if (!proof_prepare(s, &r, listeners, err) || !door_open(s, slot, &r, listeners, &door, err))
		return -1;
	pid = service_spawn(s, &r, err);
	/* the door ends with the generation: a copy of ours would take connections that nobody is left to accept */
	if (door >= 0)
		close(door);
	return pid;
}

/* Who reads it knows of whom it is said. */
static const char *
without_name(const struct service *s, const char *words)
{
	size_t n = strlen(s->name);

	return strncmp(words, s->name, n) == 0 && strncmp(words + n, ": ", 2) == 0 ? words + n + 2 : words;
}

/* There was no master: what is told of the last one must not be taken for this one's end. */
static void
not_started(struct service *s, uint8_t slot, const struct err *err, msec now)
{
	log_error("%s", err->text);
	service_tell_why(s, without_name(s, err->text));
	s->last_generation = s->life.slots[slot].number;
	s->last_pid = s->last_status = 0;
	s->last_age = 0;
	s->last_ended = now;
	if (around_failed(s, slot, now))
		return;
	service_clear_away(s, slot);
	life_spawned(&s->life, slot, false, bridled_random(s->home), now);
}

/* Before the life is told: what follows from its moves finds the pid in place. */
void
service_lead(struct service *s, uint8_t slot, pid_t pid)
{
	struct tree_process p;

	/* a child of ours, whoever's the one before it in this slot was */
	adopt_gone(s, slot);
	*service_pid_at(s, slot) = s->leader[slot] = pid;
	s->start[slot] = tree_look(pid, &p) ? (uint32_t)p.start : 0;
	s->settings[slot] = s->plan->fingerprint;
	s->home->children++;
	if (s->home->protected && !s->plan->keep_oom)
		protect_not(pid, s->home->oom_score_adj);
	/* listeners that a killed bridled's master had alone are ours again (resume.c) */
	life_set_limits(&s->life, &s->plan->limits);
	/* at once, not with the other moves: a bridled that crashes now must know this one again */
	memory_service(s);
}

bool
service_start_master(struct service *s, uint8_t slot, msec now)
{
	struct err err;
	pid_t pid = start_planned(s, slot, &err);

	if (pid < 0) {
		err_prefix(&err, "%s", s->name);
		not_started(s, slot, &err, now);
		return false;
	}
	service_tell_why(s, "");
	service_lead(s, slot, pid);
	life_spawned(&s->life, slot, true, 0, now);
	/* of a program that proves nothing, nothing outside tells when it is ready: it is when it was executed */
	if (s->kind == CONF_PROGRAM && plan_program_of(s->plan)->proof == PROOF_EXEC)
		around_ready(s, s->life.slots[slot].number, false, now);
	return true;
}

static void
do_spawn(struct service *s, const struct life_order *o, msec now)
{
	struct err err;

	/* the slot's last one may have been an heir, with a number other than that of its group */
	s->made[o->slot] = 0;
	s->again = false;
	demand_pause(s);
	if (have_plan(s, &err))
		around_begin(s, o, now);
	else
		not_started(s, o->slot, &err, now);
}

/* The deposit has them as well (memory.h): the address is free only when they lie nowhere. */
static void
close_listeners(struct service *s)
{
	held_close(&s->held);
	memory_closed(s->home);
}

/* From TERM on who comes is refused at once, instead of waiting in a queue that is reset when the last worker goes. What
 * starts again in the middle (restarting) waits until nobody is left. */
static void
close_if_stopping(struct service *s)
{
	if (s->life.state == LIFE_STOPPING)
		close_listeners(s);
}

bool
service_signal(struct service *s, uint8_t slot, int signal)
{
	return s->adopted[slot] ? adopt_signal(s, slot, signal) : kill(*service_pid_at(s, slot), signal) == 0;
}

static void
do_signal(struct service *s, const struct life_order *o)
{
	pid_t pid = *service_pid_at(s, o->slot);
	int signal = o->signal;

	/* kill_signal is the program's own: commands around it get TERM */
	if (signal == SIGTERM && plan_program_of(s->plan)->kill_signal > 0 && !around_leads(s, o->slot))
		signal = plan_program_of(s->plan)->kill_signal;
	/* ESRCH: it has ended, and SIGCHLD is on its way */
	if (pid > 0 && !service_signal(s, o->slot, signal) && errno != ESRCH)
		log_error("%s: cannot signal master %d: %s", s->name, (int)pid, strerror(errno));
	close_if_stopping(s);
}

static void
do_signal_all(struct service *s, const struct life_order *o)
{
	if (o->signal == SIGKILL) {
		if (s->home->stopping)
			s->home->forced = true;
		log_warning("%s: killing what is left of generation %u", s->name, s->life.slots[o->slot].number);
	}
	rest_signal(s, o->slot, o->signal);
	s->home->look = true;
	close_if_stopping(s);
}

/* Listeners of one that drains stay open although it is stopping: front ends have not found out yet. */
static bool
is_draining(const struct service *s)
{
	for (uint8_t i = 0; i < LIFE_SLOTS; i++)
		if (s->life.slots[i].state == GENERATION_ENDING && s->life.slots[i].stop.stage == STOP_DRAIN &&
			!around_leads(s, i))
			return true;
	return false;
}

/* Is the current generation the last that was started, or tried? If not, a replacement on other addresses failed, and
 * this one serves on those of before. */
static bool
is_newest(const struct service *s)
{
	return s->life.current != LIFE_NONE && s->life.slots[s->life.current].number == s->life.last_number;
}

/* A move may mean more than a word. A new generation serves: what only the old one listened on goes. A stopped service
 * holds nothing. */
static void
settle(struct service *s, const struct life_order *o, msec now)
{
	/* why it went is told of one that is stopped, too: that nobody is left says nothing */
	if (o->event != ON_EMPTY || s->event != ON_DIED_DONE) {
		s->from = o->from;
		s->event = o->event;
	}
	replace_moved(s, (enum life_state)o->from, (enum life_event)o->event);
	if (o->event == ON_DIED_NOW || o->event == ON_DIED_LATER)
		s->restarts++;
	if (is_newest(s) && o->to == LIFE_RUNNING && o->event != ON_NEXT_DIED && o->event != ON_TIMEOUT)
		held_drop_unwanted(&s->held);
	if (o->to == LIFE_STOPPING)
		/* HUP would have nobody to go to */
		trial_cancel(s);
	if ((o->to == LIFE_STOPPING && !is_draining(s)) || o->to == LIFE_STOPPED || o->to == LIFE_FAILED)
		close_listeners(s);
	s->has_stopped = s->has_stopped || o->to == LIFE_STOPPED || o->to == LIFE_FAILED;
	if (o->to == LIFE_FAILED)
		around_given_up(s, now);
	if (s->again && s->life.state == LIFE_RUNNING)
		replace_begin(s, NULL, now);
	ordering_moved(s, o);
}

/* What carrying one out brings is reported to the life before the next is taken (core/life.h). */
static void
do_order(struct service *s, const struct life_order *o, msec now)
{
	switch ((enum life_order_kind)o->kind) {
	case ORDER_SPAWN: do_spawn(s, o, now); break;
	case ORDER_SIGNAL: do_signal(s, o); break;
	case ORDER_SIGNAL_ALL: do_signal_all(s, o); break;
	case ORDER_LISTEN: demand_listen(s, now); break;
	case ORDER_MOVED:
		settle(s, o, now);
		notices_add(s->home, s, o);
		break;
	}
}

static void
arm(struct service *s)
{
	msec due = life_due(&s->life), commands = around_due(s);

	if (commands < due)
		due = commands;
	/* its turn has come in this round of the loop: stopped now, it would lose that, and whoever acts in every round
	 * would keep it from ever having one */
	if (ev_is_pending(&s->timer))
		return;
	alarm_at(s->home->loop, &s->timer, due);
}

void
service_act(struct service *s, msec now)
{
	struct life_order o;

	/* orders stay queued: resume_settle() has them carried out, if it ever comes to that */
	if (s->home->safe) {
		service_show(s);
		return;
	}
	while (life_order(&s->life, &o))
		do_order(s, &o, now);
	/* in this order: what the orders made of it decides who is listened for, what may be removed, what is shown, and
	 * when we are called again */
	demand_follow(s);
	door_follow(s);
	service_remove_places(s, now);
	service_show(s);
	arm(s);
}

void
service_forget(struct service *s, uint8_t slot, msec now)
{
	service_clear_away(s, slot);
	adopt_gone(s, slot);
	s->settings[slot] = 0; /* of who is found here after a crash, started by a program that could not say so yet */
	life_gone(&s->life, slot, now);
}

/* What cleans up after a generation, if anything, comes first, and then this again. */
void
service_gone(struct service *s, uint8_t slot, msec now)
{
	if (around_empty(s, slot, now))
		service_forget(s, slot, now);
}

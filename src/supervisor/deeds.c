/*
 * deeds.c -- one function a deed and a table of them. Who asks is the watcher, for somebody whom it has
 * let (wire/link.h), so a deed checks all that it needs and takes nothing that is said for granted; what
 * is refused says why in words for people.
 */
#include "supervisor/deeds.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

#include "base/log.h"
#include "os/tree.h"
#include "supervisor/around.h"
#include "supervisor/bridled.h"
#include "supervisor/glimpse.h"
#include "supervisor/ordering.h"
#include "supervisor/policies.h"
#include "supervisor/replace.h"
#include "supervisor/service.h"
#include "supervisor/takeover.h"
#include "wire/ending.h"

void
answer_say(struct answer *a, enum link_result result, const char *words)
{
	a->record.result = (uint8_t)result;
	text_add(&a->text, words);
}

static const char *
state_word(const struct service *s)
{
	return life_state_name(s->life.state);
}

/* On its way to where it was asked to go: who asks may wait for that as well as who began it. */
static bool
is_under_way(enum life_state state)
{
	return state == LIFE_STARTING || state == LIFE_QUEUED || state == LIFE_RESTARTING || state == LIFE_STOPPING;
}

/* A life_*() call that meant nothing in this state. */
static void
say_already(struct answer *a, const struct service *s)
{
	a->record.result = is_under_way(s->life.state) ? LINK_UNDER_WAY : LINK_NOTHING;
	text_addf(&a->text, "%s %s %s already", s->name, life_state_verb(s->life.state), state_word(s));
}

/* In its turn among others: whether it has come yet is in its state. */
static void
deed_start(struct service *s, const struct link_record *r, struct answer *a, msec now)
{
	(void)r;
	if (!ordering_start(s, now))
		say_already(a, s);
}

static void
deed_stop(struct service *s, const struct link_record *r, struct answer *a, msec now)
{
	(void)r;
	if (!ordering_stop(s, now))
		say_already(a, s);
}

/* Down first, whatever would be possible: for what two generations cannot share. */
static void
deed_restart_cold(struct service *s, const struct link_record *r, struct answer *a, msec now)
{
	(void)r;
	if (!life_restart(&s->life, now))
		say_already(a, s);
}

/* What it has loaded is of before: who deploys must not take it for what he has just brought. */
static void
put_off(struct answer *a, const struct service *s)
{
	a->record.result = LINK_LATER;
	text_addf(&a->text,
		"%s is being replaced by generation %u, which was begun before this was asked for: ask again when that is done",
		s->name, s->life.last_number);
}

static void
deed_restart(struct service *s, const struct link_record *r, struct answer *a, msec now)
{
	/* listeners of ours are a Gunicorn's (plan.c); a second one of anything else would find its port taken */
	bool beside = s->kind == CONF_GUNICORN && s->life.limits.held;

	if (!beside)
		deed_restart_cold(s, r, a, now);
	else if (s->life.state == LIFE_REPLACING)
		put_off(a, s);
	else if (!replace_begin(s, &a->text, now))
		say_already(a, s);
}

/* One that took over worker by worker was started with one, and got the others by TTIN: HUP has it read that number again, and
 * end them all (reload() in Gunicorn's arbiter.py: num_workers is that of the settings). */
static bool
shrinks_at_hup(const struct service *s)
{
	return s->life.current != LIFE_NONE && s->singly[s->life.current] && s->wanted > 1;
}

/* Whether that did anything, nothing tells: it is done when the signal is sent. */
static void
reload_by_signal(struct service *s, struct answer *a)
{
	pid_t pid = service_master(s);
	int signal = plan_program_of(s->plan)->reload_signal;

	if (pid <= 0 || !service_signal(s, s->life.current, signal))
		answer_say(a, LINK_REFUSED, pid > 0 ? strerror(errno) : "there is no process");
	else { /* no outcome to wait for (waiter_answer.c would, for LINK_DONE) */
		a->record.result = LINK_NOTHING;
		text_addf(&a->text, "%s: signal %d was sent to process %d", s->name, signal, (int)pid);
	}
}

static void
reload_by_replacement(struct service *s, const struct link_record *r, struct answer *a, msec now)
{
	/* one that cannot be replaced says so behind these words */
	text_add(&a->text, "replaced: it was started with one worker, and HUP would leave it that one");
	deed_restart(s, r, a, now);
}

static void
deed_reload(struct service *s, const struct link_record *r, struct answer *a, msec now)
{
	struct err err;

	/* of a program only (plan_program.c) */
	if (plan_program_of(s->plan)->reload_signal > 0 && s->life.state == LIFE_RUNNING)
		reload_by_signal(s, a);
	else if (s->plan == NULL || !s->plan->reload_hup)
		deed_restart(s, r, a, now);
	/* before any other state is refused: `restart` is what people fall back on then */
	else if (s->life.state == LIFE_RUNNING && shrinks_at_hup(s))
		reload_by_replacement(s, r, a, now);
	else if (s->life.state != LIFE_RUNNING)
		answer_say(a, LINK_REFUSED, "HUP needs a running service");
	else if (trial_begin(s, r->id, &err))
		a->later = true;
	else
		answer_say(a, LINK_REFUSED, err.text);
}

/* Of the generation that counts: those that are being ended take no orders any more. */
static pid_t
master_or_say(const struct service *s, struct answer *a)
{
	pid_t pid = service_master(s);

	if (pid <= 0) {
		a->record.result = LINK_REFUSED;
		text_addf(&a->text, "%s %s %s: there is no master", s->name, life_state_verb(s->life.state), state_word(s));
	}
	return pid;
}

/* To the master alone: HUP or USR2 to its group would end every worker (gunicorn-facts 3.2). */
static void
send_signal(struct service *s, struct answer *a, pid_t pid, int signal)
{
	if (pid <= 0)
		return;
	if (!service_signal(s, s->life.current, signal))
		answer_say(a, LINK_REFUSED, strerror(errno));
	else
		text_addf(&a->text, "SIG%s sent to process %d of %s", link_signal_name(signal), (int)pid, s->name);
}

static void
deed_signal(struct service *s, const struct link_record *r, struct answer *a, msec now)
{
	(void)now;
	/* the second master would look for its listeners where the first one found them, and end (gunicorn-facts 5.2) */
	if (r->arg == SIGUSR2 && s->kind == CONF_GUNICORN && s->life.limits.held)
		text_addf(&a->text,
			"USR2 cannot work on listeners that Bridle holds: "
			"'bridle restart %s' does what it is meant for",
			s->name);
	else if (r->arg == SIGHUP && s->kind == CONF_GUNICORN && shrinks_at_hup(s))
		text_addf(&a->text,
			"HUP would leave one worker: %s took over worker by worker and was started with one; "
			"'bridle restart %s' does what it is meant for",
			s->name, s->name);
	if (a->text.len > 0) /* one of the two said why not */
		a->record.result = LINK_REFUSED;
	else
		send_signal(s, a, master_or_say(s, a), (int)r->arg);
}

/* Gunicorn only counts workers when it is up: before, TTIN would stop it (gunicorn-facts 2.1 step 3). */
static bool
may_count(const struct service *s, struct answer *a)
{
	if (s->kind != CONF_GUNICORN)
		answer_say(a, LINK_REFUSED, "it has no workers: it is no Gunicorn");
	else if (s->life.state != LIFE_RUNNING)
		answer_say(a, LINK_REFUSED, "it is not running");
	else
		return true;
	return false;
}

/* Asked for by the watcher, which counts workers, and sees what came of the last one before
 * it asks again (watcher/pools). */
static void
deed_more(struct service *s, const struct link_record *r, struct answer *a, msec now)
{
	(void)r;
	(void)now;
	if (may_count(s, a))
		send_signal(s, a, master_or_say(s, a), SIGTTIN);
}

static void
deed_less(struct service *s, const struct link_record *r, struct answer *a, msec now)
{
	(void)r;
	(void)now;
	if (may_count(s, a))
		send_signal(s, a, master_or_say(s, a), SIGTTOU);
}

static void
deed_step(struct service *s, const struct link_record *r, struct answer *a, msec now)
{
	if (!replace_step(s, r->deed == DEED_STEP_UP, now))
		answer_say(a, LINK_REFUSED, "it is not being replaced worker by worker");
}

static void
deed_scale(struct service *s, const struct link_record *r, struct answer *a, msec now)
{
	(void)now;
	if (s->kind != CONF_GUNICORN) {
		answer_say(a, LINK_REFUSED, "it has no workers: it is no Gunicorn");
		return;
	}
	if (s->wanted == (uint32_t)r->arg) {
		a->record.result = LINK_NOTHING;
		text_addf(&a->text, "%s wants %u workers already", s->name, s->wanted);
		return;
	}
	/* Only the number: the watcher finds it in the page, and asks for the steps one by one as it sees them happen
	 * (pools.c). */
	log_info("%s: workers wanted: %u -> %u", s->name, s->wanted, (unsigned)r->arg);
	s->half_way = false;
	service_want(s, (uint32_t)r->arg);
	text_addf(&a->text, "%s wants %u workers", s->name, s->wanted);
}

static void
deed_recycle(struct service *s, const struct link_record *r, struct answer *a, msec now)
{
	pid_t master = master_or_say(s, a);

	(void)now;
	if (master > 0 && !policies_recycle(s, r->pid)) {
		a->record.result = LINK_REFUSED;
		text_addf(&a->text, "process %d is no child of %s's master %d", r->pid, s->name, (int)master);
	}
}

static void
say_errand(struct answer *a, bool ok, const struct err *err)
{
	if (!ok)
		answer_say(a, LINK_REFUSED, err->text);
}

/* The descriptor is errand_run()'s from then on, whatever comes of it. */
static void
deed_tell(struct service *s, const struct link_record *r, struct answer *a, msec now)
{
	int fd = a->fd;
	struct err err;

	(void)r;
	a->fd = -1;
	say_errand(a, errand_run(s, s->plan != NULL ? s->plan->on_incident : NULL, fd, false, 0, now, &err), &err);
}

static void
deed_stack(struct service *s, const struct link_record *r, struct answer *a, msec now)
{
	(void)a;
	(void)now;
	glimpse_stack(s, r->pid);
}

static void
deed_dump(struct service *s, const struct link_record *r, struct answer *a, msec now)
{
	struct tree_process p;
	struct err err;
	int fd = a->fd;

	if (!glimpse_worker(s, r->pid, &p))
		return;
	a->fd = -1;
	say_errand(a, errand_run(s, s->plan != NULL ? s->plan->hang_dump : NULL, fd, true, r->pid, now, &err), &err);
}

/* Whoever it comes too late for, or who waits for none, has nothing to do with it. */
static void
deed_failure(struct service *s, const struct link_record *r, struct answer *a, msec now)
{
	around_judged(s, r->generation, a->fd, now);
}

static void
deed_count(struct service *s, const struct link_record *r, struct answer *a, msec now)
{
	(void)r;
	(void)now;
	if (!demand_count(s))
		answer_say(a, LINK_REFUSED, "its connections are not counted");
}

/* Two conditions at two times: the watcher has judged, and since then nobody may have come (demand.c). */
static void
deed_rest(struct service *s, const struct link_record *r, struct answer *a, msec now)
{
	if (!demand_is_quiet(s, (uint32_t)r->arg) || !life_idle(&s->life, r->generation, now))
		answer_say(a, LINK_REFUSED, "it is not idle");
}

static void
deed_take(struct service *s, const struct link_record *r, struct answer *a, msec now)
{
	struct err err;

	(void)now;
	if (r->arg == LINK_TAKE_KEEP)
		takeover_keep(s);
	else if (r->arg == LINK_TAKE_UNDO && !takeover_undo(s))
		answer_say(a, LINK_REFUSED, "it runs on them");
	else if (r->arg > 0 && takeover_take(s, (pid_t)r->arg, r->uid, &err) == 0)
		answer_say(a, LINK_REFUSED, err.text);
}

typedef void deed_function(struct service *s, const struct link_record *r, struct answer *a, msec now);

static deed_function *const deeds[DEEDS] = {
	[DEED_START] = deed_start,
	[DEED_STOP] = deed_stop,
	[DEED_RESTART] = deed_restart,
	[DEED_RESTART_COLD] = deed_restart_cold,
	[DEED_RELOAD] = deed_reload,
	[DEED_SIGNAL] = deed_signal,
	[DEED_SCALE] = deed_scale,
	[DEED_MORE] = deed_more,
	[DEED_LESS] = deed_less,
	[DEED_RECYCLE] = deed_recycle,
	[DEED_TAKE] = deed_take,
	[DEED_COUNT] = deed_count,
	[DEED_REST] = deed_rest,
	[DEED_STEP_UP] = deed_step,
	[DEED_STEP_DOWN] = deed_step,
	[DEED_TELL] = deed_tell,
	[DEED_DUMP] = deed_dump,
	[DEED_STACK] = deed_stack,
	[DEED_FAILURE] = deed_failure,
};

bool
deeds_do(struct service *s, const struct link_record *r, struct answer *a, msec now)
{
	/* deeds on bridled as a whole have no row (requests.c) */
	if (deeds[r->deed] == NULL)
		return false;
	deeds[r->deed](s, r, a, now);
	return true;
}

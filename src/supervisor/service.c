/*
 * service.c -- a service comes, gets another plan, and goes. What it does in between is in act.c.
 */
#include "supervisor/service.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "os/fifo.h"
#include "os/rundir.h"
#include "supervisor/adopt.h"
#include "supervisor/around.h"
#include "supervisor/belongings.h"
#include "supervisor/bridled.h"
#include "supervisor/ordering.h"
#include "supervisor/proof.h"
#include "wire/ending.h"

/* Whichever deadline it is, of the life, of a ladder or of a command: each looks for itself whether it has come. */
static void
on_due(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct service *s = timer->data;
	msec now = clock_now();

	(void)loop;
	(void)events;
	life_tick(&s->life, now);
	around_tick(s, now);
	service_act(s, now);
}

/* The pipe exists as long as the service does, so that output waits in it whatever becomes of the watcher. Whether who
 * writes to it waits belongs to the open file, which earlier generations have too: another log_full opens it anew. */
static bool
open_output(struct service *s, struct err *err)
{
	struct bridled *b = s->home;
	int dir, fd;

	if (s->plan == NULL || !s->plan->output ||
		(s->output_fd >= 0 && s->output_drops == s->plan->settings->log_drops))
		return true;
	dir = rundir_open_at(b->run_fd, s->name, geteuid(), getegid(), 0755, err);
	if (dir < 0)
		return false;
	fd = fifo_open(dir, "log", b->watch_uid, b->watch_gid, s->plan->settings->log_drops, err);
	close(dir);
	if (fd < 0)
		return false;
	if (s->output_fd >= 0)
		close(s->output_fd);
	s->output_fd = fd;
	s->output_drops = s->plan->settings->log_drops;
	return true;
}

/* The lowest: readers of the page go up to `used`. */
static uint32_t
free_slot(const struct bridled *b)
{
	uint32_t i = 0;

	while (i < b->capacity && b->services[i] != NULL)
		i++;
	return i;
}

/* Nothing of it in run_dir is touched: its log may be what a generation that runs writes to. */
void
service_discard(struct service *s)
{
	around_free(s);
	proof_close(s);
	free(s->demand);
	free(s->trial);
	if (s->output_fd >= 0)
		close(s->output_fd);
	free(s);
}

bool
service_fits(const struct bridled *b)
{
	return free_slot(b) < b->capacity;
}

/* S, all zero, in SLOT of B. PLAN may be NULL. */
static void
begin(struct service *s, struct bridled *b, uint32_t slot, const char *name, enum conf_kind kind, struct plan *plan)
{
	/* for one that cannot be planned yet: it fails to start, and is tried again as any that does not boot */
	static const struct life_limits unplanned = {
		.restart = { .policy = RESTART_ALWAYS,
			.delay = 1000,
			.delay_max = 60000,
			.reset = 60000,
			.interval = 3600000 }, /* no limit: never given up */
		.stop = { .total = 1000 },
		.start_timeout = 60000,
	};

	s->home = b;
	s->slot = slot;
	/* of the slot, whoever had it: what is still on the link about him is not about us */
	s->incarnation = page_at(b->page, slot)->incarnation + 1;
	s->kind = kind;
	s->output_fd = s->proof_fd = -1;
	for (uint8_t i = 0; i < LIFE_SLOTS; i++)
		s->cgroup[i] = -1;
	text_copy(s->name, sizeof s->name, name);
	life_init(&s->life, plan != NULL ? &plan->limits : &unplanned);
	ev_init(&s->timer, on_due);
	s->timer.data = s;
	s->plan = plan;
	if (plan != NULL)
		s->wanted = plan->workers;
	demand_plan(s);
	trial_plan(s);
}

struct service *
service_new(struct bridled *b, const char *name, enum conf_kind kind, struct plan *plan, struct err *err)
{
	uint32_t slot = free_slot(b);
	struct page_header *header = b->page;
	struct service *s = slot < b->capacity ? calloc(1, sizeof *s) : NULL;

	if (s == NULL) {
		err_set(err, 0, "%s: no room for one more service", name);
		return NULL;
	}
	begin(s, b, slot, name, kind, plan);
	if (!open_output(s, err) || !around_init(s, err) || !proof_open(s, err)) {
		service_discard(s);
		return NULL;
	}
	b->services[slot] = s;
	service_bound(s);
	if (header->used <= slot) /* never less: readers go up to it at any time */
		header->used = slot + 1;
	service_show(s);
	return s;
}

/* What somebody asked for stays, also when it is less than is written: that was so when he asked. But not below a range,
 * and not below a number that was written since. */
static bool
keeps_wanted(const struct service *s, const struct plan *plan)
{
	const struct page_settings *settings = plan->settings;
	bool same =
		s->plan != NULL && s->plan->workers == plan->workers && settings->workers_min == settings->workers_max;

	return s->scaled && (same || s->wanted >= settings->workers_min);
}

/* Who serves has its bounds again when what is to take its place fails (service_clear_away). After two that failed these are still
 * its own, not those of the first that did. */
static void
keep_bounds(struct service *s)
{
	uint8_t slot = s->life.current;

	if (slot == LIFE_NONE || s->plan == NULL || s->settings[slot] != s->plan->fingerprint)
		return;
	free(s->before);
	s->before = s->plan->bounds;
	s->plan->bounds = NULL;
}

void
service_plan(struct service *s, struct plan *plan)
{
	bool keeps = keeps_wanted(s, plan);
	struct life_limits limits = plan->limits;
	struct err err;

	names_inherit(s, plan);
	keep_bounds(s);
	plan_free(s->plan);
	s->plan = plan;
	service_bound(s);
	/* who runs on a listener that is not ours is followed on ours, but not beside it: service_lead() */
	limits.held = limits.held && (s->life.limits.held || generation_none_left(s->life.slots, LIFE_SLOTS));
	life_set_limits(&s->life, &limits);
	demand_plan(s);
	trial_plan(s);
	if (!keeps)
		s->wanted = plan->workers;
	if (!open_output(s, &err))
		log_error("%s: its output goes nowhere: %s", s->name, err.text);
	if (!around_init(s, &err) || !proof_open(s, &err))
		log_error("%s", err.text);
	s->incarnation++; /* settings changed: whoever looks after it looks at them anew */
	service_show(s);
	proof_show(s);
}

void
service_free(struct service *s)
{
	struct bridled *b = s->home;
	struct page_service *record = page_at(b->page, s->slot);

	ev_timer_stop(b->loop, &s->timer);
	demand_free(s);
	trial_free(s);
	around_free(s);
	proof_close(s);
	ordering_forget(s);
	held_free(&s->held);
	if (s->output_fd >= 0)
		close(s->output_fd);
	/* a program may have filled it: what more it made is not worth holding up everybody else */
	if (!rundir_remove(b->run_fd, s->name, RUNDIR_MOST))
		log_warning("%s: '%s/%s' could not be removed", s->name, b->run_dir, s->name);
	page_begin(record);
	record->kind = PAGE_EMPTY;
	record->incarnation = s->incarnation + 1;
	record->settings = (struct page_settings){ 0 };
	page_end(record);
	memory_forget(b, s->slot);
	adopt_free(s);
	b->services[s->slot] = NULL;
	if (s->bounded)
		bounds_remove(b->cgroup_fd, b->run_dir, s->name);
	plan_free(s->plan);
	free(s->before);
	free(s);
}

/* By name, through all of them: a person's command, or a reload, can wait for that. */
struct service *
service_find(struct bridled *b, const char *name)
{
	for (uint32_t i = 0; i < b->capacity; i++)
		if (b->services[i] != NULL && strcmp(b->services[i]->name, name) == 0)
			return b->services[i];
	return NULL;
}

uint32_t
service_made(const struct service *s, uint8_t slot)
{
	return s->made[slot] != 0 ? s->made[slot] : s->life.slots[slot].number;
}

pid_t *
service_pid_at(const struct service *s, uint8_t slot)
{
	return &s->home->masters[s->slot * LIFE_SLOTS + slot];
}

pid_t
service_master(const struct service *s)
{
	if (s->life.current == LIFE_NONE || around_leads(s, s->life.current))
		return 0;
	return s->home->masters[s->slot * LIFE_SLOTS + s->life.current];
}

bool
service_is_outdated(const struct service *s)
{
	uint8_t slot = s->life.next != LIFE_NONE ? s->life.next : s->life.current;

	if (slot == LIFE_NONE || *service_pid_at(s, slot) <= 0 || s->life.slots[slot].state == GENERATION_ENDING)
		return false;
	/* a command before a master has nothing of them yet: that will be started with the plan of then */
	if (around_leads(s, slot) || s->plan == NULL)
		return false;
	return s->settings[slot] != 0 && s->settings[slot] != s->plan->fingerprint;
}

/* It is being stopped because its settings want it: that is why it is down, whatever its master ends with (policies.c). */
static bool
is_halted(const struct service *s)
{
	return s->life.state == LIFE_STOPPING && s->event == ON_HALT;
}

void
service_reaped(struct service *s, uint8_t slot, int status, msec now)
{
	const struct generation *g = &s->life.slots[slot];
	const struct plan_endings *endings = s->plan != NULL ? s->plan->endings : NULL;
	bool clean = plan_endings_is_success(endings, status);

	if (around_reaped(s, slot, status, now))
		return;
	s->last_pid = *service_pid_at(s, slot);
	s->last_status = status;
	s->last_generation = g->number;
	s->last_age = now - g->since;
	s->last_ended = now;
	/* what is known better than by its exit status stays: a command that failed, or that it was stopped on purpose */
	if ((s->around == NULL || s->around->unfit != g->number) && !is_halted(s))
		service_tell_why(s, "");
	*service_pid_at(s, slot) = 0;
	if (around_master_ended(s, slot, status, clean, now))
		life_died_under(&s->life, slot, clean,
			plan_endings_policy(endings, status, s->life.limits.restart.policy), bridled_random(s->home),
			now);
}

/* In the page at once: the watcher moves the number of workers, one by one (pools.c). */
void
service_want(struct service *s, uint32_t n)
{
	s->wanted = n;
	s->scaled = true;
	service_show(s);
}

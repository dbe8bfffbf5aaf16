#include "supervisor/resume.h"

#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/text.h"
#include "os/tree.h"
#include "supervisor/adopt.h"
#include "supervisor/around.h"
#include "supervisor/bridled.h"
#include "supervisor/heir.h"
#include "supervisor/lost.h"
#include "supervisor/ordering.h"
#include "supervisor/past.h"
#include "supervisor/rest.h"
#include "supervisor/resume_listeners.h"
#include "supervisor/service.h"
#include "supervisor/state_life.h"
#include "wire/ending.h"

const char *
resume_safe_hint(void)
{
	return "bridled crashed again and again, so it keeps what runs and decides nothing; see its log. "
	       "'bridle reexec' (after an upgrade, say) tries again; a restart of bridled does, too";
}

/* ---- a service ---- */

/* That it ended, and how, waits until all are restored: what follows from it is decided by resume_settle(). */
static void
note_end(struct service *s, uint8_t slot, int status)
{
	s->ended[slot] = true;
	s->end_status[slot] = (uint16_t)status;
	*service_pid_at(s, slot) = 0;
}

/* A pid alone may be another's by now; with the time of its start it is that one. */
static bool
is_child(pid_t pid, uint32_t start)
{
	struct tree_process p;

	return tree_look(pid, &p) && p.parent == getpid() && (uint32_t)p.start == start;
}

/* Who ended meanwhile waits to be reaped, as a zombie: it is a child all the same. */
static void
find_master(struct service *s, uint8_t slot)
{
	pid_t pid = *service_pid_at(s, slot);

	if (!s->life.slots[slot].master || s->ended[slot]) /* one that ended in safe mode was reaped long ago */
		return;
	if (s->adopted[slot]) {
		if (!adopt_master(s, slot, pid, s->start[slot]))
			note_end(s, slot, ENDING_UNKNOWN);
	} else if (pid == 0) {
		lost_find(s, slot);
	} else if (is_child(pid, s->start[slot])) {
		s->home->children++;
	} else {
		note_end(s, slot, ENDING_UNKNOWN);
	}
}

static void
find_generations(struct service *s, bool reborn)
{
	for (uint8_t i = 0; i < LIFE_SLOTS; i++) {
		if (s->life.slots[i].state == GENERATION_FREE)
			continue;
		if (!reborn) {
			s->adopted[i] = true;
			s->cgroup[i] = -1; /* a number of another process */
		}
		find_master(s, i);
	}
}

/* Is one of them no child of ours, or was it none of who was here before us? */
static bool
needs_adoption(const struct state_service *record, bool reborn)
{
	for (uint32_t i = 0; i < STATE_GENERATIONS; i++)
		if (record->generations[i].adopted != 0)
			return true;
	return !reborn;
}

/* Of two descriptors for the same pipe, the one that was opened as the plan of today wants it. */
static void
settle_output(struct service *s, const struct service *mine, bool reborn)
{
	int old = reborn ? s->output_fd : -1;

	if (mine->plan != NULL || old < 0) {
		s->output_fd = mine->output_fd;
		s->output_drops = mine->output_drops;
		if (old >= 0)
			close(old);
	}
}

static uint32_t
wanted_now(const struct service *s, const struct service *mine)
{
	const struct page_settings *settings = &page_at(s->home->page, s->slot)->settings;
	/* without a range people may want any number, also less than is written */
	bool allowed = settings->workers_min == settings->workers_max || s->wanted >= settings->workers_min;

	return mine->plan == NULL || (s->scaled && allowed) ? s->wanted : mine->wanted;
}

/* The plan is of today; all else is as it was. */
static bool
take_fields(struct service *s, const struct state_service *record, bool reborn)
{
	const struct service mine = *s; /* as the configuration of today has made it */
	uint32_t *statsd = &page_at(s->home->page, s->slot)->settings.statsd_address, statsd_mine = *statsd;
	bool good = true;

#define SERVICE_INT(tag, name, where) STATE_TAKE(good, where, record->name);
#define SERVICE_FD(tag, name, where) STATE_TAKE(good, where, record->name);
#define SERVICE_TEXT(tag, name, size, where) text_copy(where, sizeof(where), record->name);
#include "wire/state.def"
	for (uint8_t i = 0; i < LIFE_SLOTS; i++) {
		const struct state_generation *from = &record->generations[i];

#define SLOT_INT(tag, name, where) STATE_TAKE(good, where, from->name);
#define SLOT_FD(tag, name, where) STATE_TAKE(good, where, from->name);
#include "wire/state.def"
	}
	settle_output(s, &mine, reborn);
	s->wanted = wanted_now(s, &mine);
	if (mine.plan != NULL)
		s->kind = mine.kind;
	s->removed = mine.removed;
	s->bounded = s->bounded || mine.bounded;
	if (!names_remember(s))
		*statsd = statsd_mine;
	s->incarnation++; /* the page's record is another's work now: whoever knew the old one looks anew */
	return good;
}

/* Is what stands for a master a command of a list that the configuration has no more? Then nothing would follow it. */
static bool
lost_commands(const struct service *s, const struct state_service *record)
{
	for (uint8_t i = 0; s->around == NULL && i < LIFE_SLOTS; i++) {
		int64_t stage = record->generations[i].hook_stage;

		if (stage == HOOKS_BEFORE || stage == HOOKS_CLEARING || stage == HOOKS_AFTER)
			return true;
	}
	return false;
}

static void
restore(struct service *s, const struct state_service *record, struct past *p, msec now)
{
	struct bridled *b = s->home;
	/* a re-exec that was asked for happens between two moves (before_wait() in bridled.c): nothing is half done */
	bool retell = !p->reborn || p->how.signal != 0 || p->bridled.safe != 0;
	bool other_kind = s->plan != NULL && record->kind != (int64_t)s->kind;
	struct life life;

	if (!state_life_restore(&life, record) || !life_restore(&life, retell, now)) {
		log_error("%s: what is remembered of it makes no sense; it begins anew", s->name);
		return;
	}
	s->life = life;
	/* who has never moved was about to be begun, or waited until leftovers had gone: that is still to come */
	s->restored = life.since != 0;
	if (!take_fields(s, record, p->reborn))
		log_warning("%s: not all that is remembered of it makes sense", s->name);
	/* before its processes are looked for: a command may be what stands for a master */
	around_resume(s, now);
	ordering_resume(s);
	find_generations(s, p->reborn);
	if (s->plan != NULL)
		life_set_limits(&s->life, &s->plan->limits);
	/* after the limits: they say `held`, and a listener that we do not get takes that back */
	resume_listeners(s, record, p);
	log_at(p->reborn ? LOG_LEVEL_DEBUG : LOG_LEVEL_INFO, "%s: known again: %s, master %d (generation %u)", s->name,
		life_state_name(s->life.state), (int)service_master(s), s->life.last_number);
	if (!b->safe && (s->removed || ((other_kind || lost_commands(s, record)) && s->life.state != LIFE_STOPPED)))
		(void)(s->removed ? life_stop(&s->life, now) : life_restart(&s->life, now));
	else if (service_is_outdated(s)) /* a program that takes our place changes no service: a reload does */
		log_warning("%s: it runs with other settings than those of now; 'bridle reload' takes these up",
			s->name);
	service_show(s);
}

/* The service of RECORD; made anew when the configuration has it no more. */
static struct service *
service_for(struct bridled *b, const struct state_service *record)
{
	struct service *s = service_find(b, record->name);
	struct err err;

	if (s != NULL)
		return s;
	s = service_new(b, record->name, (enum conf_kind)record->kind, NULL, &err);
	if (s == NULL)
		log_error("%s", err.text);
	else
		s->removed = b->conf->file_count > 0; /* one that cannot be read says nothing */
	return s;
}

void
resume_services(struct bridled *b, struct past *p, msec now)
{
	static struct state_service record; /* 8 KiB: as `record` of memory.c */

	for (uint32_t i = 0; i < state_header(p->image)->capacity; i++) {
		struct service *s = state_get_service(p->image, i, &record) ? service_for(b, &record) : NULL;

		if (s != NULL && (!needs_adoption(&record, p->reborn) || adopt_prepare(s)))
			restore(s, &record, p, now);
	}
	/* when all are restored: until then every generation would be an unknown one */
	if (p->reborn && p->how.signal != 0)
		lost_end(b);
}

/* ---- acting on it ---- */

static void
report(struct service *s, uint8_t slot, msec now)
{
	if (!s->ended[slot]) { /* decided, and not found: what is told of the last one must not be taken for its end */
		s->last_generation = s->life.slots[slot].number;
		s->last_pid = 0;
		s->last_status = ENDING_UNKNOWN;
		s->last_age = 0;
		life_spawned(&s->life, slot, false, bridled_random(s->home), now);
		return;
	}
	s->ended[slot] = false;
	*service_pid_at(s, slot) = s->leader[slot]; /* for a moment: whose end it was is told */
	if (!s->adopted[slot] || !heir_takes_over(s, slot, s->end_status[slot], now))
		service_reaped(s, slot, s->end_status[slot], now);
}

static void
settle(struct service *s, msec now)
{
	bool without[LIFE_SLOTS];

	/* all are looked at before the first is reported: its successor has no pid yet, either */
	for (uint8_t i = 0; i < LIFE_SLOTS; i++)
		without[i] = s->life.slots[i].master && *service_pid_at(s, i) == 0;
	for (uint8_t i = 0; i < LIFE_SLOTS; i++)
		if (without[i])
			report(s, i, now);
	service_act(s, now);
}

void
resume_settle(struct bridled *b, msec now)
{
	b->safe = false; /* service_act() decides nothing as long as it is set */
	for (uint32_t i = 0; i < b->capacity; i++)
		if (b->services[i] != NULL && b->services[i]->restored)
			settle(b->services[i], now);
	memory_bridled(b);
	b->look = true;
	rest_look(b, now);
}

/* The kernel tells an end once: it is kept here, for when something may be decided again. */
void
resume_remember(struct service *s, uint8_t slot, int status)
{
	log_warning("%s: master %d has ended; it is not followed by another while bridled is in safe mode", s->name,
		(int)s->leader[slot]);
	note_end(s, slot, status);
	service_show(s);
}

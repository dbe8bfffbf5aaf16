/*
 * replace.c -- which way one generation follows another is asked of core/manner with the numbers of this moment; from then
 * on it is the life's business, and the watcher's to exchange workers one by one.
 */
#include "supervisor/replace.h"

#include <signal.h>

#include "base/log.h"
#include "core/manner.h"
#include "os/bounds.h"
#include "os/memory.h"
#include "supervisor/bridled.h"
#include "supervisor/service.h"

/* With both numbers, where both are known: who reads it may want to make room. */
static void
add_reason(struct text *t, const struct service *s, enum manner_reason reason, int64_t room)
{
	text_addf(t, "replaced %s", manner_reason_words(reason));
	if (s->size == 0 || room < 0)
		return;
	text_add(t, " (it takes ");
	text_add_size(t, (uint64_t)s->size);
	text_add(t, ", free are ");
	text_add_size(t, (uint64_t)room);
	text_add(t, ")");
}

/* What is free on this machine and for us, and what the bound around all generations of the service leaves. */
static int64_t
room_of(const struct service *s)
{
	const struct bounds *bounds = s->plan->bounds;
	int64_t room = memory_free("/proc", "/sys/fs/cgroup"), left;

	/* no bound, or one of its CPU time, say: then memory_max is as large as can be */
	if (bounds == NULL || s->size == 0 || bounds->memory_max >= INT64_MAX)
		return room;
	left = (int64_t)bounds->memory_max > s->size ? (int64_t)bounds->memory_max - s->size : 0;
	return room < 0 || left < room ? left : room;
}

static void
tell(const struct service *s, enum manner_reason reason, int64_t room, struct text *said)
{
	/* else nobody can tell whether it fits, which is no news to people */
	bool known = reason == MANNER_NO_ROOM || reason == MANNER_ONE_WORKER;
	char words[256];
	struct text t;

	if (reason == MANNER_AS_SET)
		return;
	text_init(&t, words, sizeof words);
	add_reason(&t, s, reason, room);
	log_at(known ? LOG_LEVEL_WARNING : LOG_LEVEL_INFO, "%s: %s", s->name, words);
	if (known && said != NULL)
		text_add(said, words);
}

static bool
begin(struct service *s, bool asked, struct text *said, msec now)
{
	/* else there is nobody whom another could stand beside: the life makes a start or a restart of it */
	bool serves = s->life.state == LIFE_RUNNING || s->life.state == LIFE_RELOADING;
	enum manner_reason reason = MANNER_AS_SET;
	enum manner manner = MANNER_BESIDE;
	int64_t room = -1;

	if (serves && s->plan != NULL) {
		room = room_of(s);
		manner = manner_choose(s->plan->replace, s->wanted, s->size > 0 ? s->size : -1, room, &reason);
	}
	if (manner == MANNER_DOWN_FIRST)
		return life_restart(&s->life, now);
	if (!(asked ? life_replace(&s->life, now) : life_mend(&s->life, now)))
		return false;
	/* in time: the spawn that the life has ordered is carried out by service_act(), and asks replace_workers() then */
	s->next_singly = manner == MANNER_SINGLY;
	s->manner = (uint8_t)reason;
	tell(s, reason, room, said);
	return true;
}

/* Somebody asked: failures are forgotten, and he is told of what cannot be as he thought. */
bool
replace_begin(struct service *s, struct text *said, msec now)
{
	return begin(s, true, said, now);
}

bool
replace_mend(struct service *s, msec now)
{
	return begin(s, false, NULL, now);
}

uint32_t
replace_workers(struct service *s, uint8_t slot)
{
	/* A successor of a dead master begins with all: nobody else serves. */
	s->singly[slot] = slot == s->life.next && s->next_singly && s->wanted > 1;
	return s->singly[slot] ? 1 : s->wanted;
}

void
replace_moved(struct service *s, enum life_state from, enum life_event event)
{
	bool failed = from == LIFE_REPLACING && (event == ON_NEXT_DIED || event == ON_TIMEOUT);

	if (failed && s->stepped) {
		s->half_way = true;
		log_warning("%s: it serves on with fewer than %u workers: one more would load what has just failed; "
			    "mend that, then 'bridle restart %s'",
			s->name, s->wanted, s->name);
	} else if (event == ON_READY || event == ON_NEXT_READY || event == ON_ASSUMED || event == ON_NEXT_ASSUMED) {
		s->half_way = false;
	}
	if (from == LIFE_REPLACING)
		s->stepped = false;
}

bool
replace_step(struct service *s, bool up, msec now)
{
	uint8_t next = s->life.next, slot;

	if (s->life.state != LIFE_REPLACING || next == LIFE_NONE || !s->singly[next])
		return false;
	slot = up ? next : s->life.current;
	if (*service_pid_at(s, slot) <= 0 || !service_signal(s, slot, up ? SIGTTIN : SIGTTOU))
		return false;
	log_debug("%s: %s", s->name,
		up ? "one worker more of the next generation" : "one worker less of the current generation");
	/* from the first worker less on, a failure leaves fewer than there were (replace_moved) */
	s->stepped = s->stepped || !up;
	life_stepped(&s->life, s->life.slots[next].number, now);
	return true;
}

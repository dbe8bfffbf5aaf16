/*
 * story_turns.c -- whether what is told next belongs to the story, or begins another one.
 */
#include "core/story.h"

#include <stddef.h>

#include "core/story_parts.h"

static bool
is_long_after(int64_t then, int64_t now, int64_t most)
{
	return then >= 0 && now >= 0 && now - then > most;
}

static bool
has_fault_beside(const struct story *s, enum fact one)
{
	for (unsigned fact = 0; fact < FACTS; fact++)
		if (fact != one && facts[fact].weight == WEIGHT_FAULT && s->evidence.count[fact] > 0)
			return true;
	return false;
}

/* Workers that died of SIGTERM just before their master was told to end: whoever signals all processes of a service at once
 * (systemd's KillMode=control-group) is heard by them in any order. */
static bool
is_end_begun(const struct story *s, const struct story_event *e)
{
	return s->evidence.count[FACT_TERMED] > 0 && !is_long_after(s->last, e->second, STORY_INFANT) &&
		!has_fault_beside(s, FACT_TERMED);
}

/* What failed so far was not the start that now begins: there was another one, or somebody said how it ended. */
static bool
is_of_an_earlier_start(const struct story *s)
{
	const unsigned *count = s->evidence.count;

	return (count[FACT_STARTING] > 0 && count[FACT_USR2] == 0) || count[FACT_ENDED_BOOT] > 0 ||
		count[FACT_CONTAINER_BOOT] > 0 || count[FACT_ENDED_APP] > 0 || count[FACT_NOT_RUN] > 0 ||
		count[FACT_NO_PROGRAM] > 0;
}

/* The start that was told already, in the same second by the same process: stdout and stderr are shipped to one log. */
static bool
is_start_again(const struct story *s, const struct story_event *e)
{
	return !s->over && e->speaker > 0 && e->speaker == s->newest && e->second >= 0 && e->second == s->since;
}

/* The master that was told to end has ended so; who is killed after that, by nobody's order, is another one. Its workers may
 * find it gone before we do. */
static bool
is_of_another_master(const struct story *s, const struct story_event *e)
{
	return (e->fact == FACT_MASTER_KILLED || e->fact == FACT_MASTER_CRASHED) && s->stop >= 0 &&
		s->evidence.count[FACT_SHUTTING_DOWN] > 0 && !has_fault_beside(s, FACT_PARENT_CHANGED);
}

/* Who is silent is not who crashed. In a log they stay together: the timeouts of those that crash may be all that is left of them. */
static bool
is_beside_a_crash(const struct story *s, const struct story_event *e)
{
	if (!s->watched || e->fact != FACT_TIMEOUT || e->pid <= 0 || s->evidence.count[FACT_CRASHED] == 0 ||
		s->evidence.count[FACT_TIMEOUT] > 0)
		return false;
	for (unsigned i = 0; i < s->count; i++)
		if (s->workers[i].pid == e->pid)
			return !s->workers[i].crashed;
	return true;
}

/* One master was asked to end, and another one lost a worker: a replacement beside its predecessor, or two services that write to
 * one log. In either order, for viewers may print the newest line first. */
static bool
is_beside_a_stop(const struct story *s, const struct story_event *e)
{
	return (story_is_death_told(e) && story_are_two(s->stopped, e->speaker) && !story_is_quoted(s, e)) ||
		(e->fact == FACT_STOP && story_are_two(s->bereft, e->speaker));
}

bool
story_turns(const struct story *s, const struct story_event *e)
{
	enum fact_weight weight = facts[e->fact].weight;

	if (!s->opened)
		return false;
	if (is_beside_a_stop(s, e))
		return true;
	if (e->fact == FACT_STARTING)
		return s->over || s->stop >= 0 || (s->faulty && is_of_an_earlier_start(s) && !is_start_again(s, e));
	if (e->fact == FACT_STOP && s->faulty)
		return !s->over && s->evidence.count[FACT_START_TIMEOUT] == 0 && /* that stop is ours, as the next */
			s->evidence.count[FACT_COMMAND_FAILED] == 0 && !is_end_begun(s, e);
	if (is_of_another_master(s, e) || is_beside_a_crash(s, e))
		return true;
	return (weight == WEIGHT_FAULT || weight == WEIGHT_DEED) && is_long_after(s->last, e->second, STORY_SILENCE);
}

bool
story_is_cold(const struct story *s, const struct story_event *e)
{
	return is_long_after(s->ended >= 0 ? s->ended : s->stop, e->second, STORY_COLD);
}

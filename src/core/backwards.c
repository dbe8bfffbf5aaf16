#include "core/backwards.h"

#include <stddef.h>

void
backwards_note(struct story *s, const struct story_event *e)
{
	if (e->second < 0)
		return;
	s->forth += s->clock >= 0 && e->second > s->clock;
	s->back += s->clock >= 0 && e->second < s->clock;
	s->clock = e->second;
}

static bool
are_backwards(const struct story *s)
{
	return !s->watched && s->back > s->forth;
}

/* An end is known of a process whose boot is told only now. Within one second as well: the kernel goes through all numbers before it
 * gives one again. */
static bool
is_told_backwards(const struct story *s, const struct story_worker *w, const struct story_event *e)
{
	return !s->watched && !w->boot_seen && e->second >= 0 && w->ended >= e->second;
}

void
backwards_boot(struct story *s, struct story_worker *w, const struct story_event *e)
{
	if (is_told_backwards(s, w, e))
		s->back++;
	else
		*w = (struct story_worker){ .pid = e->pid, .ended = -1 };
	w->booted = e->second;
	w->boot_seen = true;
}

static bool
has_ended(const struct story_worker *w)
{
	return w->dead || w->exiting || w->timed_out;
}

/* The workers stand in the order in which they came, so that within a second whoever stands before has ended before. */
static bool
is_late(const struct story *s, unsigned which)
{
	const struct story_worker *w = &s->workers[which];

	for (unsigned i = 0; i < s->count; i++) {
		const struct story_worker *other = &s->workers[i];

		if (i != which && has_ended(other) && other->ended >= 0 &&
			(other->ended < w->booted || (other->ended == w->booted && i < which)))
			return true;
	}
	return false;
}

void
backwards_turn(struct story *s)
{
	if (!are_backwards(s))
		return;
	for (unsigned i = 0; i < s->count / 2; i++) {
		struct story_worker w = s->workers[i];

		s->workers[i] = s->workers[s->count - 1 - i];
		s->workers[s->count - 1 - i] = w;
	}
	for (unsigned i = 0; i < s->count; i++)
		if (s->workers[i].boot_seen && s->workers[i].booted >= 0)
			s->workers[i].late = is_late(s, i);
}

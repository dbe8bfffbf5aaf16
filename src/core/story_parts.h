/*
 * story_parts -- what the files of story share: who says what of whom.
 */
#ifndef BRIDLE_CORE_STORY_PARTS_H
#define BRIDLE_CORE_STORY_PARTS_H

#include "core/story.h"

/* Is E what only a master says, of a worker of its own (Arbiter.reap_workers, Arbiter.murder_workers)? */
bool story_is_death_told(const struct story_event *e);

/* Are ONE and OTHER, pids or 0 where none is known, known to be two? */
bool story_are_two(int32_t one, int32_t other);

/* Is E told by a worker, though only a master can say it, of a worker or of its control socket? Then an application quotes. */
bool story_is_quoted(const struct story *s, const struct story_event *e);

#endif

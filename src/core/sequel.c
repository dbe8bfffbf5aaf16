/*
 * sequel -- what follows from the facts of a story together: its second half.
 */
#include <stddef.h>

#include "core/ages.h"
#include "core/backwards.h"
#include "core/story.h"

static void
derive(struct story *s, enum fact fact)
{
	s->evidence.count[fact]++;
}

static bool
has(const struct story *s, enum fact fact)
{
	return s->evidence.count[fact] > 0;
}

/* Does anything show that the application had been loaded? Whoever handles a request has it, and whoever is in its loop. */
static void
derive_up(struct story *s)
{
	static const enum fact shown[] = { FACT_READY, FACT_SERVED, FACT_REQUEST_ERROR, FACT_AT_REQUEST, FACT_AT_LOOP,
		FACT_AT_REPLY, FACT_AUTORESTART, FACT_DIED_UP, FACT_GROWN, FACT_UNEQUAL };

	for (unsigned i = 0; i < sizeof shown / sizeof shown[0]; i++)
		if (has(s, shown[i])) {
			derive(s, FACT_UP);
			return;
		}
}

/* A stack of something that is loaded may be of any program of Python's, where nobody says that it was Gunicorn. */
static void
derive_bare(struct story *s)
{
	static const enum fact ours[] = { FACT_STARTING, FACT_LISTENING, FACT_BOOTING, FACT_EXITING, FACT_SHUTTING_DOWN,
		FACT_IN_LOAD, FACT_WORKER_EXCEPTION, FACT_REASON_BOOT, FACT_EXITED_3, FACT_EXITED, FACT_STARTUP_FAILED,
		FACT_ENDED_BOOT, FACT_ENDED_START, FACT_CONTAINER_BOOT, FACT_DIED_BOOTING, FACT_MASTER_EXITED };

	for (unsigned i = 0; i < sizeof ours / sizeof ours[0]; i++)
		if (has(s, ours[i]))
			return;
	derive(s, FACT_BARE);
}

/* Did more than twice as many die in a way that no timeout explains? Then the timeout is one death among others, and not what
 * they died of. Twice: where a log begins in the middle, the timeouts of the first deaths are cut off. */
static void
derive_outnumbered(struct story *s)
{
	unsigned timeouts = 0, others = 0;

	for (unsigned i = 0; i < s->count; i++) {
		const struct story_worker *w = &s->workers[i];

		timeouts += w->timed_out;
		others += !w->timed_out && (w->crashed || (w->killed && !w->excused));
	}
	if (others > 2 * timeouts)
		derive(s, FACT_OUTNUMBERED);
}

/* Was everybody who was silent on the way out? It beats no more while it waits for its last requests, or they held it. A worker
 * that says no number (uvicorn's) may be the only one that was. */
static void
derive_leaving(struct story *s)
{
	unsigned timeouts = 0, leaving = 0, known = 0;

	for (unsigned i = 0; i < s->count; i++) {
		timeouts += s->workers[i].timed_out;
		known += s->workers[i].leaving;
		leaving += s->workers[i].timed_out && s->workers[i].leaving;
	}
	if (known == 0 && has(s, FACT_AUTORESTART))
		leaving = 1;
	if (timeouts > 0 && leaving == timeouts)
		derive(s, FACT_LEAVING);
}

static void
derive_kill(struct story *s)
{
	bool known = false;

	for (unsigned i = 0; i < s->count; i++) {
		const struct story_worker *w = &s->workers[i];

		known = known || w->killed;
		/* one whose boot is not here was there before it was asked for */
		if (w->killed && !w->excused && (w->boot_seen || !s->all_expected))
			derive(s, FACT_UNASKED_KILL);
	}
	/* a line without a number, or about nobody */
	if (has(s, FACT_KILLED) && !known && !has(s, FACT_TIMEOUT) && !has(s, FACT_IN_ABORT))
		derive(s, FACT_UNASKED_KILL);
	/* the stack of the timeout is here, or its end, and its line is not */
	if (has(s, FACT_IN_ABORT) || has(s, FACT_X_ABORT))
		s->evidence.count[FACT_UNASKED_KILL] = 0;
}

static bool
is_asked(const struct story *s)
{
	return s->all_expected || has(s, FACT_REASON_BOOT) || has(s, FACT_REASON_APP) || has(s, FACT_PARENT_CHANGED) ||
		has(s, FACT_MAIN_LOOP) || has(s, FACT_PLATFORM_STOP);
}

/* Workers that say goodbye, and others in their place. */
static void
derive_left(struct story *s)
{
	unsigned left = 0, young = 0, late = 0;

	for (unsigned i = 0; i < s->count; i++) {
		const struct story_worker *w = &s->workers[i];

		late += w->late;
		if (!w->exiting || w->excused || w->dead)
			continue;
		left++;
		young += w->late && ages_of(w) >= 0 && ages_of(w) <= STORY_YOUNG;
	}
	if (left == 0 || late == 0 || is_asked(s) || has(s, FACT_TTOU))
		return;
	derive(s, young >= 1 && left >= 2 ? FACT_LEFT_AGAIN : FACT_LEFT);
}

/* Gunicorn waits up to a tenth of a second after each fork (Arbiter.spawn_workers), so that N workers are there within
 * N/10 seconds. Boots that go on for longer are of others. */
static bool
boots_go_on(const struct story *s)
{
	int64_t first = -1, last = -1, boots = 0;

	for (unsigned i = 0; i < s->count; i++) {
		int64_t at = s->workers[i].booted;

		if (at < 0)
			continue;
		boots++;
		first = first < 0 || at < first ? at : first;
		last = at > last ? at : last;
	}
	return boots >= 4 && last - first > 1 + boots / 8;
}

/* Numbers without a gap within a second or two: nothing was started between them, not even by an application that loads. In
 * any order: workers race for the log, and some viewers print the newest line first. */
static bool
came_in_a_row(const struct story *s)
{
	const struct story_worker *first = &s->workers[0], *last = &s->workers[0];
	int64_t begin = first->booted, end = begin;

	for (unsigned i = 1; i < s->count; i++) {
		const struct story_worker *w = &s->workers[i];

		first = w->pid < first->pid ? w : first;
		last = w->pid > last->pid ? w : last;
		begin = w->booted < begin ? w->booted : begin;
		end = w->booted > end ? w->booted : end;
	}
	return (uint32_t)(last->pid - first->pid) == s->count - 1 && end - begin <= 1 + s->count / 8;
}

/* Of BOOTS workers, those that came by the next second alone, where they were only late: one or two are, on a busy machine;
 * more took somebody's place. */
static unsigned
came_late(const struct story *s, unsigned boots)
{
	unsigned doubtful = 0;

	for (unsigned i = 0; i < s->count; i++)
		doubtful += s->workers[i].extra && s->workers[i].doubtful;
	return doubtful <= 1 + boots / STORY_MANY ? doubtful : 0;
}

/* Gunicorn 25.2 and later open the control socket when the first workers are there, and once more after each fork that follows
 * (ctl/server.py, _restart_after_fork): at least so many workers are not of the first. */
static unsigned
later_forks(const struct story *s)
{
	unsigned masters = has(s, FACT_STARTING) ? s->evidence.count[FACT_STARTING] : 1;

	return s->evidence.count[FACT_CONTROL_OPEN] > masters ? s->evidence.count[FACT_CONTROL_OPEN] - masters : 0;
}

/* Workers in somebody's place, and nobody who had gone. */
static void
derive_vanished(struct story *s)
{
	unsigned boots = 0, extra = 0, gone = s->expected;
	unsigned late;

	for (unsigned i = 0; i < s->count; i++) {
		boots += s->workers[i].boot_seen;
		extra += s->workers[i].extra;
		gone += s->workers[i].exiting && !s->workers[i].dead;
	}
	if (boots >= STORY_MANY && gone == 0 && (boots > STORY_START || !came_in_a_row(s)))
		derive(s, FACT_MANY);
	late = came_late(s, boots);
	extra -= late;
	if (s->count >= 4 && s->count <= STORY_START && came_in_a_row(s))
		extra = late = 0;
	if (s->wanted > 0 && boots > (unsigned)s->wanted + extra)
		extra = boots - (unsigned)s->wanted;
	if (boots > 1 && later_forks(s) > 0)
		extra = later_forks(s);
	if (is_asked(s))
		return;
	if (extra > gone)
		derive(s, extra - gone >= 2 ? FACT_VANISHED_AGAIN : FACT_VANISHED);
	else if (gone == 0 && boots_go_on(s))
		derive(s, FACT_VANISHED_AGAIN);
	else if (late > gone && has(s, FACT_MUTE))
		derive(s, FACT_PERHAPS_VANISHED);
}

/* The master ended after a stop, and workers that it had never said goodbye. */
static void
derive_silent(struct story *s)
{
	bool silent = false;

	for (unsigned i = 0; i < s->count; i++)
		silent = silent || (s->workers[i].boot_seen && !s->workers[i].exiting && !ages_died(&s->workers[i]));
	if (silent && has(s, FACT_STOP) && has(s, FACT_SHUTTING_DOWN) &&
		(s->stop < 0 || s->ended < 0 || s->ended > s->stop))
		derive(s, FACT_SILENT);
	/* graceful_timeout may be one second, but hardly is: an application that takes the logging over silences workers, too */
	if (s->stop >= 0 && s->ended >= s->stop && s->ended - s->stop <= 1)
		derive(s, FACT_ENDED_SOON);
}

/* A worker that serves loads a module, and prints what came of it: whoever boots and fails dies of that. */
static bool
was_loaded_late(const struct story *s)
{
	return has(s, FACT_SERVING) && !has(s, FACT_DIED_BOOTING) && !has(s, FACT_MAIN_LOOP) && !has(s, FACT_MASTER_EXITED);
}

/* A worker that exits with 3 at any time is taken for one that failed to boot (Arbiter.reap_workers): who saw that it had
 * booted knows better. */
static bool
is_in_boot(const struct story *s)
{
	if (has(s, FACT_AT_BOOT) && !was_loaded_late(s))
		return true;
	if (has(s, FACT_DIED_UP) && !has(s, FACT_DIED_BOOTING))
		return false;
	return has(s, FACT_REASON_BOOT) || has(s, FACT_GIVES_UP) || has(s, FACT_EXITED_3) || has(s, FACT_STARTUP_FAILED) ||
		(has(s, FACT_ENDED_BOOT) && !has(s, FACT_SERVED)) ||
		/* another container's, where this one got so far as to listen and does not give up */
		(has(s, FACT_CONTAINER_BOOT) && !has(s, FACT_SERVED) && !has(s, FACT_LISTENING)) ||
		(has(s, FACT_WORKER_EXCEPTION) && !has(s, FACT_AT_LOOP) && !has(s, FACT_AT_REQUEST));
}

/* The master that gives up has no worker any more when it says so (Arbiter.halt). What is raised behind that, and was nowhere near
 * a worker, is of whoever started it: a command of the application's own, which tells that its child has failed. */
static bool
is_of_the_starter(const struct story *s)
{
	return has(s, FACT_X_OTHER) && has(s, FACT_REASON_BOOT) &&
		s->evidence.line[FACT_X_OTHER] > s->evidence.line[FACT_REASON_BOOT] && !has(s, FACT_AT_BOOT) &&
		!has(s, FACT_IN_LOAD) && !has(s, FACT_WORKER_EXCEPTION);
}

const struct cause_evidence *
story_close(struct story *s, bool cold)
{
	backwards_turn(s);
	if (is_in_boot(s))
		derive(s, FACT_IN_BOOT);
	if (is_of_the_starter(s))
		s->evidence.count[FACT_X_OTHER] = 0;
	derive_bare(s);
	ages_derive(s);
	derive_up(s);
	derive_outnumbered(s);
	derive_leaving(s);
	derive_kill(s);
	derive_left(s);
	if (!s->watched) {
		derive_vanished(s);
		derive_silent(s);
	}
	if (cold)
		derive(s, FACT_COLD_START);
	return &s->evidence;
}

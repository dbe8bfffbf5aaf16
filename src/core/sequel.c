/*
 * sequel -- what follows from the facts of a story together: its second half.
 */
#include "core/story.h"

#include <stddef.h>

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

static int64_t
age_of(const struct story_worker *w)
{
	if (w->booted < 0 || w->ended < 0)
		return -1;
	return w->ended > w->booted ? w->ended - w->booted : w->booted - w->ended;
}

/* Ended by itself or by force; one that was only asked to leave is none. */
static bool
died(const struct story_worker *w)
{
	return w->dead || w->timed_out;
}

/* Does anything show that the application had been loaded? Whoever handles a request has it, and whoever is in its loop. */
static void
derive_up(struct story *s)
{
	static const enum fact shown[] = { FACT_READY, FACT_SERVED, FACT_REQUEST_ERROR, FACT_AT_REQUEST, FACT_AT_LOOP,
		FACT_AT_REPLY, FACT_DIED_UP, FACT_GROWN, FACT_UNEQUAL };

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

static void
derive_several(struct story *s)
{
	unsigned dead = 0;

	for (unsigned i = 0; i < s->count; i++)
		dead += died(&s->workers[i]);
	if (dead > 1)
		derive(s, FACT_SEVERAL);
}

/* Was a worker that took a dead one's place dead soon, too? One may be chance where workers live long, so a single one has
 * to be very young, or as old as the one before it. So have two that were started together. */
static void
derive_loop(struct story *s)
{
	unsigned young = 0, infants = 0, late_infants = 0;
	int64_t first = -1; /* age of one that took nobody's place */

	for (unsigned i = 0; i < s->count; i++) {
		const struct story_worker *w = &s->workers[i];
		int64_t age = age_of(w);

		if (!died(w) || age < 0)
			continue;
		if (w->late && age <= STORY_YOUNG)
			young += first >= 0 && age - first <= 1 && first - age <= 1 ? 2 : 1;
		if (!w->late)
			first = age;
		infants += age <= STORY_INFANT;
		late_infants += w->late && age <= STORY_INFANT;
	}
	if (young >= 2 || late_infants >= 1 || infants >= 2)
		derive(s, FACT_LOOP);
}

/* Timeouts: a request comes when it comes, so workers reach different ages; an import begins with the worker. */
static void
derive_same_age(struct story *s)
{
	int64_t first = -1;
	unsigned same = 0;
	bool late = false;

	for (unsigned i = 0; i < s->count; i++) {
		int64_t age = s->workers[i].timed_out ? age_of(&s->workers[i]) : -1;

		if (age < 0)
			continue;
		if (first < 0)
			first = age;
		if (age > first + 2 || age < first - 2)
			return;
		same++;
		late = late || s->workers[i].late;
	}
	if (same >= 2 && late)
		derive(s, FACT_SAME_AGE);
}

/* Three or more of one age, and all that were there: of those who serve, one or another has answered since. Each may as well
 * have been sent something at once that it hangs on, so that this proves nothing. */
enum {
	ONE_AGE = 3,  /* s: Gunicorn looks once a second, and the SIGKILL comes a second or two after the timeout */
	UNLIKE = 10,  /* s: more than a busy machine adds to that */
	LOADING = 130 /* s: the largest timeout that is usual, 120, and what is lost on the way */
};

static void
derive_together(struct story *s)
{
	int64_t first = -1, silent = -1;
	unsigned same = 0;

	for (unsigned i = 0; i < s->count; i++) {
		const struct story_worker *w = &s->workers[i];
		int64_t age = w->timed_out ? age_of(w) : -1;

		if (age < 0)
			continue;
		if (first < 0)
			first = age;
		if (silent < 0 || w->ended < silent)
			silent = w->ended;
		if (age > first + ONE_AGE || age < first - ONE_AGE)
			return;
		same++;
	}
	for (unsigned i = 0; i < s->count; i++)
		if (s->workers[i].boot_seen && !s->workers[i].timed_out && s->workers[i].booted < silent)
			return;
	/* whoever has served for longer than loading takes and hangs with all others waits for what all of them need */
	if (same >= 3 && first <= LOADING)
		derive(s, FACT_TOGETHER);
}

/* Three or more in one second, and each had to be killed: nobody was in Python code that could take the signal. */
static void
derive_all_at_once(struct story *s)
{
	unsigned together = 0;
	int64_t second = -1;

	for (unsigned i = 0; i < s->count; i++) {
		const struct story_worker *w = &s->workers[i];

		if (!w->timed_out)
			continue;
		if (w->exiting || !w->killed || (second >= 0 && w->ended - second > 2))
			return;
		if (second < 0)
			second = w->ended;
		together++;
	}
	if (together >= 3)
		derive(s, FACT_ALL_AT_ONCE);
}

/* How old were those that nobody killed, those that were silent, and those that died? Where no boot is here, nothing is known
 * of it. */
static void
derive_ages(struct story *s)
{
	for (unsigned i = 0; i < s->count; i++) {
		const struct story_worker *w = &s->workers[i];
		int64_t age = age_of(w);

		if (w->exiting && !w->excused && age >= 0 && age <= STORY_YOUNG)
			derive(s, FACT_LEFT_YOUNG);
		if (w->timed_out && age > STORY_GROWN)
			derive(s, FACT_GROWN);
		if (died(w) && age >= 0 && age <= LOADING)
			derive(s, FACT_RECENT);
	}
}

/* Timeouts again: who lived longer than another had beaten since it came. */
static void
derive_unequal(struct story *s)
{
	int64_t shortest = INT64_MAX, longest = -1;

	for (unsigned i = 0; i < s->count; i++) {
		int64_t age = s->workers[i].timed_out ? age_of(&s->workers[i]) : -1;

		if (age < 0)
			continue;
		shortest = age < shortest ? age : shortest;
		longest = age > longest ? age : longest;
	}
	if (longest >= 0 && longest - shortest > UNLIKE)
		derive(s, FACT_UNEQUAL);
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
	if (has(s, FACT_IN_ABORT)) /* the stack of the timeout is here, its line is not */
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
		young += w->late && age_of(w) >= 0 && age_of(w) <= STORY_YOUNG;
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
		silent = silent || (s->workers[i].boot_seen && !s->workers[i].exiting && !died(&s->workers[i]));
	if (silent && has(s, FACT_STOP) && has(s, FACT_SHUTTING_DOWN) &&
		(s->stop < 0 || s->ended < 0 || s->ended > s->stop))
		derive(s, FACT_SILENT);
	/* graceful_timeout may be one second, but hardly is: an application that takes the logging over silences workers, too */
	if (s->stop >= 0 && s->ended >= s->stop && s->ended - s->stop <= 1)
		derive(s, FACT_ENDED_SOON);
}

/* A worker that exits with 3 at any time is taken for one that failed to boot (Arbiter.reap_workers): who saw that it had
 * booted knows better. */
static bool
is_in_boot(const struct story *s)
{
	if (has(s, FACT_AT_BOOT))
		return true;
	if (has(s, FACT_DIED_UP) && !has(s, FACT_DIED_BOOTING))
		return false;
	return has(s, FACT_REASON_BOOT) || has(s, FACT_EXITED_3) || has(s, FACT_STARTUP_FAILED) ||
		(has(s, FACT_ENDED_BOOT) && !has(s, FACT_SERVED)) ||
		/* another container's, where this one got so far as to listen and does not give up */
		(has(s, FACT_CONTAINER_BOOT) && !has(s, FACT_SERVED) && !has(s, FACT_LISTENING)) ||
		(has(s, FACT_WORKER_EXCEPTION) && !has(s, FACT_AT_LOOP) && !has(s, FACT_AT_REQUEST));
}

const struct cause_evidence *
story_close(struct story *s, bool cold)
{
	if (is_in_boot(s))
		derive(s, FACT_IN_BOOT);
	derive_bare(s);
	derive_several(s);
	derive_loop(s);
	derive_same_age(s);
	derive_together(s);
	derive_all_at_once(s);
	derive_ages(s);
	derive_unequal(s);
	derive_up(s);
	derive_outnumbered(s);
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

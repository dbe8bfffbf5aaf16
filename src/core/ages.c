#include "core/ages.h"

#include <stddef.h>

static void
derive(struct story *s, enum fact fact)
{
	s->evidence.count[fact]++;
}

int64_t
ages_of(const struct story_worker *w)
{
	if (w->booted < 0 || w->ended < 0)
		return -1;
	return w->ended > w->booted ? w->ended - w->booted : w->booted - w->ended;
}

bool
ages_died(const struct story_worker *w)
{
	return w->dead || w->timed_out;
}

static void
derive_several(struct story *s)
{
	unsigned dead = 0;

	for (unsigned i = 0; i < s->count; i++)
		dead += ages_died(&s->workers[i]);
	if (dead > 1)
		derive(s, FACT_SEVERAL);
}

/* Did one of the first live on while another, which came after it in somebody's place, has died? What kills everybody who loads
 * would have had it before. Not told of SIGKILL: want of memory takes whom it finds. */
static bool
is_outlived(const struct story *s)
{
	bool lives = false;

	for (unsigned i = 0; i < s->count; i++) {
		const struct story_worker *w = &s->workers[i];

		if (w->late && w->dead && w->boot_seen)
			return lives && !w->killed;
		lives = lives || (w->boot_seen && !w->late && !ages_died(w) && !w->exiting);
	}
	return false;
}

/* Have all died that were started together, and more than one, before they were three seconds old? SIGKILL comes from outside, and
 * to many at once as it comes to one. */
static bool
is_stillborn(const struct story *s)
{
	unsigned infants = 0;

	for (unsigned i = 0; i < s->count; i++) {
		const struct story_worker *w = &s->workers[i];
		int64_t age = ages_died(w) ? ages_of(w) : -1;

		if (w->late || !w->boot_seen)
			continue;
		if (w->killed || age < 0 || age > STORY_INFANT)
			return false;
		infants++;
	}
	return infants >= 2;
}

/* Was a worker that took a dead one's place dead soon, too? One may be chance where workers live long, so a single one has
 * to be very young, or as old as the one before it. */
static void
derive_loop(struct story *s)
{
	unsigned young = 0, late_infants = 0, enough = is_outlived(s) ? 2 : 1;
	int64_t first = -1; /* age of one that took nobody's place */

	for (unsigned i = 0; i < s->count; i++) {
		const struct story_worker *w = &s->workers[i];
		int64_t age = ages_of(w);

		if (!ages_died(w) || age < 0)
			continue;
		if (w->late && age <= STORY_YOUNG)
			young += first >= 0 && age - first <= 1 && first - age <= 1 ? 2 : 1;
		if (!w->late)
			first = age;
		late_infants += w->late && age <= STORY_INFANT;
	}
	if (young >= 2 * enough || late_infants >= enough || is_stillborn(s))
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
		int64_t age = s->workers[i].timed_out ? ages_of(&s->workers[i]) : -1;

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

/* Of these, a log that begins in the middle has only the end of some: killed in the seconds in which the others were silent. */
static unsigned
ended_with(const struct story *s, int64_t silent)
{
	unsigned ended = 0;

	for (unsigned i = 0; i < s->count; i++) {
		const struct story_worker *w = &s->workers[i];

		ended += w->killed && !w->boot_seen && !w->timed_out && w->ended >= silent && w->ended <= silent + ONE_AGE;
	}
	return ended;
}

static void
derive_together(struct story *s)
{
	int64_t first = -1, silent = -1;
	unsigned same = 0;

	for (unsigned i = 0; i < s->count; i++) {
		const struct story_worker *w = &s->workers[i];
		int64_t age = w->timed_out ? ages_of(w) : -1;

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
	if (same >= 2 && same + ended_with(s, silent) >= 3 && first <= LOADING)
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

/* A worker is silent from its birth on until it has loaded (WorkerTmp is made before the fork, Worker.run beats first), so that the
 * timeout ends it at that very age: the default, or one of the two that images and how-tos give it, and the second or two that the
 * master takes to look. Whoever has served reaches any age. */
static bool
is_of_a_usual_timeout(int64_t age)
{
	return (age >= 30 && age <= 32) || (age >= 60 && age <= 62) || (age >= 120 && age <= 122);
}

/* All of them: one that reached another age had beaten, and so may the others. */
static void
derive_never_beat(struct story *s)
{
	bool any = false;

	for (unsigned i = 0; i < s->count; i++) {
		int64_t age = s->workers[i].timed_out ? ages_of(&s->workers[i]) : -1;

		if (age >= 0 && !is_of_a_usual_timeout(age))
			return;
		any = any || age >= 0;
	}
	if (any)
		derive(s, FACT_NEVER_BEAT);
}

/* How old were those that nobody killed, those that were silent, and those that died? Where no boot is here, nothing is known
 * of it. */
static void
derive_ages(struct story *s)
{
	for (unsigned i = 0; i < s->count; i++) {
		const struct story_worker *w = &s->workers[i];
		int64_t age = ages_of(w);

		if (w->exiting && !w->excused && age >= 0 && age <= STORY_YOUNG)
			derive(s, FACT_LEFT_YOUNG);
		if (w->timed_out && age > STORY_GROWN)
			derive(s, FACT_GROWN);
		if (ages_died(w) && age >= 0 && age <= LOADING)
			derive(s, FACT_RECENT);
	}
}

/* Timeouts again: who lived longer than another had beaten since it came. */
static void
derive_unequal(struct story *s)
{
	int64_t shortest = INT64_MAX, longest = -1;

	for (unsigned i = 0; i < s->count; i++) {
		int64_t age = s->workers[i].timed_out ? ages_of(&s->workers[i]) : -1;

		if (age < 0)
			continue;
		shortest = age < shortest ? age : shortest;
		longest = age > longest ? age : longest;
	}
	if (longest >= 0 && longest - shortest > UNLIKE)
		derive(s, FACT_UNEQUAL);
}

void
ages_derive(struct story *s)
{
	derive_several(s);
	derive_loop(s);
	derive_same_age(s);
	derive_together(s);
	derive_all_at_once(s);
	derive_never_beat(s);
	derive_ages(s);
	derive_unequal(s);
}

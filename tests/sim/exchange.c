/*
 * exchange -- core/exchange in virtual time: two masters as Gunicorn's are, workers that boot, linger and die, a watcher that
 * forgets, and promises that are checked after every step. Then each fault of the list is made, and must be noticed.
 *
 *	exchange [N]      worlds for the right one, and at most for each fault (20000)
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/exchange.h"
#include "core/pool.h"
#include "dice.h"

enum { MOST = 128, LOOK = 100, MARK = 90000, /* watcher/workers.c: LEAVE_PATIENCE */ TTIN = 1, TTOU = 2 };

#define FAULTS(X) \
	X(NONE, "none") \
	X(NO_WAIT_FOR_BOOT, "a worker that boots is taken for one that is up") \
	X(NO_WAIT_FOR_LEAVING, "who finishes requests is taken for gone") \
	X(DONE_EARLY, "done with the first worker") \
	X(DONE_BEFORE_UP, "done when the last one boots") \
	X(NO_SETTLE, "whatever number is seen, it was expected") \
	X(FORGETFUL, "what was asked for is asked for again") \
	X(PATIENT, "what was lost is never asked for again") \
	X(ONLY_MORE, "the old one never shrinks") \
	X(ONLY_LESS, "the new one never grows") \
	X(LESS_FIRST, "the old one shrinks before there is anybody in its place")

enum fault {
#define X(name, text) FAULT_##name,
	FAULTS(X)
#undef X
		FAULT_COUNT
};

static const char *const fault_texts[] = {
#define X(name, text) text,
	FAULTS(X)
#undef X
};

static enum fault fault_now;

struct worker {
	bool alive, told;    /* told by its master to go */
	msec up_at, gone_at; /* MSEC_NEVER: not at all */
	msec marked;         /* when the watcher took it for one that goes; 0: not */
};

/* A master: workers in order of age, how many signals of each kind wait for it, and when it sees to them next. */
struct side {
	bool alive;
	unsigned target, count;
	unsigned waits[3];
	msec turn;
	struct worker workers[MOST];
};

struct world {
	struct dice dice;
	struct side old, fresh;
	struct exchange exchange;
	uint32_t wanted, before;                     /* workers; how many the old one had */
	msec now, due, patience, boot, linger, slow; /* longest, but for the first two; slow: a master about a signal */
	int hangs, dies, lost, forgets;              /* percent, a worker's life, a signal, the watcher's life */
	bool forgot, ended_badly;
	unsigned overdue; /* leaving ones that were not waited for any more, or signals lost */
	const char *broken;
};

static void
must(struct world *w, bool holds, const char *what)
{
	if (!holds && w->broken == NULL)
		w->broken = what;
}

static void
hire(struct world *w, struct side *s)
{
	struct worker *worker = &s->workers[s->count];

	if (s->count == MOST)
		return;
	s->count++;
	*worker = (struct worker){ .alive = true, .gone_at = MSEC_NEVER };
	worker->up_at = s == &w->fresh && dice_percent(&w->dice, w->hangs) ?
		MSEC_NEVER :
		w->now + 50 + dice_below(&w->dice, w->boot);
	if (dice_percent(&w->dice, w->dies))
		worker->gone_at = w->now + 100 + dice_below(&w->dice, 60000);
}

static unsigned
count(const struct side *s, bool (*is)(const struct worker *, msec), msec now)
{
	unsigned n = 0;

	for (unsigned i = 0; i < s->count; i++)
		n += s->workers[i].alive && is(&s->workers[i], now);
	return n;
}

static bool
anybody(const struct worker *worker, msec now)
{
	(void)worker;
	(void)now;
	return true;
}

static bool
is_kept(const struct worker *worker, msec now)
{
	(void)now;
	return !worker->told;
}

static bool
is_serving(const struct worker *worker, msec now)
{
	return !worker->told && worker->up_at <= now;
}

static bool
is_up(const struct worker *worker, msec now)
{
	return worker->up_at <= now;
}

static bool
is_unmarked(const struct worker *worker, msec now)
{
	return worker->marked == 0 || now - worker->marked > MARK;
}

/* arbiter.py: once a second, or when a signal came, the number of workers is brought to the target; the oldest go. */
static void
manage(struct world *w, struct side *s)
{
	s->target += s->waits[TTIN];
	while (s->waits[TTOU]-- > 0 && s->target > 1)
		s->target--;
	memset(s->waits, 0, sizeof s->waits);
	while (count(s, is_kept, w->now) < s->target && s->count < MOST)
		hire(w, s);
	for (unsigned i = 0; i < s->count && count(s, is_kept, w->now) > s->target; i++) {
		struct worker *worker = &s->workers[i];

		if (!worker->alive || worker->told)
			continue;
		worker->told = true;
		worker->gone_at = w->now + 20 + dice_below(&w->dice, w->linger);
	}
	s->turn = w->now + 1000;
}

static void
send(struct world *w, struct side *s, int signal)
{
	if (dice_percent(&w->dice, w->lost)) {
		w->overdue++;
		return;
	}
	if (s->turn > w->now + w->slow || (w->slow > 1000 && s->waits[TTIN] + s->waits[TTOU] == 0))
		s->turn = w->now + dice_below(&w->dice, w->slow);
	s->waits[signal]++;
}

static void
live(struct world *w, struct side *s)
{
	for (unsigned i = 0; i < s->count; i++)
		if (s->workers[i].gone_at <= w->now)
			s->workers[i].alive = false;
	if (s->alive && s->turn <= w->now)
		manage(w, s);
}

static struct exchange_seen
look(struct world *w)
{
	struct exchange_seen seen = { .wanted = w->wanted };

	seen.staying = count(&w->old, is_unmarked, w->now);
	seen.leaving = count(&w->old, anybody, w->now) - seen.staying;
	seen.fresh = count(&w->fresh, anybody, w->now);
	seen.up = count(&w->fresh, is_up, w->now);
	return seen;
}

static enum exchange_deed
faulty_step(struct world *w, struct exchange_seen seen)
{
	msec due = w->due;
	enum exchange_deed deed;

	if (fault_now == FAULT_NO_WAIT_FOR_BOOT)
		seen.up = seen.fresh;
	if (fault_now == FAULT_NO_WAIT_FOR_LEAVING)
		seen.leaving = 0;
	if (fault_now == FAULT_DONE_EARLY && seen.up > 0)
		return EXCHANGE_DONE;
	if (fault_now == FAULT_DONE_BEFORE_UP && seen.fresh >= seen.wanted)
		return EXCHANGE_DONE;
	if (fault_now == FAULT_NO_SETTLE)
		w->exchange.expected = seen.staying + seen.fresh;
	if (fault_now == FAULT_FORGETFUL)
		w->exchange.growing = false;
	if (fault_now == FAULT_PATIENT)
		due = MSEC_NEVER;
	if (fault_now == FAULT_LESS_FIRST && w->exchange.sent == 0 && seen.staying > 1) {
		w->exchange.sent = w->now;
		return EXCHANGE_ONE_LESS;
	}
	deed = exchange_step(&w->exchange, &seen, due, w->now);
	if (fault_now == FAULT_ONLY_MORE && deed == EXCHANGE_ONE_LESS)
		return EXCHANGE_ONE_MORE;
	if (fault_now == FAULT_ONLY_LESS && deed == EXCHANGE_ONE_MORE)
		return EXCHANGE_ONE_LESS;
	return deed;
}

static void
mark_oldest(struct side *s, msec now)
{
	for (unsigned i = 0; i < s->count; i++)
		if (s->workers[i].alive && s->workers[i].marked == 0) {
			s->workers[i].marked = now;
			return;
		}
}

static void
forget(struct world *w)
{
	w->forgot = true;
	w->exchange = (struct exchange){ 0 };
	for (unsigned i = 0; i < w->old.count; i++)
		w->old.workers[i].marked = 0;
}

/* What must hold at every moment. Deaths cost what they cost; one that was killed by chance is not counted. */
static void
check(struct world *w)
{
	unsigned dead = 0, all = count(&w->old, anybody, w->now) + count(&w->fresh, anybody, w->now);
	unsigned least = w->before < w->wanted ? w->before : w->wanted,
		 most = w->before > w->wanted ? w->before : w->wanted;
	unsigned serving = count(&w->old, is_serving, w->now) + count(&w->fresh, is_serving, w->now);

	for (unsigned i = 0; i < w->old.count; i++)
		dead += !w->old.workers[i].told && !w->old.workers[i].alive;
	for (unsigned i = 0; i < w->fresh.count; i++)
		dead += !w->fresh.workers[i].alive;
	must(w, all <= most + 1 + w->overdue, "two workers too many");
	/* who forgot whom it did not wait for any more takes them for such as stay */
	must(w, serving + dead + 1 + (w->forgot ? w->overdue : 0) >= least, "more than one worker too few");
}

/* One look of the watcher. True when the exchange is over. */
static bool
turn(struct world *w)
{
	struct exchange_seen seen = look(w);
	bool late = w->now - w->exchange.sent >= w->patience / 2;
	enum exchange_deed deed = faulty_step(w, seen);

	if (late && deed != EXCHANGE_NOTHING)
		w->overdue += seen.leaving;
	switch (deed) {
	case EXCHANGE_NOTHING: return false;
	case EXCHANGE_ONE_LESS:
		send(w, &w->old, TTOU);
		mark_oldest(&w->old, w->now);
		break;
	case EXCHANGE_ONE_MORE: send(w, &w->fresh, TTIN); break;
	case EXCHANGE_DONE:
		must(w, count(&w->fresh, is_up, w->now) >= w->wanted, "taken over by fewer than are wanted");
		return true;
	}
	w->due = w->now + w->patience;
	return false;
}

static void
begin(struct world *w, uint64_t seed)
{
	static const int percents[] = { 0, 0, 0, 2, 10 };
	static const msec boots[] = { 100, 1000, 8000 }, lingers[] = { 50, 500, 20000, 60000 };
	struct dice *d = &w->dice;

	*w = (struct world){ .dice = { seed }, .now = 1000000 };
	w->wanted = 1 + (uint32_t)dice_below(d, 8);
	w->before = dice_percent(d, 70) ? w->wanted : 1 + (uint32_t)dice_below(d, 8);
	w->boot = boots[dice_below(d, 3)];
	w->linger = lingers[dice_below(d, 4)];
	w->patience = 30000;
	w->hangs = percents[dice_below(d, 5)];
	w->dies = percents[dice_below(d, 5)];
	w->lost = percents[dice_below(d, 5)];
	w->forgets = (int)dice_below(d, 2);
	w->slow = dice_percent(d, 30) ? 6000 : 300;
	if (w->slow > POOL_SETTLE)
		w->dies = w->forgets = 0; /* nobody can tell what such a one has still to do about whom */
	w->old = (struct side){ .alive = true, .target = w->before, .turn = w->now };
	w->fresh = (struct side){ .alive = true, .target = 1, .turn = w->now };
	while (w->old.count < w->before) {
		hire(w, &w->old);
		w->old.workers[w->old.count - 1].up_at = w->now;
	}
	w->due = w->now + w->patience;
}

/* Live through the world of SEED: what was broken, or NULL. */
static const char *
live_through(uint64_t seed)
{
	static struct world w;
	bool over = false;
	msec end;

	begin(&w, seed);
	end = w.now + 2 * (w.wanted + w.before) * w.patience;
	while (w.broken == NULL && !over && w.now < w.due && w.now < end + 10 * w.patience) {
		live(&w, &w.old);
		live(&w, &w.fresh);
		check(&w);
		if (!w.forgot && dice_below(&w.dice, 100) < w.forgets)
			forget(&w);
		over = turn(&w);
		w.now += LOOK;
		must(&w, w.now < end || w.dies > 0 || w.lost > 0, "it goes on and on");
	}
	must(&w, over || w.hangs > 0 || w.dies > 0, "given up although nothing was wrong");
	return w.broken;
}

static const char *
live_through_all(uint64_t worlds, uint64_t *seed)
{
	const char *broken = NULL;

	for (*seed = 1; *seed <= worlds && broken == NULL; (*seed)++)
		broken = live_through(*seed);
	return broken;
}

int
main(int argc, char **argv)
{
	uint64_t worlds = argc > 1 ? strtoull(argv[1], NULL, 10) : 20000, seed;
	const char *broken = live_through_all(worlds, &seed);
	unsigned survived = 0;

	if (broken != NULL) {
		printf("broken in world %llu: %s\n", (unsigned long long)seed - 1, broken);
		return 1;
	}
	for (unsigned i = FAULT_NONE + 1; i < FAULT_COUNT; i++) {
		fault_now = (enum fault)i;
		broken = live_through_all(worlds, &seed);
		survived += broken == NULL;
		printf("%s: %s\n", fault_texts[i], broken != NULL ? broken : "SURVIVED");
	}
	printf("%llu worlds kept every promise, %u faults survived\n", (unsigned long long)worlds, survived);
	return survived > 0;
}

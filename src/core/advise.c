#include "core/advise.h"

#include <stddef.h>

/* clang-format off */
enum {
	HEADROOM = 70,       /* per cent of its workers that a service should use at most: the rest is for what comes in bursts */
	ROOM = 80,           /* per cent of the memory that workers should take at most */
	STANDING = 5,        /* per cent of the looks at which a queue stood: not by chance any more */
	STARVED = 50,        /* per cent of these: it was for want of processors, as a rule */
	WAITING = 50,        /* per cent: a request that needs a processor for less waits for something else */
	MOST_WORKERS = 1024, MOST_THREADS = 32,
	TIMEOUT_LEAST = 10000, TIMEOUT_STEP = 5000, TIMEOUT_USUAL = 30000 /* Gunicorn's default */, TIMEOUT_MOST = 86400000,
	STEADY = 50,         /* an hour's growth below a 50th of a worker is none */
	OWN = 60,            /* per cent of its memory: a worker that does not share much */
	NOTABLE = 10,        /* a tenth of all memory */
};
/* clang-format on */
static const int64_t mib = 1 << 20, most_requests = 1000000000, most_memory = 1LL << 40;

const char *
advise_key_name(enum advise_key key)
{
	static const char *const names[ADVISE_KEY_COUNT] = {
#define X(id, name) name,
		ADVISE_KEYS(X)
#undef X
	};

	return names[key];
}

const struct advice *
advise_find(const struct advise_list *l, enum advise_key key)
{
	for (unsigned i = 0; i < l->count; i++)
		if (l->at[i].key == key)
			return &l->at[i];
	return NULL;
}

static int64_t
within(int64_t n, int64_t least, int64_t most)
{
	return n < least ? least : n > most ? most : n;
}

static int64_t
round_up(int64_t n, int64_t step)
{
	return (n + step - 1) / step * step;
}

/* To 1, 2 or 5 with zeros, downwards: nobody measures the rest. */
static int64_t
round_down_plain(int64_t n)
{
	int64_t power = 1;

	while (n / 10 >= power)
		power *= 10;
	return n >= 5 * power ? 5 * power : n >= 2 * power ? 2 * power : power;
}

/* ---- measures ---- */

/* What comes from outside is a claim, and may be anything: bounded, no sum of it is too large. */
static struct advise_measures
sane(const struct advise_measures *m)
{
	struct advise_measures s = *m;

	s.workers = within(m->workers, 1, MOST_WORKERS);
	s.wanted = within(m->wanted, 1, MOST_WORKERS);
	s.fewest = m->fewest >= 1 && m->fewest < s.workers ? m->fewest : -1;
	s.threads = within(m->threads, -1, 4096);
	s.timeout = within(m->timeout, -1, TIMEOUT_MOST);
	s.cpus = within(m->cpus, 1, 4096);
	s.memory = within(m->memory, -1, most_memory);
	s.watched = within(m->watched, 0, 1000LL * ADVISE_DAY);
	s.requests = m->requests < 1000000000000 ? m->requests : 1000000000000;
	s.timed = m->timed < 1000000000000 ? m->timed : 1000000000000;
	s.us = within(m->us, 0, INT64_MAX / 1000);
	s.longest = within(m->longest, 0, TIMEOUT_MOST * 1000LL);
	s.busiest = within(m->busiest, 0, 1000000000);
	s.cpu_us = within(m->cpu_us, 0, INT64_MAX / 1000);
	s.master = within(m->master, 0, most_memory);
	s.worker = within(m->worker, 0, most_memory);
	s.rss = within(m->rss, -1, most_memory);
	s.pss = within(m->pss, -1, most_memory);
	s.growth = within(m->growth, -most_memory, most_memory);
	return s;
}

static unsigned
find_missing(const struct advise_measures *m)
{
	/* clang-format off */
	const bool missing[ADVISE_MISSING_COUNT] = {
		[ADVISE_NO_TIME] = m->watched < ADVISE_TIME,
		[ADVISE_NO_FIGURES] = m->timed == 0,
		[ADVISE_NO_REQUESTS] = m->timed > 0 && (m->requests < ADVISE_REQUESTS || m->busiest == 0),
		[ADVISE_NO_MEMORY] = m->worker <= 0,
		[ADVISE_NO_ROOM] = m->memory <= 0,
	};
	/* clang-format on */
	unsigned bits = 0;

	for (unsigned i = 0; i < ADVISE_MISSING_COUNT; i++)
		bits |= missing[i] ? 1U << i : 0;
	return bits;
}

/* Requests that a worker serves at the same time; 0: many. */
static int64_t
slots_of(const struct advise_measures *m)
{
	switch (m->class) {
	case ADVISE_SYNC: /* Gunicorn itself takes gthread where there are threads (config.py worker_class_str) */
	case ADVISE_GTHREAD: return m->threads > 1 ? m->threads : 1;
	case ADVISE_ASYNC:
	case ADVISE_OTHER: break;
	}
	return 0;
}

/* Bytes that workers together may take. */
static int64_t
room_of(const struct advise_measures *m)
{
	int64_t room = m->memory / 100 * ROOM - m->master;

	return room > 0 ? room : 0;
}

/* Workers that take LOAD (thousandths of requests, or of processors) with some to spare, each taking SLOTS. */
static int64_t
workers_for(int64_t load, int64_t slots)
{
	return within((load + 10 * HEADROOM * slots - 1) / (10 * HEADROOM * slots), 1, MOST_WORKERS);
}

/* By Little's law as many are served at the same time as come in the time that one takes. */
static struct advise_numbers
work_out(const struct advise_measures *m)
{
	struct advise_numbers n = { .mean = m->us / (int64_t)m->timed };
	double each = m->requests > 0 ? (double)m->cpu_us / (double)m->requests : 0;
	int64_t slots = slots_of(m), percent;

	n.busy = within((int64_t)((double)m->busiest * (double)n.mean / 1e6), 0, 1000000000);
	/* of its time; a request that is said to take more CPU time than time takes all of it */
	n.share = n.mean > 0 && each < (double)n.mean ? (int64_t)(each * 100 / (double)n.mean) : 100;
	n.by_load = slots > 0 ? workers_for(n.busy, slots) :
				workers_for(within((int64_t)((double)m->busiest * each / 1e6), 0, 1000000000), 1);
	/* threads of a worker take turns: Python's lock lets one of them run (glossary, GIL), so that a worker never needs more
	 * than one processor */
	percent = slots > 0 ? within(n.share * slots, 1, 100) : 100; /* of a processor that a busy worker needs */
	n.by_cpus = within((m->cpus * 100 + percent - 1) / percent + 1, 2, MOST_WORKERS);
	n.by_memory = within(room_of(m) / m->worker, 1, MOST_WORKERS);
	n.own = m->rss > 0 && m->pss >= 0 ? within(m->pss * 100 / m->rss, 0, 100) : -1;
	return n;
}

/* ---- the list ---- */

static void
add(struct advise_list *l, enum advise_key key, enum advise_reason reason, int64_t value, bool kept)
{
	l->at[l->count++] = (struct advice){ .key = key, .reason = reason, .value = value, .kept = kept };
}

/* How many there should be before anything holds them back. */
static int64_t
wish_of(const struct advise_measures *m, const struct advise_numbers *n, enum advise_reason *reason)
{
	int64_t more = m->workers + (m->workers + 1) / 2; /* half more, and at least one */

	*reason = ADVISE_FOR_LOAD;
	if (m->fewest > 0) { /* Bridle has as many as the queue asks for, and fewer when it can */
		*reason = n->by_load > m->workers ? ADVISE_FOR_LOAD : ADVISE_FOR_RANGE;
		return n->by_load > m->workers ? n->by_load : m->workers;
	}
	/* what is longer under way because it waits for a processor looks like more of it at a time; one alone is too few anyway */
	if (m->workers > 1 && m->starved >= STARVED && (m->standing >= STANDING || n->by_load > m->workers)) {
		*reason = ADVISE_FOR_STARVED;
		return m->workers;
	}
	/* who is served is what fits: of a load that does not, nobody knows how large it is */
	if (m->standing >= STANDING) {
		*reason = ADVISE_FOR_QUEUE;
		return more > n->by_load ? more : n->by_load;
	}
	/* the busiest hour of the day may be still to come */
	if (n->by_load < m->workers && m->watched < ADVISE_DAY) {
		*reason = ADVISE_FOR_NOT_FEWER;
		return m->workers;
	}
	if (n->by_load >= 2)
		return n->by_load;
	*reason = ADVISE_FOR_TWO;
	return 2;
}

static int64_t
workers(struct advise_list *l, const struct advise_measures *m)
{
	const struct advise_numbers *n = &l->numbers;
	enum advise_reason reason;
	int64_t value = wish_of(m, n, &reason);

	if (value > n->by_cpus && value > m->workers) { /* those that are there already are no reason to have fewer */
		value = n->by_cpus > m->workers ? n->by_cpus : m->workers;
		reason = ADVISE_FOR_CPUS;
	}
	if (value > n->by_memory) { /* last: what does not fit is not advised for any other reason */
		value = n->by_memory;
		reason = ADVISE_FOR_ROOM;
	}
	add(l, ADVISE_WORKERS, reason, value, value == m->workers);
	if (m->fewest > 0 && m->fewest < value)
		l->at[l->count - 1].fewest = m->fewest;
	return value;
}

/* Where memory holds no more than WORKERS, which are not enough, and requests wait more than they work. More at a time than
 * there are processors for helps nobody, and the threads of a worker share one. */
static void
threads(struct advise_list *l, const struct advise_measures *m, int64_t workers)
{
	const struct advise_numbers *n = &l->numbers;
	int64_t slots = slots_of(m), wanted = workers_for(n->busy, 1), each;

	if (slots == 0 || n->share >= WAITING || l->at[0].reason != ADVISE_FOR_ROOM)
		return;
	if (m->standing >= STANDING && wanted < m->workers * slots * 3 / 2)
		wanted = m->workers * slots * 3 / 2;
	/* as many at a time as keep all processors busy, and one more */
	wanted = within(wanted, 1, n->share > 0 ? m->cpus * 100 / n->share + 1 : wanted);
	each = (wanted + workers - 1) / workers;
	each = within(each, 1, n->share > 0 ? 100 / n->share : MOST_THREADS);
	each = within(each, 1, MOST_THREADS);
	if (each <= slots)
		return;
	if (m->class == ADVISE_SYNC)
		add(l, ADVISE_WORKER_CLASS, ADVISE_FOR_WAITS, ADVISE_GTHREAD, false);
	add(l, ADVISE_THREADS, ADVISE_FOR_WAITS, each, false);
}

/* Only where a request that takes too long is what ends a worker: threads and event loops beat beside it. */
static void
timeout(struct advise_list *l, const struct advise_measures *m)
{
	msec set = m->timeout >= 0 ? m->timeout : TIMEOUT_USUAL, slowest = (m->longest + 999) / 1000, wanted;
	bool hung = m->timeouts > 0 && set > 0;

	if (slots_of(m) != 1)
		return;
	if (hung && slowest < set) /* nobody knows how long it would have taken, but it was longer than that */
		slowest = set;
	wanted = within(round_up(2 * slowest, TIMEOUT_STEP), TIMEOUT_LEAST, TIMEOUT_MOST);
	if (set == 0)
		add(l, ADVISE_TIMEOUT, ADVISE_FOR_NEVER, wanted > TIMEOUT_USUAL ? wanted : TIMEOUT_USUAL, false);
	else if (set >= wanted && (m->watched < ADVISE_DAY || set <= 4 * wanted))
		add(l, ADVISE_TIMEOUT, ADVISE_FOR_SLOWEST, set, true);
	else
		add(l, ADVISE_TIMEOUT, hung ? ADVISE_FOR_HUNG : ADVISE_FOR_SLOWEST, wanted, wanted == set);
}

/* Bytes that each of WORKERS may grow before it is recycled: half of what there is room for, and not out of proportion. */
static int64_t
allowance_of(const struct advise_measures *m, int64_t workers)
{
	return within((room_of(m) / workers - m->worker) / 2, m->worker / 10, m->worker);
}

static bool
grows(const struct advise_measures *m)
{
	return m->growth_over >= ADVISE_GROWTH_TIME && m->growth > m->worker / STEADY && m->growth > mib;
}

static void
add_max_requests(struct advise_list *l, const struct advise_measures *m, int64_t value)
{
	/* within a factor of two it is as good as ours: whoever chose it had a reason */
	bool kept = m->max_requests > 0 && m->max_requests >= value / 2 && m->max_requests <= value * 2;
	int64_t requests = kept ? m->max_requests : value, jitter = requests / 10 > 0 ? requests / 10 : 1;
	bool jitters = kept && m->jitter >= jitter / 2;

	add(l, ADVISE_MAX_REQUESTS, ADVISE_FOR_GROWS, requests, kept);
	add(l, ADVISE_JITTER, ADVISE_FOR_TOGETHER, jitters ? m->jitter : jitter, jitters);
}

static void
max_requests(struct advise_list *l, const struct advise_measures *m, int64_t workers)
{
	double hourly = (double)m->requests * 3600000 / (double)m->watched / (double)m->wanted, each;
	bool recycles = m->max_requests > 0;

	if (m->growth_over < ADVISE_GROWTH_TIME) {
		add(l, ADVISE_MAX_REQUESTS, ADVISE_FOR_YOUNG, recycles ? m->max_requests : 0, true);
		return;
	}
	if (!grows(m)) {
		/* what leaks by night, a job say, is not seen in an hour */
		if (!recycles || m->watched >= ADVISE_DAY)
			add(l, ADVISE_MAX_REQUESTS, ADVISE_FOR_STEADY, 0, !recycles);
		return;
	}
	each = (double)m->growth * 1000 / hourly;
	/* bounded first: a number that does not fit is not to be converted (C11 6.3.1.4) */
	l->numbers.per_request = each < (double)most_memory ? within((int64_t)each, 1, most_memory) : most_memory;
	add_max_requests(l, m,
		round_down_plain(
			within(allowance_of(m, workers) * 1000 / l->numbers.per_request, 100, most_requests / 4)));
}

/* What a worker shares weighs the more the fewer share it, so that nobody who is alone with it for a moment is too large. */
static void
memory_max_worker(struct advise_list *l, const struct advise_measures *m, int64_t workers)
{
	int64_t largest = m->worker > m->rss ? m->worker : m->rss, least = largest + largest / 4, step = 16 * mib;
	int64_t wanted = round_up(largest + (grows(m) ? allowance_of(m, workers) : largest / 2), step);
	int64_t most = (m->memory / 100 * (ROOM + NOTABLE) - m->master) / workers / step * step;
	bool kept = m->memory_max_worker >= least && m->memory_max_worker <= wanted * 2;

	if (wanted > most)
		wanted = most;
	if (kept)
		add(l, ADVISE_MEMORY_MAX_WORKER, ADVISE_FOR_LARGEST, m->memory_max_worker, true);
	else if (wanted >= least && wanted <= most_memory)
		add(l, ADVISE_MEMORY_MAX_WORKER, ADVISE_FOR_LARGEST, wanted, false);
}

static void
preload(struct advise_list *l, const struct advise_measures *m, int64_t workers)
{
	int64_t own = l->numbers.own;
	bool set = m->preload == 1, much = own >= OWN && m->pss * workers >= m->memory / NOTABLE;

	if (own < 0 || workers < 2) /* one alone shares with its master only */
		return;
	if (!set && much)
		add(l, ADVISE_PRELOAD, ADVISE_FOR_OWN, 1, false);
	else
		add(l, ADVISE_PRELOAD, ADVISE_FOR_SHARED, set, true);
}

void
advise(struct advise_list *l, const struct advise_measures *m)
{
	const struct advise_measures s = sane(m);
	int64_t count;

	*l = (struct advise_list){ .missing = find_missing(&s) };
	if (l->missing != 0)
		return;
	l->numbers = work_out(&s);
	count = workers(l, &s);
	threads(l, &s, count);
	timeout(l, &s);
	max_requests(l, &s, count);
	memory_max_worker(l, &s, count);
	preload(l, &s, count);
}

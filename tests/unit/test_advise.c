#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "core/advise.h"
#include "core/tally.h"

enum { MINUTE = 60000, HOUR = 60 * MINUTE };
static const int64_t mib = 1 << 20, gib = 1 << 30;

/* A shop on a small machine: 20 requests a second at the busiest, 100 ms each, a third of which is work. Watched for two days. */
static struct advise_measures
shop(void)
{
	return (struct advise_measures){
		.class = ADVISE_SYNC,
		.workers = 3,
		.wanted = 3,
		.fewest = -1,
		.threads = -1,
		.timeout = -1,
		.max_requests = -1,
		.jitter = -1,
		.memory_max_worker = 0,
		.preload = -1,
		.cpus = 2,
		.memory = 2 * gib,
		.watched = 48 * HOUR,
		.requests = 1000000,
		.timed = 1000000,
		.us = 100000LL * 1000000,
		.longest = 2500000,
		.busiest = 20000,
		.cpu_us = 33000LL * 1000000,
		.master = 30 * mib,
		.worker = 90 * mib,
		.rss = 85 * mib,
		.pss = 40 * mib,
		.growth = 0,
		.growth_over = 24 * HOUR,
	};
}

/* What is said of one key: "workers=3 LOAD kept"; of a key that is not there "workers: nothing". */
static void
say(const struct advise_list *l, enum advise_key key, char *words, size_t size)
{
	static const char *const reasons[] = {
#define X(id) #id,
		ADVISE_REASONS(X)
#undef X
	};
	const struct advice *a = advise_find(l, key);

	if (a == NULL)
		snprintf(words, size, "%s: nothing", advise_key_name(key));
	else
		snprintf(words, size, a->fewest > 0 ? "%s=%lld..%lld %s%s" : "%s=%.0lld%lld %s%s", advise_key_name(key),
			(long long)a->fewest, (long long)a->value, reasons[a->reason], a->kept ? " kept" : "");
}

static void
expect(const struct advise_measures *m, const char *const *wanted)
{
	struct advise_list l;

	advise(&l, m);
	assert_int_equal(l.missing, 0);
	for (; *wanted != NULL; wanted++) {
		bool found = false;
		char words[80];

		for (unsigned key = 0; key < ADVISE_KEY_COUNT && !found; key++) {
			say(&l, (enum advise_key)key, words, sizeof words);
			found = strcmp(words, *wanted) == 0;
		}
		if (!found) {
			for (unsigned key = 0; key < ADVISE_KEY_COUNT; key++) {
				say(&l, (enum advise_key)key, words, sizeof words);
				print_message("%s\n", words);
			}
			fail_msg("not found: %s", *wanted);
		}
	}
}

#define EXPECT(m, ...) expect((m), (const char *const[]){ __VA_ARGS__, NULL })

static void
a_service_that_is_well_set_is_left_alone(void **state)
{
	struct advise_measures m = shop();

	(void)state;
	/* two requests at a time on average: three workers leave a third of them free */
	EXPECT(&m, "workers=3 LOAD kept", "threads: nothing", "worker_class: nothing", "timeout=30000 SLOWEST kept",
		"max_requests=0 STEADY kept", "max_requests_jitter: nothing", "preload_app=0 SHARED kept");
	m.memory_max_worker = 160 * mib;
	EXPECT(&m, "memory_max_worker=167772160 LARGEST kept");
}

static void
workers_follow_the_load(void **state)
{
	struct advise_measures m = shop();

	(void)state;
	m.busiest = 50000; /* five at a time */
	EXPECT(&m, "workers=8 LOAD", "threads: nothing");
	m.busiest = 70000; /* seven, of which two processors have more than enough */
	EXPECT(&m, "workers=8 CPUS", "threads: nothing");
	m.busiest = 40000;
	EXPECT(&m, "workers=6 LOAD");
	m.busiest = 500;
	EXPECT(&m, "workers=2 TWO");
	m.watched = 23 * HOUR; /* of a day's other hours nothing is known */
	EXPECT(&m, "workers=3 NOT_FEWER kept");
}

static void
a_queue_that_stands_asks_for_more(void **state)
{
	/* set, at a time (thousandths), per cent of the looks, of which without a processor, processors; what is said */
	static const struct {
		int64_t workers, busy, standing, starved, cpus;
		const char *said;
	} cases[] = {
		{ 3, 2000, 6, 0, 2, "workers=5 QUEUE" },
		{ 3, 2000, 4, 0, 2, "workers=3 LOAD kept" },
		{ 1, 990, 84, 0, 2,
			"workers=2 QUEUE" }, /* one is never more than full: what it cannot serve is not seen */
		{ 2, 5000, 20, 49, 2, "workers=8 QUEUE" }, /* of a burst more is known */
		{ 2, 1000, 7, 50, 2, "workers=2 STARVED kept" },
		{ 2, 2400, 1, 90, 2, "workers=2 STARVED kept" },
		{ 1, 990, 84, 100, 2, "workers=2 QUEUE" },
		{ 2, 5000, 90, 100, 2,
			"workers=2 STARVED kept" }, /* a request takes long while it waits for a processor */
		{ 8, 2000, 90, 0, 2, "workers=8 CPUS kept" },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct advise_measures m = shop();

		m.workers = m.wanted = cases[i].workers;
		m.busiest = cases[i].busy * 10; /* of 100 ms each */
		m.standing = cases[i].standing;
		m.starved = cases[i].starved;
		m.cpus = cases[i].cpus;
		EXPECT(&m, cases[i].said);
	}
}

static void
a_range_stays_one(void **state)
{
	/* from, to, at a time (thousandths), per cent of the looks, memory in MiB; what is said */
	static const struct {
		int64_t fewest, most, busy, standing, memory;
		const char *said;
	} cases[] = {
		{ 2, 8, 2000, 0, 2048, "workers=2..8 RANGE kept" },
		{ 2, 8, 100, 0, 2048, "workers=2..8 RANGE kept" },   /* with little to do there are two already */
		{ 2, 8, 2000, 50, 2048, "workers=2..8 RANGE kept" }, /* it stands before there is one more */
		{ 1, 3, 3000, 50, 2048, "workers=1..5 LOAD" }, { 2, 8, 2000, 0, 512, "workers=2..4 ROOM" },
		{ 4, 8, 2000, 0, 512, "workers=4 ROOM" },
		{ 9, 8, 3000, 0, 2048, "workers=5 LOAD" }, /* none that could be set */
	};

	(void)state;
	for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct advise_measures m = shop();

		m.fewest = cases[i].fewest;
		m.workers = cases[i].most;
		m.busiest = cases[i].busy * 10;
		m.standing = cases[i].standing;
		m.memory = cases[i].memory * mib;
		EXPECT(&m, cases[i].said);
	}
}

static void
memory_is_the_last_word(void **state)
{
	struct advise_measures m = shop();

	(void)state;
	m.busiest = 40000;
	m.memory = 512 * mib; /* 409 of them, less 30, hold four of 90 */
	EXPECT(&m, "workers=4 ROOM");
	m.memory = 100 * mib; /* and none at all is no advice */
	EXPECT(&m, "workers=1 ROOM", "memory_max_worker: nothing", "preload_app: nothing");
	m.workers = 16;
	m.watched = 2 * HOUR;
	EXPECT(&m, "workers=1 ROOM");
}

static void
work_is_bounded_by_processors(void **state)
{
	struct advise_measures m = shop();

	(void)state;
	m.busiest = 60000;
	m.cpu_us = m.us; /* nothing but work: two processors are busy with two workers */
	EXPECT(&m, "workers=3 CPUS kept", "threads: nothing");
	m.cpus = 8;
	EXPECT(&m, "workers=9 LOAD", "threads: nothing");
}

static void
who_waits_gets_threads(void **state)
{
	struct advise_measures m = shop();

	(void)state;
	m.busiest = 200000;          /* twenty at a time, */
	m.cpu_us = 5000LL * 1000000; /* which need a processor for 5 ms each */
	m.memory = 4 * gib;
	EXPECT(&m, "workers=29 LOAD", "worker_class: nothing");
	m.memory = gib; /* 819 less 30: eight; four threads each make 32 of the 29 */
	EXPECT(&m, "workers=8 ROOM", "worker_class=1 WAITS", "threads=4 WAITS", "timeout=30000 SLOWEST kept");
	m.class = ADVISE_GTHREAD;
	m.threads = 2;
	EXPECT(&m, "workers=8 ROOM", "worker_class: nothing", "threads=4 WAITS", "timeout: nothing");
	m.threads = 8;
	EXPECT(&m, "workers=4 LOAD", "threads: nothing");
	m.class = ADVISE_ASYNC; /* one processor is busy */
	EXPECT(&m, "workers=2 LOAD", "threads: nothing", "timeout: nothing");
}

static void
timeouts_leave_room_for_the_slowest(void **state)
{
	/* as it is set, the longest request, ended workers, watched; what is said */
	static const struct {
		msec set;
		int64_t longest_ms, hung;
		msec watched;
		const char *said;
	} cases[] = {
		{ -1, 20000, 0, 48 * HOUR, "timeout=40000 SLOWEST" },
		{ -1, 14000, 0, 48 * HOUR, "timeout=30000 SLOWEST kept" },
		{ 30000, 15000, 0, 48 * HOUR, "timeout=30000 SLOWEST kept" },
		{ 30000, 15001, 0, 48 * HOUR, "timeout=35000 SLOWEST" },
		{ 300000, 900, 0, 48 * HOUR, "timeout=10000 SLOWEST" },
		{ 300000, 900, 0, 23 * HOUR, "timeout=300000 SLOWEST kept" }, /* the nightly report has not run */
		{ 30000, 900, 2, 48 * HOUR, "timeout=60000 HUNG" },
		{ 30000, 900, 2, 1 * HOUR, "timeout=60000 HUNG" },
		{ 0, 900, 0, 1 * HOUR, "timeout=30000 NEVER" },
		{ 0, 90000, 0, 1 * HOUR, "timeout=180000 NEVER" },
		{ 30000, 86400000, 0, 1 * HOUR, "timeout=86400000 SLOWEST" },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct advise_measures m = shop();

		m.timeout = cases[i].set;
		m.longest = cases[i].longest_ms * 1000;
		m.timeouts = cases[i].hung;
		m.watched = cases[i].watched;
		EXPECT(&m, cases[i].said);
	}
}

static void
who_grows_is_recycled(void **state)
{
	struct advise_measures m = shop();

	(void)state;
	m.growth =
		20 * mib; /* an hour, in which a worker has 6944 requests: 3 KiB each; 90 MiB more are 29790 of them */
	EXPECT(&m, "max_requests=20000 GROWS", "max_requests_jitter=2000 TOGETHER",
		"memory_max_worker=201326592 LARGEST");
	m.max_requests = 15000;
	m.jitter = 1000;
	EXPECT(&m, "max_requests=15000 GROWS kept", "max_requests_jitter=1000 TOGETHER kept");
	m.jitter = -1;
	EXPECT(&m, "max_requests=15000 GROWS kept", "max_requests_jitter=1500 TOGETHER");
	m.growth = mib / 2;
	EXPECT(&m, "max_requests=0 STEADY", "max_requests_jitter: nothing");
	m.watched = HOUR; /* too short to say that it is not needed */
	EXPECT(&m, "max_requests: nothing");
	m = shop();
	m.rss = 200 * mib; /* most of it shared: a worker that is alone for a moment has all of it */
	EXPECT(&m, "memory_max_worker=318767104 LARGEST");
	m = shop();
	m.growth_over = 29 * MINUTE;
	m.growth = gib;
	EXPECT(&m, "max_requests=0 YOUNG kept");
	m.max_requests = 500;
	EXPECT(&m, "max_requests=500 YOUNG kept");
	m = shop();
	m.growth = 20 * mib;
	m.workers =
		12; /* of which a range has three now: each has a third of the requests, and room to grow as one of twelve */
	m.fewest = 2;
	EXPECT(&m, "max_requests=5000 GROWS");
}

static void
copies_are_shared(void **state)
{
	struct advise_measures m = shop();

	(void)state;
	m.pss = 80 * mib;
	EXPECT(&m, "preload_app=1 OWN");
	m.memory = 16 * gib; /* a fiftieth of it */
	EXPECT(&m, "preload_app=0 SHARED kept");
	m.memory = 2 * gib;
	m.preload = 1;
	EXPECT(&m, "preload_app=1 SHARED kept");
	m.pss = -1;
	EXPECT(&m, "preload_app: nothing");
}

static void
too_little_is_no_advice(void **state)
{
	struct advise_list l;
	struct advise_measures m = shop(), nothing = { .workers = 2, .memory = -1 };

	(void)state;
	m.watched = ADVISE_TIME - 1;
	advise(&l, &m);
	assert_int_equal(l.missing, 1U << ADVISE_NO_TIME);
	assert_int_equal(l.count, 0);
	m = shop();
	m.requests = m.timed = ADVISE_REQUESTS - 1;
	advise(&l, &m);
	assert_int_equal(l.missing, 1U << ADVISE_NO_REQUESTS);
	m.timed = 0;
	advise(&l, &m);
	assert_int_equal(l.missing, 1U << ADVISE_NO_FIGURES);
	m = shop();
	m.worker = -1;
	m.memory = -1;
	advise(&l, &m);
	assert_int_equal(l.missing, 1U << ADVISE_NO_MEMORY | 1U << ADVISE_NO_ROOM);
	advise(&l, &nothing);
	assert_int_equal(l.missing,
		1U << ADVISE_NO_TIME | 1U << ADVISE_NO_FIGURES | 1U << ADVISE_NO_MEMORY | 1U << ADVISE_NO_ROOM);
	assert_int_equal(l.count, 0);
}

/* ---- whatever is measured ---- */

static uint64_t
dice(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

/* Of any size, more often small than large; now and then -1, or as large as it gets. */
static int64_t
any(uint64_t *seed)
{
	uint64_t bits = dice(seed) % 66;

	return bits == 65 ? -1 : bits == 64 ? INT64_MAX : (int64_t)(dice(seed) >> (63 - bits % 63) >> 1);
}

static int64_t
up_to(uint64_t *seed, int64_t most)
{
	return (int64_t)(dice(seed) % (uint64_t)(most + 1));
}

static struct advise_measures
random_world(uint64_t *seed)
{
	bool wild = dice(seed) % 4 == 0;
	struct advise_measures m = {
		.class = (enum advise_class)up_to(seed, 3),
		.workers = wild ? any(seed) : 1 + up_to(seed, 40),
		.wanted = wild ? any(seed) : 1 + up_to(seed, 40),
		.fewest = wild ? any(seed) : up_to(seed, 40) - 30,
		.threads = wild ? any(seed) : up_to(seed, 10) - 1,
		.timeout = wild ? any(seed) : up_to(seed, 5) * 15000 - 1,
		.max_requests = wild ? any(seed) : up_to(seed, 3) * 1000 - 1,
		.jitter = wild ? any(seed) : up_to(seed, 300) - 1,
		.memory_max_worker = wild ? any(seed) : up_to(seed, 300) * mib,
		.preload = up_to(seed, 2) - 1,
		.cpus = wild ? any(seed) : 1 + up_to(seed, 15),
		.memory = wild ? any(seed) : up_to(seed, 16384) * mib,
		.watched = wild ? any(seed) : up_to(seed, 72) * HOUR,
		.requests = wild ? (uint64_t)any(seed) : (uint64_t)up_to(seed, 10000000),
		.us = wild ? any(seed) : up_to(seed, 1000000) * up_to(seed, 1000000),
		.longest = wild ? any(seed) : up_to(seed, 100000000),
		.busiest = wild ? any(seed) : up_to(seed, 3000000),
		.timeouts = wild ? any(seed) : up_to(seed, 2),
		.cpu_us = wild ? any(seed) : up_to(seed, 1000000) * up_to(seed, 1000000),
		.standing = wild ? any(seed) : up_to(seed, 10),
		.starved = wild ? any(seed) : up_to(seed, 100),
		.master = wild ? any(seed) : up_to(seed, 200) * mib,
		.worker = wild ? any(seed) : up_to(seed, 500) * mib,
		.rss = wild ? any(seed) : up_to(seed, 500) * mib,
		.pss = wild ? any(seed) : up_to(seed, 500) * mib,
		.growth = wild ? any(seed) : up_to(seed, 100) * mib,
		.growth_over = wild ? any(seed) : up_to(seed, 48) * HOUR,
	};

	m.timed = wild ? (uint64_t)any(seed) : m.requests;
	return m;
}

/* The least and the most that each key may be: src/conf/keys.def. */
static const struct {
	int64_t least, most;
} ranges[ADVISE_KEY_COUNT] = {
	[ADVISE_WORKERS] = { 1, 1024 },
	[ADVISE_WORKER_CLASS] = { ADVISE_GTHREAD, ADVISE_GTHREAD },
	[ADVISE_THREADS] = { 2, 32 },
	[ADVISE_TIMEOUT] = { 1000, 86400000 },
	[ADVISE_MAX_REQUESTS] = { 0, 1000000000 },
	[ADVISE_JITTER] = { 1, 1000000000 },
	[ADVISE_MEMORY_MAX_WORKER] = { 1 << 20, 1LL << 40 },
	[ADVISE_PRELOAD] = { 0, 1 },
};

static int64_t
value_of(const struct advise_list *l, enum advise_key key, int64_t otherwise)
{
	const struct advice *a = advise_find(l, key);

	return a != NULL ? a->value : otherwise;
}

static void
check_world(const struct advise_list *l, const struct advise_measures *m, uint64_t seed)
{
	int64_t workers = value_of(l, ADVISE_WORKERS, 1), limit = value_of(l, ADVISE_MEMORY_MAX_WORKER, INT64_MAX);
	const struct advice *t = advise_find(l, ADVISE_TIMEOUT);

	for (unsigned i = 0; i < l->count; i++)
		if (!l->at[i].kept &&
			(l->at[i].value < ranges[l->at[i].key].least || l->at[i].value > ranges[l->at[i].key].most))
			fail_msg("seed %llu: %s = %lld", (unsigned long long)seed, advise_key_name(l->at[i].key),
				(long long)l->at[i].value);
	if (workers < 1 || (workers > 1 && m->worker > m->memory / workers))
		fail_msg("seed %llu: %lld workers of %lld in %lld", (unsigned long long)seed, (long long)workers,
			(long long)m->worker, (long long)m->memory);
	for (unsigned i = 0; i < l->count; i++)
		if (l->at[i].fewest < 0 || (l->at[i].fewest > 0 && l->at[i].fewest >= l->at[i].value))
			fail_msg("seed %llu: a range from %lld to %lld", (unsigned long long)seed,
				(long long)l->at[i].fewest, (long long)l->at[i].value);
	if (t != NULL && t->value != 0 && m->longest < 86400000000 && t->value * 1000 < m->longest)
		fail_msg("seed %llu: timeout %lld below %lld us", (unsigned long long)seed, (long long)t->value,
			(long long)m->longest);
	if ((limit < m->worker && m->worker <= 1LL << 40) || (limit < m->rss && m->rss <= 1LL << 40))
		fail_msg("seed %llu: a limit of %lld below %lld", (unsigned long long)seed, (long long)limit,
			(long long)m->worker);
	if (value_of(l, ADVISE_PRELOAD, 1) == 0 && m->preload == 1)
		fail_msg("seed %llu: preload is taken away", (unsigned long long)seed);
	if (m->watched < ADVISE_DAY && workers < m->workers && workers != l->numbers.by_memory)
		fail_msg("seed %llu: fewer workers after so short a time", (unsigned long long)seed);
}

static void
no_world_gets_harmful_advice(void **state)
{
	unsigned advised = 0;

	(void)state;
	for (uint64_t world = 1; world <= 200000; world++) {
		uint64_t seed = world * 0x9e3779b97f4a7c15;
		const struct advise_measures m = random_world(&seed);
		struct advise_list l;

		advise(&l, &m);
		assert_true((l.missing == 0) == (l.count > 0));
		if (l.count > 0 && m.workers >= 1 && m.workers <= 1024)
			check_world(&l, &m, world);
		advised += l.count > 0;
	}
	assert_in_range(advised, 50000, 200000); /* most worlds are worth an answer */
}

/* More of what speaks for more never brings fewer. */
static void
more_load_never_brings_fewer_workers(void **state)
{
	(void)state;
	for (uint64_t world = 1; world <= 20000; world++) {
		uint64_t seed = world * 0x9e3779b97f4a7c15;
		struct advise_measures m = random_world(&seed);
		struct advise_list before, after;

		advise(&before, &m);
		if (before.count == 0 || m.busiest > INT64_MAX / 2)
			continue;
		m.busiest *= 2;
		advise(&after, &m);
		if (after.at[0].value < before.at[0].value)
			fail_msg("world %llu: %lld, then %lld", (unsigned long long)world,
				(long long)before.at[0].value, (long long)after.at[0].value);
	}
}

/* ---- tally ---- */

static void
looks_add_up(void **state)
{
	/* ms since the look before; what it saw */
	static const struct {
		msec since;
		struct tally_seen seen;
	} looks[] = {
		{ 5000, { .cpu = 500, .queue = 0, .workers = 2, .rate = 1000, .largest = 10 } },
		{ 5000, { .cpu = 1500, .queue = 2, .workers = 2, .rate = 3000, .largest = 30 } },
		{ 1000, { .cpu = -1, .queue = -1, .workers = 2, .rate = -1, .largest = -1, .starved = true } },
		{ 60000,
			{ .cpu = 1000,
				.queue = 9,
				.workers = 0,
				.rate = 2000,
				.largest = 20 } }, /* nobody looked for so long */
		{ 5000, { .cpu = 1000, .queue = 9, .workers = 3, .rate = 2000, .largest = 20 } },
	};
	struct tally t = { 0 };
	msec now = 1000000;

	(void)state;
	for (unsigned i = 0; i < sizeof looks / sizeof looks[0]; i++)
		tally_look(&t, &looks[i].seen, now += looks[i].since);
	assert_int_equal(t.since, 1005000);
	assert_int_equal(t.looked, now);
	assert_int_equal(t.watched, 5000 + 1000 + 5000); /* of the first nobody knows since when */
	assert_int_equal(t.cpu_us, 1500 * 5000 + 1000 * 5000);
	assert_int_equal(t.looks, 5);
	assert_int_equal(t.standing, 2);
	assert_int_equal(t.starved, 0); /* nobody waited then */
	tally_look(&t, &(struct tally_seen){ .queue = 3, .workers = 3, .starved = true }, now);
	assert_int_equal(t.starved, 1);
	tally_look(&t, &(struct tally_seen){ .queue = 0, .workers = 3, .wanted = 4 }, now);
	assert_true(t.looks == 1 && t.standing == 0 && t.starved == 0); /* what was before there were four */
	assert_int_equal(t.busiest, 3000);
	assert_int_equal(t.largest, 30);
}

static void
a_growth_beyond_all_numbers_is_the_largest_there_is(void **state)
{
	struct advise_measures m = shop();
	struct advise_list l;

	(void)state;
	/* a thousand requests in a thousand days, among as many workers as there may be */
	m.requests = m.timed = 1000;
	m.watched = 1000LL * ADVISE_DAY;
	m.wanted = 1024;
	m.growth = INT64_MAX;
	advise(&l, &m);
	assert_int_equal(l.missing, 0);
	assert_int_equal(l.numbers.per_request, 1LL << 40);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_growth_beyond_all_numbers_is_the_largest_there_is),
		cmocka_unit_test(a_service_that_is_well_set_is_left_alone),
		cmocka_unit_test(workers_follow_the_load),
		cmocka_unit_test(a_queue_that_stands_asks_for_more),
		cmocka_unit_test(a_range_stays_one),
		cmocka_unit_test(memory_is_the_last_word),
		cmocka_unit_test(work_is_bounded_by_processors),
		cmocka_unit_test(who_waits_gets_threads),
		cmocka_unit_test(timeouts_leave_room_for_the_slowest),
		cmocka_unit_test(who_grows_is_recycled),
		cmocka_unit_test(copies_are_shared),
		cmocka_unit_test(too_little_is_no_advice),
		cmocka_unit_test(no_world_gets_harmful_advice),
		cmocka_unit_test(more_load_never_brings_fewer_workers),
		cmocka_unit_test(looks_add_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

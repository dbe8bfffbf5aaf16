/* counsel: every reason is a sentence with the figures that it comes from, however large they are. */
#include "unit.h"

#include <string.h>

#include "watcher/counsel.h"

enum { MINUTE = 60000, SENTENCE = 320 /* as counsel.c has it */ };

static const struct advise_measures measures = {
	.class = ADVISE_SYNC,
	.workers = 3,
	.cpus = 2,
	.memory = 2LL << 30,
	.watched = 48LL * 60 * MINUTE,
	.requests = 1000000,
	.timed = 1000000,
	.longest = 2500000,
	.busiest = 20000,
	.timeouts = 2,
	.standing = 12,
	.starved = 60,
	.master = 30 << 20,
	.worker = 90 << 20,
	.rss = 85 << 20,
	.growth = 20 << 20,
};
static const struct advise_list list = {
	.numbers = { .mean = 100000, .busy = 2000, .share = 33, .by_load = 3, .per_request = 3020000, .own = 47 }
};

static void
expect(enum advise_reason reason, int64_t value, bool kept, const char *wanted)
{
	const struct advice a = { .reason = reason, .value = value, .kept = kept };
	char words[SENTENCE];
	struct text t;

	text_init(&t, words, sizeof words);
	counsel_reason(&t, &list, &measures, &a);
	assert_string_equal(words, wanted);
}

static void
reasons_have_figures(void **state)
{
	(void)state;
	expect(ADVISE_FOR_LOAD, 3, true,
		"in the busiest minute 20.0 requests a second of 100ms each were 2.0 at a time, and needed a processor for 33 % of it: "
		"3 leave a third free");
	expect(ADVISE_FOR_QUEUE, 5, false,
		"at 12 % of the looks as many connections waited as there were workers: half more than 3");
	expect(ADVISE_FOR_STARVED, 3, true,
		"at 12 % of the looks as many connections waited as there were workers, but at 60 % of these so did somebody for a "
		"processor: more workers would wait as well");
	expect(ADVISE_FOR_RANGE, 8, true,
		"in the busiest minute 20.0 requests a second of 100ms each were 2.0 at a time, and needed a processor for 33 % of it: "
		"within the range there are as many as the queue asks for");
	expect(ADVISE_FOR_YOUNG, 0, true,
		"no worker was looked at for as long as 30m, which it takes to see whether they grow");
	expect(ADVISE_FOR_ROOM, 4, false,
		"the largest worker had 90M and the master 30M: no more fit into four fifths of the 2G that it has or may take");
	expect(ADVISE_FOR_SLOWEST, 10000, false,
		"the longest of 1000000 requests took 2500ms, and this is at least twice as long");
	expect(ADVISE_FOR_HUNG, 60000, false,
		"2 workers were ended for not answering in time: nobody knows how long that would have taken");
	expect(ADVISE_FOR_GROWS, 20000, false, "a worker grows by 20M an hour, 2.9K a request: after so many by 57.6M");
	expect(ADVISE_FOR_SHARED, 0, true,
		"47 % of the 85M of a worker are its own, and it has or may take 2G: there is little to be gained");
	expect(ADVISE_FOR_STEADY, 0, true, "workers grow by 20M an hour: nothing asks for them to be recycled");
}

/* Whatever is claimed, no reason is missing or cut. */
static void
every_reason_is_whole(void **state)
{
	static const struct advise_measures worst = { .workers = 1024,
		.cpus = 4096,
		.memory = 1LL << 40,
		.requests = UINT64_MAX,
		.timed = UINT64_MAX,
		.longest = 86399999999,
		.busiest = 1000000000,
		.timeouts = INT64_MAX,
		.standing = 100,
		.master = 1LL << 40,
		.worker = 1LL << 40,
		.rss = 1LL << 40,
		.growth = 1LL << 40 };
	static const struct advise_list numbers = { .numbers = { 3600000000000, 1000000000, 100, 1024, 1024, 1024,
							    1LL << 40, 100 } };

	(void)state;
	for (unsigned reason = 0; reason < ADVISE_REASON_COUNT; reason++) {
		const struct advice a = { .reason = (enum advise_reason)reason, .value = 1000 };
		char words[SENTENCE];
		struct text t;

		text_init(&t, words, sizeof words);
		counsel_reason(&t, &numbers, &worst, &a);
		if (t.cut || t.len < 20)
			fail_msg("reason %u: %s", reason, words);
	}
}

static void
values_are_as_in_the_file(void **state)
{
	static const struct {
		enum advise_key key;
		int64_t value;
		int64_t fewest;
		const char *wanted;
	} cases[] = {
		{ ADVISE_WORKERS, 5, 0, "5" },
		{ ADVISE_WORKERS, 5, 2, "2..5" },
		{ ADVISE_WORKER_CLASS, ADVISE_GTHREAD, 0, "gthread" },
		{ ADVISE_THREADS, 4, 0, "4" },
		{ ADVISE_TIMEOUT, 35000, 0, "35s" },
		{ ADVISE_MAX_REQUESTS, 20000, 0, "20000" },
		{ ADVISE_JITTER, 2000, 0, "2000" },
		{ ADVISE_MEMORY_MAX_WORKER, 160 << 20, 0, "160M" },
		{ ADVISE_MEMORY_MAX_WORKER, 1136LL << 20, 0, "1136M" },
		{ ADVISE_PRELOAD, 1, 0, "yes" },
		{ ADVISE_PRELOAD, 0, 0, "no" },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const struct advice a = { .key = cases[i].key, .value = cases[i].value, .fewest = cases[i].fewest };
		char words[64];
		struct text t;

		text_init(&t, words, sizeof words);
		counsel_value(&t, &a);
		assert_string_equal(words, cases[i].wanted);
	}
}

static void
what_is_missing_is_said(void **state)
{
	struct advise_measures m = measures;

	(void)state;
	m.watched = 3 * MINUTE + 12345;
	for (unsigned i = 0; i < ADVISE_MISSING_COUNT; i++) {
		char words[SENTENCE];
		struct text t;

		text_init(&t, words, sizeof words);
		counsel_missing(&t, (enum advise_missing)i, &m);
		assert_true(t.len > 20 && !t.cut);
		if (i == ADVISE_NO_TIME)
			assert_string_equal(words, "it was watched for 3m12s, and it takes 10m");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reasons_have_figures),
		cmocka_unit_test(every_reason_is_whole),
		cmocka_unit_test(values_are_as_in_the_file),
		cmocka_unit_test(what_is_missing_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

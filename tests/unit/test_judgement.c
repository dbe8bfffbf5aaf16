/*
 * The judgement simulated: what is told of an incident comes late, twice, out of order, in part, without times or processes, with
 * another incident mixed in, or beside a witness who errs; to a watcher or from a log. Whatever is left, nothing wrong may be said with
 * confidence. Every run has a seed, which a failure prints; and judges that guess are let loose on it, to show that it sees them.
 *
 * What is left of two mixed incidents can be exactly what a third one leaves, and then nobody can tell: two in 960 000 runs,
 * none in those that are run here.
 */
#include "unit.h"

#include <string.h>

#include "core/story.h"

enum { T0 = 1000, STEPS = 12, RUNS = 8000, TOLD = 4 * STEPS + 2 };

struct step {
	enum fact fact;
	int at; /* seconds */
	int32_t pid, speaker;
};

/* One incident, all that can be known of it, and what may be said of it when a part is missing: nothing that names another
 * cause. What only describes ("unexplained", "vanished") may always be said, see is_humble. */
static const struct truth {
	const char *name, *also;
	struct step steps[STEPS];
} truths[] = {
	{ "runtime.timeout", "boot.timeout",
		{ { FACT_BOOTING, 0, 10, 10 }, { FACT_SERVED, 5, 0, 0 }, { FACT_TIMEOUT, 90, 10, 1 },
			{ FACT_KILLED, 91, 10, 1 }, { FACT_BOOTING, 91, 12, 12 } } },
	{ "boot.timeout", "runtime.timeout",
		{ { FACT_BOOTING, 0, 10, 10 }, { FACT_TIMEOUT, 30, 10, 1 }, { FACT_EXITING, 30, 10, 10 },
			{ FACT_BOOTING, 30, 11, 11 }, { FACT_TIMEOUT, 60, 11, 1 }, { FACT_EXITING, 60, 11, 11 },
			{ FACT_BOOTING, 60, 12, 12 } } },
	{ "runtime.oom-kill", "",
		{ { FACT_BOOTING, 0, 10, 10 }, { FACT_SERVED, 2, 0, 0 }, { FACT_OOM, 60, 10, 0 },
			{ FACT_KILLED, 60, 10, 1 }, { FACT_BOOTING, 61, 12, 12 } } },
	{ "runtime.crash-signal", "boot.crash-signal",
		{ { FACT_BOOTING, 0, 10, 10 }, { FACT_SERVED, 2, 0, 0 }, { FACT_CRASHED, 60, 10, 1 },
			{ FACT_BOOTING, 61, 12, 12 } } },
	{ "boot.crash-signal", "runtime.crash-signal",
		{ { FACT_BOOTING, 0, 10, 10 }, { FACT_CRASHED, 0, 10, 1 }, { FACT_BOOTING, 0, 11, 11 },
			{ FACT_CRASHED, 1, 11, 1 }, { FACT_BOOTING, 1, 12, 12 }, { FACT_CRASHED, 2, 12, 1 } } },
	{ "boot.import-missing", "",
		{ { FACT_BOOTING, 0, 10, 10 }, { FACT_WORKER_EXCEPTION, 0, 0, 10 }, { FACT_X_MISSING, 0, 0, 10 },
			{ FACT_AT_BOOT, 0, 0, 10 }, { FACT_EXITING, 0, 10, 10 }, { FACT_EXITED_3, 0, 10, 1 },
			{ FACT_SHUTTING_DOWN, 0, 0, 1 }, { FACT_REASON_BOOT, 0, 0, 1 } } },
	{ "boot.app-attribute", "",
		{ { FACT_BOOTING, 0, 10, 10 }, { FACT_NO_APPLICATION, 0, 0, 10 }, { FACT_EXITED_4, 0, 10, 1 },
			{ FACT_SHUTTING_DOWN, 0, 0, 1 }, { FACT_REASON_APP, 0, 0, 1 } } },
	{ "boot.dependency-down", "runtime.dependency-down",
		{ { FACT_BOOTING, 0, 10, 10 }, { FACT_WORKER_EXCEPTION, 0, 0, 10 }, { FACT_X_DEPENDENCY, 0, 0, 10 },
			{ FACT_AT_BOOT, 0, 0, 10 }, { FACT_IN_CONNECT, 0, 0, 10 }, { FACT_EXITED_3, 0, 10, 1 },
			{ FACT_REASON_BOOT, 0, 0, 1 } } },
	{ "runtime.dependency-down", "runtime.unhandled-exception",
		{ { FACT_SERVED, 0, 0, 0 }, { FACT_REQUEST_ERROR, 1, 0, 10 }, { FACT_X_DEPENDENCY, 1, 0, 10 },
			{ FACT_AT_REQUEST, 1, 0, 10 }, { FACT_ANSWER_500, 1, 0, 0 } } },
	{ "runtime.unhandled-exception", "",
		{ { FACT_SERVED, 0, 0, 0 }, { FACT_REQUEST_ERROR, 1, 0, 10 }, { FACT_X_OTHER, 1, 0, 10 },
			{ FACT_AT_REQUEST, 1, 0, 10 }, { FACT_ANSWER_500, 1, 0, 0 } } },
	{ "boot.bind-in-use", "",
		{ { FACT_STARTING, 0, 0, 1 }, { FACT_IN_USE, 0, 0, 1 }, { FACT_CANNOT_CONNECT, 0, 0, 1 },
			{ FACT_IN_USE, 1, 0, 1 }, { FACT_CANNOT_CONNECT, 5, 0, 1 } } },
	{ "recycle.max-requests", "",
		{ { FACT_BOOTING, 0, 10, 10 }, { FACT_SERVED, 1, 0, 0 }, { FACT_AUTORESTART, 90, 0, 10 },
			{ FACT_EXITING, 90, 10, 10 }, { FACT_BOOTING, 90, 11, 11 } } },
	{ "recycle.reload-hup", "",
		{ { FACT_BOOTING, 0, 10, 10 }, { FACT_HUP, 90, 0, 1 }, { FACT_BOOTING, 90, 11, 11 },
			{ FACT_EXITING, 90, 10, 10 }, { FACT_TERMED, 90, 10, 1 } } },
	{ "shutdown.requested", "shutdown.forced-kill",
		{ { FACT_BOOTING, 0, 10, 10 }, { FACT_SERVED, 1, 0, 0 }, { FACT_STOP, 90, 0, 1 },
			{ FACT_EXITING, 90, 10, 10 }, { FACT_SHUTTING_DOWN, 91, 0, 1 } } },
	{ "master.fork-failed", "master.crash",
		{ { FACT_STARTING, 0, 0, 1 }, { FACT_MAIN_LOOP, 0, 0, 1 }, { FACT_AT_MASTER, 0, 0, 1 },
			{ FACT_IN_FORK, 0, 0, 1 }, { FACT_X_AGAIN, 0, 0, 1 } } },
	{ "healthy.start", "",
		{ { FACT_STARTING, 0, 0, 1 }, { FACT_LISTENING, 0, 0, 1 }, { FACT_BOOTING, 0, 10, 10 },
			{ FACT_BOOTING, 0, 11, 11 }, { FACT_SERVED, 2, 0, 0 } } },
};

enum { TRUTHS = sizeof truths / sizeof truths[0] };

/* A verdict that describes and accuses nobody. */
static bool
is_humble(const char *name)
{
	static const char *const humble[] = { "unexplained", "vanished", "worker-left", "worker-exit", "healthy.start",
		"client.noise" };

	for (unsigned i = 0; i < sizeof humble / sizeof humble[0]; i++)
		if (strstr(name, humble[i]) != NULL)
			return true;
	return false;
}

static uint32_t
roll(uint32_t *seed, uint32_t sides)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed % sides;
}

/* What reaches the judge of one truth: each step perhaps not at all, twice, late, without its time, or without its processes. */
static unsigned
tell(const struct truth *truth, struct story_event told[], uint32_t *seed)
{
	unsigned n = 0;

	for (unsigned i = 0; i < STEPS && truth->steps[i].fact != FACT_NONE; i++) {
		const struct step *s = &truth->steps[i];
		struct story_event e = { .fact = s->fact,
			.line = i + 1,
			.second = T0 + s->at,
			.speaker = s->speaker,
			.pid = s->pid };

		if (roll(seed, 4) == 0)
			continue;
		if (roll(seed, 8) == 0)
			e.second = -1;
		if (roll(seed, 8) == 0)
			e.speaker = 0;
		if (roll(seed, 8) == 0)
			e.pid = 0;
		if (roll(seed, 4) == 0 && e.second >= 0)
			e.second += roll(seed, 5);
		told[n++] = e;
		if (roll(seed, 8) == 0)
			told[n++] = e;
	}
	return n;
}

/* Witnesses who err: what belongs to another story, or two who say the opposite of the same worker. A lie that nothing contradicts
 * cannot be seen through, and is none of these. */
static unsigned
contradict(struct story_event told[], uint32_t *seed)
{
	static const enum fact others[] = { FACT_SERVED, FACT_READY, FACT_LISTENING, FACT_DIED_UP, FACT_DIED_UNSEEN,
		FACT_MUTE, FACT_STARTING, FACT_EXITING, FACT_DIED_BOOTING };
	enum fact fact = others[roll(seed, sizeof others / sizeof others[0])];
	int64_t second = T0 + roll(seed, 99);
	int32_t pid = 10 + (int32_t)roll(seed, 3);

	if (roll(seed, 3) != 0)
		return 0;
	told[0] = (struct story_event){ .fact = fact, .line = 1, .second = second, .pid = pid };
	told[1] = (struct story_event){ .fact = FACT_DIED_UP, .line = 1, .second = second, .pid = pid };
	return fact == FACT_DIED_BOOTING ? 2 : 1;
}

static void
shuffle(struct story_event told[], unsigned n, uint32_t *seed)
{
	for (unsigned i = 0; i + 1 < n; i++)
		if (roll(seed, 3) == 0) {
			struct story_event e = told[i];

			told[i] = told[i + 1];
			told[i + 1] = e;
		}
}

typedef struct cause_verdict judgement(const struct cause_evidence *e);

static struct cause_verdict
hear(const struct story_event told[], unsigned n, bool watched, judgement *judge)
{
	struct story s;

	story_init(&s);
	s.watched = watched;
	for (unsigned i = 0; i < n; i++)
		story_tell(&s, &told[i]);
	return judge(story_close(&s, false));
}

static bool
may_say(const struct truth *truth, const char *name)
{
	return strcmp(truth->name, name) == 0 || strcmp(truth->also, name) == 0;
}

/* How often something wrong was said with confidence; the first seed that led to it into *WORST. */
static unsigned
wrong_answers(judgement *judge, uint32_t *worst)
{
	unsigned wrong = 0;

	for (uint32_t run = 1; run <= RUNS * TRUTHS; run++) {
		uint32_t seed = run * 2654435761u;
		const struct truth *truth = &truths[run % TRUTHS], *other = &truths[roll(&seed, TRUTHS)];
		struct story_event told[TOLD];
		unsigned n = tell(truth, told, &seed);
		bool mixed = roll(&seed, 3) == 0;
		struct cause_verdict v;

		if (mixed)
			n += tell(other, told + n, &seed);
		n += contradict(told + n, &seed);
		shuffle(told, n, &seed);
		v = hear(told, n, roll(&seed, 2) == 0, judge);
		if (v.confidence < CAUSE_CONFIDENT || is_humble(causes[v.cause].name) ||
			may_say(truth, causes[v.cause].name) || (mixed && may_say(other, causes[v.cause].name)))
			continue;
		if (wrong++ == 0)
			*worst = run;
	}
	return wrong;
}

static void
nothing_wrong_with_confidence(void **state)
{
	uint32_t run = 0;
	unsigned wrong = wrong_answers(cause_judge, &run);

	(void)state;
	if (wrong > 0)
		fail_msg("%u wrong answers, the first in run %u of %s", wrong, run, truths[run % TRUTHS].name);
}

/* Judges that guess. */
static struct cause_verdict
blames_memory(const struct cause_evidence *e)
{
	struct cause_evidence guess = *e;

	guess.count[FACT_OOM] += guess.count[FACT_KILLED];
	return cause_judge(&guess);
}

static struct cause_verdict
forgets_requests(const struct cause_evidence *e)
{
	struct cause_evidence guess = *e;

	guess.count[FACT_AT_REQUEST] = 0;
	guess.count[FACT_REQUEST_ERROR] = 0;
	guess.count[FACT_IN_BOOT] = 1;
	return cause_judge(&guess);
}

static struct cause_verdict
takes_every_exit_for_a_stop(const struct cause_evidence *e)
{
	struct cause_evidence guess = *e;

	guess.count[FACT_STOP] += guess.count[FACT_EXITING];
	return cause_judge(&guess);
}

static struct cause_verdict
hears_one_witness(const struct cause_evidence *e)
{
	struct cause_evidence guess = *e;

	guess.count[FACT_DIED_UP] = 0;
	return cause_judge(&guess);
}

static struct cause_verdict
is_always_sure(const struct cause_evidence *e)
{
	struct cause_verdict v = cause_judge(e);

	if (v.cause == CAUSE_UNKNOWN)
		v = (struct cause_verdict){ .cause = CAUSE_APP_EXCEPTION, .confidence = CAUSE_CONFIDENT };
	return v;
}

static void
judges_that_guess_are_seen(void **state)
{
	static judgement *const guessing[] = { blames_memory, forgets_requests, takes_every_exit_for_a_stop,
		hears_one_witness, is_always_sure };

	(void)state;
	for (unsigned i = 0; i < sizeof guessing / sizeof guessing[0]; i++) {
		uint32_t run;

		if (wrong_answers(guessing[i], &run) == 0)
			fail_msg("judge %u guesses, and nobody sees it", i);
	}
}

/* With nothing taken away, every truth is found out. */
static void
the_whole_truth(void **state)
{
	(void)state;
	for (unsigned i = 0; i < TRUTHS; i++) {
		struct story_event told[STEPS];
		unsigned n = 0;
		struct cause_verdict v;

		for (; n < STEPS && truths[i].steps[n].fact != FACT_NONE; n++)
			told[n] = (struct story_event){ .fact = truths[i].steps[n].fact,
				.line = n + 1,
				.second = T0 + truths[i].steps[n].at,
				.speaker = truths[i].steps[n].speaker,
				.pid = truths[i].steps[n].pid };
		v = hear(told, n, false, cause_judge);
		if (strcmp(causes[v.cause].name, truths[i].name) != 0 || v.confidence < CAUSE_CONFIDENT)
			fail_msg("%s is taken for %s, %u", truths[i].name, causes[v.cause].name, v.confidence);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_whole_truth),
		cmocka_unit_test(nothing_wrong_with_confidence),
		cmocka_unit_test(judges_that_guess_are_seen),
	};

	return cmocka_run_group_tests_name("judgement", tests, NULL, NULL);
}

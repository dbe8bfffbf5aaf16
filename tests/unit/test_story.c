/* What follows from the facts of a story together: each derived fact, with what makes it and what does not. */
#include "unit.h"

#include <string.h>

#include "core/story.h"

enum { T0 = 1000, STEPS = 10 };

struct step {
	enum fact fact;
	int at; /* seconds */
	int32_t pid, speaker;
};

#define BOOT(at, pid) \
	{ \
		FACT_BOOTING, at, pid, pid \
	}
#define EXIT(at, pid) \
	{ \
		FACT_EXITING, at, pid, pid \
	}

static const struct sequel {
	const char *why;
	enum fact fact;
	bool follows;
	struct step steps[STEPS];
} sequels[] = {
	{ "a reason given at boot", FACT_IN_BOOT, true, { { FACT_REASON_BOOT, 0, 0, 1 } } },
	{ "an exception that ended a worker, nowhere else", FACT_IN_BOOT, true,
		{ { FACT_WORKER_EXCEPTION, 0, 0, 9 } } },
	{ "it was in the worker's loop", FACT_IN_BOOT, false,
		{ { FACT_WORKER_EXCEPTION, 0, 0, 9 }, { FACT_AT_LOOP, 0, 0, 9 } } },
	{ "it has had its number of requests, so it served", FACT_UP, true, { { FACT_AUTORESTART, 0, 0, 10 } } },
	{ "it was loaded anew, whether it served or not", FACT_UP, false, { { FACT_RELOADING, 0, 0, 10 } } },
	{ "two that lived for seconds", FACT_LOOP, true,
		{ BOOT(0, 10), BOOT(0, 11), { FACT_CRASHED, 1, 10, 1 }, { FACT_CRASHED, 2, 11, 1 } } },
	{ "two that lived for a minute", FACT_LOOP, false,
		{ BOOT(0, 10), BOOT(0, 11), { FACT_CRASHED, 60, 10, 1 }, { FACT_CRASHED, 61, 11, 1 } } },
	{ "the replacement died at once", FACT_LOOP, true,
		{ BOOT(0, 10), { FACT_CRASHED, 60, 10, 1 }, BOOT(60, 11), { FACT_CRASHED, 61, 11, 1 } } },
	{ "the replacement died at the age of the first", FACT_LOOP, true,
		{ BOOT(0, 10), { FACT_CRASHED, 4, 10, 1 }, BOOT(4, 11), { FACT_CRASHED, 9, 11, 1 } } },
	{ "the replacement died young, and the first had not", FACT_LOOP, false,
		{ BOOT(0, 10), { FACT_CRASHED, 7, 10, 1 }, BOOT(7, 11), { FACT_CRASHED, 12, 11, 1 } } },
	{ "of one age, and no longer young", FACT_LOOP, false,
		{ BOOT(0, 10), { FACT_CRASHED, 40, 10, 1 }, BOOT(40, 11), { FACT_CRASHED, 80, 11, 1 } } },
	{ "nobody knows how old they were", FACT_LOOP, false,
		{ { FACT_CRASHED, 1, 10, 1 }, { FACT_CRASHED, 2, 11, 1 } } },
	{ "the replacement died at once, told backwards", FACT_LOOP, true,
		{ { FACT_CRASHED, 61, 11, 1 }, BOOT(60, 11), { FACT_CRASHED, 60, 10, 1 }, BOOT(0, 10) } },
	{ "the replacement lives, told backwards", FACT_LOOP, false,
		{ BOOT(2, 11), { FACT_CRASHED, 2, 10, 1 }, BOOT(0, 10), { FACT_LISTENING, 0, 0, 1 } } },
	{ "all within a second, told backwards", FACT_LOOP, true,
		{ { FACT_KILLED, 0, 11, 1 }, BOOT(0, 11), { FACT_KILLED, 0, 10, 1 }, BOOT(0, 10) } },
	{ "it said goodbye, told backwards", FACT_SILENT, false,
		{ { FACT_SHUTTING_DOWN, 9, 0, 1 }, EXIT(9, 10), { FACT_STOP, 5, 0, 1 }, BOOT(0, 10) } },
	{ "worker after worker at thirty", FACT_SAME_AGE, true,
		{ BOOT(0, 10), { FACT_TIMEOUT, 30, 10, 1 }, BOOT(30, 11), { FACT_TIMEOUT, 61, 11, 1 } } },
	{ "at thirty, and at seventy", FACT_SAME_AGE, false,
		{ BOOT(0, 10), { FACT_TIMEOUT, 30, 10, 1 }, BOOT(30, 11), { FACT_TIMEOUT, 100, 11, 1 } } },
	{ "together, so of course of one age", FACT_SAME_AGE, false,
		{ BOOT(0, 10), BOOT(0, 11), { FACT_TIMEOUT, 30, 10, 1 }, { FACT_TIMEOUT, 30, 11, 1 } } },
	{ "silent from its birth, by the default", FACT_NEVER_BEAT, true, { BOOT(0, 10), { FACT_TIMEOUT, 31, 10, 1 } } },
	{ "it had beaten for a while", FACT_NEVER_BEAT, false, { BOOT(0, 10), { FACT_TIMEOUT, 43, 10, 1 } } },
	{ "so had another one, beside it", FACT_NEVER_BEAT, false,
		{ BOOT(0, 10), BOOT(0, 11), { FACT_TIMEOUT, 30, 10, 1 }, { FACT_TIMEOUT, 40, 11, 1 } } },
	{ "it had died by itself", FACT_NEVER_BEAT, false, { BOOT(0, 10), { FACT_CRASHED, 31, 10, 1 } } },
	{ "three that came together, and all that were there", FACT_TOGETHER, true,
		{ BOOT(0, 10), BOOT(0, 11), BOOT(1, 12), { FACT_TIMEOUT, 30, 10, 1 }, { FACT_TIMEOUT, 30, 11, 1 },
			{ FACT_TIMEOUT, 31, 12, 1 }, BOOT(32, 13) } },
	{ "two, and a third one of which only the end is here", FACT_TOGETHER, true,
		{ BOOT(0, 10), BOOT(0, 11), { FACT_TIMEOUT, 30, 10, 1 }, { FACT_TIMEOUT, 30, 11, 1 }, { FACT_KILLED, 31, 9, 1 } } },
	{ "two, and one that was killed long after them", FACT_TOGETHER, false,
		{ BOOT(0, 10), BOOT(0, 11), { FACT_TIMEOUT, 30, 10, 1 }, { FACT_TIMEOUT, 30, 11, 1 }, { FACT_KILLED, 40, 9, 1 } } },
	{ "one, and two that were killed with it", FACT_TOGETHER, false,
		{ BOOT(0, 10), { FACT_TIMEOUT, 30, 10, 1 }, { FACT_KILLED, 31, 8, 1 }, { FACT_KILLED, 31, 9, 1 } } },
	{ "two may be chance", FACT_TOGETHER, false,
		{ BOOT(0, 10), BOOT(0, 11), { FACT_TIMEOUT, 30, 10, 1 }, { FACT_TIMEOUT, 30, 11, 1 } } },
	{ "a fourth one goes on", FACT_TOGETHER, false,
		{ BOOT(0, 10), BOOT(0, 11), BOOT(0, 12), BOOT(0, 13), { FACT_TIMEOUT, 30, 10, 1 }, { FACT_TIMEOUT, 30, 11, 1 },
			{ FACT_TIMEOUT, 30, 12, 1 } } },
	{ "one by one", FACT_TOGETHER, false,
		{ BOOT(0, 10), BOOT(0, 11), BOOT(0, 12), { FACT_TIMEOUT, 30, 10, 1 }, { FACT_TIMEOUT, 34, 11, 1 },
			{ FACT_TIMEOUT, 38, 12, 1 } } },
	{ "a second step comes later", FACT_TOGETHER, true,
		{ BOOT(0, 10), BOOT(0, 11), BOOT(0, 12), { FACT_TIMEOUT, 30, 10, 1 }, { FACT_TIMEOUT, 31, 11, 1 },
			{ FACT_TIMEOUT, 32, 12, 1 }, { FACT_KILLED, 33, 12, 1 } } },
	{ "a second step that comes much later", FACT_TOGETHER, true,
		{ BOOT(0, 10), BOOT(0, 11), BOOT(0, 12), { FACT_TIMEOUT, 30, 10, 1 }, { FACT_TIMEOUT, 30, 11, 1 },
			{ FACT_TIMEOUT, 30, 12, 1 }, { FACT_KILLED, 37, 12, 1 } } },
	{ "three at once, all killed", FACT_ALL_AT_ONCE, true,
		{ { FACT_TIMEOUT, 9, 10, 1 }, { FACT_TIMEOUT, 9, 11, 1 }, { FACT_TIMEOUT, 9, 12, 1 },
			{ FACT_KILLED, 10, 10, 1 }, { FACT_KILLED, 10, 11, 1 }, { FACT_KILLED, 10, 12, 1 } } },
	{ "one of the three could still say goodbye", FACT_ALL_AT_ONCE, false,
		{ { FACT_TIMEOUT, 9, 10, 1 }, { FACT_TIMEOUT, 9, 11, 1 }, { FACT_TIMEOUT, 9, 12, 1 }, EXIT(9, 12),
			{ FACT_KILLED, 10, 10, 1 }, { FACT_KILLED, 10, 11, 1 } } },
	{ "it left half a minute after it came", FACT_LEFT_YOUNG, true, { BOOT(0, 10), EXIT(STORY_YOUNG, 10) } },
	{ "it left later", FACT_LEFT_YOUNG, false, { BOOT(0, 10), EXIT(STORY_YOUNG + 1, 10) } },
	{ "it left, and when it came is not here", FACT_LEFT_YOUNG, false, { EXIT(1, 10) } },
	{ "it had its number of requests", FACT_LEFT_YOUNG, false,
		{ BOOT(0, 10), { FACT_AUTORESTART, 1, 0, 10 }, EXIT(1, 10) } },
	{ "silent after ten minutes", FACT_GROWN, false, { BOOT(0, 10), { FACT_TIMEOUT, STORY_GROWN, 10, 1 } } },
	{ "silent after more", FACT_GROWN, true, { BOOT(0, 10), { FACT_TIMEOUT, STORY_GROWN + 1, 10, 1 } } },
	{ "silent, and when it came is not here", FACT_GROWN, false, { { FACT_TIMEOUT, STORY_GROWN + 1, 10, 1 } } },
	{ "one timeout, and three crashes", FACT_OUTNUMBERED, true,
		{ BOOT(0, 10), { FACT_TIMEOUT, 30, 10, 1 }, { FACT_CRASHED, 31, 10, 1 }, { FACT_CRASHED, 32, 11, 1 },
			{ FACT_CRASHED, 33, 12, 1 }, { FACT_CRASHED, 34, 13, 1 } } },
	{ "the SIGABRT of three timeouts", FACT_OUTNUMBERED, false,
		{ { FACT_TIMEOUT, 30, 10, 1 }, { FACT_CRASHED, 31, 10, 1 }, { FACT_TIMEOUT, 60, 11, 1 },
			{ FACT_CRASHED, 61, 11, 1 }, { FACT_TIMEOUT, 90, 12, 1 }, { FACT_CRASHED, 91, 12, 1 } } },
	{ "of two deaths the beginning is not here", FACT_OUTNUMBERED, false,
		{ { FACT_KILLED, 1, 8, 1 }, { FACT_KILLED, 1, 9, 1 }, { FACT_TIMEOUT, 30, 10, 1 } } },
	{ "a SIGKILL, and no timeout", FACT_UNASKED_KILL, true, { BOOT(0, 10), { FACT_KILLED, 9, 10, 1 } } },
	{ "a SIGKILL about nobody", FACT_UNASKED_KILL, true, { { FACT_KILLED, 9, 0, 1 } } },
	{ "the second step of a timeout", FACT_UNASKED_KILL, false,
		{ BOOT(0, 10), { FACT_TIMEOUT, 9, 10, 1 }, { FACT_KILLED, 10, 10, 1 } } },
	{ "the same, told the other way round", FACT_UNASKED_KILL, false,
		{ BOOT(0, 10), { FACT_KILLED, 10, 10, 1 }, { FACT_TIMEOUT, 9, 10, 1 } } },
	{ "the stack of a timeout, without its line", FACT_UNASKED_KILL, false,
		{ { FACT_IN_ABORT, 9, 0, 10 }, { FACT_KILLED, 10, 10, 1 } } },
	{ "it was asked to go", FACT_UNASKED_KILL, false,
		{ BOOT(0, 10), { FACT_HUP, 9, 0, 1 }, { FACT_KILLED, 40, 10, 1 } } },
	{ "it came after those that were asked to go", FACT_UNASKED_KILL, true,
		{ BOOT(0, 10), { FACT_HUP, 9, 0, 1 }, BOOT(9, 11), { FACT_KILLED, 40, 11, 1 } } },
	{ "one goes, and another comes", FACT_LEFT, true, { BOOT(0, 10), EXIT(50, 10), BOOT(51, 11) } },
	{ "max_requests lets it go", FACT_LEFT, false,
		{ BOOT(0, 10), { FACT_AUTORESTART, 50, 0, 10 }, EXIT(50, 10), BOOT(51, 11) } },
	{ "and again, and soon", FACT_LEFT_AGAIN, true,
		{ BOOT(0, 10), EXIT(3, 10), BOOT(3, 11), EXIT(6, 11), BOOT(6, 12) } },
	{ "one comes, and nobody had gone", FACT_VANISHED, true, { BOOT(0, 10), BOOT(0, 11), BOOT(50, 12) } },
	{ "the second one comes in the next second", FACT_VANISHED, false, { BOOT(0, 10), BOOT(1, 17) } },
	{ "the second one in the next second, and one later", FACT_VANISHED, true,
		{ BOOT(0, 10), BOOT(1, 17), BOOT(9, 30) } },
	{ "second after second", FACT_VANISHED_AGAIN, true, { BOOT(0, 10), BOOT(1, 14), BOOT(2, 18), BOOT(3, 22) } },
	{ "the same, of a release that does not log deaths", FACT_PERHAPS_VANISHED, true,
		{ { FACT_MUTE, 0 }, BOOT(0, 10), BOOT(1, 17) } },
	{ "one more was asked for", FACT_VANISHED, false,
		{ BOOT(0, 10), BOOT(0, 11), { FACT_TTIN, 49, 0, 1 }, BOOT(50, 12) } },
	{ "one had died", FACT_VANISHED, false, { BOOT(0, 10), { FACT_CRASHED, 50, 10, 1 }, BOOT(50, 12) } },
	{ "the first that is seen, but requests were answered", FACT_VANISHED, true,
		{ { FACT_SERVED, 0 }, BOOT(5, 12) } },
	{ "the first of a new master", FACT_VANISHED, false,
		{ { FACT_SERVED, 0 }, { FACT_STARTING, 4 }, { FACT_LISTENING, 4 }, BOOT(5, 12) } },
	{ "the first of a new master, and one of another before", FACT_VANISHED, false,
		{ BOOT(0, 10), { FACT_STARTING, 50 }, BOOT(50, 12) } },
	{ "a start that is older: the newest lines come first", FACT_VANISHED, true,
		{ BOOT(50, 12), { FACT_STARTING, 0 }, BOOT(0, 10) } },
	{ "two seconds of one start", FACT_VANISHED, false,
		{ { FACT_MUTE, 0 }, BOOT(0, 10), BOOT(0, 11), BOOT(0, 12), BOOT(1, 13), BOOT(1, 14), BOOT(1, 15) } },
	{ "again and again", FACT_VANISHED_AGAIN, true, { BOOT(0, 10), BOOT(3, 11), BOOT(6, 12), BOOT(9, 13) } },
	{ "eight with a gap between their numbers", FACT_MANY, true,
		{ BOOT(0, 10), BOOT(0, 12), BOOT(0, 14), BOOT(0, 16), BOOT(0, 18), BOOT(0, 20), BOOT(0, 22),
			BOOT(0, 24) } },
	{ "eight in a row", FACT_MANY, false,
		{ BOOT(0, 10), BOOT(0, 11), BOOT(0, 12), BOOT(0, 13), BOOT(0, 14), BOOT(0, 15), BOOT(0, 16),
			BOOT(0, 17) } },
	{ "the newest line first, in two seconds", FACT_VANISHED, false,
		{ BOOT(1, 15), BOOT(1, 14), BOOT(1, 12), BOOT(1, 13), BOOT(0, 11), BOOT(0, 10), { FACT_MUTE, 0 } } },
	{ "the newest line first, and one is missing", FACT_PERHAPS_VANISHED, true,
		{ BOOT(1, 15), BOOT(1, 14), BOOT(1, 12), BOOT(0, 11), BOOT(0, 10), { FACT_MUTE, 0 } } },
	{ "a container started after the stop", FACT_COLD_START, true,
		{ { FACT_STOP, 9, 0, 1 }, { FACT_PLATFORM_START, 99, 0, 0 } } },
	{ "a container started, and was stopped", FACT_COLD_START, false,
		{ { FACT_PLATFORM_START, 1, 0, 0 }, { FACT_STOP, 9, 0, 1 } } },
	{ "one never said goodbye", FACT_SILENT, true,
		{ BOOT(0, 10), BOOT(0, 11), { FACT_STOP, 9, 0, 1 }, EXIT(9, 10), { FACT_SHUTTING_DOWN, 39, 0, 1 } } },
	{ "all said goodbye", FACT_SILENT, false,
		{ BOOT(0, 10), { FACT_STOP, 9, 0, 1 }, EXIT(9, 10), { FACT_SHUTTING_DOWN, 10, 0, 1 } } },
	{ "the master ended a second after the order", FACT_ENDED_SOON, true,
		{ { FACT_STOP, 9, 0, 1 }, { FACT_SHUTTING_DOWN, 10, 0, 1 } } },
	{ "the master ended two seconds after the order", FACT_ENDED_SOON, false,
		{ { FACT_STOP, 9, 0, 1 }, { FACT_SHUTTING_DOWN, 11, 0, 1 } } },
	{ "a worker that quotes its master", FACT_KILLED, false, { BOOT(0, 10), { FACT_KILLED, 9, 11, 10 } } },
};

static void
what_follows(void **state)
{
	(void)state;
	for (unsigned i = 0; i < sizeof sequels / sizeof sequels[0]; i++) {
		const struct sequel *q = &sequels[i];
		struct story s;

		story_init(&s);
		for (unsigned k = 0; k < STEPS && q->steps[k].fact != FACT_NONE; k++) {
			const struct step *step = &q->steps[k];
			struct story_event e = { .fact = step->fact,
				.line = k + 1,
				.second = T0 + step->at,
				.speaker = step->speaker,
				.pid = step->pid };

			story_tell(&s, &e);
		}
		if ((story_close(&s, false)->count[q->fact] > 0) != q->follows)
			fail_msg("%s: %s %s", q->why, facts[q->fact].name, q->follows ? "does not follow" : "follows");
	}
}

/* A cold start is what the caller says it is: long after the end. */
static void
cold_starts(void **state)
{
	static const struct {
		int stop, ended, start; /* seconds; -1: never */
		bool cold;
	} cases[] = {
		{ 10, 11, 11 + STORY_COLD + 1, true },
		{ 10, 11, 11 + STORY_COLD, false },
		{ 10, -1, 10 + STORY_COLD + 1, true },
		{ -1, -1, 5000, false },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct story_event stop = { .fact = FACT_STOP, .line = 1, .second = T0 + cases[i].stop };
		struct story_event end = { .fact = FACT_SHUTTING_DOWN, .line = 2, .second = T0 + cases[i].ended };
		struct story_event start = { .fact = FACT_STARTING, .line = 3, .second = T0 + cases[i].start };
		struct story s;

		story_init(&s);
		if (cases[i].stop >= 0)
			story_tell(&s, &stop);
		if (cases[i].ended >= 0)
			story_tell(&s, &end);
		assert_int_equal(story_is_cold(&s, &start), cases[i].cold);
	}
}

/* A start after a failure is another story, unless it is the start that failed. */
static void
a_start_turns(void **state)
{
	static const struct {
		enum fact fact;
		bool turns;
	} cases[] = {
		{ FACT_ENDED_BOOT, true },
		{ FACT_ENDED_APP, true },
		{ FACT_CONTAINER_BOOT, true },
		{ FACT_NOT_RUN, true },
		{ FACT_NO_PROGRAM, true },
		{ FACT_CONFIG_OTHER, false },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct story_event fault = { .fact = FACT_X_OTHER, .line = 1, .second = T0 };
		struct story_event failure = { .fact = cases[i].fact, .line = 1, .second = T0 };
		struct story_event start = { .fact = FACT_STARTING, .line = 2, .second = T0 + 1 };
		struct story s;

		story_init(&s);
		story_tell(&s, &fault);
		story_tell(&s, &failure);
		assert_int_equal(story_turns(&s, &start), cases[i].turns);
	}
}

/* Who is asked to end is not who loses a worker, where both say who they are. */
static void
another_master_turns(void **state)
{
	static const struct {
		enum fact first, second;
		int32_t one, other; /* speakers */
		bool turns;
	} cases[] = {
		{ FACT_STOP, FACT_KILLED, 10, 30, true },
		{ FACT_STOP, FACT_TIMEOUT, 10, 30, true },
		{ FACT_STOP, FACT_EXITED, 10, 30, true },
		{ FACT_STOP, FACT_KILLED, 10, 10, false },
		{ FACT_STOP, FACT_KILLED, 10, 0, false },
		{ FACT_STOP, FACT_KILLED, 0, 30, false },
		{ FACT_STOP, FACT_OOM, 10, 30, false }, /* the kernel's, or systemd's */
		{ FACT_KILLED, FACT_STOP, 30, 10, true },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct story_event first = { .fact = cases[i].first, .second = T0, .speaker = cases[i].one };
		struct story_event second = { .fact = cases[i].second, .second = T0 + 1, .speaker = cases[i].other };
		struct story s;

		first.pid = first.fact == FACT_STOP ? 0 : 31;
		second.pid = second.fact == FACT_STOP ? 0 : 31;
		story_init(&s);
		story_tell(&s, &first);
		if (story_turns(&s, &second) != cases[i].turns)
			fail_msg("%s of %d behind %s of %d", facts[second.fact].name, (int)cases[i].other,
				facts[first.fact].name, (int)cases[i].one);
	}
}

/* Seen, a timeout is a story of its own unless it is of the worker that crashed; read in a log, it may be all that is left of it. */
static void
a_timeout_turns(void **state)
{
	static const struct {
		enum fact before;
		int32_t who, silent;
		bool watched, turns;
	} cases[] = {
		{ FACT_CRASHED, 10, 11, true, true },
		{ FACT_CRASHED, 10, 10, true, false },
		{ FACT_CRASHED, 10, 0, true, false },
		{ FACT_CRASHED, 10, 11, false, false },
		{ FACT_KILLED, 10, 11, true, false },
		{ FACT_TIMEOUT, 10, 11, true, false },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct story_event before = { .fact = cases[i].before, .second = T0, .pid = cases[i].who };
		struct story_event silent = { .fact = FACT_TIMEOUT, .second = T0 + 1, .pid = cases[i].silent };
		struct story s;

		story_init(&s);
		s.watched = cases[i].watched;
		story_tell(&s, &before);
		assert_int_equal(story_turns(&s, &silent), cases[i].turns);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_follows),
		cmocka_unit_test(cold_starts),
		cmocka_unit_test(a_start_turns),
		cmocka_unit_test(another_master_turns),
		cmocka_unit_test(a_timeout_turns),
	};

	return cmocka_run_group_tests_name("story", tests, NULL, NULL);
}

#include "unit.h"

#include <string.h>

#include "core/saturation.h"

enum { T0 = 1000000, EVERY = 5000 /* ms between looks */, LOOKS = 40 };

/* What is seen at look after look: one letter each, from the table of its test. */
struct story {
	const char *name, *looks;
	int found; /* index of the look that finds it; -1: none does */
	int again; /* of the next one that does; -1 */
};

static const struct saturation_seen calm = { .queue = 0, .workers = 3, .booted = 3, .wanted = 3, .settled = true };

static void
play(const struct story *story, enum strain strain, const struct saturation_seen *worse)
{
	struct saturation s = { 0 };
	int found[2] = { -1, -1 }, n = 0;

	for (int i = 0; story->looks[i] != '\0'; i++) {
		const struct saturation_seen *seen = story->looks[i] == 'x' ? worse : &calm;
		unsigned bits = saturation_judge(&s, seen, T0 + i * EVERY);

		assert_int_equal(bits & ~(1U << strain), 0);
		if (bits != 0 && n < 2)
			found[n++] = i;
	}
	if (found[0] != story->found || found[1] != story->again)
		fail_msg("%s: found at %d and %d", story->name, found[0], found[1]);
}

static void
a_queue_that_stands(void **state)
{
	static const struct story stories[] = {
		{ "a moment", "..xx....", -1, -1 },
		{ "a burst now and then", "xxxx.xxxx.xxxx.xxxx.", -1, -1 },
		{ "20 s", "..xxxxx..", 6, -1 },
		{ "told of once", "xxxxxxxxxxxxxxxxxxxxxxxxxxxx", 4, -1 },
		{ "gone for too short a time", "xxxxx...xxxxxxx", 4, -1 },
		{ "gone, and here again", "xxxxx.............xxxxx", 4, 22 },
	};
	struct saturation_seen seen = calm;

	(void)state;
	seen.queue = 3;
	for (unsigned i = 0; i < sizeof stories / sizeof stories[0]; i++)
		play(&stories[i], STRAIN_QUEUE, &seen);
}

static void
workers_that_are_not_there(void **state)
{
	static const struct story stories[] = {
		{ "one is exchanged", "...x....x...x", -1, -1 },
		{ "30 s", ".xxxxxxx", 7, -1 },
	};
	struct saturation_seen missing = calm, surplus = calm;

	(void)state;
	missing.booted = 2;
	surplus.workers = 4;
	for (unsigned i = 0; i < sizeof stories / sizeof stories[0]; i++) {
		play(&stories[i], STRAIN_MISSING, &missing);
		play(&stories[i], STRAIN_SURPLUS, &surplus);
	}
}

/* Counted since the socket listens: only more than at the look before is news. */
static void
connections_that_are_turned_away(void **state)
{
	static const struct {
		int64_t dropped;
		bool found;
	} looks[] = {
		{ 7, false },
		{ 7, false },
		{ -1, false },
		{ 9, false },
		{ 12, true },
		{ 13, false },
		{ 13, false },
		{ 14, false },
	};
	struct saturation_seen seen = calm;
	struct saturation s = { 0 };
	msec now = T0;

	(void)state;
	for (unsigned i = 0; i < sizeof looks / sizeof looks[0]; i++, now += EVERY) {
		seen.dropped = looks[i].dropped;
		if ((saturation_judge(&s, &seen, now) != 0) != looks[i].found)
			fail_msg("look %u", i);
	}
	for (msec until = now + SATURATION_RELEASE; now <= until; now += EVERY)
		assert_int_equal(saturation_judge(&s, &seen, now), 0);
	seen.dropped++;
	assert_int_equal(saturation_judge(&s, &seen, now), 1U << STRAIN_DROPS);
	/* what nobody looked at for long says nothing about now */
	seen.dropped++;
	assert_int_equal(saturation_judge(&s, &seen, now + SATURATION_RELEASE + SATURATION_GAP), 0);
}

/* However long it lasts. */
static void
what_is_no_strain(void **state)
{
	static const struct {
		const char *name;
		struct saturation_seen seen;
	} cases[] = {
		{ "fewer wait than there are workers",
			{ .queue = 2, .workers = 3, .booted = 3, .wanted = 3, .settled = true } },
		{ "one waits for one", { .queue = 1, .workers = 1, .booted = 1, .wanted = 1, .settled = true } },
		{ "nobody knows who waits", { .queue = -1, .workers = 3, .booted = 3, .wanted = 3, .settled = true } },
		{ "nobody is there to be waited for",
			{ .queue = 9, .workers = 0, .booted = -1, .wanted = 3, .settled = false } },
		{ "heartbeats cannot be seen",
			{ .queue = 0, .workers = 3, .booted = -1, .wanted = 3, .settled = true } },
		{ "on the way up", { .queue = 0, .workers = 3, .booted = 3, .wanted = 9, .settled = false } },
		{ "on the way down", { .queue = 0, .workers = 9, .booted = 9, .wanted = 3, .settled = false } },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct saturation s = { 0 };

		for (int look = 0; look < LOOKS; look++)
			if (saturation_judge(&s, &cases[i].seen, T0 + look * EVERY) != 0)
				fail_msg("%s", cases[i].name);
	}
}

/* It was stopped in between: what was before it says nothing. */
static void
a_gap_begins_anew(void **state)
{
	struct saturation_seen seen = calm;
	struct saturation s = { 0 };

	(void)state;
	seen.queue = 30;
	for (int i = 0; i < 3; i++)
		assert_int_equal(saturation_judge(&s, &seen, T0 + i * EVERY), 0);
	for (int i = 0; i < 4; i++)
		assert_int_equal(saturation_judge(&s, &seen, T0 + 60000 + i * EVERY), 0);
	assert_int_equal(saturation_judge(&s, &seen, T0 + 60000 + 4 * EVERY), 1U << STRAIN_QUEUE);
}

static void
descriptors_that_run_out(void **state)
{
	static const struct {
		int64_t fds, most;
		bool found;
	} cases[] = { { 89, 100, false }, { 90, 100, true }, { 100, 100, true }, { 921, 1024, false },
		{ 922, 1024, true }, { -1, 100, false }, { 100, -1, false }, { 0, 0, false }, { 8, 9, false },
		{ 9, 9, true } };

	(void)state;
	for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		bool told = false;

		if (saturation_scarce(&told, cases[i].fds, cases[i].most) != cases[i].found)
			fail_msg("%d of %d", (int)cases[i].fds, (int)cases[i].most);
		assert_int_equal(told, cases[i].found);
		assert_false(saturation_scarce(&told, cases[i].fds, cases[i].most)); /* once */
	}
}

static void
a_worker_that_spins(void **state)
{
	static const struct {
		const char *name;
		float cpu, others;
		bool found;
	} cases[] = {
		{ "alone at it", 99, 3, true },
		{ "the only one", 100, -1, true },
		{ "all are busy", 99, 80, false },
		{ "not all of a processor", 90, 3, false },
		{ "unknown", -1, 3, false },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		unsigned found = 0;
		bool told = false;
		msec since = 0;

		for (int look = 0; look < LOOKS; look++) {
			bool now = saturation_spins(&since, &told, cases[i].cpu, cases[i].others, T0 + look * EVERY);

			if (now)
				assert_int_equal(look, 60000 / EVERY);
			found += now;
		}
		if (found != cases[i].found)
			fail_msg("%s: found %u times", cases[i].name, found);
		saturation_spins(&since, &told, 10, 3, T0);
		assert_int_equal(since, 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_queue_that_stands),
		cmocka_unit_test(connections_that_are_turned_away),
		cmocka_unit_test(workers_that_are_not_there),
		cmocka_unit_test(what_is_no_strain),
		cmocka_unit_test(a_gap_begins_anew),
		cmocka_unit_test(descriptors_that_run_out),
		cmocka_unit_test(a_worker_that_spins),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

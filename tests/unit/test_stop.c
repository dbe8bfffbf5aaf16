#include "unit.h"

#include "core/generation.h"
#include "core/stop.h"

enum { T0 = 5000 };
enum happening { BEGIN, BEGIN_DEAD, GONE, HURRY, STEP };

static const char *const deeds[] = { "nothing", "TERM master", "TERM rest", "QUIT master", "KILL all" };

static const struct stop_limits gunicorn = { .graceful = 3000, .total = 8000, .quit = true };
static const struct stop_limits program = { .graceful = 3000, .total = 8000 };
static const struct stop_limits short_total = { .graceful = 3000, .total = 2000, .quit = true };
static const struct stop_limits drains = { .drain = 1000, .graceful = 3000, .total = 8000, .quit = true };
static const struct stop_limits at_once = { .graceful = 0, .total = 0, .quit = true };

/* What happens AT ms after T0, what is to be done, and when the ladder is due then (-1: never). */
struct rung {
	enum happening what;
	msec at;
	enum stop_deed deed;
	msec due;
};

struct ladder {
	const char *name;
	const struct stop_limits *limits;
	struct rung rungs[8];
};

/* clang-format off */
static const struct ladder ladders[] = {
	{ "all the way down", &gunicorn, {
		{ BEGIN, 0, STOP_TERM_MASTER, 3000 }, { STEP, 2999, STOP_NOTHING, 3000 }, { STEP, 3000, STOP_QUIT_MASTER, 8000 },
		{ STEP, 7999, STOP_NOTHING, 8000 }, { STEP, 8000, STOP_KILL_ALL, 8050 }, { STEP, 8050, STOP_KILL_ALL, 8150 } } },
	{ "pauses between KILLs double up to a second", &at_once, {
		{ BEGIN, 0, STOP_TERM_MASTER, 0 }, { STEP, 0, STOP_KILL_ALL, 50 }, { STEP, 50, STOP_KILL_ALL, 150 },
		{ STEP, 150, STOP_KILL_ALL, 350 }, { STEP, 350, STOP_KILL_ALL, 750 }, { STEP, 750, STOP_KILL_ALL, 1550 },
		{ STEP, 1550, STOP_KILL_ALL, 2550 }, { STEP, 2550, STOP_KILL_ALL, 3550 } } },
	{ "a program knows no QUIT", &program, {
		{ BEGIN, 0, STOP_TERM_MASTER, 8000 }, { STEP, 3000, STOP_NOTHING, 8000 }, { STEP, 8000, STOP_KILL_ALL, 8050 } } },
	{ "no QUIT without time for it", &short_total, {
		{ BEGIN, 0, STOP_TERM_MASTER, 2000 }, { STEP, 2000, STOP_KILL_ALL, 2050 } } },
	{ "a step that comes late skips QUIT", &gunicorn, {
		{ BEGIN, 0, STOP_TERM_MASTER, 3000 }, { STEP, 900000, STOP_KILL_ALL, 900050 } } },
	{ "leftovers of a dead master get TERM, then graceful", &gunicorn, {
		{ BEGIN_DEAD, 0, STOP_TERM_REST, 3000 }, { STEP, 3000, STOP_KILL_ALL, 3050 } } },
	{ "leftovers get no more than what is left of total", &gunicorn, {
		{ BEGIN, 0, STOP_TERM_MASTER, 3000 }, { STEP, 3000, STOP_QUIT_MASTER, 8000 }, { GONE, 7000, STOP_TERM_REST, 8000 },
		{ STEP, 8000, STOP_KILL_ALL, 8050 } } },
	{ "leftovers get no more than graceful", &gunicorn, {
		{ BEGIN, 0, STOP_TERM_MASTER, 3000 }, { GONE, 100, STOP_TERM_REST, 3100 }, { STEP, 3000, STOP_NOTHING, 3100 },
		{ STEP, 3100, STOP_KILL_ALL, 3150 } } },
	{ "no TERM after KILL", &gunicorn, {
		{ BEGIN, 0, STOP_TERM_MASTER, 3000 }, { STEP, 8000, STOP_KILL_ALL, 8050 }, { GONE, 8001, STOP_NOTHING, 8050 },
		{ STEP, 8050, STOP_KILL_ALL, 8150 } } },
	{ "hurry goes up one rung", &gunicorn, {
		{ BEGIN, 0, STOP_TERM_MASTER, 3000 }, { HURRY, 10, STOP_QUIT_MASTER, 8000 }, { HURRY, 20, STOP_KILL_ALL, 70 },
		{ HURRY, 30, STOP_KILL_ALL, 130 } } },
	{ "hurry skips QUIT for a program", &program, {
		{ BEGIN, 0, STOP_TERM_MASTER, 8000 }, { HURRY, 10, STOP_KILL_ALL, 60 } } },
	{ "hurry skips QUIT for a dead master", &gunicorn, {
		{ BEGIN_DEAD, 0, STOP_TERM_REST, 3000 }, { HURRY, 10, STOP_KILL_ALL, 60 } } },
	{ "a drain comes before TERM, and its time is not TERM's", &drains, {
		{ BEGIN, 0, STOP_NOTHING, 1000 }, { STEP, 999, STOP_NOTHING, 1000 }, { STEP, 1000, STOP_TERM_MASTER, 4000 },
		{ STEP, 4000, STOP_QUIT_MASTER, 9000 }, { STEP, 9000, STOP_KILL_ALL, 9050 } } },
	{ "hurry ends a drain", &drains, {
		{ BEGIN, 0, STOP_NOTHING, 1000 }, { HURRY, 10, STOP_TERM_MASTER, 3010 }, { HURRY, 20, STOP_QUIT_MASTER, 8010 } } },
	{ "a master that dies ends a drain", &drains, {
		{ BEGIN, 0, STOP_NOTHING, 1000 }, { GONE, 10, STOP_TERM_REST, 3010 }, { STEP, 3010, STOP_KILL_ALL, 3060 } } },
	{ "orphans are not drained", &drains, {
		{ BEGIN_DEAD, 0, STOP_TERM_REST, 3000 } } },
	{ "nothing happens before it begins", &gunicorn, {
		{ HURRY, 10, STOP_NOTHING, 0 - T0 }, { STEP, 20, STOP_NOTHING, 0 - T0 }, { GONE, 30, STOP_NOTHING, 0 - T0 } } },
};
/* clang-format on */

static enum stop_deed
happen(struct stop *s, const struct stop_limits *limits, const struct rung *r)
{
	msec now = T0 + r->at;

	switch (r->what) {
	case BEGIN: return stop_begin(s, limits, true, now);
	case BEGIN_DEAD: return stop_begin(s, limits, false, now);
	case GONE: return stop_master_gone(s, limits, now);
	case HURRY: return stop_hurry(s, limits, now);
	case STEP: return stop_step(s, limits, now);
	}
	return STOP_NOTHING;
}

static void
every_ladder(void **state)
{
	(void)state;
	for (unsigned i = 0; i < sizeof ladders / sizeof ladders[0]; i++) {
		const struct ladder *l = &ladders[i];
		struct stop s = { .stage = STOP_NOT };

		for (unsigned k = 0; k < 8 && (k == 0 || l->rungs[k].at > 0 || l->rungs[k].deed != STOP_NOTHING); k++) {
			enum stop_deed deed = happen(&s, l->limits, &l->rungs[k]);

			if (deed != l->rungs[k].deed || s.due - T0 != l->rungs[k].due)
				fail_msg("%s, rung %u: %s, due %lld", l->name, k, deeds[deed], (long long)(s.due - T0));
		}
	}
}

static void
a_generation_ends_once(void **state)
{
	struct generation g = { .state = GENERATION_FREE };

	(void)state;
	assert_int_equal(generation_end(&g, &gunicorn, true, T0), STOP_NOTHING);
	generation_begin(&g, 7, T0);
	assert_true(g.master);
	assert_int_equal(generation_end(&g, &gunicorn, true, T0), STOP_TERM_MASTER);
	assert_int_equal(generation_end(&g, &gunicorn, true, T0 + 1), STOP_NOTHING);
	assert_int_equal(generation_orphaned(&g, &gunicorn, T0 + 2), STOP_TERM_REST);
	assert_int_equal(generation_kill(&g, &gunicorn, T0 + 3), STOP_KILL_ALL);
	generation_free(&g);
	generation_begin(&g, 8, T0);
	assert_int_equal(generation_orphaned(&g, &gunicorn, T0), STOP_TERM_REST);
	assert_int_equal(g.state, GENERATION_ENDING);
}

static void
only_one_that_serves_alone_is_drained(void **state)
{
	static const struct {
		enum generation_state state;
		bool drain;
		enum stop_deed deed;
	} rows[] = {
		{ GENERATION_READY, true, STOP_NOTHING },
		{ GENERATION_READY, false, STOP_TERM_MASTER },
		{ GENERATION_BOOTING, true, STOP_TERM_MASTER },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct generation g = { .state = rows[i].state, .master = true };

		assert_int_equal(generation_end(&g, &drains, rows[i].drain, T0), rows[i].deed);
	}
}

static void
slots_are_found(void **state)
{
	struct generation slots[3] = { { .state = GENERATION_ENDING, .number = 4, .beside = true, .stop.since = 60 },
		{ .state = GENERATION_READY, .number = 2 },
		{ .state = GENERATION_ENDING, .number = 5, .beside = true, .stop.since = 50 } };

	(void)state;
	assert_int_equal(generation_find_free(slots, 3), 3);
	assert_int_equal(generation_find_oldest(slots, 3), 2);
	assert_int_equal(generation_find_oldest(slots + 1, 1), 1);
	slots[0].stop.stage = STOP_KILL;
	assert_int_equal(generation_find_oldest(slots, 3), 0);
	slots[2].stop.stage = STOP_KILL;
	assert_int_equal(generation_find_oldest(slots, 3), 2);
	assert_false(generation_none_in_way(slots, 3, true));
	generation_free(&slots[1]);
	assert_int_equal(generation_find_free(slots, 3), 1);
	assert_true(generation_none_in_way(slots, 3, true));
	assert_false(generation_none_in_way(slots, 3, false));
	assert_false(generation_none_left(slots, 3));
	generation_free(&slots[0]);
	assert_false(generation_none_left(slots, 3));
	assert_false(generation_none_in_way(slots, 3, false));
	generation_free(&slots[2]);
	assert_true(generation_none_in_way(slots, 3, false));
	assert_true(generation_none_left(slots, 3));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_ladder),
		cmocka_unit_test(a_generation_ends_once),
		cmocka_unit_test(only_one_that_serves_alone_is_drained),
		cmocka_unit_test(slots_are_found),
	};

	return cmocka_run_group_tests_name("stop", tests, NULL, NULL);
}

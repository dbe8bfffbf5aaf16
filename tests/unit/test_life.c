#include "unit.h"

#include <string.h>

#include "../lib/order_text.h"
#include "core/life.h"

enum { T0 = 1000000, JITTER = 0 };
#define ROWS(table) (sizeof(table) / sizeof(table)[0])

static const struct life_limits usual = {
	.restart = { .policy = RESTART_ALWAYS,
		.delay = 1000,
		.delay_max = 8000,
		.reset = 60000,
		.limit = 5,
		.interval = 3600000 },
	.stop = { .graceful = 5000, .total = 10000, .quit = true },
	.start_timeout = 30000,
	.held = true,
};

/* Carry out everything that is ordered: spawns succeed, signals do nothing. What was ordered is added to T. */
static void
carry_out(struct life *l, struct text *t, msec now)
{
	struct life_order order;

	while (life_order(l, &order)) {
		if (t->len > 0)
			text_add(t, ", ");
		order_text(t, &order);
		if (order.kind == ORDER_SPAWN)
			life_spawned(l, order.slot, true, JITTER, now);
	}
}

static void
forget_orders(struct life *l, msec now)
{
	char buffer[512];
	struct text t;

	text_init(&t, buffer, sizeof buffer);
	carry_out(l, &t, now);
}

/* Bring a fresh service into STATE, at T0, as it gets there in real life. */
static void
reach(struct life *l, enum life_state state, const struct life_limits *limits)
{
	life_init(l, limits);
	if (state == LIFE_STOPPED)
		return;
	if (state == LIFE_LISTENING) {
		life_listen(l, T0);
		forget_orders(l, T0);
		assert_int_equal(l->state, state);
		return;
	}
	if (state == LIFE_QUEUED) {
		life_queue(l, T0);
		forget_orders(l, T0);
		return;
	}
	life_start(l, T0);
	forget_orders(l, T0);
	l->limits.oneshot = l->limits.remains = state == LIFE_DONE;
	if (state == LIFE_FAILED)
		l->limits.restart.limit = 1;
	if (state == LIFE_WAITING || state == LIFE_FAILED || state == LIFE_DONE) {
		life_died(l, l->current, state == LIFE_DONE, JITTER, T0);
		life_gone(l, 0, T0);
	} else if (state == LIFE_RETRYING) {
		l->due = T0;
		life_tick(l, T0);
	} else if (state != LIFE_STARTING) {
		life_ready(l, 1, T0);
	}
	if (state == LIFE_RELOADING)
		life_hup(l, T0);
	else if (state == LIFE_REPLACING)
		life_replace(l, T0);
	else if (state == LIFE_STOPPING)
		life_stop(l, T0);
	else if (state == LIFE_RESTARTING)
		life_restart(l, T0);
	forget_orders(l, T0);
	l->limits = *limits;
	assert_int_equal(l->state, state);
}

/* Everything that can happen to a service; the deaths differ in what restart_judge makes of them. */
enum happening {
	START,
	STOP,
	RESTART,
	REPLACE,
	HUP,
	HURRY,
	READY,
	NEXT_READY,
	NEXT_DIED,
	DIED,
	DIED_OFTEN,
	DIED_AT_LIMIT,
	DIED_CLEAN,
	ENDING_GONE,
	TIMEOUT,
	LISTEN,
	LISTEN_FAILED,
	CONNECT,
	IDLE,
	IDLE_ANOTHER,
	ASSUMED,
	NEXT_ASSUMED,
	QUEUE,
	REFUSE,
	UNFIT,
	NEXT_UNFIT,
	SKIPPED,
	NEXT_SKIPPED,
	FINISHED,
	HAPPENINGS
};

static const char *const happenings[] = { "start", "stop", "restart", "replace", "hup", "hurry", "ready", "next ready",
	"next died", "died", "died often", "died at limit", "died clean", "ending gone", "timeout", "listen",
	"listen failed", "connect", "idle", "another is idle", "assumed", "next assumed", "queue", "refuse", "unfit",
	"next unfit", "skipped", "next skipped", "finished" };

_Static_assert(sizeof happenings / sizeof happenings[0] == HAPPENINGS, "a word for each");

static void
die(struct life *l, bool clean, msec now)
{
	if (l->current != LIFE_NONE)
		life_died(l, l->current, clean, JITTER, now);
}

static void
all_ending_gone(struct life *l, msec now)
{
	for (uint8_t i = 0; i < LIFE_SLOTS; i++) {
		if (l->slots[i].state != GENERATION_ENDING)
			continue;
		life_died(l, i, true, JITTER, now);
		life_gone(l, i, now);
	}
}

static void
happen(struct life *l, enum happening what, msec now)
{
	switch (what) {
	case START: life_start(l, now); break;
	case STOP: life_stop(l, now); break;
	case RESTART: life_restart(l, now); break;
	case REPLACE: life_replace(l, now); break;
	case HUP: life_hup(l, now); break;
	case HURRY: life_hurry(l, now); break;
	case READY: life_ready(l, l->current != LIFE_NONE ? l->slots[l->current].number : 1, now); break;
	case NEXT_READY: life_ready(l, 2, now); break;
	case NEXT_DIED:
		if (l->next != LIFE_NONE)
			life_died(l, l->next, true, JITTER, now);
		break;
	case DIED: die(l, false, now); break;
	case DIED_OFTEN:
		l->restart.recent = RESTART_FREE;
		die(l, false, now);
		break;
	case DIED_AT_LIMIT:
		l->restart.recent = RESTART_FREE;
		l->limits.restart.limit = 1;
		die(l, false, now);
		break;
	case DIED_CLEAN:
		l->limits.restart.policy = RESTART_ON_FAILURE;
		die(l, true, now);
		break;
	case ENDING_GONE: all_ending_gone(l, now); break;
	case TIMEOUT:
		if (l->due != MSEC_NEVER)
			life_tick(l, l->due);
		break;
	case LISTEN: life_listen(l, now); break;
	case LISTEN_FAILED: life_listened(l, false, JITTER, now); break;
	case CONNECT: life_connect(l, now); break;
	case IDLE: life_idle(l, l->current != LIFE_NONE ? l->slots[l->current].number : 1, now); break;
	case IDLE_ANOTHER: life_idle(l, 77, now); break;
	case ASSUMED: life_assumed(l, l->current != LIFE_NONE ? l->slots[l->current].number : 1, now); break;
	case NEXT_ASSUMED: life_assumed(l, 2, now); break;
	case QUEUE: life_queue(l, now); break;
	case REFUSE: life_refuse(l, now); break;
	case UNFIT: life_unfit(l, l->current != LIFE_NONE ? l->slots[l->current].number : 1, now); break;
	case NEXT_UNFIT: life_unfit(l, 2, now); break;
	case SKIPPED: life_skipped(l, 0, now); break;
	case NEXT_SKIPPED: life_skipped(l, 1, now); break;
	case FINISHED:
		l->limits.oneshot = l->limits.remains = true;
		die(l, true, now);
		break;
	case HAPPENINGS: break;
	}
}

struct expected {
	enum life_state state;
	enum happening what;
	const char *orders;
};

/* Compare every state x happening with ROWS; what is not there must bring no order and no move. */
static void
expect_rows(const struct expected *rows, size_t n, const struct life_limits *limits)
{
	char buffer[512];
	struct text t;
	struct life l;
	unsigned wrong = 0;

	for (unsigned s = 0; s < LIFE_STATE_COUNT; s++) {
		if ((s == LIFE_REPLACING || s == LIFE_LISTENING) && !limits->held)
			continue; /* it cannot get there */
		for (unsigned w = 0; w < HAPPENINGS; w++) {
			const char *wanted = "";

			for (size_t i = 0; i < n; i++)
				if (rows[i].state == s && rows[i].what == w)
					wanted = rows[i].orders;
			reach(&l, (enum life_state)s, limits);
			happen(&l, (enum happening)w, T0 + 2000);
			text_init(&t, buffer, sizeof buffer);
			carry_out(&l, &t, T0 + 2000);
			if (t.len > 0 && l.due != MSEC_NEVER)
				text_addf(&t, "; due %lld", (long long)(l.due - T0 - 2000));
			if (strcmp(buffer, wanted) == 0 && (wanted[0] != '\0' || l.state == s))
				continue;
			print_error("%s, %s:\n\twanted \"%s\"\n\tgot    \"%s\"\n", life_state_name(s), happenings[w],
				wanted, buffer);
			wrong++;
		}
	}
	assert_int_equal(wrong, 0);
}

/* Slot 0 holds generation 1; when one replaces it, slot 1 holds generation 2. Waits are without jitter 1000 or
 * twice that, since JITTER is 0. */
static const struct expected on_held_listener[] = {
	{ LIFE_STOPPED, START, "spawn 1, stopped -> starting; due 30000" },
	{ LIFE_STOPPED, RESTART, "spawn 1, stopped -> starting; due 30000" },
	{ LIFE_STOPPED, REPLACE, "spawn 1, stopped -> starting; due 30000" },

	{ LIFE_STOPPED, QUEUE, "stopped -> queued" },

	{ LIFE_QUEUED, START, "spawn 1, queued -> starting; due 30000" },
	{ LIFE_QUEUED, STOP, "queued -> stopping, stopping -> stopped" },
	{ LIFE_QUEUED, REFUSE, "queued -> failed" },

	{ LIFE_DONE, STOP, "done -> stopping, stopping -> stopped" },
	{ LIFE_DONE, RESTART, "done -> restarting, spawn 2, restarting -> starting; due 30000" },
	{ LIFE_DONE, REPLACE, "done -> restarting, spawn 2, restarting -> starting; due 30000" },

	{ LIFE_STARTING, UNFIT, "TERM 0, starting -> retrying" },
	{ LIFE_STARTING, SKIPPED, "starting -> stopping, stopping -> stopped" },
	{ LIFE_STARTING, FINISHED, "starting -> done, TERM all 0" },
	{ LIFE_STARTING, STOP, "TERM 0, starting -> stopping" },
	{ LIFE_STARTING, RESTART, "TERM 0, starting -> restarting" },
	{ LIFE_STARTING, REPLACE, "TERM 0, starting -> restarting" },
	{ LIFE_STARTING, READY, "starting -> running" },
	{ LIFE_STARTING, ASSUMED, "starting -> running" },
	{ LIFE_STARTING, DIED, "starting -> waiting 1000, TERM all 0; due 1000" },
	{ LIFE_STARTING, DIED_OFTEN, "starting -> waiting 1000, TERM all 0; due 1000" },
	{ LIFE_STARTING, DIED_AT_LIMIT, "starting -> failed, TERM all 0" },
	{ LIFE_STARTING, DIED_CLEAN, "starting -> waiting 1000, TERM all 0; due 1000" },
	{ LIFE_STARTING, TIMEOUT, "TERM 0, starting -> retrying" },

	{ LIFE_RUNNING, STOP, "TERM 0, running -> stopping" },
	{ LIFE_RUNNING, RESTART, "TERM 0, running -> restarting" },
	{ LIFE_RUNNING, REPLACE, "spawn 2, running -> replacing; due 30000" },
	{ LIFE_RUNNING, HUP, "HUP 0, running -> reloading; due 30000" },
	{ LIFE_RUNNING, DIED, "spawn 2, running -> starting, TERM all 0; due 30000" },
	{ LIFE_RUNNING, DIED_OFTEN, "running -> waiting 1000, TERM all 0; due 1000" },
	{ LIFE_RUNNING, DIED_AT_LIMIT, "running -> failed, TERM all 0" },
	{ LIFE_RUNNING, DIED_CLEAN, "running -> stopping, TERM all 0" },
	{ LIFE_RUNNING, FINISHED, "spawn 2, running -> starting, TERM all 0; due 30000" },

	{ LIFE_RELOADING, STOP, "TERM 0, reloading -> stopping" },
	{ LIFE_RELOADING, RESTART, "TERM 0, reloading -> restarting" },
	{ LIFE_RELOADING, REPLACE, "spawn 2, reloading -> replacing; due 30000" },
	{ LIFE_RELOADING, READY, "reloading -> running" },
	{ LIFE_RELOADING, ASSUMED, "reloading -> running" },
	{ LIFE_RELOADING, DIED, "reloading -> waiting 1000, TERM all 0; due 1000" },
	{ LIFE_RELOADING, DIED_OFTEN, "reloading -> waiting 1000, TERM all 0; due 1000" },
	{ LIFE_RELOADING, DIED_AT_LIMIT, "reloading -> failed, TERM all 0" },
	{ LIFE_RELOADING, DIED_CLEAN, "reloading -> waiting 1000, TERM all 0; due 1000" },
	{ LIFE_RELOADING, FINISHED, "reloading -> waiting 1000, TERM all 0; due 1000" },
	{ LIFE_RELOADING, TIMEOUT, "TERM 0, reloading -> retrying" },

	{ LIFE_REPLACING, STOP, "TERM 0, TERM 1, replacing -> stopping" },
	{ LIFE_REPLACING, RESTART, "TERM 0, TERM 1, replacing -> restarting" },
	{ LIFE_REPLACING, NEXT_READY, "TERM 0, replacing -> running" },
	{ LIFE_REPLACING, NEXT_ASSUMED, "TERM 0, replacing -> running" },
	{ LIFE_REPLACING, NEXT_DIED, "replacing -> running, TERM all 1" },
	{ LIFE_REPLACING, DIED, "replacing -> starting, TERM all 0; due 28000" },
	{ LIFE_REPLACING, DIED_OFTEN, "replacing -> starting, TERM all 0; due 28000" },
	{ LIFE_REPLACING, DIED_AT_LIMIT, "replacing -> starting, TERM all 0; due 28000" },
	{ LIFE_REPLACING, DIED_CLEAN, "replacing -> starting, TERM all 0; due 28000" },
	{ LIFE_REPLACING, FINISHED, "replacing -> starting, TERM all 0; due 28000" },
	{ LIFE_REPLACING, TIMEOUT, "TERM 1, replacing -> running" },
	{ LIFE_REPLACING, NEXT_UNFIT, "TERM 1, replacing -> running" },
	{ LIFE_REPLACING, NEXT_SKIPPED, "replacing -> running" },

	{ LIFE_STOPPING, START, "stopping -> restarting" },
	{ LIFE_STOPPING, RESTART, "stopping -> restarting" },
	{ LIFE_STOPPING, REPLACE, "stopping -> restarting" },
	{ LIFE_STOPPING, HURRY, "QUIT 0" },
	{ LIFE_STOPPING, DIED, "TERM all 0" },
	{ LIFE_STOPPING, DIED_OFTEN, "TERM all 0" },
	{ LIFE_STOPPING, DIED_AT_LIMIT, "TERM all 0" },
	{ LIFE_STOPPING, DIED_CLEAN, "TERM all 0" },
	{ LIFE_STOPPING, FINISHED, "TERM all 0" },
	{ LIFE_STOPPING, ENDING_GONE, "TERM all 0, stopping -> stopped" },

	{ LIFE_RESTARTING, STOP, "restarting -> stopping" },
	{ LIFE_RESTARTING, HURRY, "QUIT 0" },
	{ LIFE_RESTARTING, DIED, "TERM all 0" },
	{ LIFE_RESTARTING, DIED_OFTEN, "TERM all 0" },
	{ LIFE_RESTARTING, DIED_AT_LIMIT, "TERM all 0" },
	{ LIFE_RESTARTING, DIED_CLEAN, "TERM all 0" },
	{ LIFE_RESTARTING, FINISHED, "TERM all 0" },
	{ LIFE_RESTARTING, ENDING_GONE, "TERM all 0, spawn 2, restarting -> starting; due 30000" },

	{ LIFE_RETRYING, START, "retrying -> restarting" },
	{ LIFE_RETRYING, STOP, "retrying -> stopping" },
	{ LIFE_RETRYING, RESTART, "retrying -> restarting" },
	{ LIFE_RETRYING, REPLACE, "retrying -> restarting" },
	{ LIFE_RETRYING, HURRY, "QUIT 0" },
	{ LIFE_RETRYING, DIED, "retrying -> waiting 1000, TERM all 0; due 1000" },
	{ LIFE_RETRYING, DIED_OFTEN, "retrying -> waiting 1000, TERM all 0; due 1000" },
	{ LIFE_RETRYING, DIED_AT_LIMIT, "retrying -> failed, TERM all 0" },
	{ LIFE_RETRYING, DIED_CLEAN, "retrying -> waiting 1000, TERM all 0; due 1000" },
	{ LIFE_RETRYING, FINISHED, "retrying -> waiting 1000, TERM all 0; due 1000" },
	{ LIFE_RETRYING, ENDING_GONE, "retrying -> waiting 1000, TERM all 0; due 1000" },

	{ LIFE_WAITING, START, "spawn 2, waiting -> starting; due 30000" },
	{ LIFE_WAITING, STOP, "waiting -> stopping, stopping -> stopped" },
	{ LIFE_WAITING, RESTART, "waiting -> restarting, spawn 2, restarting -> starting; due 30000" },
	{ LIFE_WAITING, REPLACE, "spawn 2, waiting -> starting; due 30000" },
	{ LIFE_WAITING, TIMEOUT, "spawn 2, waiting -> starting; due 29000" },

	{ LIFE_FAILED, START, "spawn 2, failed -> starting; due 30000" },
	{ LIFE_FAILED, STOP, "failed -> stopping, stopping -> stopped" },
	{ LIFE_FAILED, RESTART, "failed -> restarting, spawn 2, restarting -> starting; due 30000" },
	{ LIFE_FAILED, REPLACE, "spawn 2, failed -> starting; due 30000" },

	{ LIFE_STOPPED, LISTEN, "listen, stopped -> listening" },
	{ LIFE_RUNNING, IDLE, "TERM 0, listen, running -> listening" },
	{ LIFE_LISTENING, CONNECT, "spawn 1, listening -> starting; due 30000" },
	{ LIFE_LISTENING, START, "spawn 1, listening -> starting; due 30000" },
	{ LIFE_LISTENING, REPLACE, "spawn 1, listening -> starting; due 30000" },
	{ LIFE_LISTENING, RESTART, "listening -> restarting, spawn 1, restarting -> starting; due 30000" },
	{ LIFE_LISTENING, STOP, "listening -> stopping, stopping -> stopped" },
	{ LIFE_LISTENING, LISTEN, "listen" },
	{ LIFE_LISTENING, QUEUE, "listening -> queued" },
	{ LIFE_LISTENING, LISTEN_FAILED, "listening -> waiting 1000; due 1000" },
	{ LIFE_FAILED, QUEUE, "failed -> queued" },
};

/* Where the port is the service's own, two never run side by side; all else is as above. */
static const struct expected on_own_port[] = {
	{ LIFE_RUNNING, REPLACE, "TERM 0, running -> restarting" },
	{ LIFE_RUNNING, DIED, "running -> restarting, TERM all 0" },
	{ LIFE_RUNNING, FINISHED, "running -> restarting, TERM all 0" },
	{ LIFE_RELOADING, REPLACE, "TERM 0, reloading -> restarting" },
	{ LIFE_WAITING, REPLACE, "waiting -> restarting, spawn 2, restarting -> starting; due 30000" },
	{ LIFE_FAILED, REPLACE, "failed -> restarting, spawn 2, restarting -> starting; due 30000" },
	{ LIFE_STOPPED, LISTEN, "" },
	{ LIFE_RUNNING, IDLE, "" },
};

static void
every_state_and_event(void **state)
{
	(void)state;
	expect_rows(on_held_listener, ROWS(on_held_listener), &usual);
}

static void
every_state_and_event_on_own_port(void **state)
{
	enum { OTHERS = ROWS(on_own_port), ALL = ROWS(on_held_listener) + OTHERS };
	struct expected rows[ALL];
	struct life_limits limits = usual;

	(void)state;
	memcpy(rows, on_held_listener, sizeof on_held_listener);
	memcpy(rows + ALL - OTHERS, on_own_port, sizeof on_own_port); /* the last row of a pair counts */
	limits.held = false;
	expect_rows(rows, ALL, &limits);
}

/* What was ordered since the last look. */
#define expect(l, now, wanted) \
	do { \
		char got_[512]; \
		struct text text_; \
		text_init(&text_, got_, sizeof got_); \
		carry_out((l), &text_, (now)); \
		assert_string_equal(got_, (wanted)); \
	} while (0)

static void
who_cleans_up_has_time_of_its_own(void **state)
{
	struct life l;

	(void)state;
	reach(&l, LIFE_STOPPING, &usual);
	life_resumed(&l, 0, T0 + 100); /* not before its master is dead */
	assert_int_equal(life_due(&l), T0 + 5000);
	life_died(&l, 0, true, JITTER, T0 + 200);
	expect(&l, T0 + 200, "TERM all 0");
	life_resumed(&l, 0, T0 + 300);
	expect(&l, T0 + 300, "");
	assert_int_equal(life_due(&l), T0 + 300 + usual.stop.total);
	life_gone(&l, 0, T0 + 400); /* nor is anybody gone now */
	life_tick(&l, T0 + 10300);
	expect(&l, T0 + 10300, "TERM 0");
	life_died(&l, 0, false, JITTER, T0 + 10400);
	life_gone(&l, 0, T0 + 10400);
	expect(&l, T0 + 10400, "TERM all 0, stopping -> stopped");
}

static void
a_stop_goes_down_the_ladder(void **state)
{
	struct life l;

	(void)state;
	reach(&l, LIFE_RUNNING, &usual);
	assert_int_equal(life_due(&l), MSEC_NEVER);
	assert_true(life_stop(&l, T0));
	expect(&l, T0, "TERM 0, running -> stopping");
	assert_false(life_stop(&l, T0));
	assert_int_equal(life_due(&l), T0 + 5000);
	life_tick(&l, T0 + 4999);
	expect(&l, T0 + 4999, "");
	life_tick(&l, T0 + 5000);
	expect(&l, T0 + 5000, "QUIT 0");
	life_tick(&l, T0 + 10000);
	expect(&l, T0 + 10000, "KILL all 0");
	life_gone(&l, 0, T0 + 10001); /* nobody is gone before the master is */
	expect(&l, T0 + 10001, "");
	life_died(&l, 0, false, JITTER, T0 + 10001);
	life_died(&l, 0, false, JITTER, T0 + 10001);
	expect(&l, T0 + 10001, "");
	assert_int_equal(life_due(&l), T0 + 10050);
	life_tick(&l, T0 + 10050);
	expect(&l, T0 + 10050, "KILL all 0");
	life_gone(&l, 0, T0 + 10051);
	expect(&l, T0 + 10051, "stopping -> stopped");
	assert_int_equal(life_due(&l), MSEC_NEVER);
	assert_int_equal(l.slots[0].state, GENERATION_FREE);
}

/* How it ended may ask for another policy than the one that is set. */
static void
an_end_has_a_policy_of_its_own(void **state)
{
	static const struct {
		enum restart_policy set, of_end;
		bool clean;
		enum life_state wanted;
	} cases[] = {
		{ RESTART_ALWAYS, RESTART_NEVER, false, LIFE_FAILED },
		{ RESTART_ON_FAILURE, RESTART_NEVER, false, LIFE_FAILED },
		{ RESTART_ALWAYS, RESTART_NEVER, true, LIFE_STOPPING },
		{ RESTART_NEVER, RESTART_ALWAYS, false, LIFE_STARTING },
		{ RESTART_ON_FAILURE, RESTART_ALWAYS, true, LIFE_STARTING },
		{ RESTART_ON_FAILURE, RESTART_ON_FAILURE, true, LIFE_STOPPING },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct life_limits limits = usual;
		struct life l;

		limits.restart.policy = cases[i].set;
		reach(&l, LIFE_RUNNING, &limits);
		life_died_under(&l, l.current, cases[i].clean, cases[i].of_end, JITTER, T0);
		if (l.state != cases[i].wanted)
			fail_msg("case %zu: %s", i, life_state_name(l.state));
		assert_int_equal(l.limits.restart.policy, cases[i].set);
	}
}

static void
orphans_end_beside_their_successor(void **state)
{
	struct life l;

	(void)state;
	reach(&l, LIFE_RUNNING, &usual);
	life_died(&l, 0, false, JITTER, T0 + 2000);
	expect(&l, T0 + 2000, "spawn 2, running -> starting, TERM all 0");
	life_ready(&l, 2, T0 + 2100);
	expect(&l, T0 + 2100, "starting -> running");
	life_tick(&l, T0 + 7000);
	expect(&l, T0 + 7000, "KILL all 0");
	life_gone(&l, 0, T0 + 7001);
	expect(&l, T0 + 7001, "");
	assert_int_equal(l.current, 1);
}

static void
on_own_port_orphans_go_first(void **state)
{
	struct life_limits limits = usual;
	struct life l;

	(void)state;
	limits.held = false;
	reach(&l, LIFE_STARTING, &limits);
	life_died(&l, 0, false, JITTER, T0);
	expect(&l, T0, "starting -> waiting 1000, TERM all 0");
	life_tick(&l, T0 + 1000);
	expect(&l, T0 + 1000, "waiting -> restarting");
	assert_int_equal(life_due(&l), T0 + 5000); /* the orphans' */
	life_gone(&l, 0, T0 + 3000);
	expect(&l, T0 + 3000, "spawn 2, restarting -> starting");
}

static void
a_replacement_that_is_not_ready_in_time_is_given_up(void **state)
{
	struct life l;

	(void)state;
	reach(&l, LIFE_REPLACING, &usual);
	life_tick(&l, T0 + 30000);
	expect(&l, T0 + 30000, "TERM 1, replacing -> running");
	life_ready(&l, 2, T0 + 30001); /* too late */
	expect(&l, T0 + 30001, "");
	/* the old one dies while the failed one still ends: nobody waits for that one */
	life_died(&l, 0, false, JITTER, T0 + 30002);
	expect(&l, T0 + 30002, "spawn 3, running -> starting, TERM all 0");
	assert_int_equal(l.current, 2);
}

static void
many_replacements_make_room(void **state)
{
	struct life l;

	(void)state;
	reach(&l, LIFE_RUNNING, &usual);
	for (uint32_t n = 2; n <= 4; n++) {
		assert_true(life_replace(&l, T0));
		forget_orders(&l, T0);
		life_ready(&l, n, T0);
		forget_orders(&l, T0);
	}
	assert_int_equal(l.current, 3);
	assert_true(life_replace(&l, T0 + 1));
	expect(&l, T0 + 1, "KILL all 0, running -> replacing");
	assert_int_equal(l.next, LIFE_NONE);
	life_died(&l, 0, false, JITTER, T0 + 2);
	expect(&l, T0 + 2, "");
	life_gone(&l, 0, T0 + 3);
	expect(&l, T0 + 3, "spawn 5");
	assert_int_equal(l.next, 0);
	life_ready(&l, 5, T0 + 4);
	expect(&l, T0 + 4, "TERM 3, replacing -> running");
}

static void
a_death_without_a_free_slot_makes_room(void **state)
{
	struct life l;

	(void)state;
	reach(&l, LIFE_RUNNING, &usual);
	for (uint32_t n = 2; n <= 4; n++) {
		life_replace(&l, T0);
		forget_orders(&l, T0);
		life_ready(&l, n, T0);
		forget_orders(&l, T0);
	}
	life_replace(&l, T0);
	expect(&l, T0, "KILL all 0, running -> replacing");
	life_died(&l, 3, false, JITTER, T0 + 2000);
	expect(&l, T0 + 2000, "KILL all 0, replacing -> restarting, TERM all 3");
	life_died(&l, 0, false, JITTER, T0 + 2001);
	life_gone(&l, 0, T0 + 2001);
	expect(&l, T0 + 2001, "spawn 5, restarting -> starting");
}

static void
a_spawn_that_fails_is_a_boot_failure(void **state)
{
	struct life l;
	struct life_order order;

	(void)state;
	life_init(&l, &usual);
	life_start(&l, T0);
	assert_true(life_order(&l, &order));
	assert_int_equal(order.kind, ORDER_SPAWN);
	life_spawned(&l, order.slot, false, JITTER, T0);
	expect(&l, T0, "stopped -> starting, starting -> waiting 1000");
	assert_int_equal(l.slots[order.slot].state, GENERATION_FREE);
	/* and of a replacement: the old one serves on */
	reach(&l, LIFE_RUNNING, &usual);
	life_replace(&l, T0);
	assert_true(life_order(&l, &order));
	life_spawned(&l, order.slot, false, JITTER, T0);
	expect(&l, T0, "running -> replacing, replacing -> running");
	assert_int_equal(l.current, 0);
}

static void
a_restart_waits_for_everybody_even_on_a_held_listener(void **state)
{
	struct life l;

	(void)state;
	reach(&l, LIFE_RUNNING, &usual);
	life_restart(&l, T0);
	life_died(&l, 0, true, JITTER, T0 + 1);
	expect(&l, T0 + 1, "TERM 0, running -> restarting, TERM all 0");
	life_gone(&l, 0, T0 + 2);
	expect(&l, T0 + 2, "spawn 2, restarting -> starting");
	/* and that of one which waits, or was given up, while orphans of it live */
	life_died(&l, 0, false, JITTER, T0 + 3);
	expect(&l, T0 + 3, "starting -> waiting 1000, TERM all 0");
	life_restart(&l, T0 + 4);
	expect(&l, T0 + 4, "waiting -> restarting");
	life_gone(&l, 0, T0 + 5);
	expect(&l, T0 + 5, "spawn 3, restarting -> starting");
}

static void
a_start_forgets_failures(void **state)
{
	struct life l;

	(void)state;
	reach(&l, LIFE_WAITING, &usual);
	assert_int_equal(l.restart.failures, 1);
	assert_true(life_start(&l, T0));
	assert_int_equal(l.restart.failures, 0);
}

static void
states_have_names(void **state)
{
	(void)state;
	for (unsigned i = 0; i < LIFE_STATE_COUNT; i++)
		assert_int_equal(life_state_by_name(life_state_name((enum life_state)i)), i);
	assert_int_equal(life_state_by_name("run"), LIFE_STATE_COUNT);
	assert_int_equal(life_state_by_name("runningx"), LIFE_STATE_COUNT);
	assert_int_equal(life_state_by_name(""), LIFE_STATE_COUNT);
	assert_string_equal(life_state_name(LIFE_STATE_COUNT), "unknown");
	assert_string_equal(life_event_text(ON_EMPTY), "nobody is left");
	assert_string_equal(life_event_text(LIFE_EVENT_COUNT), "unknown");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_state_and_event),
		cmocka_unit_test(every_state_and_event_on_own_port),
		cmocka_unit_test(who_cleans_up_has_time_of_its_own),
		cmocka_unit_test(a_stop_goes_down_the_ladder),
		cmocka_unit_test(an_end_has_a_policy_of_its_own),
		cmocka_unit_test(orphans_end_beside_their_successor),
		cmocka_unit_test(on_own_port_orphans_go_first),
		cmocka_unit_test(a_replacement_that_is_not_ready_in_time_is_given_up),
		cmocka_unit_test(many_replacements_make_room),
		cmocka_unit_test(a_death_without_a_free_slot_makes_room),
		cmocka_unit_test(a_spawn_that_fails_is_a_boot_failure),
		cmocka_unit_test(a_restart_waits_for_everybody_even_on_a_held_listener),
		cmocka_unit_test(a_start_forgets_failures),
		cmocka_unit_test(states_have_names),
	};

	return cmocka_run_group_tests_name("life", tests, NULL, NULL);
}

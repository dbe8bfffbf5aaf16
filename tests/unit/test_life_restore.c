#include "unit.h"

#include <signal.h>

#include "core/life.h"

static const struct life_limits limits = {
	.restart = { RESTART_ALWAYS, 100, 1000, 1000, 3, 10000 },
	.stop = { .graceful = 100, .total = 200, .quit = true },
	.start_timeout = 1000,
	.held = true,
};

static void
drain(struct life *l, msec now)
{
	struct life_order order;

	while (life_order(l, &order))
		if (order.kind == ORDER_SPAWN)
			life_spawned(l, order.slot, true, 0, now);
}

/* Running on generation 2, while generation 1, whose master lives, goes down its ladder. */
static struct life
running(void)
{
	struct life l;

	life_init(&l, &limits);
	life_start(&l, 1000);
	drain(&l, 1000);
	life_ready(&l, 1, 1001);
	life_replace(&l, 1002);
	drain(&l, 1002);
	life_ready(&l, 2, 1003);
	drain(&l, 1003);
	return l;
}

static void
takes_what_is_sound(void **state)
{
	struct life l = running();
	struct life_order order;

	(void)state;
	assert_true(life_restore(&l, false, 1010));
	assert_false(life_order(&l, &order));
	assert_int_equal(l.state, LIFE_RUNNING);
	life_init(&l, &limits);
	assert_true(life_restore(&l, true, 1010));
	assert_false(life_order(&l, &order));
}

/* Whoever is on a ladder is told its rung once more, if that may have been lost. */
static void
tells_again_what_may_be_lost(void **state)
{
	struct life l = running();
	struct life_order order;

	(void)state;
	assert_true(life_restore(&l, true, 1010));
	assert_true(life_order(&l, &order));
	assert_int_equal(order.kind, ORDER_SIGNAL);
	assert_int_equal(order.signal, SIGTERM);
	assert_int_equal(order.slot, 0);
	assert_false(life_order(&l, &order));
}

/* The deadline of what was decided stays, but for who has to be proven ready by somebody who begins anew, too. */
static void
leaves_time_for_the_proof(void **state)
{
	struct life l;

	(void)state;
	life_init(&l, &limits);
	life_start(&l, 1000);
	drain(&l, 1000);
	assert_true(life_restore(&l, false, 1900));
	assert_int_equal(life_due(&l), 1900 + LIFE_PROOF);
	life_stop(&l, 1900);
	drain(&l, 1900);
	assert_true(life_restore(&l, false, 1950));
	assert_int_equal(life_due(&l), 2000);
}

static void
refuses_what_cannot_be(void **state)
{
	struct life l;

	(void)state;
#define BROKEN(change) \
	l = running(); \
	change; \
	assert_false(life_restore(&l, false, 1010))

	BROKEN(l.state = LIFE_STATE_COUNT);
	BROKEN(l.state = LIFE_STOPPED);
	BROKEN(l.state = LIFE_WAITING);
	BROKEN(l.state = LIFE_STARTING); /* without a deadline */
	BROKEN(l.current = LIFE_SLOTS);
	BROKEN(l.current = LIFE_NONE);
	BROKEN(l.next = l.current);
	BROKEN(l.current = 0; l.next = 1);
	BROKEN(l.last_number = 1);
	BROKEN(l.slots[1].number = 1);
	BROKEN(l.slots[1].master = false);
	BROKEN(l.slots[1].state = (enum generation_state)7);
	BROKEN(l.slots[1].state = GENERATION_ENDING);
	BROKEN(l.slots[0].stop.stage = STOP_NOT);
	BROKEN(l.slots[0].stop.due = MSEC_NEVER);
	BROKEN(l.slots[0].state = GENERATION_READY);
	BROKEN(l.slots[2].number = 9);
	BROKEN(l.slots[2].master = true);
	BROKEN(l.since = 2000);
	BROKEN(l.limits.restart.delay = 0);
	BROKEN(l.limits.restart.delay_max = 1);
	BROKEN(l.limits.restart.policy = (enum restart_policy)9);
	BROKEN(l.limits.start_timeout = 0);
	BROKEN(l.limits.stop.total = -1);
#undef BROKEN
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_what_is_sound),
		cmocka_unit_test(tells_again_what_may_be_lost),
		cmocka_unit_test(leaves_time_for_the_proof),
		cmocka_unit_test(refuses_what_cannot_be),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

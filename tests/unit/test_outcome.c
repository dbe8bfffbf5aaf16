#include "unit.h"

#include "core/outcome.h"

/* By state in the order of LIFE_STATES; `up again` by ON_NEXT_READY on the new generation. */
static void
every_goal_and_state(void **state)
{
	static const enum outcome W = OUTCOME_WAIT, D = OUTCOME_DONE, F = OUTCOME_FAILED;
	const struct {
		enum life_state state;
		enum outcome up, down, up_again;
	} cases[] = {
		{ LIFE_STOPPED, F, D, F },
		{ LIFE_STARTING, W, F, W },
		{ LIFE_RUNNING, D, F, D },
		{ LIFE_RELOADING, D, F, W },
		{ LIFE_REPLACING, D, F, W },
		{ LIFE_STOPPING, F, W, F },
		{ LIFE_RESTARTING, W, F, W },
		{ LIFE_RETRYING, F, F, F },
		{ LIFE_WAITING, F, F, F },
		{ LIFE_FAILED, F, F, F },
		{ LIFE_LISTENING, D, F, F },
		{ LIFE_QUEUED, W, F, W },
		{ LIFE_DONE, D, F, W },
	};

	(void)state;
	_Static_assert(sizeof cases / sizeof cases[0] == LIFE_STATE_COUNT, "every state");
	for (unsigned i = 0; i < LIFE_STATE_COUNT; i++) {
		enum life_state s = cases[i].state;

		if (outcome_judge(GOAL_UP, 3, s, ON_NEXT_READY, 4) != cases[i].up ||
			outcome_judge(GOAL_DOWN, 3, s, ON_EMPTY, 0) != cases[i].down ||
			outcome_judge(GOAL_UP_AGAIN, 3, s, ON_NEXT_READY, 4) != cases[i].up_again)
			fail_msg("%s", life_state_name(s));
	}
}

static void
running_again_is_not_always_done(void **state)
{
	(void)state;
	assert_int_equal(outcome_judge(GOAL_UP_AGAIN, 3, LIFE_RUNNING, ON_NEXT_DIED, 3), OUTCOME_FAILED);
	assert_int_equal(outcome_judge(GOAL_UP_AGAIN, 3, LIFE_RUNNING, ON_TIMEOUT, 3), OUTCOME_FAILED);
	assert_int_equal(outcome_judge(GOAL_UP_AGAIN, 3, LIFE_RUNNING, ON_READY, 4), OUTCOME_DONE);
	assert_int_equal(outcome_judge(GOAL_UP_AGAIN, 0, LIFE_RUNNING, ON_READY, 1), OUTCOME_DONE);
	/* after HUP it is the same generation */
	assert_int_equal(outcome_judge(GOAL_UP_AGAIN, 3, LIFE_RUNNING, ON_READY, 3), OUTCOME_DONE);
	assert_int_equal(outcome_judge(GOAL_UP_AGAIN, 3, LIFE_RUNNING, ON_ASSUMED, 3), OUTCOME_DONE);
}

static void
a_oneshot_that_ran_is_done(void **state)
{
	(void)state;
	assert_int_equal(outcome_judge(GOAL_UP, 0, LIFE_STOPPING, ON_DIED_DONE, 0), OUTCOME_DONE);
	assert_int_equal(outcome_judge(GOAL_UP, 0, LIFE_STOPPING, ON_STOP, 0), OUTCOME_FAILED);
	assert_int_equal(outcome_judge(GOAL_UP_AGAIN, 3, LIFE_DONE, ON_FINISHED, 0), OUTCOME_DONE);
	assert_int_equal(outcome_judge(GOAL_DOWN, 0, LIFE_STOPPING, ON_DIED_DONE, 0), OUTCOME_WAIT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_goal_and_state),
		cmocka_unit_test(running_again_is_not_always_done),
		cmocka_unit_test(a_oneshot_that_ran_is_done),
	};

	return cmocka_run_group_tests_name("outcome", tests, NULL, NULL);
}

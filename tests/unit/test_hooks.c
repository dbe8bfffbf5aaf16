#include "unit.h"

#include <string.h>

#include "base/text.h"
#include "core/hooks.h"

static const char *const lists[] = {
#define X(name, word) #name,
	HOOK_LISTS(X)
#undef X
};

static const char *const deeds[] = { "-", "run", "kill", "spawn", "ready", "unfit", "skip", "fail", "finish", "gone" };

/* What is told of it, a letter each: begin (B with names to be looked up), ended with success, said No, broke (X), cleared, the master is there and is to
 * be asked (a) or is ready (r) or finished (f), nobody is left (e), the clock has its turn (t). From an E on the
 * generation is being ended. */
static enum hook_deed
tell(struct hooks *h, const struct hook_plan *plan, char what, bool ending)
{
	switch (what) {
	case 'b': return hooks_begin(h, plan, false);
	case 'B': return hooks_begin(h, plan, true);
	case 's': return hooks_ended(h, plan, HOOK_SUCCEEDED, ending, 1000);
	case 'N': return hooks_ended(h, plan, HOOK_SAID_NO, ending, 1000);
	case 'X': return hooks_ended(h, plan, HOOK_BROKE, ending, 1000);
	case 'c': return hooks_cleared(h, plan, ending);
	case 'a': return hooks_ask(h);
	case 'r': return hooks_ready(h, plan);
	case 'f': return hooks_finished(h, plan, 1000);
	case 'e': return hooks_empty(h, plan);
	case 't': return hooks_tick(h, ending, h->due == MSEC_NEVER ? 100000 : h->due);
	default: fail_msg("'%c' means nothing", what); return HOOK_DO_NOTHING;
	}
}

static const struct hook_plan none = { .count = { 0 } };
static const struct hook_plan all = {
	.count = { [HOOK_CONDITION] = 2, [HOOK_START_PRE] = 2, [HOOK_START_POST] = 2, [HOOK_STOP_POST] = 2 }
};
static const struct hook_plan ignoring = {
	.count = { [HOOK_CONDITION] = 1, [HOOK_START_PRE] = 2, [HOOK_START_POST] = 2, [HOOK_STOP_POST] = 2 },
	.ignored = { [HOOK_CONDITION] = 1, [HOOK_START_PRE] = 1, [HOOK_START_POST] = 1, [HOOK_STOP_POST] = 1 }
};
static const struct hook_plan asking = { .count = { [HOOK_READY] = 1, [HOOK_START_POST] = 1 } };
static const struct hook_plan oneshot = { .count = { [HOOK_START_PRE] = 1, [HOOK_START_POST] = 2 }, .oneshot = true };

static const struct hook_plan cleaning = { .count = { [HOOK_READY] = 1, [HOOK_STOP_POST] = 1 } };
static const struct hook_plan named = { .count = { [HOOK_LOOK_UP] = 1, [HOOK_STOP_POST] = 1 } };
static const struct hook_plan named_too = {
	.count = { [HOOK_LOOK_UP] = 1, [HOOK_CONDITION] = 1, [HOOK_START_PRE] = 1, [HOOK_STOP_POST] = 1 }
};
static const struct hook_plan after_only = { .count = { [HOOK_START_POST] = 1 }, .oneshot = true };

/* clang-format off */
static const struct {
	const char *name;
	const struct hook_plan *plan;
	const char *told, *wanted;
} stories[] = {
	{ "no commands", &none, "bre", "spawn ready gone" },
	{ "somebody else ended", &none, "bs", "spawn -" },
	{ "nobody was waited for", &none, "bc", "spawn -" },
	{ "a oneshot that somebody calls ready", &oneshot, "bscr", "run START_PRE 0, kill, spawn, -" },
	{ "ready twice, as after HUP", &none, "brr", "spawn ready ready" },
	{ "all of them", &all, "bscscscscrssesese",
		"run CONDITION 0, kill, run CONDITION 1, kill, run START_PRE 0, kill, run START_PRE 1, kill, spawn, "
		"run START_POST 0, run START_POST 1, ready, run STOP_POST 0, -, run STOP_POST 1, -, gone" },
	{ "the first condition says no", &all, "bNc", "run CONDITION 0, kill, skip" },
	{ "the second condition says no", &all, "bscNc", "run CONDITION 0, kill, run CONDITION 1, kill, skip" },
	{ "a condition breaks: nothing to clean up after", &all, "bXe", "run CONDITION 0, fail, gone" },
	{ "its no is ignored", &ignoring, "bNc", "run CONDITION 0, kill, run START_PRE 0" },
	{ "a failure before the start", &all, "bscscNee", "run CONDITION 0, kill, run CONDITION 1, kill, run START_PRE 0, fail, "
		"run STOP_POST 0, run STOP_POST 1" },
	{ "an ignored one", &ignoring, "bscXcXe", "run CONDITION 0, kill, run START_PRE 0, kill, run START_PRE 1, fail, "
		"run STOP_POST 0" },
	{ "a failure after the start", &all, "bscscscscrN", "run CONDITION 0, kill, run CONDITION 1, kill, run START_PRE 0, "
		"kill, run START_PRE 1, kill, spawn, run START_POST 0, unfit" },
	{ "an ignored one, then another", &ignoring, "bscscscrXN", "run CONDITION 0, kill, run START_PRE 0, kill, "
		"run START_PRE 1, kill, spawn, run START_POST 0, run START_POST 1, unfit" },
	{ "said to be ready again meanwhile", &all, "bscscscscrr", "run CONDITION 0, kill, run CONDITION 1, kill, "
		"run START_PRE 0, kill, run START_PRE 1, kill, spawn, run START_POST 0, -" },
	{ "ready before there is a master", &all, "br", "run CONDITION 0, -" },
	{ "the first to clean up fails: the rest is left", &all, "bscscscscrsseNe", "run CONDITION 0, kill, run CONDITION 1, "
		"kill, run START_PRE 0, kill, run START_PRE 1, kill, spawn, run START_POST 0, run START_POST 1, ready, "
		"run STOP_POST 0, -, gone" },
	{ "unless that is ignored", &ignoring, "bscscscrsseXe", "run CONDITION 0, kill, run START_PRE 0, kill, "
		"run START_PRE 1, kill, spawn, run START_POST 0, run START_POST 1, ready, run STOP_POST 0, -, run STOP_POST 1" },
	{ "asked until it is ready", &asking, "baNtXtss", "spawn, run READY 0, -, run READY 0, -, run READY 0, run START_POST 0, "
		"ready" },
	{ "asked, and it ends meanwhile", &asking, "baEsEt", "spawn, run READY 0, -, -" },
	{ "not asked again when it is being ended", &asking, "baNEt", "spawn, run READY 0, -, -" },
	{ "a oneshot", &oneshot, "bscfcscsc", "run START_PRE 0, kill, spawn, kill, run START_POST 0, kill, run START_POST 1, "
		"kill, finish" },
	{ "a oneshot with nothing before it", &after_only, "bfcsc", "spawn, kill, run START_POST 0, kill, finish" },
	{ "what follows a oneshot fails", &oneshot, "bscfcX", "run START_PRE 0, kill, spawn, kill, run START_POST 0, fail" },
	{ "a oneshot alone", &none, "bf", "spawn, finish" },
	{ "a name is looked up", &named, "Bscr", "run LOOK_UP 0, kill, spawn, ready" },
	{ "it is known already", &named, "br", "spawn ready" },
	{ "no name at all", &all, "B", "run CONDITION 0" },
	{ "nobody knows it", &named, "BNe", "run LOOK_UP 0, fail, run STOP_POST 0" },
	{ "before the conditions", &named_too, "Bscscsc", "run LOOK_UP 0, kill, run CONDITION 0, kill, run START_PRE 0, kill, spawn" },
	{ "nobody knows it, and no condition was asked", &named_too, "BXe", "run LOOK_UP 0, fail, gone" },
	{ "stopped while it is looked up", &named_too, "BEse", "run LOOK_UP 0, fail, gone" },
	{ "stopped in the middle of a command", &all, "bEs", "run CONDITION 0, fail" },
	{ "stopped while its rest is killed", &all, "bsEc", "run CONDITION 0, kill, fail" },
	{ "it takes more than one KILL", &all, "bsttc", "run CONDITION 0, kill, kill, kill, run CONDITION 1" },
	{ "stopped in the middle of what follows the start", &all, "bscscscscrEsee", "run CONDITION 0, kill, run CONDITION 1, "
		"kill, run START_PRE 0, kill, run START_PRE 1, kill, spawn, run START_POST 0, -, run STOP_POST 0, run STOP_POST 1" },
};
/* clang-format on */

static void
note(struct text *t, const struct hooks *h, enum hook_deed deed, bool commas)
{
	if (t->len > 0)
		text_add(t, commas ? ", " : " ");
	text_add(t, deeds[deed]);
	if (deed == HOOK_DO_RUN)
		text_addf(t, " %s %u", lists[h->list], h->index);
}

static void
every_story(void **state)
{
	(void)state;
	for (unsigned i = 0; i < sizeof stories / sizeof stories[0]; i++) {
		struct hooks h = { 0 };
		char seen[1024];
		struct text t;
		bool ending = false;

		text_init(&t, seen, sizeof seen);
		for (const char *told = stories[i].told; *told != '\0'; told++) {
			if (*told == 'E')
				ending = true;
			else
				note(&t, &h, tell(&h, stories[i].plan, *told, ending),
					strchr(stories[i].wanted, ',') != NULL);
		}
		if (strcmp(seen, stories[i].wanted) != 0)
			fail_msg("%s:\n%s\nwanted:\n%s", stories[i].name, seen, stories[i].wanted);
	}
}

static void
a_deadline_where_something_is_awaited(void **state)
{
	struct hooks h = { 0 };

	(void)state;
	assert_true(hooks_due(&h) == MSEC_NEVER);
	hooks_begin(&h, &all, false);
	assert_true(hooks_due(&h) == MSEC_NEVER); /* start_timeout is the life's */
	assert_true(hooks_lead(&h));
	hooks_ended(&h, &all, HOOK_SUCCEEDED, false, 1000);
	assert_true(hooks_lead(&h));
	assert_int_equal(hooks_due(&h), 1050);
	assert_int_equal(hooks_tick(&h, false, 1049), HOOK_DO_NOTHING);
	assert_int_equal(hooks_tick(&h, false, 1050), HOOK_DO_KILL);
	assert_int_equal(hooks_due(&h), 1150);
	for (int i = 0; i < 20; i++)
		hooks_tick(&h, false, hooks_due(&h));
	assert_int_equal(h.pause, 1000);
	hooks_begin(&h, &asking, false);
	assert_false(hooks_lead(&h));
	hooks_ask(&h);
	hooks_ended(&h, &asking, HOOK_BROKE, false, 2000);
	assert_int_equal(hooks_due(&h), 2000 + HOOKS_AGAIN);
	hooks_empty(&h, &cleaning); /* its master died meanwhile: nobody is asked any more */
	assert_true(hooks_due(&h) == MSEC_NEVER);
}

/* clang-format off */
static const struct {
	const char *name;
	struct hooks written;
	bool sound;
	enum hook_stage stage; /* as it goes on */
	bool due;              /* at once; else never */
} records[] = {
	{ "nothing was said", { 0 }, true, HOOKS_IDLE, false },
	{ "a command prepares", { .stage = HOOKS_BEFORE, .list = HOOK_START_PRE, .index = 1 }, true, HOOKS_BEFORE, false },
	{ "its rest is being killed", { .stage = HOOKS_CLEARING, .list = HOOK_START_PRE }, true, HOOKS_CLEARING, true },
	{ "the rest of a full list is left out", { .stage = HOOKS_AFTER, .list = HOOK_STOP_POST, .index = HOOKS_MOST }, true,
		HOOKS_AFTER, false },
	{ "one was asked beside the master", { .stage = HOOKS_BESIDE, .list = HOOK_READY }, true, HOOKS_MASTER, true },
	{ "one followed the start", { .stage = HOOKS_BESIDE, .list = HOOK_START_POST }, true, HOOKS_MASTER, false },
	{ "a stage that is none", { .stage = HOOKS_AFTER + 1 }, false, HOOKS_IDLE, false },
	{ "a list that is none", { .stage = HOOKS_CLEARING, .list = HOOK_LIST_COUNT }, false, HOOKS_IDLE, false },
	{ "far behind any list", { .stage = HOOKS_BEFORE, .list = UINT8_MAX }, false, HOOKS_IDLE, false },
	{ "far behind any command", { .stage = HOOKS_BEFORE, .index = HOOKS_MOST + 1 }, false, HOOKS_IDLE, false },
};
/* clang-format on */

static void
what_was_written_down_goes_on(void **state)
{
	(void)state;
	for (unsigned i = 0; i < sizeof records / sizeof records[0]; i++) {
		struct hooks h = records[i].written;

		if (hooks_restore(&h, 5000) != records[i].sound || h.stage != records[i].stage ||
			hooks_due(&h) != (records[i].due ? 5000 : MSEC_NEVER))
			fail_msg("%s: stage %d, due %lld", records[i].name, h.stage, (long long)hooks_due(&h));
		/* whatever it was, it can be asked, and a KILL that does not help is not repeated at once */
		hooks_ignored(&h, &all);
		hooks_tick(&h, false, 5000);
		assert_true(hooks_due(&h) > 5000);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_story),
		cmocka_unit_test(a_deadline_where_something_is_awaited),
		cmocka_unit_test(what_was_written_down_goes_on),
	};

	return cmocka_run_group_tests_name("hooks", tests, NULL, NULL);
}

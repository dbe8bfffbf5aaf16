/*
 * commands -- core/hooks in random worlds: commands that fail, hang and leave processes behind, masters that die, readiness
 * that is claimed out of place, and somebody who ends it all at any moment. What may run when is judged by the rules of
 * hooks.h, told anew here: a list of what comes next, and who lives.
 *
 *	commands [--worlds N] [--seed S]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "core/hooks.h"
#include "dice.h"

enum { STEPS = 300, MOST = 3 /* commands of a list */ };

struct world {
	struct dice dice;
	struct hook_plan plan;
	struct hooks hooks;
	msec now;
	bool running, leftovers, master, killing; /* who lives, and whether the rest is being killed */
	bool ending, said_no, failed, told_ready, dead, gone;
	bool cleaning;                 /* nobody was left: from now on only what cleans up runs */
	bool spawned, names;           /* a name has to be looked up */
	bool cleaned_badly;            /* one that cleans up failed */
	unsigned ran[HOOK_LIST_COUNT]; /* commands of each list that ran to their end */
	char broken[120];
};

static void
must(struct world *w, bool holds, const char *what)
{
	if (!holds && w->broken[0] == '\0')
		text_copy(w->broken, sizeof w->broken, what);
}

static bool
all_ran(const struct world *w, enum hook_list list)
{
	return w->ran[list] == w->plan.count[list];
}

static bool
looked_up(const struct world *w)
{
	return !w->names || all_ran(w, HOOK_LOOK_UP);
}

/* ---- what may be done ---- */

static void
check_run(struct world *w)
{
	enum hook_list list = (enum hook_list)w->hooks.list;
	bool beside = list == HOOK_READY || (list == HOOK_START_POST && !w->plan.oneshot);

	must(w, list < HOOK_LIST_COUNT && w->hooks.index < w->plan.count[list], "a command that there is not");
	must(w, !w->running, "two commands at once");
	must(w, list == HOOK_READY || w->hooks.index == w->ran[list], "a command out of its order");
	must(w, beside || !w->leftovers, "a command beside what another left behind");
	must(w, beside == w->master, "a command with the wrong company");
	must(w, (list == HOOK_STOP_POST) == w->cleaning, "cleaning up out of place");
	must(w, list == HOOK_STOP_POST || (!w->ending && !w->failed && !w->said_no),
		"a command of a start that is over");
	must(w, list != HOOK_LOOK_UP || w->names, "a name that is known is looked up");
	must(w, beside || list == HOOK_LOOK_UP || list == HOOK_STOP_POST || looked_up(w),
		"before a name was looked up");
	must(w, list != HOOK_START_PRE || all_ran(w, HOOK_CONDITION), "before the conditions were asked");
	must(w, list != HOOK_START_POST || w->spawned, "after a start that was not");
	must(w, list != HOOK_STOP_POST || (!w->said_no && !w->cleaned_badly && all_ran(w, HOOK_CONDITION)),
		"cleaning up after nothing");
	w->running = true;
	w->gone = false;
}

static void
check_spawn(struct world *w)
{
	must(w, !w->spawned && !w->running && !w->leftovers, "a master out of place");
	must(w, !w->ending && !w->failed && !w->said_no, "a master of a start that is over");
	must(w, looked_up(w) && all_ran(w, HOOK_CONDITION) && all_ran(w, HOOK_START_PRE),
		"a master before all that prepares it");
	w->spawned = w->master = true;
}

/* Its life is told that it is dead: whoever is left of it gets TERM and KILL. */
static void
die(struct world *w)
{
	must(w, !w->dead, "dead twice");
	w->dead = true;
	w->killing = false;
}

static void
carry_out(struct world *w, enum hook_deed deed)
{
	switch (deed) {
	case HOOK_DO_NOTHING: break;
	case HOOK_DO_RUN: check_run(w); break;
	case HOOK_DO_KILL:
		must(w, !w->running, "a command is killed that runs");
		w->killing = true;
		break;
	case HOOK_DO_SPAWN: check_spawn(w); break;
	case HOOK_DO_READY:
		must(w, w->master && !w->ending && !w->failed, "ready, and nobody is there");
		must(w, all_ran(w, HOOK_START_POST) && !w->running, "ready before what follows the start");
		w->told_ready = true;
		break;
	case HOOK_DO_UNFIT:
		must(w, w->failed && w->master && !w->ending, "unfit without a failure");
		w->ending = true; /* what the life does about it */
		break;
	case HOOK_DO_SKIP:
		must(w, w->said_no && !w->leftovers && !w->ending, "skipped without a no");
		w->dead = w->gone = true;
		break;
	case HOOK_DO_FAIL:
		must(w, w->failed || w->ending, "failed without a failure");
		die(w);
		break;
	case HOOK_DO_FINISH:
		must(w, w->plan.oneshot && all_ran(w, HOOK_START_POST), "finished before its end");
		die(w);
		break;
	case HOOK_DO_GONE:
		must(w, w->said_no || w->failed || w->cleaned_badly || !w->spawned || all_ran(w, HOOK_STOP_POST),
			"gone, and not cleaned up after");
		w->gone = true;
		break;
	}
}

/* ---- what happens ---- */

static void
command_ends(struct world *w)
{
	enum hook_list list = (enum hook_list)w->hooks.list;
	bool ignored = w->plan.ignored[list] >> w->hooks.index & 1, beside = w->master;
	enum hook_end end = dice_percent(&w->dice, 70) ? HOOK_SUCCEEDED :
		dice_percent(&w->dice, 50)             ? HOOK_SAID_NO :
							 HOOK_BROKE;

	w->running = false;
	w->leftovers = w->leftovers || dice_percent(&w->dice, 30);
	if (end == HOOK_SUCCEEDED || ignored) {
		if (list != HOOK_READY || end == HOOK_SUCCEEDED)
			w->ran[list]++;
	} else if (list == HOOK_STOP_POST) {
		w->cleaned_badly = true;
	} else if (list == HOOK_CONDITION && end == HOOK_SAID_NO) {
		w->said_no = !w->ending;
	} else if (list != HOOK_READY) {
		w->failed = w->failed || !w->ending;
	}
	must(w, !beside || list == HOOK_READY || list == HOOK_START_POST, "a master beside what prepares it");
	carry_out(w, hooks_ended(&w->hooks, &w->plan, end, w->ending, w->now));
	if (w->cleaning)
		w->dead = true;
}

static void
master_dies(struct world *w)
{
	bool clean = w->plan.oneshot && !w->ending && dice_percent(&w->dice, 80);

	w->master = false;
	if (clean)
		carry_out(w, hooks_finished(&w->hooks, &w->plan, w->now));
	else
		die(w);
	w->ending = w->ending || !clean;
}

/* Nobody of it is left: the next that cleans up, or the end. */
static void
empty(struct world *w)
{
	w->cleaning = true;
	w->dead = false;
	carry_out(w, hooks_empty(&w->hooks, &w->plan));
}

/* Something is always awaited that comes by itself, or has a deadline. */
static void
check_waiting(struct world *w)
{
	bool waits = w->running || w->master || w->gone || w->dead;

	must(w, waits || (w->killing && hooks_due(&w->hooks) != MSEC_NEVER), "nothing is awaited");
	if (!w->dead && !w->gone) /* of the dead, nobody asks */
		must(w, hooks_lead(&w->hooks) == (!w->master && (w->running || w->killing)), "who leads is mistaken");
}

static void
step(struct world *w)
{
	struct dice *d = &w->dice;

	w->now += dice_below(d, 400);
	if (!w->ending && !w->dead && dice_percent(d, 4))
		w->ending = true;
	else if (hooks_due(&w->hooks) <= w->now && !w->dead)
		carry_out(w, hooks_tick(&w->hooks, w->ending, w->now));
	else if (w->master && dice_percent(d, 20))
		carry_out(w, w->dead || w->ending ? HOOK_DO_NOTHING : hooks_ready(&w->hooks, &w->plan));
	else if (w->running && dice_percent(d, 50))
		command_ends(w);
	else if (w->killing) {
		w->leftovers = w->leftovers && dice_percent(d, 50);
		if (!w->leftovers) {
			w->killing = false;
			carry_out(w, hooks_cleared(&w->hooks, &w->plan, w->ending));
		}
	} else if (w->master && dice_percent(d, 10))
		master_dies(w);
	else if (w->dead && !w->master) {
		if (w->running) /* beside a master that died: it is ended with what is left */
			command_ends(w);
		w->leftovers = false;
		if (!w->gone && !w->running)
			empty(w);
	}
}

static bool
live(struct world *w, uint64_t seed)
{
	*w = (struct world){ .dice = { seed } };
	for (unsigned i = 0; i < HOOK_LIST_COUNT; i++) {
		w->plan.count[i] = (uint8_t)dice_below(&w->dice, MOST + 1);
		w->plan.ignored[i] = (uint32_t)dice_roll(&w->dice) & 7;
	}
	w->plan.oneshot = dice_percent(&w->dice, 30);
	w->plan.count[HOOK_READY] = !w->plan.oneshot && dice_percent(&w->dice, 30);
	w->plan.ignored[HOOK_READY] = 0;
	w->names = dice_percent(&w->dice, 50);
	carry_out(w, hooks_begin(&w->hooks, &w->plan, w->names));
	for (unsigned n = 0; n < STEPS && !w->gone && w->broken[0] == '\0'; n++) {
		if (w->spawned && w->master && w->plan.count[HOOK_READY] > 0 && w->ran[HOOK_READY] == 0 &&
			!w->running && !w->ending && w->hooks.stage == HOOKS_MASTER &&
			hooks_due(&w->hooks) == MSEC_NEVER)
			carry_out(w, hooks_ask(&w->hooks));
		step(w);
		if (!w->gone)
			check_waiting(w);
	}
	must(w, w->gone, "it does not end");
	return w->broken[0] == '\0';
}

int
main(int argc, char **argv)
{
	static struct world w;
	int64_t worlds = 100000, seed = 1;

	for (int i = 1; i + 1 < argc; i += 2)
		text_parse_int(argv[i + 1], 0, INT64_MAX / 2, strcmp(argv[i], "--seed") == 0 ? &seed : &worlds);
	for (int64_t i = 0; i < worlds; i++) {
		if (live(&w, (uint64_t)(seed + i)))
			continue;
		printf("broken: %s\nagain with: commands --worlds 1 --seed %lld\n", w.broken, (long long)(seed + i));
		return 1;
	}
	printf("%lld worlds of commands: every rule was kept\n", (long long)worlds);
	return 0;
}

/*
 * hooks -- the commands around the master of one generation: which runs next, and what its end means. Pure.
 *
 *	look_up      before anything else, and only where a name has to be looked up that somebody else is asked for (names.h)
 *	condition    then; one that says no (status 1 to 254) ends the start, and that is no failure
 *	start_pre    then, one after the other; then the master
 *	ready        beside the master, again and again until it succeeds: then it is proven ready (ready_command)
 *	start_post   beside the master once it is proven ready; only after them the service counts as ready. Of a oneshot:
 *	             after its master ended with success
 *	stop_post    when nobody of the generation is left, whatever ended it, unless a condition did
 *
 * A command of a list runs when the one before it has ended with success, or its failure is ignored. Before the next one,
 * and before the master, nobody of the last one may be left: those are killed. What follows the start of a generation
 * that is being ended is called off.
 *
 * The deadlines of start and stop are the life's (life.h): while a command prepares a start, or cleans up, it takes the
 * master's place there, and is ended as one. The caller does what each call returns, and calls again with what came of it.
 */
#ifndef BRIDLE_CORE_HOOKS_H
#define BRIDLE_CORE_HOOKS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/msec.h"

enum { HOOKS_MOST = 32 /* commands of a list */, HOOKS_AGAIN = 500 /* ms until `ready` is asked again */ };

#define HOOK_LISTS(X) \
	X(CONDITION, "exec_condition") \
	X(START_PRE, "exec_start_pre") \
	X(READY, "ready_command") \
	X(START_POST, "exec_start_post") \
	X(STOP_POST, "exec_stop_post") \
	X(LOOK_UP, "bind") /* the last, for a state file has their numbers (wire/state.def) */

enum hook_list {
#define X(name, word) HOOK_##name,
	HOOK_LISTS(X)
#undef X
		HOOK_LIST_COUNT
};

/* The key of a list: exec_start_pre ... */
const char *hook_list_name(enum hook_list list);

struct hook_plan {
	uint8_t count[HOOK_LIST_COUNT];    /* 0 to HOOKS_MOST */
	uint32_t ignored[HOOK_LIST_COUNT]; /* bit i: whether command i fails does not matter */
	bool oneshot;
};

enum hook_stage {
	HOOKS_IDLE,
	HOOKS_BEFORE,   /* a command prepares the start */
	HOOKS_CLEARING, /* it ended; who is left of it is being killed */
	HOOKS_MASTER,   /* the master was started; no command runs, or it waits to be asked again */
	HOOKS_BESIDE,   /* a command runs beside the master */
	HOOKS_UP,       /* nothing more until it ends */
	HOOKS_AFTER,    /* a command cleans up */
};

/* Zeroed: idle. */
struct hooks {
	uint8_t stage;       /* enum hook_stage */
	uint8_t list, index; /* of the command that runs, or ran last */
	bool began;          /* its conditions said yes */
	bool ended;          /* CLEARING: the master of a oneshot has ended */
	msec due;            /* when hooks_tick has something to do; MSEC_NEVER */
	msec pause;          /* between two KILLs */
};

enum hook_deed {
	HOOK_DO_NOTHING,
	HOOK_DO_RUN, /* start command `index` of `list`; then hooks_ended. Where it could not be started, at once */
	HOOK_DO_KILL, /* KILL to everybody of the generation but a living master; then hooks_cleared when nobody is left */
	HOOK_DO_SPAWN,  /* start the master */
	HOOK_DO_READY,  /* life_ready */
	HOOK_DO_UNFIT,  /* life_unfit */
	HOOK_DO_SKIP,   /* life_skipped */
	HOOK_DO_FAIL,   /* life_died, not clean: what prepared its start failed, or was ended */
	HOOK_DO_FINISH, /* life_died, clean: a oneshot did all that it was for */
	HOOK_DO_GONE,   /* life_gone */
};

enum hook_end {
	HOOK_SUCCEEDED,
	HOOK_SAID_NO /* exited with 1 to 254 */,
	HOOK_BROKE /* 255, a signal, or never started */
};

/* The generation is to be started. LOOK_UP: the first list is of use this time; it is left out otherwise. */
enum hook_deed hooks_begin(struct hooks *h, const struct hook_plan *plan, bool look_up);

/* The command that ran has ended. ENDING: its generation is being ended. */
enum hook_deed hooks_ended(struct hooks *h, const struct hook_plan *plan, enum hook_end end, bool ending, msec now);

/* After HOOK_DO_KILL: nobody is left. */
enum hook_deed hooks_cleared(struct hooks *h, const struct hook_plan *plan, bool ending);

/* The master was started, and there is a `ready` list to find out when it is ready. Not without one. */
enum hook_deed hooks_ask(struct hooks *h);

/* The master was said to be ready: by who looks after it, or because it was started. Said again, or out of place, it is
 * ignored. */
enum hook_deed hooks_ready(struct hooks *h, const struct hook_plan *plan);

/* The master of a oneshot has ended by itself, with success. */
enum hook_deed hooks_finished(struct hooks *h, const struct hook_plan *plan, msec now);

/* Nobody of the generation is left, its master and the commands included. */
enum hook_deed hooks_empty(struct hooks *h, const struct hook_plan *plan);

/* Time passed. */
enum hook_deed hooks_tick(struct hooks *h, bool ending, msec now);

/* When that is next; MSEC_NEVER. */
msec hooks_due(const struct hooks *h);

/* Whether a command is in the master's place: it prepares a start, or cleans up. */
bool hooks_lead(const struct hooks *h);

/* Whether the command that runs, or ran last, may fail. */
bool hooks_ignored(const struct hooks *h, const struct hook_plan *plan);

/* H was put together again from what a process wrote down that is no more: its fields but `due` and `pause`. Who is being
 * killed is killed once more, and what ran beside a master is asked for anew. False when no hooks can be so: they are idle
 * then, and their generation is as one without commands. */
bool hooks_restore(struct hooks *h, msec now);

#endif

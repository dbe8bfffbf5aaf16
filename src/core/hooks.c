#include "core/hooks.h"

enum { PAUSE_FIRST = 50, PAUSE_MOST = 1000 };

static const char *const words[] = {
#define X(name, word) word,
	HOOK_LISTS(X)
#undef X
};

const char *
hook_list_name(enum hook_list list)
{
	return words[list];
}

/* The first command of LIST, or of the first list after it up to LAST that has any. False: none has. */
static bool
first_of(struct hooks *h, const struct hook_plan *plan, unsigned list, unsigned last)
{
	for (; list <= last; list++) {
		if (plan->count[list] == 0)
			continue;
		h->list = (uint8_t)list;
		h->index = 0;
		return true;
	}
	return false;
}

/* False at the end of it: what comes then is for whoever asks, by the stage. */
static bool
next_in_list(struct hooks *h, const struct hook_plan *plan)
{
	if (h->index + 1 >= plan->count[h->list])
		return false;
	h->index++;
	return true;
}

/* The one place that changes the stage, together with what is to be done because of it. */
static enum hook_deed
to(struct hooks *h, enum hook_stage stage, enum hook_deed deed)
{
	h->stage = (uint8_t)stage;
	return deed;
}

bool
hooks_ignored(const struct hooks *h, const struct hook_plan *plan)
{
	/* an index behind the last is how the rest of a list is left out, and none of its bits */
	return h->index < HOOKS_MOST && (plan->ignored[h->list] & UINT32_C(1) << h->index) != 0;
}

/* SIGKILL can be outrun by a fork: so it is repeated. */
static enum hook_deed
clear(struct hooks *h, msec now)
{
	h->pause = PAUSE_FIRST;
	h->due = now + h->pause;
	return to(h, HOOKS_CLEARING, HOOK_DO_KILL);
}

/* The commands from LIST on that prepare the start; without any, the master. */
static enum hook_deed
prepare(struct hooks *h, const struct hook_plan *plan, enum hook_list list)
{
	if (first_of(h, plan, list, HOOK_START_PRE))
		return to(h, HOOKS_BEFORE, HOOK_DO_RUN);
	return to(h, HOOKS_MASTER, HOOK_DO_SPAWN);
}

enum hook_deed
hooks_begin(struct hooks *h, const struct hook_plan *plan, bool look_up)
{
	/* without a condition it has begun at once: what cleans up runs whatever happens (systemd.service(5), ExecStopPost=) */
	*h = (struct hooks){ .due = MSEC_NEVER, .began = plan->count[HOOK_CONDITION] == 0 };
	if (look_up && first_of(h, plan, HOOK_LOOK_UP, HOOK_LOOK_UP))
		return to(h, HOOKS_BEFORE, HOOK_DO_RUN);
	return prepare(h, plan, HOOK_CONDITION);
}

/* A command that prepares a start, of a oneshot also one that follows its master, in whose place it is. */
static enum hook_deed
ended_before(struct hooks *h, const struct hook_plan *plan, enum hook_end end, bool ending, msec now)
{
	if (ending)
		return to(h, HOOKS_UP, HOOK_DO_FAIL);
	if (end != HOOK_SUCCEEDED && !hooks_ignored(h, plan)) {
		/* a condition that says no is an answer, one that crashed is not (systemd.service(5), ExecCondition=) */
		if (h->list != HOOK_CONDITION || end == HOOK_BROKE)
			return to(h, HOOKS_UP, HOOK_DO_FAIL);
		h->index = plan->count[HOOK_CONDITION]; /* the rest of them is not asked */
	}
	return clear(h, now);
}

static enum hook_deed
post_or_ready(struct hooks *h, const struct hook_plan *plan)
{
	if (first_of(h, plan, HOOK_START_POST, HOOK_START_POST))
		return to(h, HOOKS_BESIDE, HOOK_DO_RUN);
	return to(h, HOOKS_UP, HOOK_DO_READY);
}

/* A command beside a master, which lives, or its death is known already. */
static enum hook_deed
ended_beside(struct hooks *h, const struct hook_plan *plan, enum hook_end end, bool ending, msec now)
{
	if (ending)
		return to(h, HOOKS_UP, HOOK_DO_NOTHING);
	if (h->list == HOOK_READY && end != HOOK_SUCCEEDED) {
		/* not ready yet: the start's own deadline ends this, not a number of tries */
		h->due = now + HOOKS_AGAIN;
		return to(h, HOOKS_MASTER, HOOK_DO_NOTHING);
	}
	if (h->list == HOOK_READY)
		return post_or_ready(h, plan);
	if (end != HOOK_SUCCEEDED && !hooks_ignored(h, plan))
		return to(h, HOOKS_UP, HOOK_DO_UNFIT);
	return next_in_list(h, plan) ? HOOK_DO_RUN : to(h, HOOKS_UP, HOOK_DO_READY);
}

enum hook_deed
hooks_ended(struct hooks *h, const struct hook_plan *plan, enum hook_end end, bool ending, msec now)
{
	switch ((enum hook_stage)h->stage) {
	case HOOKS_BEFORE: return ended_before(h, plan, end, ending, now);
	case HOOKS_BESIDE: return ended_beside(h, plan, end, ending, now);
	case HOOKS_AFTER:
		if (end != HOOK_SUCCEEDED && !hooks_ignored(h, plan))
			h->index = plan->count[HOOK_STOP_POST]; /* the rest of them is not run */
		return HOOK_DO_NOTHING; /* who is left of it is ended as what is left of a master; then comes hooks_empty */
	case HOOKS_IDLE:
	case HOOKS_CLEARING:
	case HOOKS_MASTER:
	case HOOKS_UP: break;
	}
	return HOOK_DO_NOTHING;
}

enum hook_deed
hooks_cleared(struct hooks *h, const struct hook_plan *plan, bool ending)
{
	if (h->stage != HOOKS_CLEARING)
		return HOOK_DO_NOTHING;
	h->due = MSEC_NEVER;
	if (ending)
		return to(h, HOOKS_UP, HOOK_DO_FAIL);
	if (h->ended) { /* the master of a oneshot: `list` is the one before start_post, or that */
		bool more = h->list == HOOK_START_POST ? next_in_list(h, plan) :
							 first_of(h, plan, HOOK_START_POST, HOOK_START_POST);

		return more ? to(h, HOOKS_BEFORE, HOOK_DO_RUN) : to(h, HOOKS_UP, HOOK_DO_FINISH);
	}
	/* behind the last: a condition said no (ended_before) */
	if (h->list == HOOK_CONDITION && h->index >= plan->count[HOOK_CONDITION])
		return to(h, HOOKS_UP, HOOK_DO_SKIP);
	if (next_in_list(h, plan))
		return to(h, HOOKS_BEFORE, HOOK_DO_RUN);
	if (h->list == HOOK_LOOK_UP)
		return prepare(h, plan, HOOK_CONDITION);
	h->began = true;
	return h->list == HOOK_CONDITION ? prepare(h, plan, HOOK_START_PRE) : to(h, HOOKS_MASTER, HOOK_DO_SPAWN);
}

enum hook_deed
hooks_ask(struct hooks *h)
{
	h->list = HOOK_READY;
	h->index = 0;
	return to(h, HOOKS_BESIDE, HOOK_DO_RUN);
}

enum hook_deed
hooks_ready(struct hooks *h, const struct hook_plan *plan)
{
	if (plan->oneshot)
		return HOOK_DO_NOTHING; /* it is never ready: it ends */
	if (h->stage == HOOKS_MASTER)
		return post_or_ready(h, plan);
	return h->stage == HOOKS_UP ? HOOK_DO_READY : HOOK_DO_NOTHING; /* after HUP, it is proven anew */
}

enum hook_deed
hooks_finished(struct hooks *h, const struct hook_plan *plan, msec now)
{
	if (h->stage != HOOKS_MASTER || plan->count[HOOK_START_POST] == 0)
		return to(h, HOOKS_UP, HOOK_DO_FINISH);
	/* those that follow it run in its place, so that whoever it left is killed first */
	h->ended = true;
	return clear(h, now);
}

enum hook_deed
hooks_empty(struct hooks *h, const struct hook_plan *plan)
{
	bool more = false;

	h->due = MSEC_NEVER;
	if (h->stage == HOOKS_AFTER)
		more = next_in_list(h, plan);
	/* where a condition said no nothing has begun, and nothing is cleaned up */
	else if (h->began)
		more = first_of(h, plan, HOOK_STOP_POST, HOOK_STOP_POST);
	return more ? to(h, HOOKS_AFTER, HOOK_DO_RUN) : to(h, HOOKS_IDLE, HOOK_DO_GONE);
}

enum hook_deed
hooks_tick(struct hooks *h, bool ending, msec now)
{
	if (now < h->due)
		return HOOK_DO_NOTHING;
	h->due = MSEC_NEVER;
	if (h->stage == HOOKS_CLEARING) {
		/* whoever was forked between look and signal is killed now; ever less often, since what is stuck in the
		 * kernel cannot be helped by it */
		h->pause = 2 * h->pause < PAUSE_MOST ? 2 * h->pause : PAUSE_MOST;
		h->due = now + h->pause;
		return HOOK_DO_KILL;
	}
	return h->stage == HOOKS_MASTER && !ending ? hooks_ask(h) : HOOK_DO_NOTHING;
}

msec
hooks_due(const struct hooks *h)
{
	return h->stage == HOOKS_IDLE ? MSEC_NEVER : h->due;
}

bool
hooks_lead(const struct hooks *h)
{
	return h->stage == HOOKS_BEFORE || h->stage == HOOKS_CLEARING || h->stage == HOOKS_AFTER;
}

/* The lists are indices into every plan: a number that is none of theirs is not carried any further than here. */
static bool
is_sound(const struct hooks *h)
{
	return h->stage <= HOOKS_AFTER && h->list < HOOK_LIST_COUNT && h->index <= HOOKS_MOST;
}

bool
hooks_restore(struct hooks *h, msec now)
{
	bool asked;

	h->due = MSEC_NEVER;
	h->pause = PAUSE_FIRST; /* doubled at each KILL: from 0 there would be one at every turn of the loop */
	if (!is_sound(h)) {
		*h = (struct hooks){ .due = MSEC_NEVER };
		return false;
	}
	/* what ran beside is an orphan of nobody's now; it is run once more */
	if (h->stage == HOOKS_BESIDE)
		h->stage = HOOKS_MASTER;
	asked = h->stage == HOOKS_MASTER && h->list == HOOK_READY;
	if (asked || h->stage == HOOKS_CLEARING)
		h->due = now;
	return true;
}

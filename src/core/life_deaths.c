/*
 * life_deaths.c -- how generations end: a start that failed, a master that was reaped, the last one of it that is gone. Each end
 * is judged first (does a successor come, and when?), and then it is seen whether it was what the service waited for.
 */
#include "core/life.h"

#include "core/life_feed.h"

static bool
is_asked_to_end(const struct life *l)
{
	return l->state == LIFE_STOPPING || l->state == LIFE_RESTARTING;
}

static enum life_event
judge(struct life *l, const struct generation *g, bool clean, enum restart_policy policy, uint32_t jitter, msec now,
	msec *wait)
{
	struct restart_limits limits = l->limits.restart;
	const struct death death = {
		/* RELOADING is none: its old workers are told to go already, so that all depends
		 * on a boot (gunicorn-facts 3.3) */
		.ready = l->state == LIFE_RUNNING || l->state == LIFE_REPLACING,
		.asked = is_asked_to_end(l),
		.clean = clean,
		.age = now - g->since,
	};

	/* for it to end well is what others call ready; whoever is being ended has not run to its end */
	if (l->limits.oneshot && clean && l->state == LIFE_STARTING)
		return l->limits.remains ? ON_FINISHED : ON_DIED_DONE;
	/* how it ended may ask for another than the one that is set (life_died_under) */
	limits.policy = policy;
	switch (restart_judge(&l->restart, &limits, &death, jitter, now, wait)) {
	case RESTART_NOW: return ON_DIED_NOW;
	case RESTART_LATER: return ON_DIED_LATER;
	case RESTART_GIVE_UP: return ON_DIED_GIVE_UP;
	case RESTART_DONE: return ON_DIED_DONE;
	}
	return ON_DIED_DONE;
}

/* SLOT has no master any more, which for the current one is EVENT. An old one's end means nothing to the service. */
static void
lose(struct life *l, uint8_t slot, enum life_event event, msec wait, msec now)
{
	if (slot == l->next) {
		l->next = LIFE_NONE;
		/* a boot that failed is in nobody's way: the old one serves on beside what is left of it */
		l->slots[slot].beside = true;
		life_feed(l, ON_NEXT_DIED, 0, now);
	} else if (slot == l->current) {
		l->current = LIFE_NONE;
		/* what is being stopped or restarted waits until everybody is gone, whoever dies first */
		l->slots[slot].beside = !is_asked_to_end(l);
		life_feed(l, event, wait, now);
	}
}

/* Only the death of the current one is judged: a next one that fails costs a try of whoever asked,
 * and no failure of the service. */
static void
lose_master(struct life *l, uint8_t slot, bool clean, enum restart_policy policy, uint32_t jitter, msec now)
{
	enum life_event event = ON_DIED_DONE;
	msec wait = 0;

	if (slot == l->current)
		event = judge(l, &l->slots[slot], clean, policy, jitter, now, &wait);
	lose(l, slot, event, wait, now);
}

void
life_spawned(struct life *l, uint8_t slot, bool ok, uint32_t jitter, msec now)
{
	struct generation *g = &l->slots[slot];

	if (!g->master)
		return;
	/* it may have waited for commands before it (hooks.h): its age is the master's, from the moment when that existed */
	if (ok) {
		g->since = now;
		return;
	}
	/* nobody was made, so nobody is left: no ladder */
	g->master = false;
	lose_master(l, slot, false, l->limits.restart.policy, jitter, now);
	generation_free(g);
	life_settle(l, now);
}

void
life_listened(struct life *l, bool ok, uint32_t jitter, msec now)
{
	const struct generation nobody = { .since = now };
	msec wait = 0;
	enum life_event event;

	/* it may be stopped by now, or somebody started it in the meantime: then its start fails by itself */
	if (ok || l->state != LIFE_LISTENING)
		return;
	/* as a boot that failed at once: the address may be free again later */
	event = judge(l, &nobody, false, l->limits.restart.policy, jitter, now, &wait);
	life_feed(l, event, wait, now);
}

void
life_skipped(struct life *l, uint8_t slot, msec now)
{
	struct generation *g = &l->slots[slot];

	if (!g->master || g->state != GENERATION_BOOTING)
		return;
	generation_free(g);
	lose(l, slot, ON_DIED_DONE, 0, now);
	life_settle(l, now);
}

void
life_resumed(struct life *l, uint8_t slot, msec now)
{
	struct generation *g = &l->slots[slot];

	if (g->state == GENERATION_ENDING && !g->master)
		orders_push_deed(&l->orders, slot, generation_resume(g, &l->limits.stop, now));
}

void
life_died(struct life *l, uint8_t slot, bool clean, uint32_t jitter, msec now)
{
	life_died_under(l, slot, clean, l->limits.restart.policy, jitter, now);
}

void
life_died_under(struct life *l, uint8_t slot, bool clean, enum restart_policy policy, uint32_t jitter, msec now)
{
	struct generation *g = &l->slots[slot];
	enum stop_deed deed;

	if (!g->master)
		return;
	/* first, so that the slot counts as ending when a successor looks for room */
	deed = generation_orphaned(g, &l->limits.stop, now);
	lose_master(l, slot, clean, policy, jitter, now);
	/* The successor went first: it is what users wait for. If these had to make room for it, they got KILL. */
	if (g->stop.stage != STOP_KILL)
		orders_push_deed(&l->orders, slot, deed);
}

/* Before its master was reaped, "nobody is left" is a look into /proc that came too early. */
void
life_gone(struct life *l, uint8_t slot, msec now)
{
	struct generation *g = &l->slots[slot];

	if (g->state != GENERATION_ENDING || g->master)
		return;
	generation_free(g);
	life_settle(l, now);
}

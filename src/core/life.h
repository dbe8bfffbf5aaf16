/*
 * life -- a service from start to stop: the state table, its generations, and what to do next.
 *
 * Pure: events and the time go in, orders come out. The caller (supervisor, or the simulator in tests/sim)
 * carries the orders out and reports what came of them:
 *
 *	life_start(&l, now);                  an event
 *	while (life_order(&l, &order))        what to do about it
 *		...
 *	wake at life_due(&l), call life_tick(&l, now)
 *
 * Orders are to be taken after every call, before the next event of another cause; what carrying one out brings
 * (life_spawned, life_died, life_gone) may be reported at once, between two orders.
 *
 * A service is one current generation and, while one replaces another or a dead or replaced one is being
 * ended, a few more. What must always hold (tests/sim checks it after every step):
 *   - never two living masters, except in `replacing` the next one beside the current one, and those that were
 *     told to end because they were replaced, failed to replace, or had nothing to do;
 *   - stopped means every slot is free;
 *   - listening means that every master was told to end;
 *   - a deadline wherever something is awaited that may never come.
 *
 * Without a listener of ours (`held` false) a successor never starts while anything of its predecessor
 * lives: the port, or whatever it shares, would be taken. With one it starts at once beside the orphans. After
 * a restart that was asked for it always waits until nobody is left: who wants both side by side asks for a
 * replacement.
 */
#ifndef BRIDLE_CORE_LIFE_H
#define BRIDLE_CORE_LIFE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/msec.h"
#include "core/generation.h"
#include "core/orders.h"
#include "core/restart.h"
#include "core/stop.h"

/* name, word for people, what it means */
#define LIFE_STATES(X) \
	X(STOPPED, "stopped", "nothing runs, nothing is wanted") \
	X(STARTING, "starting", "a master was spawned; not proven ready yet") \
	X(RUNNING, "running", "proven ready") \
	X(RELOADING, "reloading", "HUP was sent; waiting for new workers to be proven ready") \
	X(REPLACING, "replacing", "the current generation serves while the next one boots") \
	X(STOPPING, "stopping", "being ended; wanted down") \
	X(RESTARTING, "restarting", "being ended; up again once nobody is left") \
	X(RETRYING, "retrying", "passed start_timeout; being ended, then it counts as a boot failure") \
	X(WAITING, "waiting", "backing off before the next start") \
	X(FAILED, "failed", "gave up: needs a person or a changed configuration") \
	X(LISTENING, "listening", "its listeners are open, and the first connection starts it") \
	X(QUEUED, "queued", "wanted; starts when those that it comes after are ready") \
	X(DONE, "done", "ran to its end as it should, and counts as up (oneshot, remain_after_exit)")

enum life_state {
#define X(name, word, meaning) LIFE_##name,
	LIFE_STATES(X)
#undef X
		LIFE_STATE_COUNT
};

#define LIFE_EVENTS(X) \
	X(START, "start was asked for") \
	X(STOP, "stop was asked for") \
	X(RESTART, "stop and start were asked for") \
	X(REPLACE, "a replacement was asked for") \
	X(HUP, "a reload by HUP was asked for") \
	X(READY, "proven ready") \
	X(NEXT_READY, "the next generation is proven ready") \
	X(NEXT_DIED, "the next generation failed to boot") \
	X(STEP, "the next generation took over one worker more") \
	X(DIED_NOW, "the master ended; the successor starts at once") \
	X(DIED_LATER, "the master ended; the successor waits") \
	X(DIED_GIVE_UP, "the master ended once too often") \
	X(DIED_DONE, "the master ended; no restart is wanted") \
	X(EMPTY, "nobody is left") \
	X(HEIR, "the master was followed by one that it had started itself (USR2)") \
	X(CLEAR, "nothing is in the way of a successor any more") \
	X(TIMEOUT, "the deadline passed") \
	X(LISTEN, "listening was asked for") \
	X(CONNECT, "a connection came") \
	X(IDLE, "nothing came for idle_stop") \
	X(ASSUMED, "assumed ready: its heartbeats cannot be seen") \
	X(NEXT_ASSUMED, "the next generation is assumed ready: its heartbeats cannot be seen") \
	X(QUEUE, "start was asked for; others come first") \
	X(REFUSED, "another one that it requires failed") \
	X(UNFIT, "a command after its start failed") \
	X(FINISHED, "it ran to its end as it should") \
	X(MEND, "a replacement is what its settings want for what happened") \
	X(HALT, "to be stopped is what its settings want for what happened")

enum life_event {
#define X(name, meaning) ON_##name,
	LIFE_EVENTS(X)
#undef X
		LIFE_EVENT_COUNT
};

enum { LIFE_SLOTS = 4, LIFE_NONE = 255 /* no slot */, LIFE_PROOF = 5000 /* ms, see life_restore */ };

struct life_limits {
	struct restart_limits restart;
	struct stop_limits stop;
	msec start_timeout; /* > 0 */
	bool held;          /* we hold the listener: a successor may start beside what is left */
	bool oneshot;       /* never ready: to end with success is what it is for */
	bool remains;       /* a oneshot counts as up afterwards */
};

struct life {
	enum life_state state;
	uint8_t current, next; /* slots with a living master, or LIFE_NONE */
	uint32_t last_number;
	msec due;   /* of the state; the generations have their own */
	msec since; /* in this state */
	struct restart restart;
	struct life_limits limits;
	struct generation slots[LIFE_SLOTS];
	struct orders orders;
};

/* A stopped service with LIMITS. */
void life_init(struct life *l, const struct life_limits *limits);

/* New limits for what comes; running deadlines stay. */
void life_set_limits(struct life *l, const struct life_limits *limits);

/* What people ask for. Each says whether it meant anything in this state (false: nothing changed; the state
 * says why). start, restart and replace forget earlier failures. stop while stopping hurries nothing:
 * life_hurry does. Without `held`, replace means restart. */
bool life_start(struct life *l, msec now);
bool life_stop(struct life *l, msec now);
bool life_restart(struct life *l, msec now); /* down, then up */
bool life_replace(struct life *l, msec now); /* up beside, then down; nothing serves yet: start or restart */
bool life_hup(struct life *l, msec now);     /* only from running */
void life_hurry(struct life *l, msec now);   /* one rung up the ladder for everything that is ending */
bool life_listen(struct life *l, msec now);  /* only with `held`: from stopped, or anew when addresses changed */

/* What the order among services asks for (order.h). queue: to be started, but not yet; the start that follows is
 * life_start. refuse: that start will not come. */
bool life_queue(struct life *l, msec now);
bool life_refuse(struct life *l, msec now);

/* What its settings have done about an incident (policy.h), which nobody asked for now: failures are not forgotten for it.
 * mend: a new generation beside the one that runs, only with `held`. halt: down, where it runs or tries to. */
bool life_mend(struct life *l, msec now);
bool life_halt(struct life *l, msec now);

/* What came of an order, and what the kernel and the watcher saw. SLOT is the order's, JITTER any 32 random
 * bits (restart.h). Reports about a generation that is not there any more (NUMBER differs) are ignored. */
void life_spawned(struct life *l, uint8_t slot, bool ok, uint32_t jitter, msec now);
void life_ready(struct life *l, uint32_t number, msec now);
/* The same where nobody can see whether it is: it has lived for long enough to be taken for it, and moves say so. */
void life_assumed(struct life *l, uint32_t number, msec now);
/* ORDER_LISTEN was carried out, or (OK false) a listener could not be opened: as a failure to boot. */
void life_listened(struct life *l, bool ok, uint32_t jitter, msec now);
/* Somebody waits to be accepted while it is listening. */
void life_connect(struct life *l, msec now);
/* Nothing came for so long that generation NUMBER may end: false when that is not the one that runs, or not `held`. */
bool life_idle(struct life *l, uint32_t number, msec now);
/* While replacing, generation NUMBER, the next one, grows worker by worker (exchange.h): each step has the time of a start. */
void life_stepped(struct life *l, uint32_t number, msec now);
/* The master of SLOT was reaped, and a process that it had started lives to take its place, with workers of its own (USR2,
 * gunicorn-facts 5.4): from now on that is the master of SLOT, as a new generation that has to be proven ready. False, and
 * nothing changed: this is no master that may be followed (its listener is ours, or it was to end); life_died is due. */
bool life_followed(struct life *l, uint8_t slot, msec now);
/* The master of SLOT was reaped. CLEAN: exited with status 0. Others of its generation may live. */
void life_died(struct life *l, uint8_t slot, bool clean, uint32_t jitter, msec now);
/* The same, with POLICY in the place of the one that is set: how it ended may ask for that. A oneshot that ended well is done
 * all the same. */
void life_died_under(struct life *l, uint8_t slot, bool clean, enum restart_policy policy, uint32_t jitter, msec now);
/* Nobody of the generation in SLOT is left; only after life_died (before it, it is ignored). */
void life_gone(struct life *l, uint8_t slot, msec now);

/* Commands around a master (hooks.h). While they prepare its start, the one that runs is the master of SLOT, as far as this
 * is concerned.
 *   unfit      generation NUMBER is up, but a command that had to follow failed: taken for a start that took too long
 *   skipped    instead of life_died: it is not to be started after all, and nobody of it is left. Only while it boots:
 *              who is being ended has died
 *   resumed    instead of life_gone: a command that cleans up after it was started, as its master. It has `stop.total`
 *              until its ladder begins. life_died and life_gone follow. */
void life_unfit(struct life *l, uint32_t number, msec now);
void life_skipped(struct life *l, uint8_t slot, msec now);
void life_resumed(struct life *l, uint8_t slot, msec now);

/* Deadlines: when to call life_tick next (MSEC_NEVER: not at all), and the call. */
msec life_due(const struct life *l);
void life_tick(struct life *l, msec now);

/* Take the oldest order. False when there is none. */
bool life_order(struct life *l, struct life_order *order);

/* L was put together again from what a process wrote down that is no more: its fields but `orders`. False when no life can
 * be so; it must then not be used. RETELL: that process may have ended in the middle of something, so whoever is on a
 * ladder is told once more what its rung says (equal signals do no harm, gunicorn-facts 3.1). Masters that ended meanwhile
 * are reported afterwards, by life_died, or by life_spawned where it is not known whether one was ever spawned. Deadlines
 * stay, but whoever has to be proven ready gets LIFE_PROOF at least: those who prove it begin anew, too. */
bool life_restore(struct life *l, bool retell, msec now);

/* Words for people; never NULL. */
const char *life_state_name(enum life_state state);
const char *life_event_text(enum life_event event);

/* What goes before a state's name in a sentence: "is" running, "has" failed. */
const char *life_state_verb(enum life_state state);

/* Is it about a master that ended? Else it is about the one that lives. */
bool life_event_ends(enum life_event event);

/* The state of that name, or LIFE_STATE_COUNT. */
enum life_state life_state_by_name(const char *name);

#endif

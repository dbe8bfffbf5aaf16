#include "world.h"

#include <signal.h>

#include "../lib/order_text.h"
#include "chance.h"
#include "rebirth.h"

enum {
	STEPS = 400,         /* of a world, at most, before it is stopped */
	STEPS_TO_END = 1000, /* until it is */
	ORDERS = 40,         /* no step brings as many */
	TICKS = 12,          /* nor is as much due at one moment */
};

void
world_must(struct world *w, bool holds, const char *what)
{
	if (!holds && w->broken[0] == '\0')
		text_copy(w->broken, sizeof w->broken, what);
}

bool
world_has_free_slot(const struct world *w)
{
	for (uint8_t i = 0; i < CREWS; i++)
		if (!w->crews[i].used)
			return true;
	return false;
}

static void
say(struct world *w, const char *what)
{
	if (w->story == NULL)
		return;
	if (w->story->len > 0)
		text_add(w->story, "\n");
	text_addf(w->story, "%lld %s:", (long long)w->now, what);
}

/* Whoever's master is known to be dead is looked at whenever something of it ended. */
static void
look(struct world *w, uint8_t slot)
{
	struct crew *c = &w->crews[slot];
	enum life_state before = w->life.state;

	if (!c->used || !c->reaped || kernel_alive(c) > 0)
		return;
	if (!c->resumed && dice_percent(&w->dice, w->nature.cleans_up)) {
		kernel_resume(c, &w->nature, &w->dice, w->now);
		life_resumed(&w->life, slot, w->now);
		reaction_resumed(w, slot);
		return;
	}
	c->used = false;
	life_gone(&w->life, slot, w->now);
	world_must(w, w->life.state == before || before == LIFE_STOPPING || before == LIFE_RESTARTING,
		"somebody is gone, and that moved a service that does not wait for it");
}

static uint32_t
jitter(struct world *w)
{
	return (uint32_t)dice_roll(&w->dice);
}

static void
carry_out(struct world *w, const struct life_order *order)
{
	struct crew *c = &w->crews[order->slot];
	bool ok;

	switch ((enum life_order_kind)order->kind) {
	case ORDER_SPAWN:
		ok = kernel_spawn(c, order->number, &w->nature, &w->dice, w->now);
		life_spawned(&w->life, order->slot, ok, jitter(w), w->now);
		break;
	case ORDER_SIGNAL: kernel_signal(c, order->signal, false, &w->nature, &w->dice, w->now); break;
	case ORDER_SIGNAL_ALL:
		kernel_signal(c, order->signal, true, &w->nature, &w->dice, w->now);
		look(w, order->slot);
		break;
	case ORDER_LISTEN:
		ok = !dice_percent(&w->dice, w->nature.spawn_fails);
		life_listened(&w->life, ok, jitter(w), w->now);
		world_must(w, ok == (w->life.state == LIFE_LISTENING),
			"listening, and nothing is open, or the reverse");
		break;
	case ORDER_MOVED: break;
	}
}

static void
drain(struct world *w)
{
	struct life_order order;
	unsigned n = 0;

	while (w->broken[0] == '\0' && life_order(&w->life, &order)) {
		if (w->story != NULL) {
			text_add(w->story, n > 0 ? ", " : " ");
			order_text(w->story, &order);
		}
		promise_order(w, &order);
		world_must(w, n++ <= ORDERS, "orders without end");
		if (w->broken[0] == '\0')
			carry_out(w, &order);
	}
	if (w->broken[0] == '\0')
		promise_step(w);
}

static void
report_unfit(struct world *w, uint32_t number)
{
	struct life before = w->life;

	say(w, "unfit");
	life_unfit(&w->life, number, w->now);
	reaction_unfit(w, number, &before);
	drain(w);
}

static void
report_ready(struct world *w, uint32_t number)
{
	struct life before = w->life;

	if (dice_percent(&w->dice, w->nature.unfit)) {
		report_unfit(w, number);
		return;
	}
	say(w, "ready");
	if (dice_percent(&w->dice, w->nature.unseen))
		life_assumed(&w->life, number, w->now);
	else
		life_ready(&w->life, number, w->now);
	reaction_ready(w, number, &before);
	drain(w);
}

/* How a master ends may ask for a policy of its own. */
static enum restart_policy
policy_of(const struct world *w, uint32_t chance)
{
	if (chance / 2 % 100 >= (uint32_t)w->nature.own_policy)
		return w->life.limits.restart.policy;
	return chance % 2 == 0 ? RESTART_NEVER : RESTART_ALWAYS;
}

/* What the restart rules, which have tests of their own, make of this death. */
static enum restart_verdict
verdict_of(const struct world *w, uint8_t slot, uint32_t chance)
{
	const struct life *l = &w->life;
	struct restart_limits limits = l->limits.restart;
	const struct death death = {
		.ready = l->state == LIFE_RUNNING || l->state == LIFE_REPLACING,
		.clean = w->crews[slot].clean,
		.age = w->now - l->slots[slot].since,
	};
	struct restart r = l->restart;
	msec wait;

	limits.policy = policy_of(w, chance);
	return restart_judge(&r, &limits, &death, chance, w->now, &wait);
}

/* A process that the master in SLOT had started lives. */
static bool
follow(struct world *w, uint8_t slot)
{
	struct life before = w->life;
	bool followed = life_followed(&w->life, slot, w->now);

	reaction_heir(w, slot, followed, &before);
	if (!followed)
		return false;
	say(w, "followed");
	kernel_follow(&w->crews[slot], w->life.slots[slot].number, &w->nature, &w->dice, w->now);
	drain(w);
	return true;
}

/* Whoever is being ended has died; the others need not be started. */
static bool
report_skip(struct world *w, uint8_t slot)
{
	struct life before = w->life;
	struct crew *c = &w->crews[slot];

	if (!c->skips || w->promises.crews[slot].told || kernel_alive(c) > 0 ||
		w->life.slots[slot].state != GENERATION_BOOTING)
		return false;
	say(w, "skipped");
	c->used = false;
	life_skipped(&w->life, slot, w->now);
	reaction_skip(w, slot, &before);
	drain(w);
	return true;
}

static void
report_death(struct world *w, uint8_t slot)
{
	struct life before = w->life;
	struct crew *c = &w->crews[slot];
	uint32_t chance = jitter(w);
	enum restart_verdict verdict = verdict_of(w, slot, chance);

	if (report_skip(w, slot))
		return;
	if (slot == before.current && dice_percent(&w->dice, w->nature.heirs) && follow(w, slot))
		return;
	say(w, "died");
	c->reap_at = MSEC_NEVER;
	c->reaped = true;
	life_died_under(&w->life, slot, c->clean, policy_of(w, chance), chance, w->now);
	reaction_death(w, slot, &before, verdict);
	w->promises.prevented = policy_of(w, chance) == RESTART_NEVER;
	drain(w);
	w->promises.prevented = false;
}

static void
crew_turn(struct world *w, uint8_t slot)
{
	struct crew *c = &w->crews[slot];

	kernel_reap(c, &w->nature, &w->dice, w->now);
	if (c->ready_at <= w->now) {
		c->ready_at = MSEC_NEVER;
		report_ready(w, c->number);
	} else if (c->reap_at <= w->now) {
		report_death(w, slot);
	}
	if (w->broken[0] != '\0' || !c->used || !c->reaped || kernel_alive(c) > 0)
		return;
	say(w, "gone");
	look(w, slot);
	drain(w);
}

static void
tick(struct world *w)
{
	struct life before = w->life;

	say(w, "timeout");
	life_tick(&w->life, w->now);
	reaction_tick(w, &before);
	drain(w);
	/* a rung of no length is due at once, but only so many times */
	w->ticks = w->ticked == w->now ? w->ticks + 1 : 0;
	w->ticked = w->now;
	world_must(w, w->ticks <= TICKS, "a busy loop: due again and again");
}

static uint32_t
newest(const struct world *w)
{
	return w->life.current == LIFE_NONE ? w->life.last_number : w->life.slots[w->life.current].number;
}

static bool
feed_request(struct world *w, enum request request)
{
	enum life_state before = w->life.state;

	switch (request) {
	case ASK_START: return life_start(&w->life, w->now);
	case ASK_STOP: return life_stop(&w->life, w->now);
	case ASK_RESTART: return life_restart(&w->life, w->now);
	case ASK_REPLACE: return life_replace(&w->life, w->now);
	case ASK_HUP: return life_hup(&w->life, w->now);
	case ASK_QUEUE: return life_queue(&w->life, w->now);
	case ASK_REFUSE: return life_refuse(&w->life, w->now);
	case ASK_HURRY: life_hurry(&w->life, w->now); break;
	case ASK_LISTEN: return life_listen(&w->life, w->now);
	case ASK_CONNECT: life_connect(&w->life, w->now); break;
	case ASK_IDLE: return life_idle(&w->life, newest(w), w->now);
	case ASK_MEND: return life_mend(&w->life, w->now);
	case ASK_HALT: return life_halt(&w->life, w->now);
	case REQUESTS: break;
	}
	return w->life.state != before;
}

/* Whoever is asked to end is hurried by hurry: a signal goes out to each. */
static unsigned
count_told(const struct world *w)
{
	unsigned n = 0;

	for (uint8_t i = 0; i < CREWS; i++)
		n += w->crews[i].used && w->promises.crews[i].told;
	return n;
}

void
world_ask(struct world *w, enum request request)
{
	static const char *const words[] = { "start", "stop", "restart", "replace", "hup", "hurry", "listen", "connect",
		"idle", "queue", "refuse", "mend", "halt" };
	enum life_state before = w->life.state;
	unsigned signals = w->promises.signals + (request == ASK_HURRY ? count_told(w) : 0);
	bool accepted;

	say(w, words[request]);
	accepted = feed_request(w, request);
	reaction_request(w, request, accepted, before);
	world_must(w, accepted || request == ASK_HURRY || w->life.orders.count == 0,
		"a refused request orders something");
	drain(w);
	world_must(w, w->promises.signals >= signals, "nobody is hurried");
}

/* The next generation took over a worker more, or so it is said of one that is none. */
static void
report_step(struct world *w)
{
	struct life before = w->life;
	uint32_t number = w->life.next != LIFE_NONE && dice_percent(&w->dice, 70) ?
		w->life.slots[w->life.next].number :
		(uint32_t)dice_below(&w->dice, (int64_t)w->life.last_number + 2);

	say(w, "step");
	life_stepped(&w->life, number, w->now);
	reaction_step(w, number, &before);
	drain(w);
}

/* Reports about what is not there, or not so. */
static void
stray(struct world *w)
{
	uint8_t slot = (uint8_t)dice_below(&w->dice, CREWS);
	const struct crew *c = &w->crews[slot];
	enum life_state before = w->life.state;

	if (dice_percent(&w->dice, 50)) {
		report_ready(w, (uint32_t)dice_below(&w->dice, (int64_t)w->life.last_number + 2));
		return;
	}
	say(w, "stray");
	if (!c->used || c->reaped || w->promises.crews[slot].ready)
		life_skipped(&w->life, slot, w->now);
	if (!c->used || !c->reaped)
		life_resumed(&w->life, slot, w->now);
	if (!c->used || c->reaped)
		life_died(&w->life, slot, false, jitter(w), w->now);
	if (!c->used || !c->reaped)
		life_gone(&w->life, slot, w->now);
	world_must(w, w->life.state == before, "a report about nothing moved the service");
	drain(w);
}

static void
roll_request(struct world *w)
{
	struct dice *d = &w->dice;

	if (dice_percent(d, w->strays)) {
		stray(w);
	} else if (dice_percent(d, w->life.state == LIFE_REPLACING ? 40 : 4)) {
		report_step(w);
	} else if (dice_percent(d, 3)) {
		struct life_limits limits;

		chance_limits(&w->dice, &limits);
		life_set_limits(&w->life, &limits);
		reaction_limits(w);
		say(w, limits.held ? "limits, held" : "limits, its own port");
	} else {
		bool as_usual = dice_percent(d, 60) && w->habit < REQUESTS;

		world_ask(w, (enum request)(as_usual ? w->habit : dice_below(d, REQUESTS)));
	}
	w->request_at = w->now + dice_below(d, w->pause);
}

static msec
tick_at(const struct world *w)
{
	msec due = life_due(&w->life);

	return due == MSEC_NEVER ? due : due + w->late;
}

/* The next thing that happens, and to whom: a slot, CREWS for the operator, CREWS + 1 for the clock. */
static unsigned
find_next(const struct world *w, msec *when)
{
	unsigned who = CREWS;

	*when = w->request_at;
	for (unsigned i = 0; i < CREWS; i++) {
		msec due = w->crews[i].used ? kernel_due(&w->crews[i]) : MSEC_NEVER;

		if (due < *when) {
			*when = due;
			who = i;
		}
	}
	if (tick_at(w) < *when) {
		*when = tick_at(w);
		who = CREWS + 1;
	}
	return who;
}

/* One thing happens. False when nothing will before UNTIL, or a promise was broken. */
static bool
step(struct world *w, msec until)
{
	msec when;
	unsigned who = find_next(w, &when);

	if (w->broken[0] != '\0' || when == MSEC_NEVER || when > until)
		return false;
	w->now = when > w->now ? when : w->now;
	if (who < CREWS)
		crew_turn(w, (uint8_t)who);
	else if (who == CREWS)
		roll_request(w);
	else
		tick(w);
	return w->broken[0] == '\0';
}

/* Suspended, or starved: time passed and nobody could act. */
static void
jump(struct world *w)
{
	msec far = dice_percent(&w->dice, 50) ? dice_below(&w->dice, 10000) : dice_below(&w->dice, 86400000);

	w->now += far;
	promise_jump(w, far);
}

/* The supervisor is another program from here on, and meanwhile some of those whom it looks after have died. */
static void
be_reborn(struct world *w)
{
	bool crashed = dice_percent(&w->dice, 50);

	say(w, crashed ? "crash" : "reexec");
	for (uint8_t i = 0; i < CREWS; i++)
		if (w->crews[i].used && kernel_master_lives(&w->crews[i]) && dice_percent(&w->dice, 20))
			w->crews[i].procs[0].dies_at = w->now;
	rebirth(w, crashed);
	if (w->broken[0] == '\0')
		drain(w);
}

/* What is asked to stop, stops. */
static void
end_of_days(struct world *w)
{
	w->request_at = MSEC_NEVER;
	if (w->life.state != LIFE_STOPPED && w->life.state != LIFE_STOPPING)
		world_ask(w, ASK_STOP);
	for (unsigned i = 0; i < STEPS_TO_END && w->life.state != LIFE_STOPPED; i++)
		if (!step(w, MSEC_NEVER - 1))
			break;
	world_must(w, w->life.state == LIFE_STOPPED, "a stop that does not end");
}

bool
world_live(struct world *w, uint64_t seed, struct text *story)
{
	static const msec pauses[] = { 0, 100, 3000, 60000 };
	struct life_limits limits;

	*w = (struct world){ .dice = { seed }, .story = story };
	chance_limits(&w->dice, &limits);
	chance_nature(&w->dice, &w->nature, limits.start_timeout);
	w->pause = pauses[dice_below(&w->dice, 4)];
	w->habit = dice_percent(&w->dice, 50) ? ASK_REPLACE : (int)dice_below(&w->dice, REQUESTS + 1);
	w->strays = chance_percent(&w->dice) / 2;
	w->rebirths = dice_percent(&w->dice, 50) ? chance_percent(&w->dice) / 4 : 0;
	life_init(&w->life, &limits);
	promise_begin(w);
	world_ask(w, ASK_START);
	w->request_at = w->pause > 0 ? w->now + dice_below(&w->dice, w->pause) : MSEC_NEVER;
	for (unsigned i = 0; i < STEPS && step(w, MSEC_NEVER - 1); i++) {
		w->late = dice_percent(&w->dice, 10) ? dice_below(&w->dice, 100) : 0;
		if (dice_percent(&w->dice, 1))
			jump(w);
		if (w->broken[0] == '\0' && dice_percent(&w->dice, w->rebirths))
			be_reborn(w);
	}
	if (w->broken[0] == '\0')
		end_of_days(w);
	return w->broken[0] == '\0';
}

void
world_begin(struct world *w, const struct life_limits *limits, struct text *story)
{
	*w = (struct world){ .story = story, .request_at = MSEC_NEVER };
	w->nature = (struct nature){ .immortal = 100, .boot = 1, .drain = 1, .age = 1 };
	life_init(&w->life, limits);
	promise_begin(w);
}

void
world_kill_master(struct world *w)
{
	if (w->life.current == LIFE_NONE)
		return;
	w->crews[w->life.current].procs[0].dies_at = w->now;
	w->crews[w->life.current].clean = false;
}

void
world_run(struct world *w, msec until)
{
	while (step(w, until))
		;
	w->now = until;
}

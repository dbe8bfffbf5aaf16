#include "kernel.h"

#include <signal.h>

static msec
earlier(msec a, msec b)
{
	return a < b ? a : b;
}

static void
add_process(struct crew *c, const struct nature *nature, struct dice *dice)
{
	struct process *p;

	if (c->count == CREW_MOST)
		return;
	p = &c->procs[c->count++];
	*p = (struct process){
		.alive = true,
		.stubborn = dice_percent(dice, nature->stubborn),
		.forks = dice_percent(dice, nature->forks),
		.stuck = dice_percent(dice, nature->stuck) ? dice_below(dice, STUCK_MOST) : 0,
		.dies_at = MSEC_NEVER,
	};
}

/* When the master is ready and when it dies by itself: the story of a crew that is left alone. */
static void
decide_fate(struct crew *c, const struct nature *nature, struct dice *dice, msec now)
{
	msec boot = dice_below(dice, nature->boot), age;

	c->ready_at = MSEC_NEVER;
	c->skips = dice_percent(dice, nature->skips);
	if (c->skips || dice_percent(dice, nature->boot_dies)) {
		c->procs[0].dies_at = now + boot;
		return;
	}
	if (dice_percent(dice, nature->never_ready))
		return;
	c->ready_at = now + boot;
	if (dice_percent(dice, nature->immortal))
		return;
	age = dice_percent(dice, nature->early_deaths) ? dice_below(dice, 200) : dice_below(dice, nature->age);
	c->procs[0].dies_at = now + boot + age;
}

bool
kernel_spawn(struct crew *c, uint32_t number, const struct nature *nature, struct dice *dice, msec now)
{
	unsigned workers = (unsigned)(nature->fewest + dice_below(dice, nature->workers - nature->fewest + 1));

	if (dice_percent(dice, nature->spawn_fails))
		return false;
	*c = (struct crew){ .used = true,
		.number = number,
		.forks_left = CREW_FORKS,
		.reap_at = MSEC_NEVER,
		.clean = dice_percent(dice, nature->clean) };
	add_process(c, nature, dice);
	decide_fate(c, nature, dice, now);
	while (workers-- > 0)
		add_process(c, nature, dice);
	return true;
}

void
kernel_follow(struct crew *c, uint32_t number, const struct nature *nature, struct dice *dice, msec now)
{
	c->number = number;
	c->reaped = false;
	c->reap_at = MSEC_NEVER;
	c->procs[0].alive = true;
	c->procs[0].dies_at = MSEC_NEVER;
	decide_fate(c, nature, dice, now);
}

void
kernel_resume(struct crew *c, const struct nature *nature, struct dice *dice, msec now)
{
	*c = (struct crew){ .used = true,
		.resumed = true,
		.number = c->number,
		.reap_at = MSEC_NEVER,
		.ready_at = MSEC_NEVER };
	add_process(c, nature, dice);
	if (!dice_percent(dice, nature->never_ready))
		c->procs[0].dies_at = now + dice_below(dice, nature->drain);
}

static void
hit(struct crew *c, struct process *p, int signal, const struct nature *nature, struct dice *dice, msec now)
{
	if (p->forks && c->forks_left > 0 && dice_percent(dice, 50)) {
		c->forks_left--;
		add_process(c, nature, dice); /* born too late for this signal */
	}
	if (signal == SIGKILL) {
		p->dies_at = earlier(p->dies_at, now + p->stuck);
	} else if (!p->stubborn && !dice_percent(dice, nature->lost)) {
		msec longest = signal == SIGTERM ? nature->drain : nature->drain / 8 + 1;

		p->dies_at = earlier(p->dies_at, now + dice_below(dice, longest));
	}
}

void
kernel_signal(struct crew *c, int signal, bool all, const struct nature *nature, struct dice *dice, msec now)
{
	unsigned n = all ? c->count : 1; /* those born meanwhile are not among them */

	if (signal == SIGHUP) {
		if (dice_percent(dice, nature->boot_dies))
			c->procs[0].dies_at = earlier(c->procs[0].dies_at, now + 200);
		else if (!dice_percent(dice, nature->lost))
			c->ready_at = now + dice_below(dice, nature->boot);
		return;
	}
	for (unsigned i = 0; i < n; i++)
		if (c->procs[i].alive)
			hit(c, &c->procs[i], signal, nature, dice, now);
}

msec
kernel_due(const struct crew *c)
{
	msec due = earlier(c->reap_at, c->ready_at);

	for (unsigned i = 0; i < c->count; i++)
		if (c->procs[i].alive)
			due = earlier(due, c->procs[i].dies_at);
	return due;
}

/* Workers see that their master is gone, sooner or later, or never. */
static void
orphan(struct crew *c, const struct nature *nature, struct dice *dice, msec now)
{
	for (unsigned i = 1; i < c->count; i++)
		if (c->procs[i].alive && !dice_percent(dice, nature->leaves))
			c->procs[i].dies_at = earlier(c->procs[i].dies_at, now + dice_below(dice, 1000));
	c->reap_at = now + (dice_percent(dice, nature->late) ? dice_below(dice, 50) : 0);
}

void
kernel_reap(struct crew *c, const struct nature *nature, struct dice *dice, msec now)
{
	for (unsigned i = 0; i < c->count; i++) {
		struct process *p = &c->procs[i];

		if (!p->alive || p->dies_at > now)
			continue;
		p->alive = false;
		if (i == 0)
			orphan(c, nature, dice, now);
	}
}

unsigned
kernel_alive(const struct crew *c)
{
	unsigned n = 0;

	for (unsigned i = 0; c->used && i < c->count; i++)
		n += c->procs[i].alive;
	return n;
}

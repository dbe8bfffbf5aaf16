#include "chance.h"

int
chance_percent(struct dice *d)
{
	static const int percents[] = { 0, 0, 0, 10, 30, 100 };

	return percents[dice_below(d, 6)];
}

void
chance_limits(struct dice *d, struct life_limits *limits)
{
	static const msec delays[] = { 1, 100, 1000, 5000 }, resets[] = { 2000, 10000, 60000 };
	static const msec gracefuls[] = { 0, 500, 5000, 30000 }, totals[] = { 0, 1000, 10000, 40000 };
	static const msec drains[] = { 0, 0, 100, 7000 };
	static const msec starts[] = { 100, 3000, 60000 };
	static const enum restart_policy policies[] = { RESTART_ALWAYS, RESTART_ALWAYS, RESTART_ALWAYS,
		RESTART_ON_FAILURE, RESTART_ON_FAILURE, RESTART_NEVER };
	msec delay = delays[dice_below(d, 4)];

	*limits = (struct life_limits){
		.restart = { .policy = policies[dice_below(d, 6)],
			.delay = delay,
			.delay_max = delay * (1 + dice_below(d, 20)),
			.reset = resets[dice_below(d, 3)],
			.limit = (uint32_t)dice_below(d, 6),
			.interval = 1000 + dice_below(d, 600000) },
		.stop = { .drain = drains[dice_below(d, 4)],
			.graceful = gracefuls[dice_below(d, 4)],
			.total = totals[dice_below(d, 4)],
			.quit = dice_percent(d, 70) },
		.start_timeout = starts[dice_below(d, 3)],
		.held = dice_percent(d, 60),
		.oneshot = dice_percent(d, 20),
		.remains = dice_percent(d, 50),
	};
}

void
chance_nature(struct dice *d, struct nature *n, msec start_timeout)
{
	*n = (struct nature){
		.spawn_fails = chance_percent(d) / 2,
		.boot_dies = chance_percent(d),
		.never_ready = chance_percent(d) / 2,
		.early_deaths = chance_percent(d),
		.immortal = chance_percent(d),
		.stubborn = chance_percent(d),
		.forks = chance_percent(d),
		.stuck = chance_percent(d),
		.lost = chance_percent(d),
		.leaves = chance_percent(d),
		.unseen = chance_percent(d),
		.clean = chance_percent(d),
		.heirs = chance_percent(d) / 2,
		.late = 20,
		.skips = chance_percent(d) / 2,
		.unfit = chance_percent(d) / 2,
		.cleans_up = chance_percent(d),
		.workers = (int)dice_below(d, 5),
		.boot = 1 + dice_below(d, dice_percent(d, 50) ? start_timeout : 2 * start_timeout),
		.drain = 1 + dice_below(d, 20000),
		.age = 1 + dice_below(d, 100000),
	};
	n->own_policy = n->clean / 4;
}

/*
 * stories -- lives told by hand, each with what is to come of it. To be read as examples, too.
 */
#include <stdio.h>
#include <string.h>

#include "world.h"

static const struct life_limits usual = {
	.restart = { .policy = RESTART_ALWAYS,
		.delay = 1000,
		.delay_max = 1000,
		.reset = 60000,
		.limit = 3,
		.interval = 3600000 },
	.stop = { .graceful = 5000, .total = 8000, .quit = true },
	.start_timeout = 10000,
	.held = true,
};

static void
at(struct world *w, msec when, enum request request)
{
	world_run(w, when);
	world_ask(w, request);
}

static void
kill_at(struct world *w, msec when)
{
	world_run(w, when);
	world_kill_master(w);
}

static void
a_quiet_life(struct world *w)
{
	at(w, 0, ASK_START);
	at(w, 60000, ASK_STOP);
	world_run(w, 70000);
}

static void
an_app_that_cannot_be_imported(struct world *w)
{
	w->nature.boot_dies = 100;
	at(w, 0, ASK_START);
	world_run(w, 60000);
	w->nature.boot_dies = 0;
	at(w, 60000, ASK_START);
	world_run(w, 70000);
}

static void
an_import_that_takes_too_long(struct world *w)
{
	w->nature.never_ready = 100;
	at(w, 0, ASK_START);
	world_run(w, 10500);
	w->nature.never_ready = 0;
	world_run(w, 20000);
}

static void
a_killed_master_leaves_workers(struct world *w)
{
	w->nature.fewest = w->nature.workers = 1;
	w->nature.leaves = 100;
	at(w, 0, ASK_START);
	w->crews[0].procs[1].stubborn = true;
	kill_at(w, 20000);
	world_run(w, 30000);
}

static void
on_its_own_port(struct world *w)
{
	w->life.limits.held = false;
	a_killed_master_leaves_workers(w);
}

static void
killed_again_and_again(struct world *w)
{
	at(w, 0, ASK_START);
	for (int i = 1; i <= 5; i++)
		kill_at(w, 2600 * i);
	kill_at(w, 13030); /* once more, just after a restart: forgiven */
	kill_at(w, 13060); /* but not twice */
	world_run(w, 20000);
}

static void
a_replacement(struct world *w)
{
	at(w, 0, ASK_START);
	at(w, 1000, ASK_REPLACE);
	world_run(w, 2000);
}

static void
a_broken_replacement(struct world *w)
{
	at(w, 0, ASK_START);
	world_run(w, 1000);
	w->nature.boot_dies = 100;
	at(w, 1000, ASK_REPLACE);
	world_run(w, 2000);
	w->nature.boot_dies = 0;
	w->nature.never_ready = 100;
	at(w, 2000, ASK_REPLACE);
	world_run(w, 20000);
}

static void
an_old_one_dies_while_it_is_replaced(struct world *w)
{
	at(w, 0, ASK_START);
	world_run(w, 1000);
	w->nature.never_ready = 100;
	at(w, 1000, ASK_REPLACE);
	kill_at(w, 2000);
	world_run(w, 3000);
	w->crews[1].ready_at = 4000;
	world_run(w, 5000);
}

static void
a_reload_that_breaks_it(struct world *w)
{
	at(w, 0, ASK_START);
	at(w, 1000, ASK_HUP);
	world_run(w, 2000);
	w->nature.boot_dies = 100;
	at(w, 2000, ASK_HUP);
	world_run(w, 3000);
	w->nature.boot_dies = 0;
	world_run(w, 5000);
}

static void
one_that_does_not_want_to_stop(struct world *w)
{
	w->nature.stubborn = 100;
	at(w, 0, ASK_START);
	at(w, 1000, ASK_STOP);
	world_run(w, 20000);
}

static void
an_impatient_operator(struct world *w)
{
	w->nature.stubborn = 100;
	at(w, 0, ASK_START);
	at(w, 1000, ASK_STOP);
	at(w, 1500, ASK_START);
	at(w, 2000, ASK_HURRY);
	at(w, 2500, ASK_HURRY);
	world_run(w, 5000);
}

static void
one_that_runs_when_somebody_comes(struct world *w)
{
	w->nature.stubborn = 100;
	at(w, 0, ASK_LISTEN);
	at(w, 1000, ASK_CONNECT);
	at(w, 5000, ASK_IDLE);
	at(w, 5001, ASK_CONNECT);
	at(w, 20000, ASK_IDLE);
	world_run(w, 30000);
}

static const struct story {
	const char *name;
	void (*live)(struct world *w);
	const char *trace;
} stories[] = {
	{ "a quiet life", a_quiet_life,
		"0 start: spawn 1, stopped -> starting\n"
		"0 ready: starting -> running\n"
		"60000 stop: TERM 0, running -> stopping\n"
		"60000 died: TERM all 0, stopping -> stopped" },
	{ "an app that cannot be imported", an_app_that_cannot_be_imported,
		"0 start: spawn 1, stopped -> starting\n"
		"0 died: starting -> waiting 1000, TERM all 0\n"
		"1000 timeout: spawn 2, waiting -> starting\n"
		"1000 died: starting -> waiting 1000, TERM all 0\n"
		"2000 timeout: spawn 3, waiting -> starting\n"
		"2000 died: starting -> failed, TERM all 0\n"
		"60000 start: spawn 4, failed -> starting\n"
		"60000 ready: starting -> running" },
	{ "an import that takes too long", an_import_that_takes_too_long,
		"0 start: spawn 1, stopped -> starting\n"
		"10000 timeout: TERM 0, starting -> retrying\n"
		"10000 died: retrying -> waiting 1000, TERM all 0\n"
		"11000 timeout: spawn 2, waiting -> starting\n"
		"11000 ready: starting -> running" },
	{ "a killed master leaves workers", a_killed_master_leaves_workers,
		"0 start: spawn 1, stopped -> starting\n"
		"0 ready: starting -> running\n"
		"20000 died: spawn 2, running -> starting, TERM all 0\n"
		"20000 ready: starting -> running\n"
		"25000 timeout: KILL all 0\n"
		"25000 gone:" },
	{ "the same on its own port", on_its_own_port,
		"0 start: spawn 1, stopped -> starting\n"
		"0 ready: starting -> running\n"
		"20000 died: running -> restarting, TERM all 0\n"
		"25000 timeout: KILL all 0\n"
		"25000 gone: spawn 2, restarting -> starting\n"
		"25000 ready: starting -> running" },
	{ "killed again and again", killed_again_and_again,
		"0 start: spawn 1, stopped -> starting\n"
		"0 ready: starting -> running\n"
		"2600 died: spawn 2, running -> starting, TERM all 0\n"
		"2600 ready: starting -> running\n"
		"5200 died: spawn 3, running -> starting, TERM all 1\n"
		"5200 ready: starting -> running\n"
		"7800 died: spawn 4, running -> starting, TERM all 0\n"
		"7800 ready: starting -> running\n"
		"10400 died: spawn 5, running -> starting, TERM all 1\n"
		"10400 ready: starting -> running\n"
		"13000 died: spawn 6, running -> starting, TERM all 0\n"
		"13000 ready: starting -> running\n"
		"13030 died: spawn 7, running -> starting, TERM all 1\n"
		"13030 ready: starting -> running\n"
		"13060 died: running -> waiting 1000, TERM all 0\n"
		"14060 timeout: spawn 8, waiting -> starting\n"
		"14060 ready: starting -> running" },
	{ "a replacement", a_replacement,
		"0 start: spawn 1, stopped -> starting\n"
		"0 ready: starting -> running\n"
		"1000 replace: spawn 2, running -> replacing\n"
		"1000 ready: TERM 0, replacing -> running\n"
		"1000 died: TERM all 0" },
	{ "broken replacements", a_broken_replacement,
		"0 start: spawn 1, stopped -> starting\n"
		"0 ready: starting -> running\n"
		"1000 replace: spawn 2, running -> replacing\n"
		"1000 died: replacing -> running, TERM all 1\n"
		"2000 replace: spawn 3, running -> replacing\n"
		"12000 timeout: TERM 1, replacing -> running\n"
		"12000 died: TERM all 1" },
	{ "an old one dies while it is replaced", an_old_one_dies_while_it_is_replaced,
		"0 start: spawn 1, stopped -> starting\n"
		"0 ready: starting -> running\n"
		"1000 replace: spawn 2, running -> replacing\n"
		"2000 died: replacing -> starting, TERM all 0\n"
		"4000 ready: starting -> running" },
	{ "a reload that breaks it", a_reload_that_breaks_it,
		"0 start: spawn 1, stopped -> starting\n"
		"0 ready: starting -> running\n"
		"1000 hup: HUP 0, running -> reloading\n"
		"1000 ready: reloading -> running\n"
		"2000 hup: HUP 0, running -> reloading\n"
		"2200 died: reloading -> waiting 1000, TERM all 0\n"
		"3200 timeout: spawn 2, waiting -> starting\n"
		"3200 ready: starting -> running" },
	{ "one that does not want to stop", one_that_does_not_want_to_stop,
		"0 start: spawn 1, stopped -> starting\n"
		"0 ready: starting -> running\n"
		"1000 stop: TERM 0, running -> stopping\n"
		"6000 timeout: QUIT 0\n"
		"9000 timeout: KILL all 0\n"
		"9000 died:\n"
		"9000 gone: stopping -> stopped" },
	{ "an impatient operator", an_impatient_operator,
		"0 start: spawn 1, stopped -> starting\n"
		"0 ready: starting -> running\n"
		"1000 stop: TERM 0, running -> stopping\n"
		"1500 start: stopping -> restarting\n"
		"2000 hurry: QUIT 0\n"
		"2500 hurry: KILL all 0\n"
		"2500 died:\n"
		"2500 gone: spawn 2, restarting -> starting\n"
		"2500 ready: starting -> running" },
	{ "one that runs when somebody comes", one_that_runs_when_somebody_comes,
		"0 listen: listen, stopped -> listening\n"
		"1000 connect: spawn 1, listening -> starting\n"
		"1000 ready: starting -> running\n"
		"5000 idle: TERM 0, listen, running -> listening\n"
		"5001 connect: spawn 2, listening -> starting\n"
		"5001 ready: starting -> running\n"
		"10000 timeout: QUIT 0\n"
		"13000 timeout: KILL all 0\n"
		"13000 died:\n"
		"13000 gone:\n"
		"20000 idle: TERM 1, listen, running -> listening\n"
		"25000 timeout: QUIT 1\n"
		"28000 timeout: KILL all 1\n"
		"28000 died:\n"
		"28000 gone:" },
};

int
main(void)
{
	unsigned wrong = 0;

	for (unsigned i = 0; i < sizeof stories / sizeof stories[0]; i++) {
		static struct world w;
		char buffer[4096];
		struct text trace;

		text_init(&trace, buffer, sizeof buffer);
		world_begin(&w, &usual, &trace);
		stories[i].live(&w);
		if (w.broken[0] == '\0' && strcmp(buffer, stories[i].trace) == 0)
			continue;
		printf("%s: %s\n-- wanted:\n%s\n-- came:\n%s\n\n", stories[i].name, w.broken, stories[i].trace, buffer);
		wrong++;
	}
	printf("%u stories went wrong\n", wrong);
	return wrong > 0;
}

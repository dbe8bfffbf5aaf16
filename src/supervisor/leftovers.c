#include "supervisor/leftovers.h"

#include <signal.h>

#include "base/clock.h"
#include "base/log.h"
#include "os/tree.h"
#include "supervisor/bridled.h"

enum {
	PATIENCE = 10000, /* ms from TERM to KILL */
	INTERVAL = 50,    /* ms between looks: they are no children of ours, nothing tells when they end */
};

static void
say_and_term(void *context, pid_t pid, uint64_t start, const struct tree_marker *marker)
{
	(void)context;
	log_warning("%s: process %d of an earlier run (generation %u) is ended", marker->service, (int)pid, marker->generation);
	tree_signal(pid, start, SIGTERM);
}

static void
kill_it(void *context, pid_t pid, uint64_t start, const struct tree_marker *marker)
{
	(void)context;
	(void)marker;
	tree_signal(pid, start, SIGKILL);
}

static void
leave_it(void *context, pid_t pid, uint64_t start, const struct tree_marker *marker)
{
	(void)context;
	(void)pid;
	(void)start;
	(void)marker;
}

static void
on_time(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct bridled *b = timer->data;

	(void)events;
	if (tree_leftovers(b->run_dir, clock_now() >= b->clear_until ? kill_it : leave_it, NULL) > 0)
		return;
	ev_timer_stop(loop, timer);
	b->clearing = false;
	bridled_start_services(b, clock_now());
}

void
leftovers_end(struct bridled *b, msec now)
{
	if (tree_leftovers(b->run_dir, say_and_term, NULL) == 0) {
		bridled_start_services(b, now);
		return;
	}
	b->clearing = true;
	b->clear_until = now + PATIENCE;
	ev_timer_init(&b->clear_timer, on_time, INTERVAL / 1000., INTERVAL / 1000.);
	b->clear_timer.data = b;
	ev_timer_start(b->loop, &b->clear_timer);
}

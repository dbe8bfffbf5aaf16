/*
 * leftovers.c -- TERM, then after PATIENCE KILL at every look, and after GIVE_UP the start in any case.
 * Nobody of them is a child of ours: all of /proc is looked through each time, twenty times a second,
 * for as long as nothing else is to be done.
 */
#include "supervisor/leftovers.h"

#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "os/tree.h"
#include "supervisor/adopt.h"
#include "supervisor/bridled.h"
#include "supervisor/service.h"

enum {
	PATIENCE = 10000,  /* ms from TERM to KILL */
	GIVE_UP = 20000,   /* ms from TERM until services are started all the same */
	INTERVAL = 50,     /* ms between looks: they are no children of ours, nothing tells when they end */
	ON_PURPOSE = 1000, /* ms after which who is still executing a program is no leftover (rest.c) */
};

/* A marker is what anybody can put into his environment: only those whom a service may be are believed. */
static bool
is_of_ours(const void *of, uid_t uid)
{
	const struct bridled *b = of;

	if (uid == 0 || uid == geteuid())
		return true;
	for (uint32_t i = 0; i < b->capacity; i++)
		if (b->services[i] != NULL && b->services[i]->plan != NULL && b->services[i]->plan->uid == uid)
			return true;
	return false;
}

struct tree_users
leftovers_users(const struct bridled *b)
{
	return (struct tree_users){ .has = is_of_ours, .of = b };
}

/* Who was adopted is none. */
static bool
is_leftover(struct bridled *b, pid_t pid, const struct tree_marker *marker)
{
	if (adopt_owns(b, pid, marker))
		return false;
	b->leftovers++;
	return true;
}

static void
say_and_term(void *context, pid_t pid, uint64_t start, const struct tree_marker *marker)
{
	if (!is_leftover(context, pid, marker))
		return;
	log_warning("%s: process %d of an earlier run (generation %u) is ended", marker->service, (int)pid,
		marker->generation);
	tree_signal(pid, start, SIGTERM);
}

static void
kill_it(void *context, pid_t pid, uint64_t start, const struct tree_marker *marker)
{
	if (is_leftover(context, pid, marker))
		tree_signal(pid, start, SIGKILL);
}

static void
leave_it(void *context, pid_t pid, uint64_t start, const struct tree_marker *marker)
{
	(void)start;
	is_leftover(context, pid, marker);
}

/* False: of somebody that cannot be said yet (he is executing a program), or of nobody. */
static bool
look(struct bridled *b, void (*visit)(void *context, pid_t pid, uint64_t start, const struct tree_marker *marker))
{
	const struct tree_users users = leftovers_users(b);

	b->leftovers = 0;
	tree_leftovers(b->run_dir, &users, visit, b);
	return errno == 0;
}

static void
on_time(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct bridled *b = timer->data;
	msec now = clock_now(), since_term = now - b->clear_until + PATIENCE;
	bool known = look(b, since_term >= PATIENCE ? kill_it : leave_it);

	(void)events;
	if ((b->leftovers > 0 && since_term < GIVE_UP) || (!known && since_term < ON_PURPOSE))
		return;
	if (b->leftovers > 0)
		log_error(
			"processes of an earlier run do not end, though they were killed: services are started beside them");
	ev_timer_stop(loop, timer);
	b->clear_until = 0;
	memory_bridled(b);
	bridled_start_services(b, now);
}

void
leftovers_go_on(struct bridled *b)
{
	ev_timer_init(&b->clear_timer, on_time, INTERVAL / 1000., INTERVAL / 1000.);
	b->clear_timer.data = b;
	ev_timer_start(b->loop, &b->clear_timer);
}

void
leftovers_end(struct bridled *b, msec now)
{
	if (look(b, say_and_term) && b->leftovers == 0) {
		bridled_start_services(b, now);
		return;
	}
	/* above.c says so upwards: it may take ten seconds */
	b->clear_until = now + PATIENCE;
	memory_bridled(b);
	leftovers_go_on(b);
}

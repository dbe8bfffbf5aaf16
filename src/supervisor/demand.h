/*
 * demand -- services that run only while somebody comes (start = on-demand, idle_stop).
 *
 * While such a service is listening, its listeners are polled, and whoever comes first starts it; nobody is accepted here.
 * While it runs they are not polled: Gunicorn accepts, and the arrivals are counted (os/arrivals.h), for the watcher to
 * judge whether nothing came. Those within a few milliseconds count as one. Counting ends by itself after a few of them:
 * what is known to be busy need not wake us, and the watcher asks for it anew when it looks again.
 */
#ifndef BRIDLE_SUPERVISOR_DEMAND_H
#define BRIDLE_SUPERVISOR_DEMAND_H

#include <ev.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/msec.h"
#include "os/arrivals.h"
#include "supervisor/held.h"

struct bridled;
struct service;

struct demand {
	ev_io io[HELD_MAX];
	uint32_t polled; /* of them */
	struct arrival arrival[HELD_MAX];
	ev_timer again;    /* who came was told: wait for the next one */
	uint32_t arrivals; /* counted since the service was made */
	uint32_t few;      /* since counting began */
	bool counting;
	/* of its service when this was made: no other that has, or had, the slot has that number */
	uint32_t incarnation;
};

/* Have what the plan of S needs; it never takes memory later. Without memory it is as if neither key were set. */
void demand_plan(struct service *s);
void demand_free(struct service *s);

/* Start S as its plan says: at once, or when somebody comes. */
void demand_begin(struct service *s, msec now);

/* ORDER_LISTEN: open what the plan asks for, and close what it does not. */
void demand_listen(struct service *s, msec now);

/* Its listeners may be about to change: count no more. */
void demand_pause(struct service *s);

/* After S moved: poll while it is listening, count only while it runs. */
void demand_follow(struct service *s);

/* Does the plan of S allow that it listens while nothing of it runs? */
bool demand_allowed(const struct service *s);

/* Count arrivals from now on. False: not now, or the kernel does not tell. */
bool demand_count(struct service *s);

/* Is it sure that no more than ARRIVALS were counted, and that nobody waits? */
bool demand_is_quiet(const struct service *s, uint32_t arrivals);

#endif

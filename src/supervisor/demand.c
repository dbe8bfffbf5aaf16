#include "supervisor/demand.h"

#include <poll.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "os/arrivals.h"
#include "supervisor/bridled.h"
#include "supervisor/ordering.h"
#include "supervisor/service.h"

enum { MANY = 16 /* arrivals after which a service is known to be busy */ };

bool
demand_allowed(const struct service *s)
{
	return s->demand != NULL && s->plan != NULL && s->life.limits.held && (s->plan->on_demand || s->plan->rests);
}

void
demand_plan(struct service *s)
{
	if (s->demand != NULL || s->plan == NULL || !(s->plan->on_demand || s->plan->rests))
		return;
	s->demand = calloc(1, sizeof *s->demand);
	if (s->demand == NULL)
		log_error("%s: no memory to wait for connections: it is started at once, and not stopped when idle",
			s->name);
}

/* Where it cannot listen (no memory for that, no plan yet) it is started: nobody would know why it stays down. */
void
demand_begin(struct service *s, msec now)
{
	if (!demand_allowed(s) || !s->plan->on_demand || !life_listen(&s->life, now))
		life_start(&s->life, now);
}

/* ---- while it is listening ---- */

/* The connection is not accepted, so the listener stays readable: polling ends with the move (demand_follow). */
static void
on_waiting(struct ev_loop *loop, ev_io *io, int events)
{
	struct service *s = io->data;
	msec now = clock_now();

	(void)loop;
	(void)events;
	ordering_connect(s, now);
	service_act(s, now);
}

static void
stop_polling(struct service *s)
{
	struct demand *d = s->demand;

	while (d->polled > 0)
		ev_io_stop(s->home->loop, &d->io[--d->polled]);
}

static void
start_polling(struct service *s)
{
	struct demand *d = s->demand;

	for (uint32_t i = 0; i < s->held.count && d->polled < HELD_MAX; i++) {
		ev_io *io = &d->io[d->polled];

		if (s->held.at[i].fd < 0)
			continue;
		ev_io_init(io, on_waiting, s->held.at[i].fd, EV_READ);
		io->data = s;
		ev_io_start(s->home->loop, io);
		d->polled++;
	}
}

void
demand_listen(struct service *s, msec now)
{
	int listeners[HELD_MAX];
	struct err err;
	bool ok = s->plan != NULL && held_open(&s->held, s->plan, listeners, &err);

	if (ok) {
		held_drop_unwanted(&s->held);
	} else if (s->plan != NULL) {
		log_error("%s: %s", s->name, err.text);
		service_tell_why(s, err.text);
	}
	life_listened(&s->life, ok, bridled_random(s->home), now);
}

/* ---- while it runs ---- */

/* These two numbers alone: service_show() for every connection would be dear. */
static void
show_arrivals(struct service *s)
{
	struct page_service *record = page_at(s->home->page, s->slot);

	page_begin(record);
	record->arrivals = s->demand->arrivals;
	record->counting = s->demand->counting;
	page_end(record);
}

static void
stop_counting(struct service *s)
{
	s->demand->counting = false;
	for (uint32_t i = 0; i < s->held.count; i++)
		if (s->held.at[i].fd >= 0)
			arrivals_tell(s->held.at[i].fd, false);
	show_arrivals(s);
}

bool
demand_count(struct service *s)
{
	struct demand *d = s->demand;
	bool all = true;

	if (!demand_allowed(s) || s->life.state != LIFE_RUNNING)
		return false;
	d->few = 0; /* `arrivals` goes on: who asked remembers what it was */
	d->counting = true;
	for (uint32_t i = 0; i < s->held.count; i++)
		all = all && (s->held.at[i].fd < 0 || arrivals_tell(s->held.at[i].fd, true));
	if (!all) /* a number that leaves out one listener would say that nobody came */
		stop_counting(s);
	show_arrivals(s);
	return all;
}

static bool
has(const struct service *s, int fd)
{
	for (uint32_t i = 0; i < s->held.count; i++)
		if (s->held.at[i].fd == fd)
			return true;
	return false;
}

/* FD -1: the queue of signals was full (arrivals.h), and it may have been anybody's. */
void
demand_arrived(struct bridled *b, int fd)
{
	for (uint32_t i = 0; i < b->capacity; i++) {
		struct service *s = b->services[i];

		if (s == NULL || s->demand == NULL || !s->demand->counting || !(fd < 0 || has(s, fd)))
			continue;
		s->demand->arrivals++;
		if (++s->demand->few >= MANY)
			stop_counting(s);
		else
			show_arrivals(s);
	}
}

/* The watcher judged some time ago; somebody may have come since. Pending signals are looked at last: who came, and was
 * accepted before poll(2) looked, has left his there. */
bool
demand_is_quiet(const struct service *s, uint32_t arrivals)
{
	if (!demand_allowed(s) || !s->plan->rests || !s->demand->counting || s->demand->arrivals != arrivals)
		return false;
	for (uint32_t i = 0; i < s->held.count; i++) {
		struct pollfd waiting = { .fd = s->held.at[i].fd, .events = POLLIN };

		if (waiting.fd >= 0 && (!arrivals_told(waiting.fd) || poll(&waiting, 1, 0) != 0))
			return false;
	}
	return !arrivals_pending();
}

/* ---- both ---- */

void
demand_follow(struct service *s)
{
	if (s->demand == NULL)
		return;
	stop_polling(s);
	if (s->life.state == LIFE_LISTENING)
		start_polling(s);
	if (s->life.state != LIFE_RUNNING && s->demand->counting)
		stop_counting(s);
}

void
demand_free(struct service *s)
{
	if (s->demand == NULL)
		return;
	stop_polling(s);
	free(s->demand);
	s->demand = NULL;
}

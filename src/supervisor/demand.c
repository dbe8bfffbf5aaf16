/*
 * demand.c -- two ways to notice a connection: polling while nothing runs (level-triggered, so it must stop with the
 * first), and counting while something does (os/arrivals.h, where each one is told once and asked for anew).
 */
#include "supervisor/demand.h"

#include <poll.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "os/arrivals.h"
#include "supervisor/bridled.h"
#include "supervisor/ordering.h"
#include "supervisor/service.h"

enum {
	MANY = 16,       /* arrivals after which a service is known to be busy */
	LISTENERS = 1024 /* of all services, waited at together; it counts against fs.aio-max-nr of 65536 */
};

/* Until whoever came was accepted, most likely: before that, he would be told again. */
static const double soon = 0.02;

bool
demand_allowed(const struct service *s)
{
	return s->demand != NULL && s->plan != NULL && s->life.limits.held && (s->plan->on_demand || s->plan->rests) &&
		!names_keep_shut(s); /* asked for before a start, and only then: until then it cannot be listened at */
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

/* From the last to the first: `polled` says how many are started. */
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
	bool ok;

	demand_pause(s);
	ok = s->plan != NULL && held_open(&s->held, s->plan, listeners, &err);
	if (ok) {
		/* nobody serves on those that are not asked for any more, and the deposit must not keep their addresses
		 * busy either */
		held_drop_unwanted(&s->held);
		memory_closed(s->home);
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
	struct demand *d = s->demand;

	d->counting = false;
	ev_timer_stop(s->home->loop, &d->again);
	for (uint32_t i = 0; i < HELD_MAX; i++)
		arrivals_cancel(&s->home->arrivals, &d->arrival[i]);
	show_arrivals(s);
}

/* Which listener, and whose: whoever had the slot before may have left one awaited, of whom it is told some time later. */
static uint64_t
mark_of(const struct service *s, uint32_t i)
{
	return (uint64_t)s->demand->incarnation << 32 | (s->slot * HELD_MAX + i);
}

static bool
await(struct service *s, uint32_t i)
{
	return arrivals_await(&s->home->arrivals, &s->demand->arrival[i], s->held.at[i].fd, mark_of(s, i));
}

bool
demand_count(struct service *s)
{
	struct demand *d = s->demand;
	bool all = true;

	if (!demand_allowed(s) || s->life.state != LIFE_RUNNING || s->held.count > HELD_MAX)
		return false;
	d->few = 0; /* `arrivals` goes on: who asked remembers what it was */
	if (d->counting)
		return true;
	/* one that is still awaited was cancelled a moment ago, and a number that leaves out one listener would say that nobody
	 * came: then not now */
	for (uint32_t i = 0; i < s->held.count; i++)
		all = all && (s->held.at[i].fd < 0 || (!d->arrival[i].awaited && await(s, i)));
	d->counting = all;
	if (!all)
		stop_counting(s);
	show_arrivals(s);
	return all;
}

static bool
somebody_waits(int fd)
{
	struct pollfd waiting = { .fd = fd, .events = POLLIN };

	return poll(&waiting, 1, 0) != 0;
}

/* Where somebody waits still, later. */
static void
on_again(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct service *s = timer->data;

	(void)events;
	for (uint32_t i = 0; i < s->held.count && s->demand->counting; i++) {
		int fd = s->held.at[i].fd;

		if (fd < 0 || s->demand->arrival[i].awaited)
			continue;
		if (somebody_waits(fd))
			ev_timer_start(loop, timer);
		else if (!await(s, i))
			stop_counting(s);
	}
}

/* After `soon`: he may not have been accepted yet, and would be counted twice. */
static void
arrived(struct service *s)
{
	s->demand->arrivals++;
	if (++s->demand->few >= MANY) {
		stop_counting(s);
		return;
	}
	show_arrivals(s);
	ev_timer_start(s->home->loop, &s->demand->again);
}

static void
on_arrivals(struct ev_loop *loop, ev_io *io, int events)
{
	struct bridled *b = io->data;
	uint64_t mark;
	bool came;

	(void)loop;
	(void)events;
	while (arrivals_next(&b->arrivals, &mark, &came)) {
		struct service *s = b->services[(uint32_t)mark / HELD_MAX];

		if (s == NULL || s->demand == NULL || s->demand->incarnation != mark >> 32) /* forgotten since */
			continue;
		s->demand->arrival[mark % HELD_MAX].awaited = false;
		if (came && s->demand->counting)
			arrived(s);
	}
}

/* The watcher judged some time ago; somebody may have come since. What was not told yet is looked at last: who came, and was
 * accepted before poll(2) looked, is there. */
bool
demand_is_quiet(const struct service *s, uint32_t arrivals)
{
	if (!demand_allowed(s) || !s->plan->rests || !s->demand->counting || s->demand->arrivals != arrivals)
		return false;
	for (uint32_t i = 0; i < s->held.count; i++)
		if (s->held.at[i].fd >= 0 && (!s->demand->arrival[i].awaited || somebody_waits(s->held.at[i].fd)))
			return false;
	return !arrivals_pending(&s->home->arrivals);
}

void
demand_pause(struct service *s)
{
	if (s->demand != NULL && s->demand->counting)
		stop_counting(s);
}

/* ---- both ---- */

static void
open_arrivals(struct bridled *b)
{
	struct err err;

	if (b->arrivals.event_fd >= 0)
		return;
	/* fs.aio-max-nr may be used up by others; nothing is stopped then, which harms nobody */
	if (!arrivals_open(&b->arrivals, LISTENERS, &err)) {
		log_warning("idle_stop stops nothing: %s", err.text);
		return;
	}
	ev_io_init(&b->arrivals_io, on_arrivals, b->arrivals.event_fd, EV_READ);
	b->arrivals_io.data = b;
	ev_io_start(b->loop, &b->arrivals_io);
}

void
demand_plan(struct service *s)
{
	if (s->plan == NULL || !(s->plan->on_demand || s->plan->rests))
		return;
	/* for all services one, when the first asks for it */
	if (s->plan->rests)
		open_arrivals(s->home);
	if (s->demand != NULL)
		return;
	s->demand = calloc(1, sizeof *s->demand);
	if (s->demand == NULL) {
		log_error("%s: no memory to wait for connections: it is started at once, and not stopped when idle",
			s->name);
		return;
	}
	s->demand->incarnation = s->incarnation;
	ev_timer_init(&s->demand->again, on_again, soon, 0.);
	s->demand->again.data = s;
}

void
demand_follow(struct service *s)
{
	if (s->demand == NULL)
		return;
	/* by its state, whatever led there: one that runs must not wake us at every connection */
	stop_polling(s);
	if (s->life.state == LIFE_LISTENING)
		start_polling(s);
	if (s->life.state != LIFE_RUNNING)
		demand_pause(s);
}

void
demand_free(struct service *s)
{
	if (s->demand == NULL)
		return;
	stop_polling(s);
	demand_pause(s);
	free(s->demand);
	s->demand = NULL;
}

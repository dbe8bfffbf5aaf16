#include "watcher/intake.h"

#include <errno.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "os/fifo.h"
#include "watcher/watch.h"

enum {
	FLOWING = 3,    /* ms between readings below which lines count as coming fast */
	PATIENCE = 4,   /* ticks without a byte until it is waited for again */
	FLOOD = 65536,  /* bytes a tick after which that is */
	RESPITE = 40,   /* so many */
	AGAIN = 4,      /* readings a tick of a pipe that is found half full: it fills faster than the clock ticks */
	TICK_US = 1000, /* for a pipe of 1 MiB; smaller ones fill sooner */
	TICK_LEAST_US = 200,
	FULL_SIZE = 1 << 20,
};

static struct intake_state *
state_of(struct watcher *w, uint32_t slot)
{
	/* by slot, since services move when there are more of them (realloc) */
	return &w->services.at[slot].log.intake;
}

/* ---- by the clock ---- */

/* Tick often enough for a pipe of CAPACITY bytes; 0: stop. */
static void
set_clock(struct watcher *w, uint32_t capacity)
{
	long us = capacity >= FULL_SIZE ? TICK_US : (long)((uint64_t)TICK_US * capacity / FULL_SIZE);
	struct itimerspec every = { 0 };

	if (capacity > 0)
		every.it_interval.tv_nsec = every.it_value.tv_nsec = (us < TICK_LEAST_US ? TICK_LEAST_US : us) * 1000;
	timerfd_settime(w->intake.clock, 0, &every, NULL);
}

/* The bell comes down first: a FIFO that is read by the clock needs to tell nobody, which is what makes it cheap. */
static void
fast_begin(struct watcher *w, struct service *s)
{
	struct intake_state *state = &s->log.intake;

	bell_take(w, s);
	if (w->intake.fast == INTAKE_NONE || s->log.capacity < FULL_SIZE)
		set_clock(w, s->log.capacity);
	state->fast = true;
	state->patience = PATIENCE;
	state->next = w->intake.fast;
	w->intake.fast = s->slot;
}

/* Wait for S, unless there is something already: no bell will ring for that. */
static void
wait_begin(struct watcher *w, struct service *s)
{
	if (bell_hang(w, s) && fifo_waiting(s->log.fifo) > 0)
		fast_begin(w, s);
}

/* Read S by the clock. False: it has fallen silent. Who writes a flood and then nothing has lost its processor rather than come
 * to an end: to be told of each of its lines when it goes on would make them dear. */
static bool
read_fast(struct watcher *w, struct service *s)
{
	struct intake_state *state = &s->log.intake;
	size_t got = logs_take(w, s);

	for (unsigned i = 1; i < AGAIN && state->fast && got >= s->log.capacity / 2; i++)
		got = logs_take(w, s);
	if (got >= FLOOD)
		state->patience = RESPITE;
	else if (got == 0)
		state->patience--;
	else if (state->patience < PATIENCE)
		state->patience = PATIENCE;
	return state->patience > 0;
}

static void
on_tick(struct ev_loop *loop, ev_io *io, int revents)
{
	struct watcher *w = io->data;
	uint32_t *at = &w->intake.fast;
	uint64_t ticks;

	(void)loop;
	(void)revents;
	/* none has passed since the clock was set anew, which takes back those that had (timerfd_settime(2)) */
	if (read(w->intake.clock, &ticks, sizeof ticks) < 0)
		return;
	while (*at != INTAKE_NONE) {
		struct service *s = &w->services.at[*at];
		struct intake_state *state = &s->log.intake;

		if (state->fast && read_fast(w, s)) {
			at = &state->next;
			continue;
		}
		*at = state->next;
		if (state->fast) { /* else it was removed while it was read */
			state->fast = false;
			wait_begin(w, s);
		}
	}
	if (w->intake.fast == INTAKE_NONE)
		set_clock(w, 0);
}

/* ---- something came ---- */

void
intake_heard(struct watcher *w, struct service *s)
{
	struct intake_state *state = &s->log.intake;
	msec now = clock_now();
	bool flowing = now - state->last < FLOWING;
	size_t got = logs_take(w, s);

	state->last = now;
	/* a whole buffer may not have been all, and nobody tells of the rest */
	if (state->bell != BELL_NONE && got > 0 && (flowing || got == SPOOL_BYTES))
		fast_begin(w, s);
}

void
intake_add(struct watcher *w, struct service *s)
{
	if (s->log.fifo >= 0 && s->log.intake.bell == BELL_NONE && !s->log.intake.fast)
		wait_begin(w, s);
}

void
intake_remove(struct watcher *w, struct service *s)
{
	uint32_t *at = &w->intake.fast;

	bell_take(w, s);
	if (!s->log.intake.fast)
		return;
	while (*at != INTAKE_NONE && *at != s->slot)
		at = &state_of(w, *at)->next;
	if (*at != INTAKE_NONE)
		*at = s->log.intake.next;
	s->log.intake.fast = false;
}

bool
intake_open(struct watcher *w, struct err *err)
{
	struct intake *intake = &w->intake;

	*intake = (struct intake){ .fast = INTAKE_NONE };
	/* not a timer of libev: epoll_wait(2) knows whole milliseconds only, and a small pipe fills sooner */
	intake->clock = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	if (intake->clock < 0)
		return err_set(err, errno, "cannot make a timer descriptor");
	ev_io_init(&intake->tick, on_tick, intake->clock, EV_READ);
	intake->tick.data = w;
	ev_io_start(w->loop, &intake->tick);
	return true;
}

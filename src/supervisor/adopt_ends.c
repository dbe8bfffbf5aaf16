#include "supervisor/adopt_ends.h"

#include <unistd.h>

#include "base/clock.h"
#include "os/alarm.h"
#include "os/pidfd.h"
#include "supervisor/bridled.h"
#include "supervisor/heir.h"
#include "supervisor/reap.h"
#include "supervisor/rest.h"
#include "supervisor/service.h"
#include "wire/ending.h"

enum {
	ASK_AFTER = 20,   /* ms until how it ended is asked again */
	REAPED_BY = 25,   /* times: who does not reap in half a second does not do it soon */
	ANSWERED_BY = 100 /* times, two seconds: the watcher is there, and may have much to do */
};

/* Watchers of libev before the descriptor: epoll forgets one by its number (ev(3), special problem of
 * disappearing file descriptors). */
void
adopt_ends_let_go(struct adopted *a)
{
	struct ev_loop *loop = a->service->home->loop;

	if (a->pidfd < 0)
		return;
	ev_io_stop(loop, &a->ended);
	ev_timer_stop(loop, &a->again);
	close(a->pidfd);
	a->pidfd = -1;
}

/* The kernel told it before it let us know of the end (do_exit() in kernel/exit.c: proc_exit_connector, exit_notify), so that
 * it lies in its socket when this arrives. False: nobody is there to be asked. */
static bool
ask_watcher(const struct adopted *a)
{
	const struct service *s = a->service;
	struct link_record r = link_make(LINK_HOW);

	if (s->home->watcher.link.fd < 0)
		return false;
	r.service = s->slot;
	r.incarnation = s->incarnation;
	r.generation = s->life.slots[a->slot].number;
	r.pid = *service_pid_at(s, a->slot);
	r.arg = s->start[a->slot];
	watcher_link_tell(s->home, &r);
	watcher_link_flush(s->home);
	return true;
}

/* Does somebody who can be expected to know not know it yet? */
static bool
is_to_come(struct adopted *a, enum pidfd_answer answer)
{
	if (answer == PIDFD_KNOWN)
		return false;
	if (a->asked == 0)
		a->awaited = ask_watcher(a);
	return a->asked++ < (a->awaited ? ANSWERED_BY : answer == PIDFD_LATER ? REAPED_BY : 0);
}

static void
ask_how(struct adopted *a)
{
	struct service *s = a->service;
	int status = a->told;

	ev_io_stop(s->home->loop, &a->ended); /* readable from now on for ever: it would wake us all the time */
	if (status == ENDING_UNKNOWN && is_to_come(a, pidfd_status(a->pidfd, &status))) {
		alarm_in(s->home->loop, &a->again, ASK_AFTER);
		return;
	}
	adopt_ends_let_go(a);
	if (s->home->safe || !heir_takes_over(s, a->slot, status, clock_now()))
		reap_master(s, a->slot, status, clock_now());
	rest_look(s->home, clock_now());
}

static void
on_ended(struct ev_loop *loop, ev_io *io, int events)
{
	(void)loop;
	(void)events;
	ask_how(io->data);
}

static void
on_again(struct ev_loop *loop, ev_timer *timer, int events)
{
	(void)loop;
	(void)events;
	ask_how(timer->data);
}

void
adopt_ends_told(struct adopted *a, const struct link_record *answer)
{
	const struct service *s = a->service;

	if (a->pidfd < 0 || !a->awaited || answer->pid != *service_pid_at(s, a->slot) ||
		answer->arg != s->start[a->slot])
		return;
	a->awaited = false;
	a->told = answer->status;
	ask_how(a);
}

void
adopt_ends_init(struct adopted *a, struct service *s, uint8_t slot)
{
	*a = (struct adopted){ .service = s, .slot = slot, .pidfd = -1 };
	ev_timer_init(&a->again, on_again, 0., 0.);
	a->again.data = a;
}

void
adopt_ends_await(struct adopted *a, int pidfd)
{
	a->pidfd = pidfd;
	a->asked = 0;
	a->awaited = false;
	a->told = ENDING_UNKNOWN;
	ev_io_init(&a->ended, on_ended, pidfd, EV_READ);
	a->ended.data = a;
	ev_io_start(a->service->home->loop, &a->ended);
}

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
	ASK_AFTER = 20, /* ms until how it ended is asked again */
	ASK_MOST = 25,
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

static void
ask_how(struct adopted *a)
{
	struct service *s = a->service;
	int status = ENDING_UNKNOWN;

	ev_io_stop(s->home->loop, &a->ended); /* readable from now on for ever: it would wake us all the time */
	/* only its parent can reap it, and only then is there a status to be told */
	if (pidfd_status(a->pidfd, &status) == PIDFD_LATER && a->asked++ < ASK_MOST) {
		/* half a second in all: who does not reap by then does not do it soon */
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
	ev_io_init(&a->ended, on_ended, pidfd, EV_READ);
	a->ended.data = a;
	ev_io_start(a->service->home->loop, &a->ended);
}

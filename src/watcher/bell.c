#include "watcher/bell.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "base/log.h"
#include "os/modified.h"
#include "watcher/watch.h"

enum { ROUND = 16 /* FIFOs a round: between rounds others get their turn */ };

uint32_t
bell_slot(const int *watches, uint32_t room, int watch)
{
	uint32_t slot = 0;

	/* a thousand numbers side by side are looked through in less time than the system call took that told this one */
	while (slot < room && watches[slot] != watch)
		slot++;
	return slot;
}

/* ---- hanging up ---- */

/* Room for a watch of every slot. */
static bool
make_room(struct bells *bells, uint32_t count)
{
	int *watches;

	if (count <= bells->room)
		return true;
	/* it never shrinks: slots are used again */
	watches = realloc(bells->watches, count * sizeof *watches);
	if (watches == NULL)
		return false;
	memset(watches + bells->room, 0, (count - bells->room) * sizeof *watches);
	bells->watches = watches;
	bells->room = count;
	return true;
}

static bool
hang_watch(struct watcher *w, struct service *s)
{
	struct bells *bells = &w->bells;
	int watch;

	/* without room for its number, who is told could not be found: it is polled then */
	if (bells->inotify < 0 || !make_room(bells, w->services.count))
		return false;
	watch = modified_watch(bells->inotify, s->log.fifo);
	if (watch < 0)
		return false;
	/* the kernel counts them from 1 (fs/notify/inotify/inotify_user.c): 0 is free to mean none */
	bells->watches[s->slot] = watch;
	return true;
}

static bool
hang_poll(struct watcher *w, struct service *s)
{
	/* by slot: services move when there are more of them (realloc) */
	struct epoll_event event = { .events = EPOLLIN, .data.u32 = s->slot };

	if (epoll_ctl(w->bells.epoll, EPOLL_CTL_ADD, s->log.fifo, &event) != 0) {
		log_error("%s: cannot watch its log pipe: %s", s->name, strerror(errno));
		return false;
	}
	if (!w->bells.told)
		log_info("%s: no inotify watch for its log pipe: polled, each of its lines costs it more", s->name);
	w->bells.told = true;
	return true;
}

bool
bell_hang(struct watcher *w, struct service *s)
{
	enum bell bell = hang_watch(w, s) ? BELL_WATCH : hang_poll(w, s) ? BELL_POLL : BELL_NONE;

	s->log.intake.bell = (uint8_t)bell;
	return bell != BELL_NONE;
}

void
bell_take(struct watcher *w, struct service *s)
{
	switch ((enum bell)s->log.intake.bell) {
	case BELL_NONE: break;
	case BELL_WATCH:
		modified_forget(w->bells.inotify, w->bells.watches[s->slot]);
		w->bells.watches[s->slot] = 0;
		break;
	case BELL_POLL: epoll_ctl(w->bells.epoll, EPOLL_CTL_DEL, s->log.fifo, NULL); break;
	}
	s->log.intake.bell = BELL_NONE;
}

/* ---- ringing ---- */

/* The kernel had more to tell than it keeps (fs.inotify.max_queued_events). */
static void
hear_all(struct watcher *w)
{
	for (uint32_t i = 0; i < w->bells.room; i++)
		if (w->bells.watches[i] != 0)
			intake_heard(w, &w->services.at[i]);
}

static void
on_written(struct ev_loop *loop, ev_io *io, int revents)
{
	struct watcher *w = io->data;
	struct bells *bells = &w->bells;
	int watches[MODIFIED_MOST];
	bool lost;
	unsigned n = modified_read(bells->inotify, watches, &lost);

	(void)loop;
	(void)revents;
	for (unsigned i = 0; i < n && !lost; i++) {
		uint32_t slot = bell_slot(bells->watches, bells->room, watches[i]);

		if (slot < bells->room) /* else it was taken down meanwhile */
			intake_heard(w, &w->services.at[slot]);
	}
	if (lost)
		hear_all(w);
}

static void
on_readable(struct ev_loop *loop, ev_io *io, int revents)
{
	struct watcher *w = io->data;
	struct epoll_event events[ROUND];
	int n = epoll_wait(w->bells.epoll, events, ROUND, 0);

	(void)loop;
	(void)revents;
	for (int i = 0; i < n; i++) {
		struct service *s = &w->services.at[events[i].data.u32];

		/* else one before it in this round has taken it down */
		if (s->log.intake.bell == BELL_POLL)
			intake_heard(w, s);
	}
}

bool
bells_open(struct watcher *w, struct err *err)
{
	struct bells *bells = &w->bells;
	struct err why;

	*bells = (struct bells){ .inotify = modified_open(&why) };
	bells->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (bells->epoll < 0)
		return err_set(err, errno, "cannot make an epoll descriptor");
	ev_io_init(&bells->readable, on_readable, bells->epoll, EV_READ);
	bells->readable.data = w;
	ev_io_start(w->loop, &bells->readable);
	/* all are polled then, which is said with the first */
	if (bells->inotify < 0)
		return true;
	ev_io_init(&bells->written, on_written, bells->inotify, EV_READ);
	bells->written.data = w;
	ev_io_start(w->loop, &bells->written);
	return true;
}

void
bells_release(struct watcher *w)
{
	free(w->bells.watches);
	w->bells.watches = NULL;
	w->bells.room = 0;
}

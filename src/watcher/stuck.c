#include "watcher/stuck.h"

#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "os/fifo.h"
#include "watcher/watch.h"

static const double RETRY = 0.1; /* s between two tries, and between two looks at how full the pipes are */

/* The lowest area that nobody has. Behind the last one there is none: memory of our own. */
static uint32_t
free_area(const struct stuck *stuck)
{
	uint64_t free = ~(stuck->taken | stuck->left);

	return free == 0 ? SPOOL_AREAS : (uint32_t)__builtin_ctzll(free) + 1;
}

/* Area 0 is the one that all are read into; behind the last one it is memory of ours, of which no successor knows. */
static uint64_t
bit_of(uint32_t area)
{
	return area < SPOOL_AREAS ? UINT64_C(1) << (area - 1) : 0;
}

/* S has a backlog from now on. */
static void
enter(struct watcher *w, struct service *s)
{
	w->stuck.taken |= bit_of(s->log.backlog->spool.area);
	/* the pipe holds what comes meanwhile */
	intake_remove(w, s);
	if (w->stuck.count++ == 0)
		ev_timer_again(w->loop, &w->stuck.retry);
}

/* And no more. */
static void
leave(struct watcher *w, struct service *s)
{
	w->stuck.taken &= ~bit_of(s->log.backlog->spool.area);
	w->stuck.count--;
	backlog_give_up(s->log.backlog);
	s->log.backlog = NULL;
}

static bool
keep(struct watcher *w, struct service *s, const struct batch *b, const struct batch_target *to, const struct err *err)
{
	s->log.backlog = backlog_new(b, to, &w->logs.spool, free_area(&w->stuck));
	if (s->log.backlog != NULL) {
		enter(w, s);
		return true;
	}
	log_error("%s: %s, and no memory to keep %u bytes of its output: lost", s->name, err->text,
		b->length - b->offset);
	return false;
}

/* In the spool's own area it may not stay, since every other service needs that: it moves into one of its own. */
void
stuck_begin(struct watcher *w, struct service *s, const struct batch *b, const struct err *err)
{
	struct batch_target to = logs_target(w, s, true);

	if (keep(w, s, b, &to, err))
		log_error("%s: log: %s; trying again until it can be written", s->name, err->text);
}

/* Read a FIFO whose lines cannot be written: they are lost, there alone. Killed before that is counted, our successor counts
 * it. */
static void
drop(struct watcher *w, struct service *s)
{
	struct spool *spool = &w->logs.spool;
	struct batch_target to = logs_target(w, s, true);
	struct batch b = { .wall = clock_wall() };
	ssize_t n;

	spool->number++;
	batch_note(&b, &to, SPOOL_READING);
	n = read(s->log.fifo, spool->bytes, SPOOL_BYTES);
	if (n > 0) {
		spool_got(spool, (uint32_t)n);
		backlog_drop(s->log.backlog, spool->bytes, (size_t)n, b.wall, spool->number);
		logs_show(w, s, spool->bytes, (size_t)n);
		/* why the service fails with a full disk may be among them */
		inquiry_read(w, s, spool->bytes, (size_t)n);
	}
	spool_done(spool, n > 0 ? (size_t)n : 0);
}

/* True: all is written. */
static bool
try(struct watcher *w, struct service *s)
{
	struct log *log = &s->log;
	struct batch_target to = logs_target(w, s, false);
	struct err err;

	if (!backlog_write(log->backlog, &to, &err))
		return false;
	log->format = log->backlog->batch.format;
	/* of the line that was dropped within, the rest is still in the pipe */
	log->drop_rest = log->backlog->spool.lost.mid;
	leave(w, s);
	return true;
}

/* ---- from an earlier watcher ---- */

static void
find(struct watcher *w, struct service *s)
{
	struct stuck *stuck = &w->stuck;

	for (uint64_t left = stuck->left; left != 0 && s->log.backlog == NULL; left &= left - 1) {
		uint32_t area = (uint32_t)__builtin_ctzll(left) + 1;

		s->log.backlog = backlog_find(s->name, &w->logs.spool, area);
		if (s->log.backlog == NULL)
			continue;
		stuck->left &= ~bit_of(area);
		enter(w, s);
	}
}

/* What was in hand: to be written, or, where there is a backlog, being dropped; unless it is kept or counted there already. */
static void
take_over(struct watcher *w, struct service *s, const struct spool_note *note)
{
	struct logfile was = { .fd = -1, .inode = note->inode, .size = note->size };
	struct batch_target to = logs_target(w, s, true);
	struct batch b = { w->logs.spool.bytes, note->length, note->offset, note->skip, note->format, note->wall };

	to.file = &was;
	if (s->log.backlog == NULL) {
		if (keep(w, s, &b, &to, &(struct err){ .text = "it was in hand when the watcher before us ended" }))
			s->log.backlog->found = true;
	} else if (note->number > s->log.backlog->spool.number) {
		backlog_drop(s->log.backlog, b.bytes, b.length, b.wall, note->number);
	}
	spool_clear(&w->logs.spool); /* before any of it is written: else it would be written again */
}

void
stuck_resume(struct watcher *w, struct service *s, const struct spool_note *note)
{
	uint32_t bytes;

	find(w, s);
	if (note != NULL)
		take_over(w, s, note);
	if (s->log.backlog == NULL)
		return;
	bytes = s->log.backlog->batch.length - s->log.backlog->batch.offset;
	log_info("%s: %u bytes were in hand when the watcher before us ended: %s", s->name, bytes,
		try(w, s) ? "written" : "the log does not take them yet");
}

/* All services were followed by now: what is still there belongs to nobody. */
void
stuck_resumed(struct watcher *w)
{
	for (; w->stuck.left != 0; w->stuck.left &= w->stuck.left - 1) {
		struct spool_note note;
		struct spool spool;

		if (!spool_open(&spool, w->logs.spool.fd, (uint32_t)__builtin_ctzll(w->stuck.left) + 1, 0, NULL))
			continue;
		if (spool_left(&spool, &note))
			log_warning("%s: %llu bytes of its output are lost: there is no such service any more",
				note.service, (unsigned long long)note.length - note.offset + note.lost.bytes);
		spool_give_back(&spool);
	}
}

/* ---- again and again ---- */

static void
try_and_tell(struct watcher *w, struct service *s)
{
	if (!try(w, s))
		return;
	log_info("%s: log can be written again", s->name);
	intake_add(w, s);
}

static void
on_retry(struct ev_loop *loop, ev_timer *timer, int revents)
{
	struct watcher *w = timer->data;

	(void)revents;
	for (uint32_t i = 0; i < w->services.count && w->stuck.count > 0; i++) {
		struct service *s = &w->services.at[i];

		if (s->log.backlog == NULL)
			continue;
		try_and_tell(w, s);
		if (s->log.backlog != NULL && s->log.fifo >= 0 &&
			/* a quarter is left for what is written until the next look */
			fifo_waiting(s->log.fifo) >= (long)s->log.capacity / 4 * 3)
			drop(w, s);
	}
	/* a timer that finds nobody stuck would wake us ten times a second for nothing */
	if (w->stuck.count == 0)
		ev_timer_stop(loop, timer);
}

void
stuck_try(struct watcher *w, struct service *s)
{
	if (s->log.backlog != NULL)
		try_and_tell(w, s);
}

void
stuck_forget(struct watcher *w, struct service *s)
{
	if (s->log.backlog != NULL)
		leave(w, s);
}

void
stuck_open(struct watcher *w)
{
	ev_timer_init(&w->stuck.retry, on_retry, 0., RETRY);
	w->stuck.retry.data = w;
	w->stuck.left = spool_areas(&w->logs.spool);
}

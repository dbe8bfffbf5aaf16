#include "watcher/stuck.h"

#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "os/fifo.h"
#include "watcher/watch.h"

static const double RETRY = 0.1;

void
stuck_begin(struct watcher *w, struct service *s, const struct batch *b, const struct err *err)
{
	struct log *log = &s->log;

	log->backlog = backlog_new(b);
	if (log->backlog == NULL) {
		log_error("%s: %s, and no memory to keep %u bytes of its output: lost", s->name, err->text,
			b->length - b->offset);
		return;
	}
	log_error("%s: log: %s; trying again until it can be written", s->name, err->text);
	intake_remove(w, s);
	if (w->stuck.count++ == 0)
		ev_timer_again(w->loop, &w->stuck.retry);
}

/* Read a FIFO whose lines cannot be written: they are lost. */
static void
drop(struct watcher *w, struct service *s)
{
	struct spool *spool = &w->logs.spool;
	ssize_t n = read(s->log.fifo, spool->bytes, SPOOL_BYTES);

	if (n <= 0)
		return;
	backlog_drop(s->log.backlog, spool->bytes, (size_t)n, clock_wall());
	spool_got(spool, (uint32_t)n);
	spool_done(spool, (size_t)n);
}

/* What is kept, then how much is missing. True: all is written. */
static bool
write_backlog(struct watcher *w, struct service *s)
{
	struct backlog *backlog = s->log.backlog;
	struct batch_target to = logs_target(w, s, false);
	struct err err, rotation_err;

	do {
		if (!logfile_open(to.file, to.log_dir, to.service, clock_wall(), &err) ||
			!batch_write(&backlog->batch, &to, &rotation_err, &err))
			return false;
	} while (backlog_tell(backlog, to.file));
	return true;
}

static void
end_backlog(struct watcher *w, struct service *s)
{
	struct log *log = &s->log;

	log->format = log->backlog->batch.format;
	log->drop_rest = log->backlog->mid;
	backlog_free(log->backlog);
	log->backlog = NULL;
	w->stuck.count--;
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
		if (write_backlog(w, s))
			end_backlog(w, s);
		else if (s->log.fifo >= 0 && fifo_waiting(s->log.fifo) >= (long)s->log.capacity / 4 * 3)
			drop(w, s);
	}
	if (w->stuck.count == 0)
		ev_timer_stop(loop, timer);
}

void
stuck_try(struct watcher *w, struct service *s)
{
	if (s->log.backlog != NULL && write_backlog(w, s))
		end_backlog(w, s);
}

void
stuck_forget(struct watcher *w, struct service *s)
{
	if (s->log.backlog != NULL)
		w->stuck.count--;
	backlog_free(s->log.backlog);
	s->log.backlog = NULL;
}

void
stuck_open(struct watcher *w)
{
	ev_timer_init(&w->stuck.retry, on_retry, 0., RETRY);
	w->stuck.retry.data = w;
}

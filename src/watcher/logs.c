#include "watcher/logs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "os/fifo.h"
#include "watcher/batch.h"
#include "watcher/stuck.h"
#include "watcher/watch.h"

enum {
	DRAIN_ROUNDS = 16,  /* reads of a FIFO at the end: a writer that goes on must not keep us for ever */
	TRIM_ABOVE = 65536, /* bytes read at once after which memory is given back some time */
};
static const double IDLE = 1.0;

void
log_init(struct log *log)
{
	*log = (struct log){ .fifo = -1 };
	logfile_init(&log->file);
}

static bool
to_file(const struct log *log)
{
	return log->to == PAGE_LOG_FILE || log->to == PAGE_LOG_BOTH;
}

static bool
to_console(const struct log *log)
{
	return log->to == PAGE_LOG_STDOUT || log->to == PAGE_LOG_BOTH;
}

struct batch_target
logs_target(struct watcher *w, struct service *s, bool spooled)
{
	return (struct batch_target){
		.file = &s->log.file,
		.log_dir = w->logs.log_dir,
		.service = s->name,
		/* 0 is never: so large a file has no file system, and adding to it does not overflow */
		.max_size = s->log.max_size > 0 ? s->log.max_size : UINT64_MAX / 4,
		.max_age = s->log.max_age,
		.keep = s->log.keep,
		.spool = spooled && to_file(&s->log) ? &w->logs.spool : NULL,
	};
}

static void
close_fifo(struct watcher *w, struct service *s)
{
	intake_remove(w, s);
	if (s->log.fifo >= 0)
		close(s->log.fifo);
	s->log.fifo = -1;
}

/* ---- from the spool into the file ---- */

/* Once, until it works again: a file that cannot be renamed just grows. */
static void
tell_rotation(struct service *s, const struct err *err)
{
	if (err->text[0] != '\0' && !s->log.rotation_failed)
		log_error("%s: log is not rotated: %s", s->name, err->text);
	s->log.rotation_failed = err->text[0] != '\0';
}

/* Open the file; a line that an earlier watcher left unfinished goes on. One that is too old is finished first: AGE_ERR, why it was
 * not, and it goes on. */
static bool
open_file(struct service *s, struct batch *b, const struct batch_target *to, struct err *age_err, struct err *err)
{
	bool fresh = to->file->fd < 0;

	if (!logfile_open(to->file, to->log_dir, to->service, b->wall, err))
		return false;
	if (fresh)
		b->format.mid = s->log.format.mid = to->file->mid;
	batch_age(to, b->wall, age_err);
	if (to->file->fd >= 0)
		return true;
	*err = *age_err; /* it was finished, and the next one cannot be had */
	return false;
}

static void
write_file(struct watcher *w, struct service *s, struct batch *b, const struct batch_target *to)
{
	struct err err = { 0 }, age_err = { 0 }, rotation_err = { 0 };

	if (open_file(s, b, to, &age_err, &err)) {
		batch_note(b, to, b->length);
		if (batch_write(b, to, &rotation_err, &err)) {
			tell_rotation(s, rotation_err.text[0] != '\0' ? &rotation_err : &age_err);
			s->log.format = b->format;
			return;
		}
	}
	/* what is left of it is kept, and what comes stays in the pipe, until the file takes writes again (backlog.h) */
	stuck_begin(w, s, b, &err);
}

/* ---- from the FIFO ---- */

/* After lines were dropped: what still belongs to the last of them. */
static void
skip_rest(struct log *log, struct batch *b)
{
	const char *end = memchr(b->bytes, '\n', b->length);

	if (!log->drop_rest)
		return;
	b->offset = end == NULL ? b->length : (uint32_t)(end - b->bytes) + 1;
	log->drop_rest = end == NULL;
}

/* Much memory was touched: give it back when the flow has ended. */
static void
trim_later(struct watcher *w)
{
	w->logs.flowed = clock_now();
	if (!ev_is_active(&w->logs.idle))
		ev_timer_again(w->loop, &w->logs.idle);
}

void
logs_show(struct watcher *w, struct service *s, const char *bytes, size_t n)
{
	if (to_console(&s->log))
		console_feed(w, s->name, &s->log.line, bytes, n);
}

size_t
logs_take(struct watcher *w, struct service *s)
{
	struct spool *spool = &w->logs.spool;
	struct batch_target to = logs_target(w, s, true);
	struct batch b = { .bytes = spool->bytes, .format = s->log.format, .wall = clock_wall() };
	ssize_t n;

	spool->number++;
	batch_note(&b, &to, SPOOL_READING);
	/* noted before: should we die right behind this call, the next watcher knows whose bytes these are */
	n = read(s->log.fifo, spool->bytes, SPOOL_BYTES);
	if (n > 0) {
		b.length = (uint32_t)n;
		spool_got(spool, b.length);
		skip_rest(&s->log, &b);
		logs_show(w, s, spool->bytes, (size_t)n);
		if (to_file(&s->log) && b.offset < b.length)
			write_file(w, s, &b, &to);
		/* last: whatever the bytes do to the reader, they are in the file already */
		inquiry_read(w, s, spool->bytes, (size_t)n);
	} else if (n == 0) {
		close_fifo(w, s); /* nobody has it open for writing, not even the supervisor: it will be made anew */
	}
	spool_done(spool, n > 0 ? (size_t)n : 0);
	if (n >= TRIM_ABOVE)
		trim_later(w);
	return n > 0 ? (size_t)n : 0;
}

static void
on_idle(struct ev_loop *loop, ev_timer *timer, int revents)
{
	struct watcher *w = timer->data;

	(void)revents;
	if (clock_now() - w->logs.flowed < (msec)(IDLE * 500))
		return;
	spool_trim(&w->logs.spool);
	ev_timer_stop(loop, timer);
}

/* ---- files that become old ---- */

static void
on_age(struct ev_loop *loop, ev_timer *timer, int revents)
{
	struct watcher *w = timer->data;
	msec wall = clock_wall();

	(void)loop;
	(void)revents;
	for (uint32_t i = 0; i < w->services.count; i++) {
		struct batch_target to = logs_target(w, &w->services.at[i], false);
		struct err err = { 0 };

		if (!batch_age(&to, wall, &err))
			tell_rotation(&w->services.at[i], &err);
	}
}

/* Look often enough that a file is at most a quarter older than it may be. */
static void
watch_age(struct watcher *w, msec max_age)
{
	double every = (double)max_age / 4000;

	/* each time wakes us: not more than once a second, and a file of days can wait a minute */
	every = every < 1 ? 1 : every > 60 ? 60 : every;
	if (max_age == 0 || (ev_is_active(&w->logs.age) && w->logs.age.repeat <= every))
		return;
	w->logs.age.repeat = every;
	ev_timer_again(w->loop, &w->logs.age);
}

/* ---- beginning and end ---- */

/* A new format begins with the next line: the one that is under way goes on in the file as it is. */
static void
take_settings(struct service *s, const struct page_service *record)
{
	struct log *log = &s->log;

	log->max_size = record->settings.log_max_size;
	log->max_age = record->settings.log_max_age;
	log->keep = record->settings.log_keep;
	log->to = record->settings.log;
	if (log->format.format == record->settings.log_format)
		return;
	log->format = (struct lineformat){ .format = record->settings.log_format, .mid = log->file.mid };
}

/* The FIFO of S as it is now: whoever had its name before may have left another, which nobody writes to any more. */
static void
open_fifo(struct watcher *w, struct service *s)
{
	struct err err;
	int dir = openat(w->logs.run_dir, s->name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (dir < 0) {
		log_debug("%s: no run directory yet: %s", s->name, strerror(errno));
		return;
	}
	if (s->log.fifo >= 0 && !fifo_is(dir, "log", s->log.fifo)) {
		logs_catch_up(w, s);
		close_fifo(w, s);
	}
	if (s->log.fifo < 0)
		s->log.fifo = fifo_open_reader(dir, "log", &err);
	close(dir);
	if (s->log.fifo < 0)
		log_error("%s: %s", s->name, err.text);
	else
		s->log.capacity = (uint32_t)fifo_capacity(s->log.fifo);
}

void
logs_follow(struct watcher *w, struct service *s, const struct page_service *record)
{
	struct spool_note note;
	bool in_hand;

	take_settings(s, record);
	watch_age(w, s->log.max_age);
	if (s->log.to != PAGE_LOG_NONE)
		open_fifo(w, s);
	/* what a watcher before us had in hand is older than what is in the pipe */
	in_hand = spool_left(&w->logs.spool, &note) && strcmp(note.service, s->name) == 0;
	if (in_hand || w->stuck.left != 0)
		stuck_resume(w, s, in_hand ? &note : NULL);
	if (s->log.backlog == NULL)
		intake_add(w, s);
}

void
logs_catch_up(struct watcher *w, struct service *s)
{
	/* what is kept is older than what is in the pipe */
	stuck_try(w, s);
	for (unsigned i = 0; i < DRAIN_ROUNDS && s->log.fifo >= 0 && s->log.backlog == NULL; i++)
		if (logs_take(w, s) == 0)
			break;
}

/* A format that needs it gets its last line ended: the next one begins with nothing known of this one. */
static void
end_line(struct watcher *w, struct service *s)
{
	char end[16];
	size_t n = lineformat_end(&s->log.format, end), done;

	if (n > 0 && s->log.file.fd >= 0 && s->log.backlog == NULL)
		logfile_write(&s->log.file, end, n, &done, NULL);
	console_end_line(w, s->name, &s->log.line);
}

void
logs_forget(struct watcher *w, struct service *s)
{
	/* in this order: only when nothing more can be written, what could not be written is given up */
	logs_catch_up(w, s);
	end_line(w, s);
	stuck_forget(w, s);
	close_fifo(w, s);
	logfile_close(&s->log.file);
	log_init(&s->log);
}

void
logs_drain(struct watcher *w)
{
	for (uint32_t i = 0; i < w->services.count; i++) {
		logs_catch_up(w, &w->services.at[i]);
		end_line(w, &w->services.at[i]);
	}
}

static bool
open_directories(struct logs *l, const struct page_header *page, struct err *err)
{
	l->run_dir = open(page->run_dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (l->run_dir < 0)
		return err_set(err, errno, "cannot open '%s'", page->run_dir);
	l->log_dir = open(page->log_dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (l->log_dir < 0)
		return err_set(err, errno, "cannot open '%s'", page->log_dir);
	return true;
}

bool
logs_open(struct watcher *w, int spool_fd, struct err *err)
{
	struct logs *l = &w->logs;

	if (!open_directories(l, services_header(&w->services), err) || !spool_open(&l->spool, spool_fd, 0, 0, err) ||
		!bells_open(w, err) || !intake_open(w, err))
		return false;
	stuck_open(w);
	ev_timer_init(&l->idle, on_idle, 0., IDLE);
	ev_timer_init(&l->age, on_age, 0., 60.);
	l->idle.data = l->age.data = w;
	return true;
}

void
logs_begin(struct watcher *w)
{
	struct spool_note note;

	/* all services were followed by now */
	if (spool_left(&w->logs.spool, &note))
		log_warning("%s: %u bytes of its output are lost: there is no such service any more", note.service,
			note.length - note.offset);
	spool_clear(&w->logs.spool);
	stuck_resumed(w);
}

#include "watcher/client.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "os/alarm.h"
#include "watcher/control.h"
#include "watcher/methods.h"
#include "watcher/watch.h"

/* Seconds. A connection takes one of CONTROL_CLIENTS places, whether or not anything is asked on it. */
static const double IDLE = 60.;

/* Freed later by control, which walks over its clients while they are called. */
static void
hang_up(struct client *c)
{
	c->gone = true;
	ev_io_stop(c->w->loop, &c->readable);
	ev_io_stop(c->w->loop, &c->writable);
	ev_timer_stop(c->w->loop, &c->timer);
	ev_timer_stop(c->w->loop, &c->turn);
	control_reap(c->w);
}

/* ---- out ---- */

static void
flush(struct client *c)
{
	while (c->out_done < c->out_len) {
		ssize_t n = send(c->fd, c->out + c->out_done, c->out_len - c->out_done, MSG_DONTWAIT | MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		/* EPIPE and ECONNRESET: he is gone, and so is what he waits for */
		if (n < 0 && errno != EAGAIN)
			hang_up(c);
		if (n <= 0)
			break;
		c->out_done += (size_t)n;
	}
	/* send(2) may have hung up: then nobody waits for what is left. */
	if (c->gone)
		return;
	if (c->out_done < c->out_len) {
		ev_io_start(c->w->loop, &c->writable);
		return;
	}
	free(c->out);
	c->out = NULL;
	c->out_len = c->out_done = 0;
	ev_io_stop(c->w->loop, &c->writable);
}

/* Add FRAME to what waits. False: too much waits already, or memory is out. */
static bool
append(struct client *c, char *frame, size_t length)
{
	size_t waiting = c->out_len - c->out_done;
	size_t most = c->waiter.kind == WAIT_EVENTS ? CLIENT_EVENTS_MAX : CLIENT_OUT_MAX;
	char *out;

	if (c->out == NULL) { /* whatever its length: one reply may be longer than `most` */
		c->out = frame;
		c->out_len = length;
		return true;
	}
	/* Copied, not grown in place: what was sent falls away with it, and nothing has to remember where the rest began. Only
	 * a reader who is slower than the replies comes here. */
	out = waiting + length <= most ? malloc(waiting + length) : NULL;
	if (out != NULL) {
		memcpy(out, c->out + c->out_done, waiting);
		memcpy(out + waiting, frame, length);
		free(c->out);
		c->out = out;
		c->out_len = waiting + length;
		c->out_done = 0;
	}
	free(frame);
	return out != NULL;
}

void
client_send(struct client *c, char *frame, size_t length)
{
	/* varlink.org: a oneway call has no reply, not even an error */
	if (c->gone || c->oneway) {
		free(frame);
		return;
	}
	/* with one reply missing the next would be taken for it: they come in the order of the calls */
	if (frame == NULL || !append(c, frame, length))
		hang_up(c);
	else
		flush(c);
}

static void
reply(struct client *c, const char *error, json_t *parameters, bool continues)
{
	size_t length = 0;
	char *frame = varlink_reply_format(error, parameters, continues, &length);

	json_decref(parameters);
	client_send(c, frame, length);
}

void
client_reply(struct client *c, json_t *parameters)
{
	reply(c, NULL, parameters, false);
}

void
client_continue(struct client *c, json_t *parameters)
{
	reply(c, NULL, parameters, true);
}

void
client_error(struct client *c, const char *error, json_t *parameters)
{
	reply(c, error, parameters, false);
}

static json_t *
reason_and_hint(const char *reason, const char *hint)
{
	return json_pack("{s:s, s:s?}", "reason", reason, "hint", hint);
}

void
client_refused(struct client *c, const char *reason, const char *hint)
{
	client_error(c, VARLINK_INTERFACE ".Refused", reason_and_hint(reason, hint));
}

void
client_failed(struct client *c, const char *reason, const char *hint)
{
	client_error(c, VARLINK_INTERFACE ".Failed", reason_and_hint(reason, hint));
}

/* The interface has one form for what is done: a sentence. */
void
client_message(struct client *c, const char *message)
{
	client_reply(c, json_pack("{s:s}", "message", message));
}

/* ---- in ---- */

/* Whoever may look may call what takes long (a journal is read), a thousand times in one packet: others get their turn, and so
 * does the supervisor, who takes silence for a watcher that hangs. */
static void
run(struct client *c, const char *frame, size_t length)
{
	struct varlink_call call;
	struct err err;

	if (!varlink_call_parse(&call, frame, length, &err)) {
		/* At debug level only: whoever may connect could fill our log with this. Who sends no call cannot be
		 * answered, and replies come in the order of the calls. */
		log_debug("control: uid %u: %s", (unsigned)c->peer.uid, err.text);
		hang_up(c);
		return;
	}
	c->more = call.more;
	c->oneway = call.oneway;
	methods_call(c, &call);
	varlink_call_free(&call); /* who waits has copied what he needs of it */
}

/* The next call, if it is there, and its turn has come. */
static void
run_call(struct client *c)
{
	size_t length = 0;
	char *frame = c->gone || c->waiter.kind != WAIT_NOTHING ? NULL : varlink_in_next(&c->in, &length);

	if (frame != NULL)
		run(c, frame, length);
	if (c->gone)
		return;
	if (c->waiter.kind == WAIT_NOTHING)
		client_patience(c, (msec)(IDLE * 1000));
	if (frame != NULL && c->waiter.kind == WAIT_NOTHING) {
		/* not read meanwhile: the buffer takes no more before whole frames have left it (varlink.h) */
		ev_io_stop(c->w->loop, &c->readable);
		ev_timer_set(&c->turn, 0., 0.);
		ev_timer_start(c->w->loop, &c->turn);
	} else {
		ev_io_start(c->w->loop, &c->readable);
	}
}

static void
on_turn(struct ev_loop *loop, ev_timer *timer, int revents)
{
	(void)loop;
	(void)revents;
	run_call(timer->data);
}

/* Those that were sent ahead are in the buffer already: no readiness will tell of them. */
void
client_next(struct client *c)
{
	waiter_free(&c->waiter);
	run_call(c);
}

/* While one call waits, others are still read: only so is a hang-up seen. They lie in the buffer; who sends more than
 * VARLINK_REQUEST_MAX ahead finds no room there (varlink_in_room), and is hung up on. */
static void
on_readable(struct ev_loop *loop, ev_io *io, int revents)
{
	struct client *c = io->data;
	size_t room;
	char *at = varlink_in_room(&c->in, &room);
	ssize_t n = at == NULL ? 0 : recv(c->fd, at, room, MSG_DONTWAIT);

	(void)loop;
	(void)revents;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		hang_up(c);
		return;
	}
	varlink_in_got(&c->in, (size_t)n);
	run_call(c);
}

static void
on_writable(struct ev_loop *loop, ev_io *io, int revents)
{
	(void)loop;
	(void)revents;
	flush(io->data);
}

static void
on_timer(struct ev_loop *loop, ev_timer *timer, int revents)
{
	struct client *c = timer->data;

	(void)loop;
	(void)revents;
	if (c->waiter.kind == WAIT_NOTHING) /* idle, or who called does not take his answer */
		hang_up(c);
	else
		waiter_expired(c);
}

void
client_patience(struct client *c, msec patience)
{
	alarm_in(c->w->loop, &c->timer, patience);
}

struct client *
client_new(struct watcher *w, int fd, struct peer peer)
{
	struct client *c = calloc(1, sizeof *c);

	if (c == NULL) {
		close(fd);
		return NULL;
	}
	*c = (struct client){ .w = w, .fd = fd, .peer = peer };
	varlink_in_init(&c->in, VARLINK_REQUEST_MAX);
	ev_io_init(&c->readable, on_readable, fd, EV_READ);
	ev_io_init(&c->writable, on_writable, fd, EV_WRITE);
	ev_timer_init(&c->timer, on_timer, 0., 0.);
	ev_timer_init(&c->turn, on_turn, 0., 0.);
	c->readable.data = c->writable.data = c->timer.data = c->turn.data = c;
	ev_io_start(w->loop, &c->readable);
	client_patience(c, (msec)(IDLE * 1000));
	return c;
}

void
client_free(struct client *c)
{
	ev_io_stop(c->w->loop, &c->readable);
	ev_io_stop(c->w->loop, &c->writable);
	ev_timer_stop(c->w->loop, &c->timer);
	ev_timer_stop(c->w->loop, &c->turn);
	close(c->fd);
	varlink_in_free(&c->in);
	waiter_free(&c->waiter);
	free(c->out);
	free(c);
}

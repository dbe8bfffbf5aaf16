#include "supervisor/above.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "os/above.h"
#include "supervisor/bridled.h"
#include "supervisor/held.h"
#include "supervisor/service.h"

enum { AGAIN = 1 /* s until what could not be sent is tried again */, MESSAGE = ABOVE_STATUS + 100, NAMES = 150 };

/* ---- what came with the environment ---- */

/* The variables stay in our environment until sockets are shared; no service is given them (conf/environment.c). */
void
above_begin(struct bridled *b, int ready_fd)
{
	struct above *a = &b->above;
	struct err err;

	*a = (struct above){ .fd = -1, .ready_fd = -1 };
	a->sockets = above_sockets(getenv("LISTEN_FDS"), getenv("LISTEN_PID"), getpid());
	for (int i = 0; i < a->sockets; i++)
		/* close-on-exec, before anything is started that could inherit them */
		above_keep(ABOVE_FIRST_FD + i);
	if (ready_fd >= 0 && above_keep(ready_fd))
		a->ready_fd = ready_fd;
	/* no reason not to start: whoever waits for it finds out by himself */
	else if (ready_fd >= 0)
		log_warning("--ready-fd %d: nothing is open there", ready_fd);
	if (getenv("NOTIFY_SOCKET") == NULL)
		return;
	if (!above_address(getenv("NOTIFY_SOCKET"), &a->address, &a->length))
		log_warning("NOTIFY_SOCKET '%s' is no unix socket: nobody is told", getenv("NOTIFY_SOCKET"));
	else if ((a->fd = above_open(&err)) < 0)
		log_warning("%s", err.text);
}

/* To the service that has FD's address among its own; with NAMED, that has its port with a name that is not looked up yet. */
static bool
share(struct bridled *b, int fd, bool named)
{
	for (uint32_t s = 0; s < b->capacity; s++) {
		struct service *one = b->services[s];

		for (uint32_t i = 0; one != NULL && one->plan != NULL && i < one->plan->bind_count; i++) {
			const struct plan_bind *bind = &one->plan->binds[i];
			struct err err;

			/* by address, not by name (LISTEN_FDNAMES): what listens there is what matters */
			if (named != (bind->address == NULL))
				continue;
			if (bind->is_unix ? !above_is_unix(fd, bind->address) :
					    !above_is_tcp(fd, bind->address, bind->port))
				continue;
			if (!held_take(&one->held, bind, fd, &err)) {
				log_error("%s: %s", one->name, err.text);
				return false;
			}
			log_info("%s: listens at '%s' with the socket that came as descriptor %d", one->name,
				bind->text, fd);
			return true;
		}
	}
	return false;
}

void
above_share_sockets(struct bridled *b)
{
	for (int i = 0; i < b->above.sockets; i++) {
		int fd = ABOVE_FIRST_FD + i;
		struct err err = { 0 };
		size_t n;
		const char *name = above_name(getenv("LISTEN_FDNAMES"), i, &n);

		/* who names the very address comes before whoever has its port */
		if (above_listener(fd, &err) && (share(b, fd, false) || share(b, fd, true)))
			continue;
		log_warning("descriptor %d (%.*s) that we were handed is not used: %s", fd, (int)n, name,
			err.text[0] != '\0' ? err.text : "no service has its address as bind");
		close(fd);
	}
	/* they are told once: what has these numbers later is something else */
	unsetenv("LISTEN_FDS");
	unsetenv("LISTEN_PID");
	unsetenv("LISTEN_FDNAMES");
}

/* ---- what we say ---- */

/* A line of what happens, if any, and the status, in one datagram: either both arrive or none does. */
static bool
say(struct above *a, const char *lines, const char *status)
{
	char message[MESSAGE];
	struct text t;

	text_init(&t, message, sizeof message);
	above_message(&t, lines, status);
	return above_send(a->fd, &a->address, a->length, message, t.len);
}

struct counts {
	unsigned wanted, up, awaited;
	struct text failed, missing;
};

static void
add_name(struct text *t, const char *name)
{
	if (!t->cut) /* names that do not fit are left out; the counts say how many there are */
		text_addf(t, t->len > 0 ? " %s" : "%s", name);
}

static void
count(struct counts *c, const struct service *s)
{
	switch (s->life.state) {
	case LIFE_RUNNING:
	case LIFE_RELOADING:
	case LIFE_REPLACING:
	case LIFE_DONE:
	case LIFE_LISTENING: c->up++; break;
	/* wanted, and nobody waits for it any more: it keeps nobody from being ready */
	case LIFE_FAILED: add_name(&c->failed, s->name); break;
	case LIFE_STOPPED:
	case LIFE_STOPPING: return; /* nobody wants it up */
	case LIFE_QUEUED:
	case LIFE_STARTING:
	case LIFE_RESTARTING:
	case LIFE_RETRYING:
	case LIFE_WAITING:
		add_name(&c->missing, s->name);
		c->awaited++;
		break;
	case LIFE_STATE_COUNT: break;
	}
	c->wanted++;
}

/* Returns whether nobody is awaited any more. */
static bool
look(const struct bridled *b, char status[static ABOVE_STATUS])
{
	char failed[NAMES], missing[NAMES];
	struct counts c = { 0 };
	struct text t;

	text_init(&c.failed, failed, sizeof failed);
	text_init(&c.missing, missing, sizeof missing);
	for (uint32_t i = 0; i < b->capacity; i++)
		if (b->services[i] != NULL)
			count(&c, b->services[i]);
	text_init(&t, status, ABOVE_STATUS);
	if (b->clear_until != 0)
		text_add(&t, "ending what an earlier run has left");
	else if (b->stopping)
		text_add(&t, "stopping");
	else
		above_status(&t, c.wanted, c.up, failed, missing);
	return c.awaited == 0 && b->clear_until == 0;
}

static void
on_watchdog(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct bridled *b = timer->data;

	(void)loop;
	(void)events;
	say(&b->above, "WATCHDOG=1", NULL); /* one that is lost is made good by the next: they come at half the time */
}

/* Once a second until the reader's queue has room: he is slow, or stopped. */
static void
on_again(struct ev_loop *loop, ev_timer *timer, int events)
{
	(void)loop;
	(void)timer;
	(void)events; /* the loop runs, and tells before it waits */
}

static void
watch(struct bridled *b)
{
	struct above *a = &b->above;
	msec within = above_watchdog(getenv("WATCHDOG_USEC"), getenv("WATCHDOG_PID"), getpid());

	a->watched = true;
	if (within == 0)
		return;
	/* every half of it (sd_watchdog_enabled(3)); at once, too: it is counted from when we were started */
	ev_timer_init(&a->watchdog, on_watchdog, 0., (double)within / 2000.);
	a->watchdog.data = b;
	ev_timer_start(b->loop, &a->watchdog);
}

static void
tell_socket(struct bridled *b, const char *status)
{
	struct above *a = &b->above;
	bool ready = a->ready && !a->told, stopping = b->stopping && !a->stopping;

	/* before each wait of the loop: what has not changed is not said again */
	if (!ready && !stopping && strcmp(status, a->status) == 0)
		return;
	if (!say(a, stopping ? "STOPPING=1" : ready ? "READY=1" : NULL, status)) {
		ev_timer_stop(b->loop, &a->again);
		ev_timer_init(&a->again, on_again, AGAIN, 0.);
		ev_timer_start(b->loop, &a->again);
		return;
	}
	a->told = a->told || ready;
	a->stopping = a->stopping || stopping;
	text_copy(a->status, sizeof a->status, status);
}

void
above_tell(struct bridled *b)
{
	struct above *a = &b->above;
	char status[ABOVE_STATUS];
	bool settled;

	if (a->fd < 0 && a->ready_fd < 0)
		return;
	settled = look(b, status);
	/* once and for all: a service that fails later is in the status */
	a->ready = a->ready || (settled && !b->stopping);
	if (a->ready && a->ready_fd >= 0) {
		above_newline(a->ready_fd);
		a->ready_fd = -1;
	}
	if (a->fd >= 0)
		tell_socket(b, status);
	/* from the beginning: who goes on in place of one that was ready may not be ready yet */
	if (a->fd >= 0 && !a->watched)
		watch(b);
}

void
above_reread(struct bridled *b, bool begins)
{
	struct above *a = &b->above;
	char message[MESSAGE];
	struct text t;

	if (a->fd < 0 || !a->told)
		return;   /* while we are starting, ready would be said too soon */
	a->told = begins; /* READY=1 goes out once more, when it has been read */
	a->status[0] = '\0';
	if (!begins)
		return;
	text_init(&t, message, sizeof message);
	/* sd_notify(3): RELOADING=1 takes MONOTONIC_USEC, or Type=notify-reload ignores it */
	above_reloading(&t, above_microseconds());
	say(a, message, "reading the configuration");
}

/* NOTIFY_SOCKET is told nothing more: that we have ended, whoever waits for us sees. */
void
above_end(struct bridled *b)
{
	struct above *a = &b->above;

	if (a->fd >= 0)
		close(a->fd);
	if (a->ready_fd >= 0)
		close(a->ready_fd);
	if (b->loop != NULL) {
		ev_timer_stop(b->loop, &a->watchdog);
		ev_timer_stop(b->loop, &a->again);
	}
}

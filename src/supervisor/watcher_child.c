#include "supervisor/watcher_child.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "os/alarm.h"
#include "os/protect.h"
#include "os/spawn.h"
#include "os/tree.h"
#include "supervisor/bridled.h"
#include "supervisor/proof.h"
#include "supervisor/shared.h"
#include "watcher/watcher.h"
#include "wire/ending.h"
#include "wire/page.h"

enum {
	EARLY = 2000, /* ms: ending sooner is a failure to start */
	DELAY_MAX = 30000,
};

static void
on_again(struct ev_loop *loop, ev_timer *timer, int events)
{
	(void)loop;
	(void)events;
	watcher_child_start(timer->data, clock_now());
}

bool
watcher_child_init(struct bridled *b, struct err *err)
{
	struct watcher_child *w = &b->watcher;

	/* how many there were is remembered over a re-exec (wire/state.def), nothing else */
	*w = (struct watcher_child){ .starts = w->starts };
	ev_init(&w->again, on_again);
	w->again.data = b;
	return watcher_link_init(b, err);
}

/* The same program as we are, whatever lies on the disk by now: page and link are laid out as ours. Descriptors have the
 * numbers of watcher.h; what could not be had is /dev/null, so that the others keep theirs. */
static pid_t
spawn_watcher(struct bridled *b, int its_end, struct err *err)
{
	char uid[16], gid[16];
	char *argv[] = { "bridled", "--watch", uid, gid, NULL }, *envp[] = { "PATH=/usr/bin:/bin", NULL, NULL };
	struct text t;
	int fds[] = { its_end, b->page_fd, b->control_fd >= 0 ? b->control_fd : b->null_fd, b->spool_fd,
		b->statsd_fd >= 0 ? b->statsd_fd : b->null_fd, b->kept_fd >= 0 ? b->kept_fd : b->null_fd,
		b->deposit.out >= 0 ? b->deposit.out : b->null_fd };

	for (char **e = environ; *e != NULL; e++) /* sanitizers and their like are steered this way */
		if (strncmp(*e, "ASAN_OPTIONS=", 13) == 0)
			envp[1] = *e;
	text_init(&t, uid, sizeof uid);
	text_addf(&t, "%u", (unsigned)b->watch_uid);
	text_init(&t, gid, sizeof gid);
	text_addf(&t, "%u", (unsigned)b->watch_gid);
	struct spawn_request r = { .path = "/proc/self/exe",
		.argv = argv,
		.envp = envp,
		.listeners = fds,
		.listener_count = sizeof fds / sizeof fds[0],
		.null_fd = b->null_fd,
		.output_fd = -1,
		.cgroup_fd = -1,
		/* logs and what it keeps are for its group to read (logfile.c, jsonl.c: 0640), and for nobody else */
		.umask = 0027 };

	return spawn(&r, err);
}

/* From 200 ms on, twice as long for each failure to start. Services do without a watcher, and what keeps one from
 * starting may be just what the machine lacks (memory, descriptors). */
static void
delay_next(struct bridled *b)
{
	struct watcher_child *w = &b->watcher;
	msec wait = w->early > 8 ? DELAY_MAX : (msec)100 << w->early;

	if (wait > DELAY_MAX)
		wait = DELAY_MAX;
	alarm_in(b->loop, &w->again, wait);
}

void
watcher_child_start(struct bridled *b, msec now)
{
	struct watcher_child *w = &b->watcher;
	struct page_header *header = b->page;
	struct tree_process p;
	struct err err;
	int pair[2], room = 1 << 20;

	shared_seek_control(b);
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) != 0) {
		log_error("cannot make a link for the watcher: %s", strerror(errno));
		w->early++;
		delay_next(b);
		return;
	}
	/* moves of many services at once should go in one round; the kernel cuts this to net.core.wmem_max (socket(7)),
	 * and what does not fit waits in our queue */
	setsockopt(pair[0], SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
	w->pid = spawn_watcher(b, pair[1], &err);
	close(pair[1]);
	w->started = now;
	w->start = w->pid > 0 && tree_look(w->pid, &p) ? p.start : 0;
	if (w->pid < 0) {
		log_error("cannot start the watcher: %s", err.text);
		w->pid = 0;
		w->early++;
		close(pair[0]);
		delay_next(b);
		return;
	}
	b->children++;
	if (b->protected)
		/* for want of memory it may be ended before any service is: another one looks again at all that it saw */
		protect_not(w->pid, b->oom_score_adj);
	header->watcher_restarts = (int32_t)w->starts++; /* of the first one none */
	watcher_link_open(b, pair[0]);
	proof_show_all(b);
	memory_bridled(b);
	/* the flush takes down and deposits what is due; then the watcher begins to answer (uplink.c) */
	watcher_link_ask_anew(b);
}

bool
watcher_child_dismiss(struct bridled *b, pid_t pid, uint64_t start, bool guards)
{
	struct watcher_child *w = &b->watcher;
	struct tree_process p;

	/* one that could not be followed is remembered still: nothing tells its end again, and others may have its number */
	if (!tree_look(pid, &p) || p.parent != getpid() || p.start != start)
		return false;
	w->pid = pid;
	w->start = start;
	w->dismissed = true;
	b->children++;
	if (guards)
		kill(pid, DEPOSIT_TAKEN); /* a child: nobody else has its number */
	watcher_link_be_patient(b);
	return true;
}

void
watcher_child_replace(struct bridled *b)
{
	struct watcher_child *w = &b->watcher;

	if (w->pid <= 0) /* the next one is about to begin */
		return;
	w->dismissed = true;
	kill(w->pid, DEPOSIT_TAKEN); /* which its successor keeps */
	watcher_child_release(b);
}

void
watcher_child_ended(struct bridled *b, int status, msec now)
{
	struct watcher_child *w = &b->watcher;
	char words[96];
	struct text t;

	text_init(&t, words, sizeof words);
	ending_add(&t, status);
	w->pid = 0;
	watcher_link_close(b);
	if (b->stopping)
		return;
	if (w->dismissed) {
		w->dismissed = false;
		w->starts--; /* that was no failure of the watcher */
		watcher_child_start(b, now);
		return;
	}
	log_warning("watcher %s; starting another one (services are not affected)", words);
	w->early = now - w->started < EARLY ? w->early + 1 : 0;
	/* at once the first time: it may have been killed by hand, or for want of memory. Who fails again waits */
	if (w->early > 1)
		delay_next(b);
	else
		watcher_child_start(b, now);
}

void
watcher_child_stopped(struct bridled *b)
{
	/* Whoever stopped it (a debugger) gets the time that silence would have got. Anew, even if an answer is awaited: it may lie
	 * in the link already, given before the stop, and then nobody would ask again until something moves. */
	watcher_link_ask_anew(b);
}

void
watcher_child_release(struct bridled *b)
{
	struct watcher_child *w = &b->watcher;

	ev_timer_stop(b->loop, &w->again);
	if (w->link.fd < 0)
		return;
	/* the last moves, for its journal; then the end of the link, by which it knows that it has to write what is left
	 * (watcher.h) */
	watcher_link_flush(b);
	watcher_link_close(b);
	watcher_link_be_patient(b);
}

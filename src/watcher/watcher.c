#include "watcher/watcher.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "os/deposit.h"
#include "os/pages.h"
#include "os/pidfd.h"
#include "os/privilege.h"
#include "watcher/errands.h"
#include "watcher/fence.h"
#include "watcher/watch.h"

/* One slot: what it held is let go when it holds another service now, or none; what it holds is followed when anything of it
 * changed. */
static void
watch_slot(struct watcher *w, uint32_t slot)
{
	struct service *s = &w->services.at[slot];
	struct page_service record;
	bool there = services_read(&w->services, slot, &record);

	if (there && s->incarnation == record.incarnation) {
		deaths_follow(w, s, &record);
		if (s->log.fifo < 0) /* none was there yet, or it ended */
			logs_follow(w, s, &record);
		return;
	}
	if (s->incarnation != 0 && (!there || strcmp(s->name, record.name) != 0 || s->kind != record.kind)) {
		/* first: what is still in the pipe is read now, and told to the inquiry, which must be there for it */
		logs_forget(w, s);
		deaths_follow(w, s, NULL);
		inquiry_forget(w, s);
		samples_forget(w, s);
		kept_forget(&w->kept, s->name);
		proofs_forget(w, slot);
		control_forgot(w, s);
		s->incarnation = 0;
	}
	if (!there)
		return;
	s->incarnation = record.incarnation;
	s->kind = record.kind;
	memcpy(s->name, record.name, sizeof s->name);
	logs_follow(w, s, &record);
	samples_follow(w, s, &record);
	deaths_follow(w, s, &record);
	proofs_follow(w, s, &record);
}

void
watch_slots(struct watcher *w)
{
	for (uint32_t i = 0; i < w->services.count; i++)
		watch_slot(w, i);
}

/* The journal first, then whoever waits: who is told and looks into the history finds it there. */
void
watch_moved(struct watcher *w, const struct link_record *move)
{
	if (move->service >= w->services.count)
		return;
	watch_slot(w, move->service);
	if (w->services.at[move->service].incarnation == 0)
		return;
	chronicle_moved(w, &w->services.at[move->service], move);
	samples_moved(w, &w->services.at[move->service]);
	proofs_moved(w, move->service);
	inquiry_moved(w, &w->services.at[move->service], move); /* before its lines, which whoever waits has read */
	control_moved(w, move);
}

/* The socket first: nobody should be promised anything any more. Then what is in the pipes goes to disk. */
void
watch_end(struct watcher *w)
{
	control_close(w);
	logs_drain(w);
	inquiries_end(w);
	console_close(w);
	ev_break(w->loop, EVBREAK_ALL);
}

/* ---- a round that does not end ---- */

enum { ROUND = 30 /* s that one may take: what it waits for is a disk at most */ };

static void
on_awake(struct ev_loop *loop, ev_check *check, int revents)
{
	(void)loop;
	(void)check;
	(void)revents;
	alarm(ROUND);
}

static void
on_asleep(struct ev_loop *loop, ev_prepare *prepare, int revents)
{
	(void)loop;
	(void)prepare;
	(void)revents;
	alarm(0);
}

/* The supervisor asks for a sign of life when it has something to tell, or else it would have to wake up for that. So the kernel ends
 * us who do not come back (SIGALRM, signal(7)), and wakes nobody as long as we do. */
static void
watch_oneself(struct watcher *w)
{
	ev_check_init(&w->awake, on_awake);
	ev_prepare_init(&w->asleep, on_asleep);
	ev_check_start(w->loop, &w->awake);
	ev_prepare_start(w->loop, &w->asleep);
}

/* A terminal's Ctrl-C reaches the whole process group: whether to stop is for the supervisor to say. SIGPIPE: who hangs
 * up is found by write(2). */
static void
ignore_signals(void)
{
	static const int signals[] = { SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGPIPE };
	sigset_t taken;

	for (unsigned i = 0; i < sizeof signals / sizeof signals[0]; i++)
		signal(signals[i], SIG_IGN);
	sigemptyset(&taken);
	sigaddset(&taken, DEPOSIT_TAKEN);
	sigprocmask(SIG_BLOCK, &taken, NULL); /* asked for at the end */
}

static bool
open_all(struct watcher *w, bool tells, struct err *err)
{
	/* libev with no inotify and no timerfd of its own: each would be one more descriptor and one more thing that wakes us */
	w->loop = ev_loop_new(EVBACKEND_EPOLL | EVFLAG_NOENV | EVFLAG_NOINOTIFY | EVFLAG_NOTIMERFD);
	if (w->loop == NULL)
		return err_set(err, 0, "cannot make an event loop");
	if (!services_map(&w->services, WATCHER_PAGE_FD, err) || !logs_open(w, WATCHER_SPOOL_FD, err))
		return false;
	console_open(w);
	samples_open(w);
	metrics_open(w, WATCHER_STATSD_FD);
	if (!kept_open(w, WATCHER_KEPT_FD))
		log_warning("no memory to count what services do");
	inquiries_open(w);
	herald_open(w);
	deaths_open(w, tells);
	uplink_open(w, WATCHER_LINK_FD);
	watch_slots(w);
	logs_begin(w);
	docket_open(w);
	chronicle_open(w);
	/* open, and listened at when the supervisor has asked for the first time, no sooner (pong() of uplink.c) */
	return control_open(w, WATCHER_CONTROL_FD, err);
}

/* The process ends next, and its memory with it; but then a sanitizer could not tell this from what was lost. */
static void
release(struct watcher *w)
{
	for (uint32_t i = 0; i < w->services.count; i++) {
		backlog_free(w->services.at[i].log.backlog);
		samples_forget(w, &w->services.at[i]);
		inquiry_forget(w, &w->services.at[i]);
	}
	deaths_close(w);
	herald_close(w);
	metrics_close(w);
	kept_close(w);
	errands_close(w);
	proofs_release(w);
	bells_release(w);
	services_release(&w->services);
	uplink_release(w);
	ev_loop_destroy(w->loop);
}

int
watcher_run(void)
{
	struct watcher w = { 0 };
	unsigned long before;
	bool tells;
	struct err err;

	ignore_signals();
	tells = pidfd_tells();          /* by a child of its own, which the fence forbids to make */
	privilege_descriptors(&before); /* who started us may have had few left */
	if (!fence_close(&err))
		log_info("the watcher has no system call filter: %s", err.text);
	if (!open_all(&w, tells, &err)) {
		log_error("%s", err.text);
		return EXIT_FAILURE;
	}
	/* the code that starting took: what is still needed comes back from the page cache (pages.h) */
	pages_let_go();
	watch_oneself(&w);
	ev_run(w.loop, 0);
	alarm(0);
	release(&w);
	deposit_guard(WATCHER_DEPOSIT_FD, WATCHER_GUARDS);
	return EXIT_SUCCESS;
}

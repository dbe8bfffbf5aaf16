#include "supervisor/supervisor.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "os/cgroup.h"
#include "os/cpus.h"
#include "os/machine.h"
#include "os/pages.h"
#include "os/privilege.h"
#include "os/protect.h"
#include "os/tree.h"
#include "supervisor/bridled.h"
#include "supervisor/leftovers.h"
#include "supervisor/ordering.h"
#include "supervisor/past.h"
#include "supervisor/places.h"
#include "supervisor/reread.h"
#include "supervisor/resume.h"
#include "supervisor/service.h"
#include "supervisor/shared.h"
#include "supervisor/signals.h"
#include "wire/ending.h"
#include "wire/page.h"

#include "config.h"

static bool
take_memory(struct bridled *b, struct err *err)
{
	b->services = calloc(b->capacity, sizeof(struct service *));
	b->masters = calloc((size_t)b->capacity * LIFE_SLOTS, sizeof *b->masters);
	/* each can move a few times before the loop tells */
	if (b->services == NULL || b->masters == NULL || !notices_init(&b->notices, 4 * b->capacity))
		return err_set(err, errno, "cannot keep %u services", b->capacity);
	errands_init(b);
	return ordering_init(b, err) && watcher_child_init(b, err) && memory_make(b, err);
}

/* Where services run already, a configuration that cannot be read is no reason to leave them alone. */
static bool
read_config(struct bridled *b, const struct supervisor_options *options, bool reborn, struct err *err)
{
	struct conf_bridle c;

	if (!places_read_config(b, options, err)) {
		if (!reborn)
			return false;
		log_error("%s; services go on with what they have until it can be read (bridle reload)", err->text);
		places_without_config(b);
	}
	conf_decode_bridle(b->conf, &c);
	b->debug = options->debug;
	log_set_level(b->debug ? LOG_LEVEL_DEBUG : (enum log_level)c.log_level);
	return true;
}

/* A slot for everybody who is remembered, also where the configuration has others by now: whoever got none would run on
 * with nobody to look after it. */
static void
make_room(struct bridled *b, const struct past *past)
{
	uint32_t n = b->conf->service_count + past_strangers(past, b->conf);

	if (b->capacity < n)
		b->capacity = n;
}

static bool
prepare(struct bridled *b, const struct supervisor_options *options, struct past *past, struct err *err)
{
	if (past->reborn)
		/* slots stay what they were: all that is remembered is known by its slot */
		b->capacity = state_header(past->image)->capacity;
	if (!reexec_prepare(b, options, past, err) || !read_config(b, options, past->reborn, err) ||
		!places_open(b, options, err))
		return false;
	if (!past->reborn) {
		past_find(past, b);
		b->started = clock_now();
	}
	make_room(b, past);
	return shared_make(b, err) && take_memory(b, err);
}

/* In the year 5138. */
static void
on_far_future(struct ev_loop *loop, ev_periodic *periodic, int events)
{
	(void)loop;
	(void)periodic;
	(void)events;
}

/* libev wakes up every 59.7 s to see whether the wall clock jumped, unless a timerfd tells it, and it makes one only for
 * whoever waits for a date (ev.c of 4.33: MAX_BLOCKTIME, evtimerfd_init). So we wait for one that does not come. */
static void
sleep_long(struct bridled *b)
{
	ev_periodic_init(&b->far_future, on_far_future, 1e11, 0., NULL);
	ev_periodic_start(b->loop, &b->far_future);
}

static bool
begin(struct bridled *b, struct err *err)
{
	/* NOENV: LIBEV_FLAGS of whoever started us is not for us (ev(3)) */
	b->loop = ev_loop_new(EVBACKEND_EPOLL | EVFLAG_NOENV);
	if (b->loop == NULL)
		return err_set(err, errno, "cannot make an event loop");
	if (b->random == 0 && getrandom(&b->random, sizeof b->random, GRND_NONBLOCK) < 0)
		b->random = 0;
	if (b->random == 0) /* xorshift never leaves 0; before the pool is filled at boot, the pid does */
		b->random = (uint32_t)getpid() | 1;
	bridled_rounds(b);
	sleep_long(b);
	b->children_fd = tree_list_children();
	return signals_listen(b, err) && tree_adopt_orphans(err);
}

/* Nothing depends on them; without them, who belongs to whom is found out in /proc. */
static void
open_cgroups(struct bridled *b)
{
	struct err err;

	b->cgroup_fd = cgroup_open(b->run_dir, &err);
	if (b->cgroup_fd < 0)
		log_debug("generations get no cgroups: %s", err.text);
}

/* Why we are here again. */
static void
say_how(const struct bridled *b, const struct past *past)
{
	char words[96];
	struct text t;

	if (!past->reborn)
		return;
	if (past->how.signal == 0) {
		log_info("executed anew in process %d: services go on", (int)getpid());
		return;
	}
	text_init(&t, words, sizeof words);
	ending_add_signal(&t, past->how.signal);
	if (crash_sender(&past->how) != 0)
		text_addf(&t, " from process %d", (int)crash_sender(&past->how));
	else
		text_addf(&t, " at address %#llx", (unsigned long long)past->how.address);
	log_error("bridled crashed (%s, crash %u) and has recovered: services go on; please report this", words,
		b->crashes);
	if (b->safe)
		log_error("%s", resume_safe_hint());
}

/* Go on from what was before us, or begin. */
static void
take_up(struct bridled *b, struct past *past, msec now)
{
	bool dismissed = past->reborn && past->bridled.watcher > 0;

	/* before anything is restored: nothing may be decided on the way */
	b->safe = past_is_loop(past, now);
	((struct page_header *)b->page)->safe = b->safe;
	if (past->image != NULL)
		resume_services(b, past, now);
	errands_resume(b, past->reborn && past->how.signal == 0, now);
	say_how(b, past);
	if (dismissed)
		dismissed = watcher_child_dismiss(b, (pid_t)past->bridled.watcher,
			(uint64_t)past->bridled.watcher_start, past->bridled.deposit != 0);
	memory_bridled(b);
	/* from here on a crash goes on from what we have restored, not from what we have read */
	memory_publish(b);
	reexec_point(b, past);
	if (!b->safe)
		resume_settle(b, now);
	if (!past->reborn)
		leftovers_end(b, now); /* and starts services when they are gone */
	else if (!b->safe && b->clear_until != 0)
		leftovers_go_on(b); /* and starts them, too */
	else if (!b->safe)
		bridled_start_services(b, now);
	if (!dismissed) /* last: who asks the control socket finds services begun, not about to be */
		watcher_child_start(b, now);
	if (past->reborn) /* whoever ended on the way has told somebody who is no more */
		kill(getpid(), SIGCHLD);
	past_release(past);
}

/* Nothing was taken up, and generations of one before us may run: their logs, directories and groups are to be found as they are
 * by the next. */
static void
discard_services(struct bridled *b)
{
	/* not by cgroup_close(), which would take back what their groups are given, and with it their bounds */
	if (b->cgroup_fd >= 0)
		close(b->cgroup_fd);
	b->cgroup_fd = -1;
	for (uint32_t i = 0; b->services != NULL && i < b->capacity; i++) {
		struct plan *plan = b->services[i] != NULL ? b->services[i]->plan : NULL;

		if (b->services[i] != NULL)
			service_discard(b->services[i]);
		plan_free(plan);
		b->services[i] = NULL;
	}
}

static enum supervisor_exit
run(struct bridled *b, struct past *past)
{
	/* before anything is started: each start takes its own score back (act.c) */
	b->protected = protect_from_oom(&b->oom_score_adj);
	open_cgroups(b);
	if (geteuid() == 0 && protect_is_undone()) /* as a plain user we become nobody else */
		log_warning(
			"fs.suid_dumpable is 1: users of services can trace what shares bridled's memory while it starts "
			"them; it should be 0 or 2");
	if (!reread_first(b)) {
		discard_services(b);
		return SUPERVISOR_FAILED;
	}
	above_share_sockets(b);
	log_info("bridled " PACKAGE_VERSION ": %u service%s from %s", b->conf->service_count,
		b->conf->service_count == 1 ? "" : "s", b->config_path);
	take_up(b, past, clock_now());
	/* pages that only loading needed go first, before what is left is locked */
	pages_let_go();
	if (!protect_memory())
		log_debug("our memory is not locked");
	ev_run(b->loop, 0);
	log_info("stopped%s", b->forced ? "; something had to be killed" : "");
	return b->forced ? SUPERVISOR_FORCED : SUPERVISOR_STOPPED;
}

/* What costs nothing to give back. The rest belongs to others, or ends with us. */
static void
forget(struct bridled *b)
{
	conf_free(b->conf);
	free(b->services);
	free(b->masters);
	free(b->config_path);
	directories_free_bases(b->bases);
	free(b->run_dir);
	free(b->log_dir);
}

/* Also of one that was made by half. What others can see stays then: it may be another bridled's. */
static void
release(struct bridled *b)
{
	memory_end(b); /* first: no service is forgotten one by one */
	for (uint32_t i = 0; i < b->capacity; i++)
		if (b->services != NULL && b->services[i] != NULL)
			service_free(b->services[i]);
	if (b->cgroup_fd >= 0)
		cgroup_close(b->cgroup_fd);
	above_end(b);
	if (b->loop != NULL) {
		watcher_link_free(b);
		ev_loop_destroy(b->loop);
	}
	notices_free(&b->notices);
	reexec_release(b);
	ordering_free(b);
	forget(b);
}

int
supervisor_accepts(const struct supervisor_options *options, const char *format)
{
	struct bridled b = { .run_fd = -1 };
	struct err err = { 0 };
	int64_t n;
	int answer = REEXEC_YES;

	if (!text_parse_int(format, 1, INT32_MAX, &n) || n > STATE_VERSION) {
		fprintf(stderr, "bridled " PACKAGE_VERSION " reads what is remembered up to format %d, not %s\n",
			STATE_VERSION, format);
		answer = REEXEC_OLDER;
	} else if (!places_read_config(&b, options, &err)) {
		fprintf(stderr, "%s\n", err.text);
		answer = REEXEC_BAD_CONFIGURATION;
	}
	conf_free(b.conf);
	free(b.config_path);
	return answer;
}

/* Before anything is opened: what we were in this process, if anything. */
static bool
remember(struct bridled *b, struct past *past, const struct supervisor_options *options, struct err *err)
{
	if (options->resume == NULL)
		return true;
	if (!past_inherit(past, options->resume, err))
		return false;
	if (!past_restore(past, b))
		return err_set(err, 0, "what bridled remembers of itself makes no sense");
	b->crashes += past->how.signal != 0;
	return true;
}

/* AGAIN: whoever had us stopped wants the machine to start anew, where it is ours. */
static enum supervisor_exit
live(const struct supervisor_options *options, bool *again)
{
	struct bridled b = { .run_fd = -1,
		.cgroup_fd = -1,
		.lock_fd = -1,
		.control_fd = -1,
		.signal_fd = -1,
		.spool_fd = -1,
		.statsd_fd = -1,
		.kept_fd = -1,
		.arrivals = { .event_fd = -1 },
		.deposit = { .in = -1, .out = -1 },
		.memory = { .fd = -1 } };
	struct past past = { 0 };
	enum supervisor_exit status;
	struct err err;
	bool good;

	/* first: all that is opened from here on may need the room */
	privilege_descriptors(&b.descriptors);
	good = remember(&b, &past, options, &err);
	log_open("bridled", options->debug ? LOG_LEVEL_DEBUG : LOG_LEVEL_INFO);
	above_begin(&b, options->ready_fd);
	b.cpus = cpus_usable();
	if (!good || !prepare(&b, options, &past, &err) || !begin(&b, &err)) {
		log_error("%s", err.text);
		if (options->resume == NULL)
			release(&b);
		else /* what it holds is of one before us, whose services live */
			forget(&b);
		return SUPERVISOR_FAILED;
	}
	status = run(&b, &past);
	unlinkat(b.run_fd, "control", 0); /* nobody answers any more */
	if (status != SUPERVISOR_FAILED)  /* else it is of one before us, whose services live */
		unlinkat(b.run_fd, "state", 0);
	*again = b.again;
	release(&b);
	return status;
}

enum supervisor_exit
supervisor_run(const struct supervisor_options *options)
{
	bool ours = machine_is_ours(), again = false;
	enum supervisor_exit status;

	if (ours)
		machine_take();
	status = live(options, &again);
	if (ours) {
		log_info("%s", again ? "the machine starts anew" : "the machine is switched off");
		machine_end(again);
	}
	return status;
}

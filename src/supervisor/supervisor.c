#include "supervisor/supervisor.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "os/cgroup.h"
#include "os/cpus.h"
#include "os/privilege.h"
#include "os/tree.h"
#include "supervisor/bridled.h"
#include "supervisor/leftovers.h"
#include "supervisor/places.h"
#include "supervisor/reread.h"
#include "supervisor/rest.h"
#include "supervisor/service.h"
#include "supervisor/shared.h"
#include "supervisor/signals.h"
#include "wire/page.h"

#include "config.h"

uint32_t
bridled_random(struct bridled *b)
{
	b->random ^= b->random << 13;
	b->random ^= b->random >> 17;
	return b->random ^= b->random << 5;
}

static bool
all_stopped(const struct bridled *b)
{
	for (uint32_t i = 0; i < b->capacity; i++)
		if (b->services[i] != NULL && b->services[i]->life.state != LIFE_STOPPED)
			return false;
	return true;
}

/* Services that the configuration has no more are forgotten here, when no callback stands on them. */
static void
sweep(struct bridled *b)
{
	for (uint32_t i = 0; i < b->capacity; i++) {
		struct service *s = b->services[i];

		if (s == NULL || !s->removed || s->life.state != LIFE_STOPPED)
			continue;
		log_info("%s: forgotten", s->name);
		service_free(s);
		watcher_child_show_page(b);
	}
}

static void
before_wait(struct ev_loop *loop, ev_prepare *prepare, int events)
{
	struct bridled *b = prepare->data;

	(void)events;
	rest_look(b, clock_now());
	notices_tell(b);
	sweep(b);
	above_tell(b);
	if (b->stopping && all_stopped(b)) {
		watcher_child_release(b);
		if (b->watcher.pid == 0)
			ev_break(loop, EVBREAK_ALL);
	}
}

void
bridled_start_services(struct bridled *b, msec now)
{
	for (uint32_t i = 0; i < b->capacity; i++) {
		struct service *s = b->services[i];

		if (s == NULL || b->stopping || (s->plan != NULL && !s->plan->autostart))
			continue;
		demand_begin(s, now);
		service_act(s, now);
	}
}

void
bridled_stop(struct bridled *b)
{
	struct page_header *header = b->page;
	msec now = clock_now();

	b->stopping = true;
	header->stopping = 1;
	b->stop_asked++;
	if (b->clearing)
		ev_timer_stop(b->loop, &b->clear_timer);
	for (uint32_t i = 0; i < b->capacity; i++) {
		struct service *s = b->services[i];

		if (s == NULL)
			continue;
		life_stop(&s->life, now);
		if (b->stop_asked > 1)
			life_hurry(&s->life, now);
		service_act(s, now);
	}
}

static bool
take_memory(struct bridled *b, struct err *err)
{
	b->services = calloc(b->capacity, sizeof(struct service *));
	b->masters = calloc((size_t)b->capacity * LIFE_SLOTS, sizeof *b->masters);
	if (b->services == NULL || b->masters == NULL || !notices_init(&b->notices, 4 * b->capacity))
		return err_set(err, errno, "cannot keep %u services", b->capacity);
	return watcher_child_init(b, err);
}

static bool
prepare(struct bridled *b, const struct supervisor_options *options, struct err *err)
{
	struct conf_bridle c;

	if (!places_read_config(b, options, err))
		return false;
	conf_decode_bridle(b->conf, &c);
	b->debug = options->debug;
	log_set_level(b->debug ? LOG_LEVEL_DEBUG : (enum log_level)c.log_level);
	return places_open(b, options, err) && shared_make(b, err) && take_memory(b, err);
}

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
	b->loop = ev_loop_new(EVBACKEND_EPOLL | EVFLAG_NOENV);
	if (b->loop == NULL)
		return err_set(err, errno, "cannot make an event loop");
	if (getrandom(&b->random, sizeof b->random, GRND_NONBLOCK) < 0 || b->random == 0)
		b->random = (uint32_t)getpid() | 1;
	ev_prepare_init(&b->before_wait, before_wait);
	b->before_wait.data = b;
	ev_prepare_start(b->loop, &b->before_wait);
	sleep_long(b);
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

static enum supervisor_exit
run(struct bridled *b)
{
	open_cgroups(b);
	if (!reread_first(b))
		return SUPERVISOR_FAILED;
	above_share_sockets(b);
	log_info("bridled " PACKAGE_VERSION ": %u service%s from %s", b->conf->service_count,
		b->conf->service_count == 1 ? "" : "s", b->config_path);
	leftovers_end(b, clock_now());
	watcher_child_start(b, clock_now());
	ev_run(b->loop, 0);
	log_info("stopped%s", b->forced ? "; something had to be killed" : "");
	return b->forced ? SUPERVISOR_FORCED : SUPERVISOR_STOPPED;
}

/* Also of one that was made by half. What others can see stays: it may be another bridled's. */
static void
release(struct bridled *b)
{
	for (uint32_t i = 0; i < b->capacity; i++)
		if (b->services != NULL && b->services[i] != NULL)
			service_free(b->services[i]);
	if (b->cgroup_fd >= 0)
		cgroup_close(b->cgroup_fd);
	above_end(b);
	if (b->loop != NULL) {
		watcher_child_free(b);
		ev_loop_destroy(b->loop);
	}
	notices_free(&b->notices);
	conf_free(b->conf);
	free(b->services);
	free(b->masters);
	free(b->config_path);
	directories_free_bases(b->bases);
	free(b->run_dir);
	free(b->log_dir);
}

enum supervisor_exit
supervisor_run(const struct supervisor_options *options)
{
	struct bridled b = { .run_fd = -1, .cgroup_fd = -1, .lock_fd = -1, .control_fd = -1, .signal_fd = -1 };
	enum supervisor_exit status;
	struct err err;

	log_open("bridled", options->debug ? LOG_LEVEL_DEBUG : LOG_LEVEL_INFO);
	above_begin(&b, options->ready_fd);
	privilege_descriptors(&b.descriptors);
	b.cpus = cpus_usable();
	if (!prepare(&b, options, &err) || !begin(&b, &err)) {
		log_error("%s", err.text);
		release(&b);
		return SUPERVISOR_FAILED;
	}
	status = run(&b);
	unlinkat(b.run_fd, "control", 0);
	release(&b);
	return status;
}

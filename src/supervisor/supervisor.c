#include "supervisor/supervisor.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "os/account.h"
#include "os/cgroup.h"
#include "os/cpus.h"
#include "os/listener.h"
#include "os/privilege.h"
#include "os/rundir.h"
#include "os/tree.h"
#include "supervisor/bridled.h"
#include "supervisor/leftovers.h"
#include "supervisor/reread.h"
#include "supervisor/rest.h"
#include "supervisor/service.h"
#include "supervisor/signals.h"
#include "watcher/watcher.h"
#include "wire/page.h"

#include "config.h"

/* ---- where things are ---- */

static bool
find_config(struct bridled *b, const struct supervisor_options *o, struct err *err)
{
	int n;

	if (o->config == NULL && o->root == NULL && geteuid() != 0)
		return err_set(err, 0, "a plain user needs a directory of its own: bridled --root DIR (settings in DIR/bridle.ini)");
	if (o->config != NULL)
		n = asprintf(&b->config_path, "%s", o->config);
	else if (o->root != NULL)
		n = asprintf(&b->config_path, "%s/bridle.ini", o->root);
	else
		n = asprintf(&b->config_path, "%s", SYSCONFDIR "/bridle/bridle.ini");
	return n >= 0 || err_set(err, errno, "cannot name the configuration");
}

static void
print_complaints(const struct conf_report *report)
{
	for (uint32_t i = 0; i < report->count; i++) {
		const struct conf_complaint *c = &report->at[i];

		fprintf(stderr, "%s:%u: %s: %s\n", c->file, c->line, c->severity == CONF_ERROR ? "error" : "warning", c->text);
	}
}

static bool
read_config(struct bridled *b, struct err *err)
{
	struct conf_report report;

	conf_report_init(&report);
	b->conf = conf_read(b->config_path, &report);
	print_complaints(&report);
	if (b->conf == NULL)
		err_set(err, 0, "the configuration has %u error%s; 'bridle check %s' says more", report.errors,
			report.errors == 1 ? "" : "s", b->config_path);
	conf_report_free(&report);
	return b->conf != NULL;
}

/* SET where the configuration names one, else NAME below --root, else the system's place. */
static bool
place(char **out, const char *set, const char *root, const char *name, const char *system, struct err *err)
{
	char *absolute = root != NULL && set[0] == '\0' ? realpath(root, NULL) : NULL;
	int n;

	if (root != NULL && set[0] == '\0' && absolute == NULL)
		return err_set(err, errno, "cannot find '%s'", root);
	if (absolute != NULL)
		n = asprintf(out, "%s/%s", absolute, name);
	else
		n = asprintf(out, "%s", set[0] != '\0' ? set : system);
	free(absolute);
	return n >= 0 || err_set(err, errno, "cannot name a directory");
}

/* The user that the watcher becomes: as little as there is. */
static bool
find_watch_user(struct bridled *b, const char *configured, struct err *err)
{
	const char *const candidates[] = { configured, "bridle", "nobody" };
	struct account a;

	b->watch_uid = geteuid();
	b->watch_gid = getegid();
	if (geteuid() != 0)
		return true;
	for (size_t i = configured[0] != '\0' ? 0 : 1; i < 3; i++) {
		if (account_find(&a, candidates[i], "", err)) {
			b->watch_uid = a.uid;
			b->watch_gid = a.gid;
			return true;
		}
		if (i == 0)
			break;
	}
	return err_prefix(err, "watch_user");
}

static bool
open_directories(struct bridled *b, const struct conf_bridle *c, struct err *err)
{
	gid_t readers = b->control_gid != (gid_t)-1 ? b->control_gid : b->watch_gid;
	int log_fd;

	b->run_fd = rundir_open(b->run_dir, geteuid(), getegid(), 0755, err);
	if (b->run_fd < 0 || (b->lock_fd = rundir_lock(b->run_fd, b->run_dir, err)) < 0)
		return false;
	log_fd = rundir_open(b->log_dir, b->watch_uid, readers, 0750, err);
	if (log_fd < 0)
		return false;
	close(log_fd);
	(void)c;
	b->null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	return b->null_fd >= 0 || err_set(err, errno, "cannot open '/dev/null'");
}

static bool
open_control(struct bridled *b, const struct conf_bridle *c, struct err *err)
{
	struct listener_unix who = { geteuid(), b->control_gid != (gid_t)-1 ? b->control_gid : getegid(),
		c->control_read == CONF_READERS_ALL ? 0666 : 0660 };
	char path[4096];
	struct text t;

	text_init(&t, path, sizeof path);
	text_addf(&t, "%s/control", b->run_dir);
	b->control_fd = listener_open_unix(path, &who, 64, err);
	return b->control_fd >= 0;
}

/* ---- what is shared with the watcher ---- */

static int
make_memory(const char *name, size_t size, struct err *err)
{
	int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (fd < 0 || ftruncate(fd, (off_t)size) != 0) {
		err_set(err, errno, "cannot make shared memory '%s'", name);
		if (fd >= 0)
			close(fd);
		return -1;
	}
	/* nobody may make it shorter under the other one's feet */
	fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL);
	return fd;
}

static bool
make_page(struct bridled *b, const struct conf_bridle *c, struct err *err)
{
	uint32_t n = b->conf->service_count;
	struct page_header *h;
	size_t size;

	b->capacity = n + (n < 64 ? 64 : n / 2); /* a reload may add so many */
	size = page_size(b->capacity);
	b->page_fd = make_memory("bridle-page", size, err);
	b->spool_fd = make_memory("bridle-spool", WATCHER_SPOOL_SIZE, err);
	if (b->page_fd < 0 || b->spool_fd < 0)
		return false;
	b->page = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, b->page_fd, 0);
	if (b->page == MAP_FAILED)
		return err_set(err, errno, "cannot map the page");
	h = b->page;
	*h = (struct page_header){ .magic = PAGE_MAGIC, .version = PAGE_VERSION, .record_size = sizeof(struct page_service),
		.capacity = b->capacity, .supervisor = getpid(), .started = clock_now(),
		.control_all = c->control_read == CONF_READERS_ALL, .control_group = (uint32_t)b->control_gid, .owner = geteuid() };
	if (!text_copy(h->run_dir, sizeof h->run_dir, b->run_dir) || !text_copy(h->log_dir, sizeof h->log_dir, b->log_dir))
		return err_set(err, 0, "run_dir and log_dir: at most %d bytes", PAGE_PATH - 1);
	return true;
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

/* ---- the loop ---- */

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
		life_start(&s->life, now);
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
prepare(struct bridled *b, const struct supervisor_options *o, struct err *err)
{
	struct conf_bridle c;

	if (!find_config(b, o, err) || !read_config(b, err))
		return false;
	conf_decode_bridle(b->conf, &c);
	b->debug = o->debug;
	log_set_level(o->debug ? LOG_LEVEL_DEBUG : (enum log_level)c.log_level);
	b->control_gid = (gid_t)-1;
	if (c.control_group[0] != '\0' && !account_group(&b->control_gid, c.control_group, err))
		return false;
	if (!place(&b->run_dir, c.run_dir, o->root, "run", RUNSTATEDIR "/bridle", err) ||
		!place(&b->log_dir, c.log_dir, o->root, "log", LOCALSTATEDIR "/log/bridle", err) ||
		!find_watch_user(b, c.watch_user, err) || !open_directories(b, &c, err))
		return false;
	return make_page(b, &c, err) && take_memory(b, err) && open_control(b, &c, err);
}

static bool
begin(struct bridled *b, struct err *err)
{
	unsigned flags = EVBACKEND_EPOLL | EVFLAG_NOENV;

#ifdef EVFLAG_NOTIMERFD
	flags |= EVFLAG_NOTIMERFD; /* a timerfd would only tell of jumps of the wall clock, which nothing here uses */
#endif
	b->loop = ev_loop_new(flags);
	if (b->loop == NULL)
		return err_set(err, errno, "cannot make an event loop");
	if (getrandom(&b->random, sizeof b->random, GRND_NONBLOCK) < 0 || b->random == 0)
		b->random = (uint32_t)getpid() | 1;
	ev_prepare_init(&b->before_wait, before_wait);
	b->before_wait.data = b;
	ev_prepare_start(b->loop, &b->before_wait);
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
	if (b->loop != NULL) {
		watcher_child_free(b);
		ev_loop_destroy(b->loop);
	}
	notices_free(&b->notices);
	conf_free(b->conf);
	free(b->services);
	free(b->masters);
	free(b->config_path);
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

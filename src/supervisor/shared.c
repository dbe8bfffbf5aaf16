/*
 * shared.c -- all that both processes have: the page, which only we write; spool and kept, which we never look into;
 * control socket and UDP port, which outlive every watcher. Made here, because the watcher may make nothing.
 */
#include "supervisor/shared.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "os/listener.h"
#include "os/loopback.h"
#include "supervisor/bridled.h"
#include "supervisor/watcher_child.h"
#include "watcher/watcher.h"
#include "wire/page.h"

#ifndef F_SEAL_FUTURE_WRITE
#define F_SEAL_FUTURE_WRITE 0x0010
#endif
#define IN_MEMORY 0x01021994 /* TMPFS_MAGIC of linux/magic.h, which not every C library has */

enum { PATIENCE = 5000, EVERY = 20 /* ms, before the loop runs */, AGAIN = 5 /* s, when it does */ };

/* memfd_create(2): it has no name that could be opened, and goes with the last who has it. */
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
	return fd;
}

/* Nobody may make it shorter under the other one's feet. ONLY_WE: nobody but who has mapped it by now may write to it;
 * before Linux 5.1 that cannot be had. */
static void
seal(int fd, bool only_we)
{
	const int seals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;

	if (!only_we || fcntl(fd, F_ADD_SEALS, seals | F_SEAL_FUTURE_WRITE) != 0)
		fcntl(fd, F_ADD_SEALS, seals);
}

/* run_dir/.spool (no service can be called that): what was in hand when bridled and its watcher were both killed is still
 * in it. -1 where it cannot be had: on a disk it would be written there again and again, and mapped memory that a full disk
 * cannot back is a SIGBUS. */
static int
open_spool(struct bridled *b)
{
	int fd = openat(b->run_fd, ".spool", O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
	struct statfs fs;
	struct stat st;

	if (fd >= 0 && fstatfs(fd, &fs) == 0 && fs.f_type == IN_MEMORY && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
		st.st_uid == geteuid() && ftruncate(fd, WATCHER_SPOOL_SIZE) == 0)
		return fd;
	if (fd >= 0) {
		close(fd);
		unlinkat(b->run_fd, ".spool", 0);
	}
	return -1;
}

static bool
make_spool(struct bridled *b, struct err *err)
{
	struct stat st;

	if (b->spool_fd >= 0 && (fstat(b->spool_fd, &st) != 0 || st.st_size != WATCHER_SPOOL_SIZE)) {
		close(b->spool_fd); /* of the program that we were, whose watcher has another */
		b->spool_fd = -1;
	}
	if (b->spool_fd < 0)
		b->spool_fd = open_spool(b);
	if (b->spool_fd < 0)
		b->spool_fd = make_memory("bridle-spool", WATCHER_SPOOL_SIZE, err);
	if (b->spool_fd >= 0)
		seal(b->spool_fd, false);
	return b->spool_fd >= 0;
}

_Static_assert((int)CONF_SIGNATURES_MAX == (int)PAGE_OWN, "what bridle check takes, the page has room for");

void
shared_show_signatures(struct bridled *b)
{
	struct page_header *h = b->page;
	struct conf_bridle c;
	uint32_t count;

	conf_decode_bridle(b->conf, &c);
	count = c.signature.count / 3;
	/* nothing behind the last is touched: of most people that is 16 KiB in which there is nothing */
	for (uint32_t i = 0; i < PAGE_OWN && (i < count || h->own[i].name[0] != '\0'); i++) {
		/* there may have been more, and longer ones, before */
		h->own[i] = (struct page_signature){ .name = "" };
		if (i >= count)
			continue;
		text_copy(h->own[i].name, sizeof h->own[i].name, c.signature.at[3 * i]);
		text_copy(h->own[i].phase, sizeof h->own[i].phase, c.signature.at[3 * i + 1]);
		text_copy(h->own[i].pattern, sizeof h->own[i].pattern, c.signature.at[3 * i + 2]);
	}
}

static bool
make_page(struct bridled *b, struct err *err)
{
	uint32_t n = b->conf->service_count;
	struct conf_bridle c;
	struct page_header *h;
	size_t size;

	n += n < 64 ? 64 : n / 2; /* a reload may add so many; what is never used takes no memory */
	if (b->capacity < n)      /* else we go on from one that had more */
		b->capacity = n;
	size = page_size(b->capacity);
	b->page_fd = make_memory("bridle-page", size, err);
	if (b->page_fd < 0)
		return false;
	/* mapped before it is sealed against later writers: this mapping stays writable */
	b->page = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, b->page_fd, 0);
	if (b->page == MAP_FAILED)
		return err_set(err, errno, "cannot map the page");
	seal(b->page_fd, true);
	page_init(b->page, b->capacity);
	h = b->page;
	h->supervisor = getpid();
	h->started = b->started;
	h->stopping = b->stopping;
	h->reexecs = b->reexecs;
	h->crashes = b->crashes;
	h->safe = b->safe;
	h->control_all = b->control_all;
	h->control_group = (uint32_t)b->control_gid;
	h->owner = geteuid();
	conf_decode_bridle(b->conf, &c);
	shared_show_signatures(b);
	text_copy(h->syslog, sizeof h->syslog, c.syslog_to);
	if (!text_copy(h->run_dir, sizeof h->run_dir, b->run_dir) ||
		!text_copy(h->log_dir, sizeof h->log_dir, b->log_dir))
		return err_set(err, 0, "run_dir and log_dir: at most %d bytes", PAGE_PATH - 1);
	return true;
}

/* For PATIENCE ms. */
static bool
open_control(struct bridled *b, msec patience, struct err *err)
{
	struct listener_unix who = { geteuid(), b->control_gid != (gid_t)-1 ? b->control_gid : getegid(),
		b->control_all ? 0666 : 0660 };
	char path[4096];
	struct text t;

	if (b->control_fd >= 0) /* inherited: those who connected while we became another program wait in its queue */
		return true;
	text_init(&t, path, sizeof path);
	text_addf(&t, "%s/control", b->run_dir);
	/* before the loop runs: nobody else waits for us yet. We hold the lock: whoever serves there is the watcher of a
	 * bridled that was killed, and ends by itself. Who knows its pid has waited for it already (past.h). */
	for (msec until = clock_now() + patience;; poll(NULL, 0, EVERY)) {
		b->control_fd = listener_open_unix(path, &who, 64, err);
		if (b->control_fd >= 0 || err->code != 0 || clock_now() >= until)
			return b->control_fd >= 0;
	}
}

/* A service may have filled the file system with what it may write there: who runs is not left alone for that. */
static bool
may_come_later(const struct bridled *b, const struct err *why)
{
	if (why->code != ENOSPC && why->code != EDQUOT)
		return false;
	log_error("%s: services are looked after, but nobody is answered until there is room in '%s'", why->text,
		b->run_dir);
	return true;
}

static void
on_room(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct bridled *b = timer->data;
	struct err err;

	(void)events;
	if (!b->stopping && !open_control(b, 0, &err))
		return;
	ev_timer_stop(loop, timer);
	if (b->stopping)
		return;
	log_info("'%s/control' could be made: who asks is answered", b->run_dir);
	watcher_child_replace(b); /* by one that has it */
}

void
shared_seek_control(struct bridled *b)
{
	if (b->control_fd >= 0 || ev_is_active(&b->room))
		return;
	ev_timer_init(&b->room, on_room, AGAIN, AGAIN);
	b->room.data = b;
	ev_timer_start(b->loop, &b->room);
}

/* Gunicorns of a bridled before us still send to its port, which is ours if it is free. Services run without figures. */
static void
open_statsd(struct bridled *b)
{
	struct err err;

	if (b->statsd_fd < 0)
		b->statsd_fd = loopback_open_udp(&b->statsd_port, &err);
	if (b->statsd_fd >= 0)
		return;
	log_warning("%s; there are no figures of requests", err.text);
	b->statsd_port = 0;
}

/* Without it, what was counted is gone with each watcher. */
static void
make_kept(struct bridled *b)
{
	struct err err;

	if (b->kept_fd >= 0)
		return;
	b->kept_fd = make_memory("bridle-kept", WATCHER_KEPT_SIZE, &err);
	if (b->kept_fd < 0)
		log_warning("%s; figures of requests begin anew with each watcher", err.text);
	else
		seal(b->kept_fd, false);
}

bool
shared_make(struct bridled *b, struct err *err)
{
	struct err why;

	if (!make_page(b, err) || !make_spool(b, err) || !(open_control(b, PATIENCE, err) || may_come_later(b, err)))
		return false;
	open_statsd(b);
	make_kept(b);
	if (!deposit_make(&b->deposit, &why))
		log_warning("%s; what waits for a service of which nobody lives ends with us", why.text);
	return true;
}

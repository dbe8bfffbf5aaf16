#include "supervisor/past.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/log.h"
#include "os/deposit.h"
#include "os/listener.h"
#include "os/pidfd.h"
#include "supervisor/bridled.h"
#include "supervisor/state_life.h"
#include "watcher/watcher.h"

#ifndef SYS_close_range
#define SYS_close_range 436
#endif

enum {
	LOOP = 60000,          /* ms within which CRASH_TIMES crashes are a loop */
	WATCHER_WRITES = 5000, /* ms that the watcher of a killed one has to write what it holds */
	HIGHEST = 1 << 20,     /* a descriptor above that is none of ours */
};

/* ---- the image ---- */

/* SIZE bytes of FD at AT. What is missing at the end stays 0, as what was never there. */
static bool
fill(char *at, size_t size, int fd)
{
	size_t done = 0;
	ssize_t n = 1;

	while (n > 0 && done < size) {
		n = pread(fd, at + done, size - done, (off_t)done);
		done += n > 0 ? (size_t)n : 0;
	}
	return n >= 0;
}

/* Read, not mapped: to look at a hole of a file in memory takes a page of its file system, and where that is full a SIGBUS
 * (shmem_fault() in mm/shmem.c). Slots that nobody is in are holes. */
static bool
load(struct past *p, int fd, struct err *err)
{
	struct stat st;
	void *at;

	if (fstat(fd, &st) != 0 || st.st_size < STATE_SLOT)
		return err_set(err, 0, "there is no state in it");
	at = mmap(NULL, (size_t)st.st_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (at == MAP_FAILED)
		return err_set(err, errno, "no memory for it");
	if (!fill(at, (size_t)st.st_size, fd)) {
		err_set(err, errno, "cannot read it");
		munmap(at, (size_t)st.st_size);
		return false;
	}
	if (!state_check(at, (size_t)st.st_size, err)) {
		munmap(at, (size_t)st.st_size);
		return false;
	}
	p->image = at;
	p->size = (size_t)st.st_size;
	return state_get_bridled(at, &p->bridled) || err_set(err, 0, "it says nothing of bridled");
}

/* After everything that can be found was found: what is closed here was somebody's listener. */
void
past_release(struct past *p)
{
	if (p->image != NULL)
		munmap((void *)(uintptr_t)p->image, p->size);
	if (p->image != NULL && p->reborn)
		close(p->how.fd);
	p->image = NULL;
	for (size_t i = 0; i < p->listener_count; i++)
		close(p->listeners[i]); /* of services that are not any more */
	free(p->listeners);
	p->listeners = NULL;
	p->listener_count = 0;
}

/* ---- descriptors ---- */

/* The highest that was named, or all of them. */
struct kept {
	int highest;
	bool *at; /* by number; NULL: only looking for the highest */
};

static void
keep(void *context, int fd)
{
	struct kept *k = context;

	if (fd > HIGHEST)
		return;
	if (fd > k->highest)
		k->highest = fd;
	if (k->at != NULL)
		k->at[fd] = true;
}

static void
visit_all(const struct past *p, struct kept *k)
{
	static struct state_service s; /* too big for a stack; written anew before each use */

	state_descriptors_of_bridled(&p->bridled, keep, k);
	for (uint32_t i = 0; i < state_header(p->image)->capacity; i++)
		if (state_get_service(p->image, i, &s))
			state_descriptors_of_service(&s, keep, k);
}

/* A crash leaves everything open: that is cleared up here. */
static bool
close_others(const struct past *p, struct err *err)
{
	struct kept k = { .highest = 2 };

	visit_all(p, &k);
	keep(&k, p->how.fd);
	k.at = calloc((size_t)k.highest + 1, sizeof *k.at);
	if (k.at == NULL)
		return err_set(err, errno, "cannot remember descriptors");
	visit_all(p, &k);
	keep(&k, p->how.fd);
	for (int fd = 3; fd <= k.highest; fd++)
		if (k.at[fd]) /* they came through execve(2) without it (reexec.c) */
			fcntl(fd, F_SETFD, FD_CLOEXEC);
		else
			close(fd);
	free(k.at);
	/* before Linux 5.9 ENOSYS, and what lies above the highest stays open: it is not ours */
	syscall(SYS_close_range, k.highest + 1, ~0U, 0);
	return true;
}

bool
past_inherit(struct past *p, const char *word, struct err *err)
{
	/* children, too, are as they were: execve(2) changes neither pid nor parenthood */
	*p = (struct past){ .reborn = true };
	if (!crash_word_read(word, &p->how))
		return err_set(err, 0, "'%s' is not what bridled says to itself", word);
	return (load(p, p->how.fd, err) && close_others(p, err)) ||
		err_prefix(err, "cannot go on from what was before");
}

/* ---- a killed one ---- */

/* Without memory for it, it is lost, and opened anew if its address is free. */
static void
keep_listener(void *context, int fd)
{
	struct past *p = context;
	int *more = realloc(p->listeners, (p->listener_count + 1) * sizeof *more);

	if (more == NULL) {
		close(fd);
		return;
	}
	p->listeners = more;
	p->listeners[p->listener_count++] = fd;
}

/* Taken out of the list: what is left at the end is nobody's. */
int
past_listener(struct past *p, uint64_t inode)
{
	for (size_t i = 0; i < p->listener_count; i++) {
		int fd = p->listeners[i];

		if (listener_inode(fd) != inode)
			continue;
		p->listeners[i] = p->listeners[--p->listener_count];
		return fd;
	}
	return -1;
}

/* It ends by itself when the link to a supervisor is gone, and we have what it kept. Two that read the same pipes would
 * tear lines, and its control socket would be taken for somebody else's. */
static void
await_watcher(struct past *p)
{
	int pidfd = p->bridled.watcher > 0 ?
		pidfd_open_process((pid_t)p->bridled.watcher, (uint32_t)p->bridled.watcher_start) :
		-1;

	if (pidfd < 0)
		return;
	if (p->bridled.deposit != 0) {
		deposit_fetch(pidfd, WATCHER_DEPOSIT_FD, (uint64_t)p->bridled.deposit, keep_listener, p);
		/* it need not stay for the minute that it would guard them */
		pidfd_signal(pidfd, DEPOSIT_TAKEN);
	}
	if (!pidfd_wait(pidfd, WATCHER_WRITES)) {
		log_warning("watcher %d of an earlier run does not end; it is killed", (int)p->bridled.watcher);
		pidfd_signal(pidfd, SIGKILL);
		pidfd_wait(pidfd, WATCHER_WRITES);
	}
	close(pidfd);
}

void
past_find(struct past *p, struct bridled *b)
{
	/* no link is followed and no FIFO waited for, whatever lies there */
	int fd = openat(b->run_fd, "state", O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	char boot[STATE_BOOT];
	struct err err = { 0 };
	bool good;

	*p = (struct past){ 0 };
	if (fd < 0)
		return;
	good = load(p, fd, &err);
	close(fd);
	/* pids, times since boot and sockets of another boot mean nothing */
	memory_boot(boot);
	if (!good) {
		log_warning("'%s/state' cannot be used: %s", b->run_dir, err.text);
		past_release(p);
	} else if (strcmp(state_header(p->image)->boot, boot) != 0) {
		log_info("'%s/state' is from before the last boot of this machine or container: nothing of it lives",
			b->run_dir);
		past_release(p);
	} else {
		await_watcher(p);
		b->statsd_port = (uint16_t)p->bridled.statsd_port; /* its services still send there */
	}
}

/* ---- what it was ---- */

bool
past_restore(const struct past *p, struct bridled *b)
{
	bool good = true;

	/* not as configured today: the sockets, pipes and groups of what runs are there */
	b->run_dir = strdup(p->bridled.run_dir);
	b->log_dir = strdup(p->bridled.log_dir);
#define BRIDLED_INT(tag, name, where) STATE_TAKE(good, where, p->bridled.name);
#define BRIDLED_FD(tag, name, where) STATE_TAKE(good, where, p->bridled.name);
#include "wire/state.def"
	b->safe = false; /* whether it is so again is to be seen */
	return good && b->run_dir != NULL && b->log_dir != NULL;
}

uint32_t
past_strangers(const struct past *p, const struct conf *conf)
{
	static struct state_service s; /* as in visit_all() */
	uint32_t n = 0;

	for (uint32_t i = 0; p->image != NULL && i < state_header(p->image)->capacity; i++)
		n += state_get_service(p->image, i, &s) && conf_find(conf, s.name) == NULL;
	return n;
}

/* The oldest of CRASH_TIMES: all of them are within LOOP then. */
bool
past_is_loop(const struct past *p, msec now)
{
	msec first = p->how.times[CRASH_TIMES - 1];

	return p->reborn && p->how.signal != 0 && first != 0 && now - first < LOOP;
}

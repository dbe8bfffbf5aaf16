#include "supervisor/reap.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "supervisor/around.h"
#include "supervisor/bridled.h"
#include "supervisor/heir.h"
#include "supervisor/rest.h"
#include "supervisor/resume.h"
#include "supervisor/service.h"
#include "supervisor/watcher_child.h"
#include "wire/ending.h"
#include "wire/page.h"

enum {
	AT_ONCE = 4096, /* children that are reaped in a round of the loop */
	MANY = 16, /* orphans in it that are searched for; the next round goes by the list, if the kernel has one */
	A_MILLISECOND = 50, /* children: as many more, and orphans are gathered for one longer */
	LONGEST = 200, /* ms: a zombie is nothing that anybody should see */
};

/* Whose master is PID? The index into b->masters, or -1. */
static int
master_index(const struct bridled *b, pid_t pid)
{
	const int n = (int)(b->capacity * LIFE_SLOTS);

	for (int i = 0; i < n; i++)
		if (b->masters[i] == pid)
			return i;
	return -1;
}

/* Once for each master: a service can stop and continue itself as fast as it likes. */
static void
master_stopped(struct service *s, uint8_t slot, pid_t pid, int signal)
{
	char name[24];
	struct text t;

	if (s->told_stopped == s->life.slots[slot].number)
		return;
	s->told_stopped = s->life.slots[slot].number;
	text_init(&t, name, sizeof name);
	ending_add_signal(&t, signal); /* SIGTSTP among them, which is none that may be asked for */
	log_warning("%s: master %d was stopped by %s; it serves no more until it gets SIGCONT", s->name, (int)pid,
		name);
}

void
reap_master(struct service *s, uint8_t slot, int status, msec now)
{
	if (s->home->safe) {
		resume_remember(s, slot, status);
		return;
	}
	service_reaped(s, slot, status, now);
	service_act(s, now);
	s->home->look = true;
}

/* Masters first, of which there are many ends; then who has few, each by his own list; what nobody knows was an orphan. Returns
 * whether somebody knew it. */
static bool
reap_one(struct bridled *b, pid_t pid, int status, msec now)
{
	int i = master_index(b, pid);
	struct service *s = i < 0 ? NULL : b->services[i / LIFE_SLOTS];

	if (WIFSTOPPED(status)) {
		if (pid == b->watcher.pid)
			watcher_child_stopped(b);
		else if (s != NULL)
			master_stopped(s, (uint8_t)(i % LIFE_SLOTS), pid, WSTOPSIG(status));
		return true;
	}
	b->look = true;
	if (s != NULL) {
		/* one child less and one more */
		if (!b->safe && heir_takes_over(s, (uint8_t)(i % LIFE_SLOTS), status, now))
			return true;
		b->children--;
		reap_master(s, (uint8_t)(i % LIFE_SLOTS), status, now);
	} else if (trial_reaped(b, pid, status, now) || reexec_reaped(b, pid, status) || errands_reaped(b, pid)) {
		return true; /* each counts its own child; an orphan that became ours was never counted */
	} else if (pid == b->watcher.pid) {
		b->children--;
		watcher_child_ended(b, status, now);
	} else {
		return around_reaped_other(b, pid, status, now);
	}
	return true;
}

/* waitpid(-1) goes through all that live to find one that does not, with tasklist_lock held, which everybody needs who wants to
 * end (do_wait in kernel/exit.c): of 10,000 that end together each search is long and keeps the others waiting. By number there
 * is no search. Returns whether PID has ended and was nobody's. */
static bool
reap_by_number(struct bridled *b, pid_t pid, msec now)
{
	int status;

	/* WUNTRACED: a watcher that was stopped by a signal hangs, and would otherwise not be noticed */
	return waitpid(pid, &status, WNOHANG | WUNTRACED) > 0 && !reap_one(b, pid, status, now);
}

/* Somebody waits for these. An adopted master is no child of ours: waitpid(2) says so. */
static void
reap_known(struct bridled *b, msec now)
{
	const uint32_t n = ((const struct page_header *)b->page)->used * LIFE_SLOTS;

	for (uint32_t i = 0; i < n; i++)
		if (b->masters[i] > 0)
			reap_by_number(b, b->masters[i], now);
	if (b->watcher.pid > 0)
		reap_by_number(b, b->watcher.pid, now);
}

/* A look at each child takes a microsecond or two, the list and all, whether it has ended or not: the more live, the seldomer they
 * are looked at, or nothing is left of a processor to end on. */
static msec
gathering(ssize_t living)
{
	msec time = living / A_MILLISECOND;

	return time < LONGEST ? time : LONGEST;
}

/* Whoever of our children has ended. Returns how many were nobody's. */
static unsigned
reap_listed(struct bridled *b, msec now)
{
	const pid_t *pids;
	const ssize_t n = rest_children(b, &pids);
	unsigned orphans = 0;

	for (ssize_t i = 0; i < n; i++)
		orphans += reap_by_number(b, pids[i], now);
	b->look_at_all = clock_now() + gathering(n - (ssize_t)orphans); /* from here: on a busy machine this took long */
	return orphans;
}

/* Returns whether there were orphans. */
static bool
reap_all(struct bridled *b, msec now)
{
	/* where there was one there may be thousands */
	unsigned orphans = b->orphans ? reap_listed(b, now) : 0;
	const unsigned most = b->children_fd < 0 ? AT_ONCE : MANY;
	int status, n = 0;
	pid_t pid;

	while (n < AT_ONCE && orphans < most && (pid = waitpid(-1, &status, WNOHANG | WUNTRACED)) > 0) {
		orphans += !reap_one(b, pid, status, now);
		n++;
	}
	/* whose children end faster than they can be buried keeps nobody else from getting a turn: we call ourselves back */
	if (n == AT_ONCE)
		kill(getpid(), SIGCHLD);
	return orphans > 0;
}

bool
reap(struct bridled *b, msec now)
{
	if (b->orphans && now < b->look_at_all)
		reap_known(b, now);
	else
		b->orphans = reap_all(b, now);
	rest_look(b, now);
	return b->orphans;
}

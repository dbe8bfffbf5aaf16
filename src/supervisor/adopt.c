#include "supervisor/adopt.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "os/alarm.h"
#include "os/borrow.h"
#include "os/bounds.h"
#include "os/cgroup.h"
#include "os/pidfd.h"
#include "supervisor/adopt_ends.h"
#include "supervisor/bridled.h"
#include "supervisor/leftovers.h"
#include "supervisor/rest.h"
#include "supervisor/service.h"

enum {
	LOOK_AFTER = 50, /* ms until the next look at who is left */
};

struct adoption {
	struct adopted at[LIFE_SLOTS];
	ev_timer look;
};

/* ---- making ---- */

static void
on_look(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct bridled *b = timer->data;

	(void)loop;
	(void)events;
	b->look = true;
	rest_look(b, clock_now());
}

/* All at once, at start: later nothing that keeps services alive may take memory. */
bool
adopt_prepare(struct service *s)
{
	struct adoption *all = s->adoption != NULL ? s->adoption : calloc(1, sizeof *all);

	if (all == NULL || s->adoption != NULL)
		return all != NULL;
	for (uint8_t i = 0; i < LIFE_SLOTS; i++)
		adopt_ends_init(&all->at[i], s, i);
	ev_timer_init(&all->look, on_look, 0., 0.);
	all->look.data = s->home;
	s->adoption = all;
	return true;
}

/* It may have overwritten its environment (setproctitle): then its log tells, which knows no generations. Where neither can
 * be seen (without CAP_SYS_PTRACE, in a container), pid and start are enough: no other process of this boot has both. */
static bool
is_marked(const struct service *s, uint8_t slot, pid_t pid)
{
	struct tree_marker marker;

	if (tree_marker(pid, &marker))
		return strcmp(marker.run_dir, s->home->run_dir) == 0 && strcmp(marker.service, s->name) == 0 &&
			marker.generation == service_made(s, slot); /* an heir has that of whom it follows */
	return !tree_marker_or_log(pid, s->home->run_dir, &marker) || strcmp(marker.service, s->name) == 0;
}

struct search {
	pid_t pid;
	bool found;
};

static void
compare(void *context, int32_t pid)
{
	struct search *search = context;

	search->found = search->found || pid == search->pid;
}

/* Its cgroup below PARENT, if PID lives in it. Cgroup_make() makes one that is not there: then it is empty, and goes again. */
static int
cgroup_below(const struct service *s, int parent, uint32_t number, pid_t pid)
{
	struct search search = { .pid = pid };
	int fd = parent < 0 ? -1 : cgroup_make(parent, s->name, number, NULL);

	if (fd < 0)
		return -1;
	cgroup_visit(fd, compare, &search);
	if (search.found)
		return fd;
	close(fd);
	cgroup_remove(parent, s->name, number);
	return -1;
}

/* The one that it was born in, if that is below ours: the bridled that was killed may have lived elsewhere. */
static void
find_cgroup(struct service *s, uint8_t slot, pid_t pid)
{
	int root = s->home->cgroup_fd, around = root < 0 ? -1 : bounds_group(root, s->name);
	uint32_t number = service_made(s, slot);

	if (s->cgroup[slot] >= 0) /* found by who was here before us in this process */
		return;
	s->cgroup[slot] = cgroup_below(s, around, number, pid);
	if (s->cgroup[slot] < 0)
		s->cgroup[slot] = cgroup_below(s, root, number, pid);
	if (around >= 0)
		close(around);
}

bool
adopt_master(struct service *s, uint8_t slot, pid_t pid, uint32_t start)
{
	int pidfd = pid > 0 ? pidfd_open_process(pid, start) : -1;

	if (pidfd < 0)
		return false;
	if (!is_marked(s, slot, pid)) {
		close(pidfd);
		return false;
	}
	adopt_ends_await(&s->adoption->at[slot], pidfd);
	find_cgroup(s, slot, pid);
	return true;
}

void
adopt_told(struct service *s, const struct link_record *answer)
{
	for (uint8_t i = 0; s->adoption != NULL && i < LIFE_SLOTS; i++)
		if (s->adopted[i] && s->life.slots[i].number == answer->generation) {
			adopt_ends_told(&s->adoption->at[i], answer);
			return; /* that may have moved everything */
		}
}

/* By the descriptor, never by pid: nobody tells us when that goes to somebody else. */
bool
adopt_signal(struct service *s, uint8_t slot, int signal)
{
	return s->adoption->at[slot].pidfd >= 0 && pidfd_signal(s->adoption->at[slot].pidfd, signal);
}

/* ---- who is left ---- */

/* Who has neither environment nor session to show, but the service's log, is taken for one of the newest adopted. */
static uint8_t
newest(const struct service *s)
{
	uint8_t best = LIFE_NONE;

	for (uint8_t i = 0; i < LIFE_SLOTS; i++)
		if (s->adopted[i] && (best == LIFE_NONE || s->life.slots[i].number > s->life.slots[best].number))
			best = i;
	return best;
}

/* The slot of the adopted generation that PID belongs to, or LIFE_NONE. */
static uint8_t
slot_of(const struct service *s, pid_t pid, const struct tree_marker *marker)
{
	pid_t session = getsid(pid); /* Linux lets us ask about any session (getsid(2)); -1: it is gone */
	bool some = false;

	for (uint8_t i = 0; i < LIFE_SLOTS; i++) {
		if (!s->adopted[i])
			continue;
		some = true;
		if (session == s->leader[i] || (marker->generation != 0 && marker->generation == service_made(s, i)))
			return i;
	}
	return some && marker->generation == 0 ? newest(s) : LIFE_NONE;
}

/* Is asked of every leftover: who belongs to one that goes on is none. */
bool
adopt_owns(struct bridled *b, pid_t pid, const struct tree_marker *marker)
{
	const struct service *s = service_find(b, marker->service);

	return s != NULL && slot_of(s, pid, marker) != LIFE_NONE;
}

struct rest {
	struct service *service;
	uint8_t slot;
	int signal;
	bool found;
};

/* In one picture of all processes: what it says of one is of the same moment as what it says of the others. */
static void
visit_rest(void *context, pid_t pid, uint64_t start, const struct tree_marker *marker)
{
	struct rest *r = context;

	if (strcmp(marker->service, r->service->name) != 0 || slot_of(r->service, pid, marker) != r->slot)
		return;
	r->found = true;
	if (r->signal != 0)
		tree_signal(pid, start, r->signal);
}

bool
adopt_rest(struct service *s, uint8_t slot, int signal, bool *unsure)
{
	const struct tree_users users = leftovers_users(s->home);
	struct rest r = { .service = s, .slot = slot, .signal = signal };

	/* through all of /proc: nobody is our child, so nothing shorter finds them */
	tree_leftovers(s->home->run_dir, &users, visit_rest, &r);
	*unsure = errno == EAGAIN;
	/* nobody is said to be gone because we could not look */
	return r.found || (errno != 0 && errno != EAGAIN);
}

struct members {
	const struct service *service;
	uint8_t slot;
	void (*visit)(void *context, pid_t pid);
	void *context;
};

static void
visit_member(void *context, pid_t pid, uint64_t start, const struct tree_marker *marker)
{
	const struct members *m = context;

	(void)start;
	if (strcmp(marker->service, m->service->name) == 0 && slot_of(m->service, pid, marker) == m->slot)
		m->visit(m->context, pid);
}

void
adopt_visit(const struct service *s, uint8_t slot, void (*visit)(void *context, pid_t pid), void *context)
{
	const struct tree_users users = leftovers_users(s->home);
	struct members m = { s, slot, visit, context };

	tree_leftovers(s->home->run_dir, &users, visit_member, &m);
}

/* ---- listeners ---- */

struct want {
	const struct service *service;
	uint64_t inode;
	int fd;
};

static void
ask_member(void *context, pid_t pid, uint64_t start, const struct tree_marker *marker)
{
	struct want *w = context;
	int pidfd;

	if (w->fd >= 0 || strcmp(marker->service, w->service->name) != 0 ||
		slot_of(w->service, pid, marker) == LIFE_NONE)
		return;
	pidfd = pidfd_open_process(pid, (uint32_t)start);
	if (pidfd < 0)
		return;
	w->fd = borrow_socket(pidfd, pid, w->inode);
	close(pidfd);
}

int
adopt_listener(const struct service *s, uint64_t inode)
{
	const struct tree_users users = leftovers_users(s->home);
	struct want w = { .service = s, .inode = inode, .fd = -1 };

	for (uint8_t i = 0; i < LIFE_SLOTS && w.fd < 0; i++)
		if (s->adoption->at[i].pidfd >= 0)
			w.fd = borrow_socket(s->adoption->at[i].pidfd, *service_pid_at(s, i), inode);
	if (w.fd < 0) /* the master is dead, and its workers have not seen that yet */
		tree_leftovers(s->home->run_dir, &users, ask_member, &w);
	return w.fd;
}

void
adopt_look_again(struct service *s)
{
	if (s->adoption != NULL && !ev_is_active(&s->adoption->look))
		alarm_in(s->home->loop, &s->adoption->look, LOOK_AFTER);
}

void
adopt_gone(struct service *s, uint8_t slot)
{
	s->adopted[slot] = false;
	if (s->adoption != NULL)
		adopt_ends_let_go(&s->adoption->at[slot]);
}

void
adopt_free(struct service *s)
{
	if (s->adoption == NULL)
		return;
	for (uint8_t i = 0; i < LIFE_SLOTS; i++)
		adopt_ends_let_go(&s->adoption->at[i]);
	ev_timer_stop(s->home->loop, &s->adoption->look);
	free(s->adoption);
	s->adoption = NULL;
}

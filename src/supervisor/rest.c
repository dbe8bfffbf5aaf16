#include "supervisor/rest.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

#include "base/clock.h"
#include "os/cgroup.h"
#include "os/tree.h"
#include "supervisor/adopt.h"
#include "supervisor/around.h"
#include "supervisor/bridled.h"
#include "supervisor/service.h"

enum {
	CHILDREN_MAX = 32768, /* as many as there are pids by default (proc_sys_kernel(5), pid_max) */
	AGAIN_AFTER = 5,      /* ms */
	AGAIN_MOST = 200,     /* a second in all (look_again_soon) */
};

/* Our children, as the kernel lists them. One buffer, never grown: it is used between two events only. */
static pid_t children[CHILDREN_MAX];

static bool
leads(const struct bridled *b, pid_t pid)
{
	const uint32_t n = ((const struct page_header *)b->page)->used * LIFE_SLOTS;

	for (uint32_t i = 0; i < n; i++)
		if (b->masters[i] == pid)
			return true;
	return false;
}

static bool
is_known(const struct bridled *b, pid_t pid)
{
	return pid == b->watcher.pid || leads(b, pid) || trial_is(b, pid) || errands_has(b, pid);
}

/* The master in SLOT has ended and its orphans have not all been seen to go. */
static bool
is_headless(const struct service *s, uint8_t slot)
{
	const struct generation *g = &s->life.slots[slot];

	return g->state == GENERATION_ENDING && !g->master;
}

enum kinship { STRANGER, MEMBER, NOT_YET_KNOWN };

/* Is this orphan one of the generation in SLOT? Its master began a session, which cannot be given to others while a
 * member lives, and which nobody can enter (setsid(2)); one that left the session still carries the marker, unless it took
 * pains. */
static enum kinship
kinship(const struct service *s, uint8_t slot, const struct tree_process *p)
{
	struct tree_marker marker;

	if (p->session == s->leader[slot])
		return MEMBER;
	/* it was born below another master, which lives: a thousand of those need not be asked for their markers, which is what takes
	 * the time (30 us each) */
	if (leads(s->home, p->session))
		return STRANGER;
	if (!tree_marker(p->pid, &marker))
		return errno == EAGAIN ? NOT_YET_KNOWN : STRANGER;
	return marker.generation == service_made(s, slot) && strcmp(marker.service, s->name) == 0 &&
			strcmp(marker.run_dir, s->home->run_dir) == 0 ?
		MEMBER :
		STRANGER;
}

/* Whoever hid from session and marker is still in the cgroup, if there is one. */
static bool
lives_in_cgroup(const struct service *s, uint8_t slot)
{
	return s->cgroup[slot] >= 0 && cgroup_populated(s->cgroup[slot]);
}

/* All at once where the kernel can. */
static bool
signal_cgroup(int cgroup, int signal)
{
	if (cgroup < 0)
		return false;
	if (signal != SIGKILL || !cgroup_kill(cgroup))
		cgroup_signal(cgroup, signal);
	return true;
}

static void
signal_one(void *context, const struct tree_process *p)
{
	tree_signal(p->pid, p->start, *(int *)context);
}

void
rest_signal(struct service *s, uint8_t slot, int signal)
{
	pid_t master = *service_pid_at(s, slot);

	/* Who has a group is in it, and no look at the tree is needed. But KILL goes by both: root can leave a group, and to an adopted
	 * generation those are put down of whom nobody knows any more whose they are (adopt.c). */
	if (signal_cgroup(s->cgroup[slot], signal) && signal != SIGKILL)
		return;
	if (master > 0)
		tree_walk(&master, 1, signal_one, &signal);
	s->for_rest[slot] = (uint8_t)signal;
}

/* One by one: who is born into a cgroup after its cgroup.kill was written dies at birth (kill_seq in
 * kernel/cgroup/cgroup.c of Linux 6.14, where clone(2) with CLONE_INTO_CGROUP compares it with the parent's), and the
 * next command, or the master, is still to come. */
void
rest_clear(struct service *s, uint8_t slot)
{
	if (s->cgroup[slot] >= 0)
		cgroup_signal(s->cgroup[slot], SIGKILL);
	else
		s->for_rest[slot] = SIGKILL;
}

/* Our children at one moment, in `children`. */
struct picture {
	size_t count;
	bool unsure;  /* some may be missing: no room for all, or no descriptor free to look with */
	bool patient; /* whoever is not yet known is waited for */
	bool again;   /* somebody was not yet known */
};

/* Nobody is said to be gone because we could not look. */
static bool
could_not_look(void)
{
	return errno == EMFILE || errno == ENFILE || errno == ENOMEM;
}

/* Find the orphans of the generation in SLOT, and give them, and whatever is below them, the signal that waits for them.
 * Returns whether there are any, or may be. */
static bool
find_orphans(struct service *s, uint8_t slot, struct picture *picture)
{
	int signal = s->for_rest[slot];
	bool unsure = picture->unsure;
	struct tree_process p;
	size_t found = 0;

	for (size_t i = 0; i < picture->count; i++) {
		pid_t pid = children[i];
		enum kinship kin;

		errno = 0;
		kin = is_known(s->home, pid) || !tree_look(pid, &p) ? STRANGER : kinship(s, slot, &p);
		if (kin == NOT_YET_KNOWN && picture->patient)
			unsure = picture->again = true;
		if (kin != MEMBER) {
			unsure = unsure || could_not_look();
			continue;
		}
		if (signal == 0)
			return true;
		children[i] = children[found]; /* those found come first, for one walk */
		children[found++] = pid;
	}
	if (found > 0)
		tree_walk(children, found, signal_one, &signal);
	return found > 0 || unsure;
}

static bool
find_rest(struct service *s, uint8_t slot, struct picture *picture)
{
	bool unsure, found;

	if (!s->adopted[slot])
		return find_orphans(s, slot, picture);
	found = adopt_rest(s, slot, s->for_rest[slot], &unsure);
	if (unsure && picture->patient)
		found = picture->again = true;
	return found;
}

static bool
is_awaited(const struct service *s, uint8_t slot)
{
	return is_headless(s, slot) || s->for_rest[slot] != 0 || around_is_clearing(s, slot);
}

static bool
any_awaited(const struct service *s)
{
	for (uint8_t i = 0; i < LIFE_SLOTS; i++)
		if (is_awaited(s, i))
			return true;
	return false;
}

static void
look_at(struct service *s, struct picture *picture, msec now)
{
	for (uint8_t i = 0; i < LIFE_SLOTS; i++) {
		bool left = is_awaited(s, i) && (lives_in_cgroup(s, i) || find_rest(s, i, picture));

		if (left && s->adopted[i])
			adopt_look_again(s);
		if (!picture->again)
			s->for_rest[i] = 0;
		if (left)
			continue;
		if (is_headless(s, i))
			service_gone(s, i, now);
		else if (around_is_clearing(s, i))
			around_cleared(s, i, now);
	}
	service_act(s, now);
}

ssize_t
rest_children(struct bridled *b, const pid_t **pids)
{
	/* without the kernel's list all of /proc would be walked: whoever reaps is quicker by searching */
	ssize_t n = b->children_fd < 0 ? -1 : tree_children_in(b->children_fd, children, CHILDREN_MAX);

	*pids = children;
	return n < 0 ? 0 : n < CHILDREN_MAX ? n : CHILDREN_MAX;
}

static struct picture
take_picture(const struct bridled *b)
{
	ssize_t n = tree_children_in(b->children_fd, children, CHILDREN_MAX);

	/* as many as we know of: nobody has orphans (the ordinary case, and the fast one) */
	if (n == (ssize_t)b->children)
		return (struct picture){ .count = 0 };
	if (n < 0 || n > CHILDREN_MAX)
		return (struct picture){ .count = n < 0 ? 0 : CHILDREN_MAX, .unsure = true };
	return (struct picture){ .count = (size_t)n };
}

static void
on_look_again(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct bridled *b = timer->data;

	(void)loop;
	(void)events;
	b->look = true;
	rest_look(b, clock_now());
}

/* A process that left the session and is just executing another program has no marker to show for some microseconds,
 * on a busy machine for some milliseconds. One that stays so for a second does it on purpose: it is nobody's. */
static void
look_again_soon(struct bridled *b)
{
	b->looked_again++;
	ev_timer_stop(b->loop, &b->look_again);
	ev_timer_init(&b->look_again, on_look_again, AGAIN_AFTER / 1000., 0.);
	b->look_again.data = b;
	ev_timer_start(b->loop, &b->look_again);
}

/* One picture of our children serves all services: when hundreds end at once, hundreds of pictures would take longer than
 * everything else. */
static void
look_once(struct bridled *b, msec now)
{
	struct picture picture = { 0 };
	bool taken = false;

	for (uint32_t i = 0; i < b->capacity; i++) {
		struct service *s = b->services[i];

		if (s == NULL || !any_awaited(s))
			continue;
		if (!taken) {
			picture = take_picture(b);
			picture.patient = b->looked_again < AGAIN_MOST;
		}
		taken = true;
		look_at(s, &picture, now);
	}
	if (picture.again)
		look_again_soon(b);
	else
		b->looked_again = 0;
}

void
rest_look(struct bridled *b, msec now)
{
	if (b->safe)
		return;
	/* what is done about one may be the end of waiting for another; timers bring the rest */
	for (int rounds = 0; b->look && rounds < LIFE_SLOTS; rounds++) {
		b->look = false;
		look_once(b, now);
	}
}

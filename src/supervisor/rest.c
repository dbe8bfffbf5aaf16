#include "supervisor/rest.h"

#include <signal.h>
#include <string.h>

#include "os/cgroup.h"
#include "os/tree.h"
#include "supervisor/bridled.h"
#include "supervisor/service.h"

enum { CHILDREN_MAX = 32768 };

/* Our children, as the kernel lists them. One buffer, never grown: it is used between two events only. */
static pid_t children[CHILDREN_MAX];

static bool
is_known(const struct bridled *b, pid_t pid)
{
	const uint32_t n = ((const struct page_header *)b->page)->used * LIFE_SLOTS;

	if (pid == b->watcher.pid)
		return true;
	for (uint32_t i = 0; i < n; i++)
		if (b->masters[i] == pid)
			return true;
	return false;
}

/* The master in SLOT has ended and its orphans have not all been seen to go. */
static bool
is_headless(const struct service *s, uint8_t slot)
{
	const struct generation *g = &s->life.slots[slot];

	return g->state == GENERATION_ENDING && !g->master;
}

/* Is this orphan one of the generation in SLOT? Its master began a session, which cannot be given to others while a
 * member lives; one that left the session still carries the marker, unless it took pains. */
static bool
belongs(const struct service *s, uint8_t slot, const struct tree_process *p)
{
	const struct generation *g = &s->life.slots[slot];
	struct tree_marker marker;

	if (p->session == s->leader[slot])
		return true;
	return tree_marker(p->pid, &marker) && marker.generation == g->number &&
		strcmp(marker.service, s->name) == 0 && strcmp(marker.run_dir, s->home->run_dir) == 0;
}

/* Whoever hid from session and marker is still in the cgroup, if there is one. */
static bool
lives_in_cgroup(const struct service *s, uint8_t slot)
{
	return s->cgroup[slot] >= 0 && cgroup_populated(s->cgroup[slot]);
}

static void
signal_pid(void *context, int32_t pid)
{
	if (pid > 0)
		kill(pid, *(int *)context);
}

/* All at once where the kernel can. The pids in a cgroup are of this moment and its processes are below us: none can
 * be given to somebody else before we have reaped it. */
static bool
signal_cgroup(int cgroup, int signal)
{
	if (cgroup < 0)
		return false;
	if (signal != SIGKILL || !cgroup_kill(cgroup))
		cgroup_visit(cgroup, signal_pid, &signal);
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

	if (signal_cgroup(s->cgroup[slot], signal))
		return;
	if (master > 0)
		tree_walk(master, signal_one, &signal);
	s->for_rest[slot] = (uint8_t)signal;
}

/* Find the orphans of the generation in SLOT among our first COUNT children, and give them the signal that waits for
 * them. Returns whether there are any. */
static bool
find_orphans(struct service *s, uint8_t slot, size_t count)
{
	int signal = s->for_rest[slot];
	struct tree_process p;
	bool found = false;

	for (size_t i = 0; i < count; i++) {
		if (is_known(s->home, children[i]) || !tree_look(children[i], &p) || !belongs(s, slot, &p))
			continue;
		found = true;
		if (signal != 0)
			tree_walk(children[i], signal_one, &signal);
	}
	return found;
}

static bool
is_awaited(const struct service *s, uint8_t slot)
{
	return is_headless(s, slot) || s->for_rest[slot] != 0;
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
look_at(struct service *s, size_t orphans, msec now)
{
	for (uint8_t i = 0; i < LIFE_SLOTS; i++) {
		bool found = is_awaited(s, i) && find_orphans(s, i, orphans);

		s->for_rest[i] = 0;
		if (is_headless(s, i) && !found && !lives_in_cgroup(s, i))
			service_gone(s, i, now);
	}
	service_act(s, now);
}

/* One list of our children serves all services: when hundreds end at once, hundreds of lists would take longer than
 * everything else. */
static void
look_once(struct bridled *b, msec now)
{
	size_t count = 0;
	bool listed = false;

	for (uint32_t i = 0; i < b->capacity; i++) {
		struct service *s = b->services[i];

		if (s == NULL || !any_awaited(s))
			continue;
		if (!listed) {
			count = tree_children(children, CHILDREN_MAX);
			/* as many as we know of: nobody has orphans (the ordinary case, and the fast one) */
			if (count == b->children)
				count = 0;
			listed = true;
		}
		look_at(s, count < CHILDREN_MAX ? count : CHILDREN_MAX, now);
	}
}

void
rest_look(struct bridled *b, msec now)
{
	/* what is done about one may be the end of waiting for another; timers bring the rest */
	for (int rounds = 0; b->look && rounds < LIFE_SLOTS; rounds++) {
		b->look = false;
		look_once(b, now);
	}
}

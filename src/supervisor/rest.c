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
	const uint32_t n = b->capacity * LIFE_SLOTS;

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

static bool
has_orphans(const struct service *s, uint8_t slot, size_t count)
{
	struct tree_process p;

	for (size_t i = 0; i < count; i++)
		if (!is_known(s->home, children[i]) && tree_look(children[i], &p) && belongs(s, slot, &p))
			return true;
	return false;
}

/* Whoever hid from session and marker is still in the cgroup, if there is one. */
static bool
lives_in_cgroup(const struct service *s, uint8_t slot)
{
	return s->cgroup[slot] >= 0 && cgroup_populated(s->cgroup[slot]);
}

static bool
any_headless(const struct service *s)
{
	for (uint8_t i = 0; i < LIFE_SLOTS; i++)
		if (is_headless(s, i))
			return true;
	return false;
}

static void
look_at(struct service *s, size_t count, bool only_known, msec now)
{
	for (uint8_t i = 0; i < LIFE_SLOTS; i++)
		if (is_headless(s, i) && (only_known || !has_orphans(s, i, count)) && !lives_in_cgroup(s, i))
			service_gone(s, i, now);
	service_act(s, now);
}

static bool
anything_to_look_for(const struct bridled *b)
{
	for (uint32_t i = 0; i < b->capacity; i++)
		if (b->services[i] != NULL && any_headless(b->services[i]))
			return true;
	return false;
}

void
rest_look(struct bridled *b, msec now)
{
	size_t count;

	if (!b->look)
		return;
	b->look = false;
	if (!anything_to_look_for(b))
		return;
	count = tree_children(children, CHILDREN_MAX);
	/* as many children as we know of: nobody has orphans (the ordinary case, and the fast one) */
	bool only_known = count == b->children;

	if (count > CHILDREN_MAX)
		count = CHILDREN_MAX;
	for (uint32_t i = 0; i < b->capacity; i++)
		if (b->services[i] != NULL && any_headless(b->services[i]))
			look_at(b->services[i], count, only_known, now);
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
	struct tree_process p;
	size_t count;

	if (signal_cgroup(s->cgroup[slot], signal))
		return;
	if (master > 0)
		tree_walk(master, signal_one, &signal);
	count = tree_children(children, CHILDREN_MAX);
	for (size_t i = 0; i < count && i < CHILDREN_MAX; i++)
		if (!is_known(s->home, children[i]) && tree_look(children[i], &p) && belongs(s, slot, &p))
			tree_walk(children[i], signal_one, &signal);
}

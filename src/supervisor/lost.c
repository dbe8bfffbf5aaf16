/*
 * lost.c -- the one gap of memory.h: the child exists from clone(2) on, and its pid is written down when clone(2) has come
 * back. A crash in between leaves a process that only its environment tells of.
 */
#include "supervisor/lost.h"

#include <signal.h>
#include <string.h>

#include "base/log.h"
#include "os/tree.h"
#include "supervisor/bridled.h"
#include "supervisor/service.h"

struct search {
	const struct bridled *b;
	void (*visit)(void *context, const struct tree_process *p, const struct tree_marker *marker);
	void *context;
};

static void
consider(void *context, pid_t child)
{
	const struct search *q = context;
	struct tree_process p;
	struct tree_marker marker;

	if (tree_look(child, &p) && tree_marker(child, &marker) && strcmp(marker.run_dir, q->b->run_dir) == 0)
		q->visit(q->context, &p, &marker);
}

/* Children that carry our marker are shown to VISIT. */
static void
visit_marked(struct bridled *b,
	void (*visit)(void *context, const struct tree_process *p, const struct tree_marker *marker), void *context)
{
	struct search q = { b, visit, context };

	tree_visit_children(b->children_fd, consider, &q);
}

struct lost {
	struct service *service;
	uint8_t slot;
};

/* The leader of a session is the master itself: what it has started carries the marker as well. */
static void
take_lost(void *context, const struct tree_process *p, const struct tree_marker *marker)
{
	struct lost *l = context;
	struct service *s = l->service;

	if (strcmp(marker->service, s->name) != 0 || marker->generation != s->life.slots[l->slot].number ||
		p->session != p->pid)
		return;
	*service_pid_at(s, l->slot) = s->leader[l->slot] = p->pid;
	s->start[l->slot] = (uint32_t)p->start;
}

/* One at most: a generation is started once. */
void
lost_find(struct service *s, uint8_t slot)
{
	struct lost l = { s, slot };

	visit_marked(s->home, take_lost, &l);
	if (*service_pid_at(s, slot) > 0)
		s->home->children++;
}

/* By number, or by session: a worker may have overwritten its environment (gunicorn-facts 5.4). */
static bool
is_known(const struct service *s, const struct tree_process *p, const struct tree_marker *marker)
{
	for (uint8_t i = 0; i < LIFE_SLOTS; i++)
		if (s->life.slots[i].state != GENERATION_FREE &&
			(service_made(s, i) == marker->generation || s->leader[i] == p->session))
			return true;
	return false;
}

/* KILL and not TERM: it has just been started, and must not serve beside what we start. */
static void
end_unknown(void *context, const struct tree_process *p, const struct tree_marker *marker)
{
	struct bridled *b = context;
	const struct service *s = service_find(b, marker->service);

	if (s != NULL && is_known(s, p, marker))
		return;
	log_warning("%s: process %d of generation %u, of which nothing is known any more, is killed", marker->service,
		(int)p->pid, marker->generation);
	tree_signal(p->pid, p->start, SIGKILL);
}

void
lost_end(struct bridled *b)
{
	visit_marked(b, end_unknown, b);
}

/*
 * census.c -- a picture of processes, taken once and then only read: whoever asks several things about them gets answers
 * that fit together. Links are indices, since the array may move while it grows.
 */
#include "os/census.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>

#include "os/children.h"
#include "os/dirents.h"
#include "os/procstat.h"

enum { FIRST_SIZE = 65536 };

static bool
has_room(struct census *c)
{
	void *more;

	if ((c->count + 1) * sizeof *c->at <= c->size)
		return true;
	/* pages are moved, and nothing is copied */
	more = mremap(c->at, c->size, 2 * c->size, MREMAP_MAYMOVE);
	if (more == MAP_FAILED)
		return false;
	c->at = more;
	c->size *= 2;
	return true;
}

uint32_t
census_find(const struct census *c, pid_t pid)
{
	uint32_t low = 0, high = c->count;

	/* taken from one process downwards, in the order of discovery: only its root is asked for */
	if (!c->sorted)
		return c->count > 0 && c->at[0].process.pid == pid ? 0 : CENSUS_NONE;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (c->at[middle].process.pid < pid)
			low = middle + 1;
		else
			high = middle;
	}
	return low < c->count && c->at[low].process.pid == pid ? low : CENSUS_NONE;
}

/* Ends: may_link() has let no circle be closed. */
static bool
descends_from(const struct census *c, uint32_t i, uint32_t ancestor)
{
	while (i != CENSUS_NONE && i != ancestor)
		i = c->at[i].parent;
	return i == ancestor;
}

/* A pid may be reused while we look, so that "my parent" names somebody younger, even a descendant: links go from
 * older to younger only, and within one tick of the clock none may close a circle, which has to happen at its lowest
 * index, the last one linked. */
static bool
may_link(const struct census *c, uint32_t parent, uint32_t i)
{
	uint64_t born = c->at[i].process.start;

	if (parent == CENSUS_NONE || parent == i || c->at[parent].process.start > born)
		return false;
	return parent < i || c->at[parent].process.start < born || !descends_from(c, parent, i);
}

static void
link_entries(struct census *c)
{
	/* from the last: each goes before those that are linked already, so that children stand in order of pid */
	for (uint32_t i = c->count; i-- > 0;) {
		struct census_entry *e = &c->at[i];
		uint32_t parent = census_find(c, e->process.parent);

		if (!may_link(c, parent, i))
			continue;
		e->parent = parent;
		e->sibling = c->at[parent].child;
		c->at[parent].child = i;
	}
}

static bool
add(struct census *c, const struct procstat *p)
{
	if (!has_room(c))
		return false;
	c->at[c->count++] = (struct census_entry){ .process = { p->pid, p->parent, p->session, p->state, p->start },
		.threads = p->threads,
		.parent = CENSUS_NONE,
		.child = CENSUS_NONE,
		.sibling = CENSUS_NONE };
	return true;
}

/* Not malloc, which keeps what it got: a picture of ten thousand processes is to leave nothing behind. */
static bool
begin(struct census *c, bool sorted)
{
	*c = (struct census){ .size = FIRST_SIZE, .sorted = sorted };
	c->at = mmap(NULL, FIRST_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return c->at != MAP_FAILED;
}

/* /proc lists processes in the order of their pids (proc_pid_readdir: next_tgid), which census_find relies on. */
bool
census_take(struct census *c)
{
	struct procstat p;
	struct dirents pids;
	bool complete = true;
	long pid;

	if (!dirents_open(&pids, AT_FDCWD, "/proc"))
		return false;
	if (!begin(c, true)) {
		dirents_close(&pids);
		return false;
	}
	while (complete && (pid = dirents_next_number(&pids)) > 0)
		complete = !procstat_read((pid_t)pid, &p) || add(c, &p); /* or it is gone by now */
	dirents_close(&pids);
	if (complete)
		link_entries(c);
	else
		census_release(c);
	return complete;
}

/* The children of an entry are being added. */
struct growth {
	struct census *census;
	uint32_t parent;
	bool complete;
};

static void
add_child(void *context, pid_t child)
{
	struct growth *g = context;
	struct census *c = g->census;
	struct procstat p;

	/* it may be gone, and its pid somebody else's: then it is not here that it belongs */
	if (!g->complete || !procstat_read(child, &p) || p.parent != c->at[g->parent].process.pid)
		return;
	g->complete = add(c, &p);
	if (!g->complete)
		return;
	c->at[c->count - 1].parent = g->parent;
	c->at[c->count - 1].sibling = c->at[g->parent].child;
	c->at[g->parent].child = c->count - 1;
}

/* Each thread has a list of those that it has forked. */
static void
add_children_of_threads(struct growth *g, pid_t pid)
{
	struct dirents threads;
	char path[32];
	long tid;

	snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
	if (!dirents_open(&threads, AT_FDCWD, path))
		return;
	while ((tid = dirents_next_number(&threads)) > 0)
		children_visit(pid, (pid_t)tid, add_child, g);
	dirents_close(&threads);
}

/* Who is added is looked at in its turn. Nobody is added twice: the parent of each was looked at once. */
bool
census_take_below(struct census *c, pid_t pid)
{
	struct growth g = { .census = c, .complete = true };
	struct procstat p;

	if (!begin(c, false))
		return false;
	if (procstat_read(pid, &p))
		g.complete = add(c, &p);
	for (; g.complete && g.parent < c->count; g.parent++) {
		const struct census_entry *e = &c->at[g.parent];

		if (e->threads > 1)
			add_children_of_threads(&g, e->process.pid);
		else
			children_visit(e->process.pid, e->process.pid, add_child, &g);
	}
	if (!g.complete)
		census_release(c);
	return g.complete;
}

void
census_release(struct census *c)
{
	munmap(c->at, c->size);
	c->count = 0;
}

/* Without recursion, and without memory of its own: the links lead down, on and up again. */
uint32_t
census_next(const struct census *c, uint32_t root, uint32_t index)
{
	if (c->at[index].child != CENSUS_NONE)
		return c->at[index].child;
	for (; index != root; index = c->at[index].parent)
		if (c->at[index].sibling != CENSUS_NONE)
			return c->at[index].sibling;
	return CENSUS_NONE;
}

#include "os/census.h"

#include <fcntl.h>
#include <sys/mman.h>

#include "os/dirents.h"

enum { FIRST_SIZE = 65536 };

static bool
has_room(struct census *c)
{
	void *more;

	if ((c->count + 1) * sizeof *c->at <= c->size)
		return true;
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

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (c->at[middle].process.pid < pid)
			low = middle + 1;
		else
			high = middle;
	}
	return low < c->count && c->at[low].process.pid == pid ? low : CENSUS_NONE;
}

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
add(struct census *c, pid_t pid)
{
	struct census_entry e = { .parent = CENSUS_NONE, .child = CENSUS_NONE, .sibling = CENSUS_NONE };

	if (!tree_look(pid, &e.process))
		return true; /* gone already */
	if (!has_room(c))
		return false;
	c->at[c->count++] = e;
	return true;
}

/* /proc lists processes in the order of their pids (proc_pid_readdir: next_tgid), which census_find relies on. */
bool
census_take(struct census *c)
{
	struct dirents pids;
	bool complete = true;
	long pid;

	*c = (struct census){ .size = FIRST_SIZE };
	if (!dirents_open(&pids, AT_FDCWD, "/proc"))
		return false;
	c->at = mmap(NULL, FIRST_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (c->at == MAP_FAILED) {
		dirents_close(&pids);
		return false;
	}
	while (complete && (pid = dirents_next_number(&pids)) > 0)
		complete = add(c, (pid_t)pid);
	dirents_close(&pids);
	if (complete)
		link_entries(c);
	else
		census_release(c);
	return complete;
}

void
census_release(struct census *c)
{
	munmap(c->at, c->size);
	c->count = 0;
}

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

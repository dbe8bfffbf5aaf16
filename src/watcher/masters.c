#include "watcher/masters.h"

#include <stdlib.h>

#include "os/oomcount.h"
#include "watcher/services.h"

void
masters_free(struct masters *m)
{
	free(m->at);
	*m = (struct masters){ 0 };
}

static bool
add(struct masters *m, int32_t pid, const struct service *s)
{
	if (m->count == m->size) {
		uint32_t size = m->size == 0 ? 16 : m->size * 2;
		struct master *more = realloc(m->at, size * sizeof *more);

		if (more == NULL)
			return false;
		m->at = more;
		m->size = size;
	}
	m->at[m->count] = (struct master){ .pid = pid, .slot = s->slot };
	/* from here on: what the kernel ended before is no incident of ours */
	m->at[m->count].ooms_known = oomcount_of(pid, s->name, &m->at[m->count].ooms);
	m->count++;
	return true;
}

/* A pid alone is not enough: two services may have had it one after the other. */
static bool
is_known(const struct masters *m, int32_t pid, uint32_t slot)
{
	for (uint32_t i = 0; i < m->count; i++)
		if (m->at[i].pid == pid && m->at[i].slot == slot)
			return true;
	return false;
}

static bool
lives(const struct page_service *record, int32_t pid)
{
	for (unsigned g = 0; record != NULL && g < PAGE_GENERATIONS; g++)
		if (record->generations[g].number != 0 && record->generations[g].master == pid)
			return true;
	return false;
}

/* Those that are gone are kept out of the list: their last children have the supervisor for a parent. */
bool
masters_follow(struct masters *m, const struct service *s, const struct page_service *record)
{
	bool changed = false;

	for (uint32_t i = 0; i < m->count;) {
		if (m->at[i].slot != s->slot || lives(record, m->at[i].pid)) {
			i++;
			continue;
		}
		m->at[i] = m->at[--m->count];
		changed = true;
	}
	for (unsigned g = 0; record != NULL && g < PAGE_GENERATIONS; g++) {
		int32_t pid = record->generations[g].number != 0 ? record->generations[g].master : 0;

		if (pid > 0 && !is_known(m, pid, s->slot))
			changed = add(m, pid, s) || changed;
	}
	return changed;
}

bool
masters_find(const struct masters *m, int32_t pid, uint32_t *slot)
{
	for (uint32_t i = 0; i < m->count; i++)
		if (m->at[i].pid == pid) {
			*slot = m->at[i].slot;
			return true;
		}
	return false;
}

/* The first that is found: two masters of a service are two generations, and have one group for their count. */
static struct master *
master_of(const struct masters *m, const struct service *s)
{
	for (uint32_t i = 0; i < m->count; i++)
		if (m->at[i].slot == s->slot)
			return &m->at[i];
	return NULL;
}

/* By the count of its control group (memory.events, memory.oom_control): where the kernel's log cannot be read, or tells
 * pids of another namespace. */
bool
masters_ooms(struct masters *m, const struct service *s)
{
	struct master *master = master_of(m, s);
	uint32_t now;

	if (master == NULL || !master->ooms_known || !oomcount_of(master->pid, s->name, &now) || now <= master->ooms)
		return false;
	master->ooms++; /* one at a time: several may have died of it */
	return true;
}

bool
masters_count_ooms(const struct masters *m, const struct service *s)
{
	const struct master *master = master_of(m, s);

	return master != NULL && master->ooms_known;
}

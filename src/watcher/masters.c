#include "watcher/masters.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "os/oomcount.h"
#include "watcher/services.h"

enum { FRESH = 5000 }; /* ms: a death is told at once, by an event or a line; one with much memory takes its time to die */

void
masters_free(struct masters *m)
{
	free(m->at);
	*m = (struct masters){ 0 };
}

static void
note_shared(struct shared_ooms *o, uint32_t count, msec now)
{
	if (count == o->seen)
		return;
	o->told = count < o->told ? count : o->told; /* our group is another one */
	o->seen = count;
	o->risen = now;
}

/* Is there no count of its own? Then from here on, too, unless others share that one already. */
static bool
begins_to_share(struct masters *m, int32_t pid)
{
	struct oomcount count;

	if (!oomcount_shared(pid, &count))
		return false;
	for (uint32_t i = 0; i < m->count; i++)
		if (m->at[i].shares)
			return true;
	m->shared = (struct shared_ooms){ .told = count.kills, .seen = count.kills };
	return true;
}

static bool
add(struct masters *m, int32_t pid, const struct service *s)
{
	struct oomcount count = { .hits = -1 };

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
	m->at[m->count].ooms_known = oomcount_of(pid, s->name, &count);
	m->at[m->count].ooms = count.kills;
	m->at[m->count].hits = count.hits;
	m->at[m->count].shares = !m->at[m->count].ooms_known && begins_to_share(m, pid);
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

void
masters_look(struct masters *m, msec now)
{
	struct oomcount count;
	bool shared = false;

	for (uint32_t i = 0; i < m->count && !shared; i++)
		shared = m->at[i].shares;
	if (!shared || !oomcount_shared(getpid(), &count))
		return;
	note_shared(&m->shared, count.kills, now);
	if (now - m->shared.risen > FRESH)
		m->shared.told = m->shared.seen;
}

static bool
shared_ooms(struct shared_ooms *o)
{
	struct oomcount count;

	if (!oomcount_shared(getpid(), &count))
		return false;
	note_shared(o, count.kills, clock_now());
	if (o->told == o->seen)
		return false;
	o->told++;
	return true;
}

/* By the count of its control group (memory.events, memory.oom_control): where the kernel's log cannot be read, or tells
 * pids of another namespace. */
bool
masters_ooms(struct masters *m, const struct service *s)
{
	struct master *master = master_of(m, s);
	struct oomcount now;

	if (master != NULL && master->shares)
		return shared_ooms(&m->shared);
	if (master == NULL || !master->ooms_known || !oomcount_of(master->pid, s->name, &now) ||
		now.kills <= master->ooms)
		return false;
	master->ooms++; /* one at a time: several may have died of it */
	return true;
}

int
masters_limit_reached(struct masters *m, const struct service *s)
{
	struct master *master = master_of(m, s);
	struct oomcount now;
	int64_t before = master != NULL ? master->hits : -1;

	if (before < 0 || !oomcount_of(master->pid, s->name, &now) || now.hits < 0)
		return -1;
	master->hits = now.hits;
	return now.hits > before ? 1 : now.vague ? -1 : 0;
}

bool
masters_count_ooms(const struct masters *m, const struct service *s)
{
	const struct master *master = master_of(m, s);

	return master != NULL && (master->ooms_known || master->shares);
}

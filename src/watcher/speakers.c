#include "watcher/speakers.h"

#include <stddef.h>

#include "base/clock.h"
#include "os/tree.h"
#include "watcher/watch.h"

/* Somebody who relays a whole log has thousands of lines of a few numbers, and each look costs three files of /proc. The kernel does
 * not give a number again so soon: it goes through all others first (alloc_pid() in kernel/pid.c: idr_alloc_cyclic()). */
enum { JUDGED_FOR = 1000 /* ms */ };

static struct speaker *
find(struct speakers *k, int32_t pid)
{
	for (unsigned i = 0; pid > 0 && i < SPEAKERS; i++)
		if (k->at[i].pid == pid)
			return &k->at[i];
	return NULL;
}

static void
note(struct speakers *k, int32_t pid)
{
	if (pid > 0 && find(k, pid) == NULL)
		k->at[k->next++ % SPEAKERS] = (struct speaker){ .pid = pid };
}

static int32_t
master_at(const struct page_service *record, unsigned g)
{
	return record->generations[g].number != 0 ? record->generations[g].master : 0;
}

void
speakers_follow(struct speakers *k, const struct page_service *record)
{
	note(k, record->last_pid);
	for (unsigned g = 0; g < PAGE_GENERATIONS; g++)
		note(k, master_at(record, g));
}

/* Between two signatures of one section of signatures.def, both included. */
static bool
is_between(enum signature one, enum signature first, enum signature last)
{
	return one >= first && one <= last;
}

/* What the table leaves to ANY, because a log alone does not tell who is who. */
static bool
is_of_master(enum signature one)
{
	return signatures[one].who <= SIGNATURE_BY_NAMELESS ||
		is_between(one, SIGNATURE_STARTING_RELEASE, SIGNATURE_SIGNAL_WINCH) ||
		is_between(one, SIGNATURE_IN_USE, SIGNATURE_BIND_TOO_LONG);
}

/* One that was not heard yet may be a command around the Gunicorn, or have a log that counts otherwise: then nothing follows from
 * a number. So it is where we may not see processes (hidepid of proc(5)). */
static bool
are_told_apart(struct speakers *k, const struct page_service *record)
{
	struct tree_process process;
	unsigned living = 0;

	for (unsigned g = 0; g < PAGE_GENERATIONS; g++) {
		int32_t master = master_at(record, g);
		const struct speaker *known = find(k, master);

		if (master <= 0)
			continue;
		if (known == NULL || !known->heard || !tree_look(master, &process))
			return false;
		living++;
	}
	return living > 0;
}

/* Children of a master that is dead are the supervisor's. */
static bool
is_parent(struct watcher *w, struct speakers *k, pid_t pid)
{
	return find(k, pid) != NULL || (pid > 0 && pid == services_header(&w->services)->supervisor);
}

/* The children of workers, and of other children of the master, write as those do: they have inherited the logger. */
static bool
is_grandparent(struct watcher *w, struct speakers *k, pid_t pid)
{
	struct tree_process process;

	return tree_look(pid, &process) && is_parent(w, k, process.parent);
}

static bool
is_of_others(struct watcher *w, struct speakers *k, const struct recognised *what)
{
	bool of_master = is_of_master(what->match.signature);
	struct tree_process process;

	if (!tree_look(what->speaker, &process))
		return of_master;
	if (!is_parent(w, k, process.parent))
		return of_master || !is_grandparent(w, k, process.parent);
	/* the page has it when it has taken over, and it may be dead before that */
	if (of_master)
		note(k, what->speaker);
	return false;
}

static struct speaker_judged *
place_of(struct speakers *k, int32_t pid)
{
	return &k->judged[(uint32_t)pid % SPEAKERS_JUDGED];
}

static bool
is_judged(struct speakers *k, const struct recognised *what, msec now)
{
	const struct speaker_judged *j = place_of(k, what->speaker);

	return j->pid == what->speaker && now < j->until && j->of_master == is_of_master(what->match.signature);
}

static bool
judge(struct watcher *w, struct speakers *k, const struct recognised *what, msec now)
{
	if (!is_judged(k, what, now))
		*place_of(k, what->speaker) = (struct speaker_judged){ .pid = what->speaker,
			.of_master = is_of_master(what->match.signature),
			.stranger = is_of_others(w, k, what),
			.until = now + JUDGED_FOR };
	return place_of(k, what->speaker)->stranger;
}

/* By itself it has no speaker, but that of the last line before it, which need not be whose it is: it could be the application's. */
static bool
announces_traceback(enum signature one)
{
	return one == SIGNATURE_WORKER_EXCEPTION || one == SIGNATURE_REQUEST_ERROR || one == SIGNATURE_MAIN_LOOP;
}

/* Whether WHAT is of a STRANGER, whose traceback is his as well. */
static bool
strange(struct speakers *k, const struct recognised *what, bool stranger)
{
	if (stranger)
		k->raises = announces_traceback(what->match.signature) ? what->speaker : 0;
	return stranger;
}

bool
speakers_strange_traceback(struct speakers *k, const struct recognised *what)
{
	bool strange = k->raises != 0 && what->speaker == k->raises;

	k->raises = 0;
	return strange;
}

bool
speakers_stranger(struct watcher *w, struct service *s, const struct recognised *what)
{
	struct speakers *k = &s->sampler->speakers;
	struct speaker *known = find(k, what->speaker);
	struct page_service record;
	msec now = clock_now();

	if (known == NULL && is_judged(k, what, now))
		return strange(k, what, judge(w, k, what, now));
	if (known == NULL || !known->heard) {
		if (!services_read(&w->services, s->slot, &record))
			return false;
		speakers_follow(k, &record);
		known = find(k, what->speaker);
	}
	if (known != NULL) {
		known->heard = true;
		return false;
	}
	return are_told_apart(k, &record) && strange(k, what, judge(w, k, what, now));
}

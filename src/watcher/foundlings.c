#include "watcher/foundlings.h"

#include <stdlib.h>

#include "os/process.h"
#include "watcher/watch.h"
#include "wire/ending.h"

void
foundlings_free(struct foundlings *f)
{
	free(f->at);
	*f = (struct foundlings){ 0 };
}

static struct foundling *
find(const struct foundlings *f, int32_t pid)
{
	for (uint32_t i = 0; i < f->count; i++)
		if (f->at[i].pid == pid)
			return &f->at[i];
	return NULL;
}

/* Whether pid and start are those that the supervisor means is asked when it asks: by now the pid may be another's. */
static bool
add(struct foundlings *f, int32_t pid, uint32_t slot)
{
	struct process_sample sample;

	/* gone already: how it ended nobody has heard, and the answer is that it is not known */
	if (!process_sample(pid, &sample))
		return false;
	if (f->count == f->size) {
		uint32_t size = f->size == 0 ? 4 : f->size * 2;
		struct foundling *more = realloc(f->at, size * sizeof *more);

		if (more == NULL)
			return false;
		f->at = more;
		f->size = size;
	}
	f->at[f->count++] = (struct foundling){ pid, (uint32_t)sample.start, slot, ENDING_UNKNOWN };
	return true;
}

/* The master of generation G, if it is such a one; else 0. */
static int32_t
master_of(const struct page_generation *g)
{
	return g->number != 0 && g->adopted ? g->master : 0;
}

static bool
is_among(const struct page_service *record, int32_t pid)
{
	for (unsigned g = 0; record != NULL && g < PAGE_GENERATIONS; g++)
		if (master_of(&record->generations[g]) == pid)
			return true;
	return false;
}

/* Of one that has ended the page says so when the supervisor has had its answer. */
bool
foundlings_follow(struct foundlings *f, uint32_t slot, const struct page_service *record)
{
	bool changed = false;

	for (uint32_t i = 0; i < f->count;) {
		if (f->at[i].slot != slot || is_among(record, f->at[i].pid)) {
			i++;
			continue;
		}
		f->at[i] = f->at[--f->count];
		changed = true;
	}
	for (unsigned g = 0; record != NULL && g < PAGE_GENERATIONS; g++) {
		int32_t pid = master_of(&record->generations[g]);

		if (pid > 0 && find(f, pid) == NULL)
			changed = add(f, pid, slot) || changed;
	}
	return changed;
}

/* The first that is heard of a pid is its end; who has its number after it is another. */
void
foundlings_ended(struct foundlings *f, int32_t pid, int32_t status)
{
	struct foundling *a = find(f, pid);

	if (a != NULL && a->status == ENDING_UNKNOWN)
		a->status = status;
}

void
foundlings_answer(struct watcher *w, const struct link_record *question)
{
	const struct foundling *a = find(&w->deaths.foundlings, question->pid);
	struct link_record answer = *question;

	answer.kind = LINK_ENDED;
	/* a number may have been given again between question and answer: the start tells them apart */
	answer.status = a != NULL && a->start == question->arg ? a->status : ENDING_UNKNOWN;
	uplink_send(w, &answer);
}

#include "watcher/reasons.h"

#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include "core/manner.h"
#include "watcher/excerpt.h"
#include "watcher/watch.h"
#include "watcher/words.h"

static struct words_move
state_of(const struct page_service *record)
{
	return (struct words_move){
		.gunicorn = record->kind == PAGE_GUNICORN,
		.from = (enum life_state)record->from,
		.to = (enum life_state)record->state,
		.event = (enum life_event)record->event,
		.pid = record->last_pid,
		.status = record->last_status,
		.lasted = record->last_started > 0 ? record->last_ended - record->last_started : -1,
		.wait = -1,
		.streak = record->streak,
		.manner = manner_reason_words((enum manner_reason)record->manner),
		.half_way = record->half_way != 0,
		.why = record->why[0] != '\0' ? record->why : NULL,
	};
}

void
reasons_of_state(struct text *t, const struct page_service *record)
{
	struct words_move words = state_of(record);

	words_reason(t, &words);
}

void
reasons_of_move(struct text *t, const struct page_service *record, const struct link_record *move)
{
	struct words_move words = state_of(record);

	words.from = (enum life_state)move->from;
	words.to = (enum life_state)move->to;
	words.event = (enum life_event)move->event;
	/* the page is newer than the move: another has ended since, whose figures are not this one's */
	if (words.why == NULL && move->pid != 0 && move->pid != record->last_pid) {
		words.pid = move->pid;
		words.status = move->status;
		words.lasted = -1;
	}
	if (move->to == LIFE_WAITING)
		words.wait = move->arg;
	words_reason(t, &words);
}

bool
reasons_of_end(struct text *t, const struct page_service *record)
{
	struct words_move words = state_of(record);

	if (record->last_pid == 0)
		return false;
	words_end(t, &words);
	return true;
}

struct reasons_mark
reasons_mark(const struct watcher *w, uint32_t slot)
{
	const struct logfile *file = &w->services.at[slot].log.file;
	struct reasons_mark mark = { file->inode, file->size };

	if (file->fd < 0)
		mark = (struct reasons_mark){ 0 };
	return mark;
}

/* Others may write much meanwhile (an access log, the generation that serves on), so that the end alone is not enough. */
bool
reasons_from_log(struct watcher *w, struct text *t, uint32_t slot, const struct reasons_mark *mark)
{
	enum { MOST = 65536 };
	const struct logfile *file = &w->services.at[slot].log.file;
	char *tail = malloc(MOST);
	uint64_t from;
	ssize_t n;

	/* what it said last may still be in its pipe */
	logs_catch_up(w, &w->services.at[slot]);
	from = file->size > MOST ? file->size - MOST : 0;
	/* another file since: all of it is newer than the question */
	if (mark->inode == file->inode && mark->size > from)
		from = mark->size;
	n = tail != NULL && file->fd >= 0 ? pread(file->fd, tail, MOST, (off_t)from) : -1;
	if (n <= 0 || !excerpt_find(t, tail, (size_t)n))
		n = 0;
	free(tail);
	return n > 0;
}
